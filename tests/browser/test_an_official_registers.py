"""An official with an old phone: 360 px and no scripts, from the agenda to a changed and then cancelled registration."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from eventos.kernel import clock
from tests.browser.office import Office, attachments, body_of, link_in, words
from tests.browser.scene import FORUM, NOW
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.judges import read_qr

ELVIRA = {
    "document_number": "30.111.222",
    "given_names": "Elvira Demo",
    "family_names": "Cedral Ficticio",
    "email": "elvira@riosucio.example",
    "municipio": "Riosucio",
    "entity": "Alcaldía de Riosucio",
    "post": "Secretaria de Planeación",
}

TABLE = "Solo escucharé las conferencias"  # the forum asks everybody for a table


def fill_in(page: Page, **changes: str) -> None:
    """Type somebody's answers, as Elvira unless told otherwise."""
    for name, typed in (ELVIRA | changes).items():
        page.fill(f"#{name}", typed)
    page.get_by_label("Servidor o servidora de planta").check()
    page.get_by_label("Autorizo el tratamiento de mis datos").check()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "javascript", "who"), [(PHONE, False, "elvira"), (DESKTOP, True, "emilia")])
def test_from_the_agenda_to_a_cancelled_registration(office: Office, chromium: Chromium, width: int, javascript: bool, who: str) -> None:
    page = chromium.open(width=width, javascript=javascript)
    address, number = f"{who}@riosucio.example", "30111222" if javascript else "30.111.333"
    office.at(page, "/")
    page.get_by_role("link", name="Foro: Participación ciudadana").click()
    page.locator("main").get_by_role("link", name="Inscribirme").first.click()
    assert page.url.endswith(f"/eventos/{FORUM}/inscripcion")

    # Two municipalities are called Riosucio: the form asks which, and keeps what was typed.
    fill_in(page, email=address, document_number=number)
    page.get_by_label("Virtual", exact=True).check()
    page.get_by_label(TABLE).check()
    page.get_by_role("button", name="Inscribirme").click()
    assert "Hay más de un municipio con el nombre Riosucio" in words(page)
    assert page.locator("#email").input_value() == address
    page.get_by_label("Riosucio, Caldas").check()
    page.get_by_role("button", name="Inscribirme").click()
    page.wait_for_url("**/inscripcion/recibida/*")
    said = words(page)
    assert "Revise su correo" in said
    assert address not in said, "the receipt shows the mail masked"
    assert page.get_by_role("link", name="Agregar al calendario").count() == 1

    mail = office.mail_to(address)
    personal, invite = link_in(mail, "/i/"), attachments(mail, "text/calendar")
    assert "8:00 a. m." in body_of(mail)
    assert b"METHOD:REQUEST" in invite[0]
    codes = [text for picture in attachments(mail, "image/png") for text in read_qr(picture)]
    assert [code.split("/")[3] for code in codes] == ["q"], "one code, for the door"
    secret = personal.rsplit("/", 1)[1]
    assert secret not in codes[0], "the personal link is another secret"

    office.at(page, "/q/" + codes[0].rsplit("/", 1)[1])
    assert "Entrada válida" in words(page)
    assert "Elvira" not in words(page)

    page.goto(personal)
    assert "Confirmada" in words(page)
    assert codes[0] in read_qr(page.locator("svg.qr").screenshot())
    page.get_by_role("link", name="Cambiar mis datos").click()
    page.fill("#post", "Alcaldesa encargada")
    page.get_by_label("Presencial").check()
    page.get_by_role("button", name="Guardar mis datos").click()
    assert "Sus datos quedaron guardados." in words(page)
    assert "Alcaldesa encargada" in words(page)

    page.get_by_role("link", name="Cancelar mi inscripción").click()
    page.get_by_role("button", name="Sí, cancelar mi inscripción").click()
    assert "Su inscripción quedó cancelada." in words(page)
    office.at(page, "/q/" + codes[0].rsplit("/", 1)[1])
    assert "Entrada cancelada" in words(page)
    cancelled = office.server.mailbox.wait_for(address, number=2)
    assert any(b"METHOD:CANCEL" in one for message in cancelled for one in attachments(message, "text/calendar"))


def test_several_events_at_once(office: Office, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE, javascript=False)
    office.at(page, f"/eventos/{FORUM}/inscripcion")
    fill_in(page, email="dos@anserma.example", document_number="30111444", municipio="Anserma")
    page.get_by_label("Virtual", exact=True).check()
    page.get_by_label(TABLE).check()
    page.get_by_label("Sexta asistencia técnica").check()
    page.get_by_role("button", name="Inscribirme").click()
    page.wait_for_url("**/inscripcion/recibida/*")
    assert "Sus eventos" in words(page)
    assert page.locator("article").count() == 2
    mails = office.server.mailbox.wait_for("dos@anserma.example", number=2)
    assert len({link_in(mail, "/i/") for mail in mails}) == 2


