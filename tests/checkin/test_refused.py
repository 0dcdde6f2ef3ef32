"""Whoever entered without a signal and could not be registered: staff see why, open what was told of them, and it is written down."""

from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.checkin.models import Scan
from eventos.kernel.audit import AuditEntry
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import signed_in
from tests.checkin.stage import Phone, Stage
from tests.conftest import Opened
from tests.support.phone import sealed_by_a_phone


def refuse_somebody(phone: Phone) -> None:
    prepared = phone.get("/checkin/device").get_json()
    told = {
        "document_type": "CC",
        "document_number": "12",
        "given_names": "Elvira Demo",
        "family_names": "Cedral",
        "entity": "Alcaldía de Riosucio",
        "municipio": "Riosucio, Caldas",
        "consent": prepared["events"][0]["consent"]["sha256"],
    }
    sealed = sealed_by_a_phone({"walk_in": told}, **prepared["keys"]["seal"])
    phone.scans(phone.scan(sealed=sealed, offline=True, told="accepted"), phone.scan("no es nuestro"))


def test_staff_see_why_and_open_what_was_told_of_somebody(
    phone: Phone, stage: Stage, client: FlaskClient, writing: Opened, looking: Opened
) -> None:
    who = signed_in(client, writing, role=StaffRole.ADMINISTRATOR)
    page = f"/escritorio/eventos/{stage.event.slug}/puerta/por-inscribir"
    assert "Nadie por inscribir" in client.get(page).text
    refuse_somebody(phone)
    listed = client.get(page)
    assert "Elvira Demo Cedral" in listed.text
    assert "La cédula de ciudadanía tiene entre 3 y 10 dígitos." in listed.text
    assert "Riosucio, Caldas" not in listed.text, "what was told is seen whole only by a click"
    with looking() as db:
        scan = db.execute(select(Scan.id).where(Scan.reason != "")).scalar_one()
        other = db.execute(select(Scan.id).where(Scan.reason == "")).scalar_one()
    shown = client.post(f"{page}/{scan}", data={"csrf_token": who.csrf})
    assert shown.status_code == 200
    assert [words for words in ("Riosucio, Caldas", "Cedral", "Inscribir a mano", "Puerta principal") if words not in shown.text] == []
    assert client.post(f"{page}/{other}", data={"csrf_token": who.csrf}).status_code == 404
    elsewhere = page.replace(stage.event.slug, stage.other.slug)
    assert "Nadie por inscribir" in client.get(elsewhere).text
    assert client.post(f"{elsewhere}/{scan}", data={"csrf_token": who.csrf}).status_code == 404
    with looking() as db:
        audited = db.execute(select(AuditEntry.object_id).where(AuditEntry.action == "checkin.show_refused")).scalars().all()
    assert audited == [scan]
