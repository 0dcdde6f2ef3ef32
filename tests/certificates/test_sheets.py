"""The printed sheets: profiles judged by veraPDF, QR read by zxing, text that comes out with its accents, names that fit."""

from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest

from eventos.adapters import pdf
from eventos.certificates import messages, rules
from eventos.certificates.codes import Holder, State
from eventos.certificates.queries import BadgeView, CertificateView
from eventos.kernel import links, tokens
from eventos.registration.service import tickets
from tests.adapters.test_pdf import check_profiles, vera, words
from tests.certificates.test_rules import NOW, occasion
from tests.support.judges import read_qr

CODE = "7QXK4M2PRB930ABC"
LONG = "María de los Ángeles Inmaculada Concepción Muñoz-Echeverri de Güiza y Rodríguez-Peñaranda"
NAMES = ["Elvira Demo Cedral", LONG, "José 李小龍 \U0001f600", "محمد بن عبد الله", "W" * 160]


def drawn(name: str, **changes: object) -> bytes:
    said = rules.content(Holder(1, "attendee", name, "CC", "1000000418"), occasion(**changes), now=NOW)
    view = CertificateView(1, CODE, 1, 1, "attendee", State.PENDING, said, None, None, datetime.now(UTC), None, "", None)
    return pdf.render(messages.certificate(view), css=messages.style("certificate"), assets=messages.pictures())


def sheet_of(people: int) -> bytes:
    made = [tickets.make(7) for _ in range(people)]
    cards = [
        BadgeView(NAMES[at % 4], "Alcaldía de Riosucio, Secretaría de Planeación", one.ticket_sealed, one.link_sealed)
        for at, one in enumerate(made)
    ]
    html = messages.badges("Quinta asistencia técnica: Gobierno Abierto", "Oficina de Gobierno Abierto", cards)
    return pdf.render(html, css=messages.style("badges"))


def pictures(content: bytes, *, scale: float = 3) -> list[bytes]:
    """Each page as PNG."""
    import io

    document = pypdfium2.PdfDocument(content)
    try:
        found = []
        for sheet in document:
            out = io.BytesIO()
            sheet.render(scale=scale).to_pil().save(out, "PNG")
            found.append(out.getvalue())
        return found
    finally:
        document.close()


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("name", NAMES, ids=["plain", "long", "cjk and emoji", "arabic", "one word of 160"])
def test_constancia_is_one_page_with_its_words(name: str) -> None:
    content = drawn(name)
    check_profiles(content)
    text = words(content)
    flat = "".join(text.split())
    assert "".join(rules.printable(name).split()) in flat
    for said in ("HACE CONSTAR QUE", "cédula de ciudadanía No. 1.000.000.418", "dos (2) horas", "tres (3) días", "7QXK-4M2P-RB93-0ABC"):
        assert "".join(said.split()) in flat
    assert "firmad" not in text.lower(), "it is not signed, so it does not say so"
    assert len(pictures(content, scale=0.2)) == 1


@pytest.mark.usefixtures("app")
def test_constancia_carries_who_signs_and_where_when_the_office_says_so() -> None:
    signed = words(drawn("Elvira Demo", signer="Marina Ficticia Alisos", signer_post="Jefa", issued_in="Manizales, Caldas"))
    assert "Marina Ficticia Alisos\nJefa\nActa de asistencia" in signed.replace("\r", "")
    assert "Se expide en Manizales, Caldas," in signed
    unsigned = words(drawn("Elvira Demo"))
    assert "Oficina de Gobierno Abierto\nSecretaría Privada" in unsigned.replace("\r", "")


@pytest.mark.usefixtures("app")
def test_qr_of_the_constancia_leads_to_its_verification() -> None:
    (picture,) = pictures(drawn(LONG))
    assert read_qr(picture) == [f"{links.base()}/verificar/{CODE}"]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(("cycle", "said"), [("Ciclo de foros", "dentro del ciclo de foros."), ("Pacto", "dentro del ciclo «Pacto».")])
def test_cycle_is_not_said_twice(cycle: str, said: str) -> None:
    assert said in " ".join(words(drawn("Elvira Demo", cycle=cycle)).split())


@pytest.mark.usefixtures("app")
def test_hostile_names_are_text() -> None:
    text = words(drawn("<img src=file:///etc/passwd> {{ 7*7 }} & Cía."))
    assert "<img src=file:///etc/passwd> {{ 7*7 }} & Cía." in " ".join(text.split())


@pytest.mark.usefixtures("app")
def test_escarapelas_are_eight_on_a_sheet_and_every_qr_is_read() -> None:
    content = sheet_of(9)
    check_profiles(content)
    first, second = pictures(content)
    found = [read_qr(first), read_qr(second)]
    assert [len(codes) for codes in found] == [8, 1]
    assert len({code for codes in found for code in codes}) == 9
    for code in found[0]:
        assert tokens.read_ticket(code).event_id == 7


@pytest.mark.slow
@pytest.mark.usefixtures("app")
def test_verapdf_passes_both_profiles_on_every_sheet(tmp_path: Path) -> None:
    vera(tmp_path, *(drawn(name, signer="Marina Ficticia Alisos", signer_post="Jefa") for name in NAMES), sheet_of(9))