def test_a_repeat_looks_the_same_and_changes_nothing(office: Office, chromium: Chromium) -> None:
    pages = []
    for given in ("Berta Demo", "Otra Persona"):
        page = chromium.open(width=PHONE, javascript=False)
        office.at(page, f"/eventos/{NOW}/inscripcion")
        fill_in(page, email="berta@supia.example", document_number="30111555", municipio="Supía", given_names=given)
        page.get_by_role("button", name="Inscribirme").click()
        page.wait_for_url("**/inscripcion/recibida/*")
        pages.append(words(page))
    assert pages[0] == pages[1]
    mails = office.server.mailbox.wait_for("berta@supia.example", number=2)
    assert link_in(mails[0], "/i/") == link_in(mails[1], "/i/")
    page = chromium.open(width=PHONE, javascript=False)
    page.goto(link_in(mails[0], "/i/"))
    assert "Berta Demo" in words(page)
    assert "Otra Persona" not in words(page)


def test_outside_colombia(office: Office, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE, javascript=False)
    office.at(page, f"/eventos/{NOW}/inscripcion")
    fill_in(page, email="lejos@lejos.example", document_number="30111666", municipio="")
    page.get_by_label("Vivo o trabajo fuera de Colombia").check()
    page.get_by_role("button", name="Inscribirme").click()
    assert "Escriba el país." in words(page)
    page.fill("#country", "Ecuador")
    page.fill("#city", "Quito")
    page.get_by_role("button", name="Inscribirme").click()
    page.wait_for_url("**/inscripcion/recibida/*")


def an_event_with_one_seat(office: Office, chromium: Chromium) -> str:
    """The organiser writes and publishes it; answers its public address."""
    desk = office.desk(chromium, width=DESKTOP)
    office.at(desk, "/escritorio/eventos/nuevo")
    on_date = clock.today() + timedelta(days=40)
    typed = {"topic": "Un solo cupo", "days-0-on_date": f"{on_date:%d/%m/%Y}", "days-0-starts": "08:00", "days-0-ends": "10:00"}
    desk.get_by_label("Presencial", exact=True).check()
    typed |= {"venue_name": "Sala Ejemplo", "capacity_onsite": "1", "hosts-0-name": "Oficina de Gobierno Abierto"}
    for name, value in typed.items():
        desk.fill(f"[id='{name}']", value)
    desk.get_by_role("button", name="Guardar borrador").click()
    desk.wait_for_url("**/editar?*")
    desk.get_by_role("button", name="Guardar y publicar").click()
    desk.wait_for_url("**aviso=event-published")
    return "/eventos/" + urlsplit(desk.url).path.rsplit("/", 1)[1]


def test_a_full_event_says_so_before_the_form(office: Office, chromium: Chromium) -> None:
    """The second person is told on the event page, waits, and is let in when the first one leaves."""
    event = an_event_with_one_seat(office, chromium)
    page = chromium.open(width=PHONE, javascript=False)
    office.at(page, f"{event}/inscripcion")
    fill_in(page, email="primero@neira.example", document_number="30111777", municipio="Neira")
    page.get_by_role("button", name="Inscribirme").click()
    page.wait_for_url("**/inscripcion/recibida/*")

    office.at(page, event)
    assert "hay lista de espera" in words(page)
    page.locator("main").get_by_role("link", name="Entrar a la lista de espera").first.click()
    assert "Este evento está lleno" in words(page)
    fill_in(page, email="espera@neira.example", document_number="30111888", municipio="Neira")
    page.get_by_role("button", name="Entrar a la lista de espera").click()
    page.wait_for_url("**/inscripcion/recibida/*")
    waits = office.mail_to("espera@neira.example")
    assert "lista de espera" in body_of(waits)
    assert attachments(waits, "image/png") == [], "no code without a seat"

    page.goto(link_in(office.mail_to("primero@neira.example"), "/i/"))
    page.get_by_role("link", name="Cancelar mi inscripción").click()
    page.get_by_role("button", name="Sí, cancelar mi inscripción").click()
    assert attachments(office.mail_to("espera@neira.example", number=2), "image/png"), "the seat comes with its code"


def test_a_closed_event_takes_nobody(office: Office, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE, javascript=False)
    office.at(page, "/eventos/quinta-asistencia-tecnica-gobierno-abierto/inscripcion")
    assert "Ahora no se puede inscribir" in words(page)
    assert page.locator("form[method=post]").count() == 0
