"""The names people know for the places where virtual events happen, told from the host of a link de ingreso."""

from urllib.parse import urlsplit

PLATFORMS = (
    ("teams.microsoft.com", "Microsoft Teams"),
    ("teams.live.com", "Microsoft Teams"),
    ("zoom.us", "Zoom"),
    ("meet.google.com", "Google Meet"),
    ("webex.com", "Webex"),
    ("youtube.com", "YouTube"),
    ("youtu.be", "YouTube"),
)


def platform(link: str) -> str:
    """The name people know for the host of a link de ingreso ("Microsoft Teams"), or ""."""
    host = (urlsplit(link).hostname or "") if link else ""
    return next((name for domain, name in PLATFORMS if host == domain or host.endswith(f".{domain}")), "")
