"""Constancias and escarapelas as HTML for the PDF engine: what was frozen, in the look of the board."""

from collections.abc import Sequence
from pathlib import Path

from eventos.adapters import qr
from eventos.certificates import rules
from eventos.certificates.codes import shown_code
from eventos.certificates.queries import BadgeView, CertificateView
from eventos.kernel import links
from eventos.kernel.settings import ROOT
from eventos.kernel.templating import plain
from eventos.kernel.text import slugify
from eventos.registration.service import tickets

PDF = "application/pdf"
_STYLES: Path = ROOT / "templates" / "pdf" / "certificates"


def style(name: str) -> str:
    return (_STYLES / f"{name}.css").read_text(encoding="utf-8")


def pictures() -> dict[str, bytes]:
    """What the style sheets ask for by name."""
    return {file.name: file.read_bytes() for file in _STYLES.glob("*.svg")}


def verify_link(code: str) -> str:
    return links.absolute(f"/verificar/{code}")


def certificate(view: CertificateView) -> str:
    """The sheet of a constancia, from its frozen content alone."""
    said = view.content
    return plain(
        "pdf/certificates/certificate.html",
        said=said,
        size=rules.name_size(said["name"]),
        document=rules.document_words(said["document_type"], said["document_number"]),
        issued=rules.issued_words(said["issued_on"], said["place"]),
        code=shown_code(view.code),
        address=links.absolute("/verificar").split("://", 1)[1],
        qr=qr.svg(verify_link(view.code), title="Código QR para verificar esta constancia"),
    )


def badges(title: str, office: str, people: Sequence[BadgeView]) -> str:
    """Sheets of eight, in the order given."""
    cards = [
        {
            "name": rules.printable(one.name),
            "size": rules.badge_size(one.name),
            "entity": rules.printable(one.entity_name),
            "qr": qr.svg(links.ticket(tickets.ticket_of(one)), title=f"Código QR de {rules.printable(one.name)}"),
        }
        for one in people
    ]
    sheets = [cards[at : at + 8] for at in range(0, len(cards), 8)]
    return plain("pdf/certificates/badges.html", title=rules.printable(title), office=rules.printable(office), sheets=sheets)


def filename(view: CertificateView) -> str:
    return f"constancia-{slugify(view.content['name'], limit=40) or 'asistencia'}-{view.code[:4].lower()}.pdf"
