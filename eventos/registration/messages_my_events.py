"""The words of the mail with the one-time link to "Mis eventos"."""

from eventos.adapters.mail import Mail
from eventos.entities.queries import OfficeView
from eventos.kernel import links
from eventos.kernel.templating import plain


def my_events(office: OfficeView, *, email: str, token: str, identifier: str) -> Mail:
    """To the address that was typed: the link, good for half an hour and once. It names nobody: several people may share the address."""
    context = {"office": office, "demo_banner": office.demo, "url": links.absolute(f"/mis-eventos/{token}")}
    return Mail(
        to=email,
        to_name="",
        subject="Su vínculo a «Mis eventos»",
        text=plain("mail/registration/my_events.txt", **context),
        html=plain("mail/registration/my_events.html", **context),
        message_id=identifier,
        reply_to=office.email or None,
    )
