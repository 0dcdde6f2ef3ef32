"""Whoever is written down at the door, by the API: at once with a signal, sealed and later without one; nobody is lost on the way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from eventos.checkin import service
from eventos.checkin.models import Acceptance, Scan
from eventos.cycles.models import SeatPool
from eventos.entities.models import Office
from eventos.kernel import tokens
from eventos.people.models import Consent, Person
from eventos.registration.models import Registration
from tests.checkin.stage import Phone, Stage
from tests.conftest import Opened
from tests.support.phone import sealed_by_a_phone


@pytest.fixture
def prepared(phone: Phone) -> dict[str, Any]:
    """What the phone knows before it writes anybody down."""
    told: dict[str, Any] = phone.get("/checkin/device").get_json()
    return told


@pytest.fixture
def seal(prepared: dict[str, Any]) -> Callable[..., str]:
    return lambda **content: sealed_by_a_phone(content, **prepared["keys"]["seal"])


@pytest.fixture
def somebody(prepared: dict[str, Any]) -> dict[str, Any]:
    return {
        "document_type": "CC",
        "document_number": "41000777",
        "given_names": "Elvira Demo",
        "family_names": "Cedral",
        "entity": "Alcaldía de Riosucio",
        "municipio": "Riosucio, Caldas",
        "consent": prepared["events"][0]["consent"]["sha256"],
    }


def people(looking: Opened) -> int:
    with looking() as db:
        return db.scalar(select(func.count()).select_from(Person)) or 0


def test_who_comes_without_a_registration_is_written_down_and_enters(phone: Phone, somebody: dict[str, Any], looking: Opened) -> None:
    body = {"nonce": "en-la-puerta-1", **somebody}
    told = phone.post(phone.about("walk-ins"), body)
    assert (told.status_code, told.get_json()["verdict"], told.get_json()["name"]) == (200, "accepted", "Elvira Demo Cedral")
    before = people(looking)
    assert phone.post(phone.about("walk-ins"), body).get_json() == told.get_json()
    with looking() as db:
        scan = db.execute(select(Scan)).scalar_one()
        row = db.get_one(Registration, scan.registration_id)
        consent = db.execute(select(Consent).where(Consent.id == row.consent_id)).scalar_one()
    assert (people(looking), row.source, row.divipola, scan.reason) == (before, "walk_in", "17614", "Inscripción en la puerta")
    assert (consent.text_hash, consent.channel) == (somebody["consent"], "walk_in")


def test_what_is_missing_or_wrong_is_named(phone: Phone, somebody: dict[str, Any], looking: Opened) -> None:
    before = people(looking)
    for change, field in (
        ({"document_number": "12"}, "document_number"),
        ({"document_type": "NIT"}, "document_type"),
        ({"email": "sin arroba"}, "email"),
        ({"given_names": "www.vinculo.example"}, "given_names"),
        ({"municipio": "Riosucio"}, "municipio"),
        ({"municipio": "Ningún Lugar"}, "municipio"),
        ({"municipio": ""}, "municipio"),
        ({"country": "Perú"}, "city"),
        ({"consent": "0" * 64}, "consent"),
        ({"consent": "corto"}, "consent"),
        ({"rol": "administrador"}, "rol"),
    ):
        answer = phone.post(phone.about("walk-ins"), {"nonce": "en-la-puerta-1", **somebody, **change})
        assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field]), answer.text
    ambiguous = phone.post(phone.about("walk-ins"), {"nonce": "en-la-puerta-1", **somebody, "municipio": "Riosucio"})
    assert "Riosucio, Caldas; Riosucio, Chocó" in ambiguous.get_json()["errors"]["municipio"]
    assert people(looking) == before
    by_code = phone.post(phone.about("walk-ins"), {"nonce": "en-la-puerta-1", **somebody, "municipio": "Riosucio", "divipola": "27615"})
    assert by_code.get_json()["verdict"] == "accepted"


def test_who_lives_abroad_says_where(phone: Phone, somebody: dict[str, Any], looking: Opened) -> None:
    del somebody["municipio"]
    told = phone.post(phone.about("walk-ins"), {"nonce": "en-la-puerta-1", **somebody, "country": "Perú", "city": "Lima"})
    assert told.get_json()["verdict"] == "accepted"
    with looking() as db:
        assert db.execute(select(Registration.country).where(Registration.city == "Lima")).scalar_one() == "Perú"


@pytest.mark.both_databases
def test_sealed_on_the_phone_it_is_written_down_later(
    phone: Phone, somebody: dict[str, Any], seal: Callable[..., str], looking: Opened
) -> None:
    scan = phone.scan(sealed=seal(walk_in=somebody), offline=True, told="accepted", scanned_at="2030-07-25T07:55:00-05:00")
    other = phone.scan(sealed=seal(walk_in=somebody | {"document_number": "41000778"}), offline=True, told="accepted")
    told = phone.scans(scan, phone.scan("no-es-nuestro"), other)
    assert [each["verdict"] for each in told] == ["accepted", "unknown", "accepted"]
    before = people(looking)
    assert phone.scans(scan)[0] == told[0]
    assert people(looking) == before
    with looking() as db:
        entered = db.execute(select(Acceptance.accepted_at).order_by(Acceptance.accepted_at)).scalars().first()
        rows = "\n".join(str(row) for row in db.execute(text("SELECT * FROM scan")))
    assert entered is not None
    assert entered.isoformat() == "2030-07-25T12:55:00+00:00"
    assert [word for word in ("Elvira", "Cedral", "41000777") if word in rows] == []


def test_a_place_that_cannot_be_read_is_left_open(
    phone: Phone, somebody: dict[str, Any], seal: Callable[..., str], looking: Opened
) -> None:
    """Whoever wrote it is not there any longer to be asked."""
    (told,) = phone.scans(phone.scan(sealed=seal(walk_in=somebody | {"municipio": "Riosucio"}), offline=True, told="accepted"))
    assert told["verdict"] == "accepted"
    with looking() as db:
        assert db.execute(select(Registration.divipola).where(Registration.source == "walk_in")).scalar_one() is None


@pytest.mark.both_databases
def test_who_cannot_be_written_down_is_kept_with_the_reason(
    phone: Phone, somebody: dict[str, Any], seal: Callable[..., str], looking: Opened
) -> None:
    bad = somebody | {"document_number": "12", "given_names": "Elvira"}
    scan = phone.scan(sealed=seal(walk_in=bad), offline=True, told="accepted")
    (told,) = phone.scans(scan)
    assert (told["verdict"], told["why"]) == ("unknown", "La cédula de ciudadanía tiene entre 3 y 10 dígitos.")
    assert phone.scans(scan) == [told]
    with looking() as db:
        kept = db.execute(select(Scan)).scalar_one()
    assert (kept.reason, kept.told, kept.detail["refused"]) == (f"No se pudo inscribir. {told['why']}", "accepted", told["why"])
    assert "Elvira" not in str(kept.detail)
    assert service.refused_walk_in(kept.detail) == bad
    assert service.refused_walk_in({}) is None


def test_the_notice_that_was_read_before_it_changed_is_good(
    phone: Phone, stage: Stage, somebody: dict[str, Any], seal: Callable[..., str], writing: Opened, looking: Opened
) -> None:
    phone.post(phone.about("walk-ins"), {"nonce": "en-la-puerta-1", **somebody})
    with writing() as db:
        db.execute(select(Office)).scalar_one().data_email = "otros.datos@entidad.example"
    assert phone.get("/checkin/device").get_json()["events"][0]["consent"]["sha256"] != somebody["consent"]
    later = somebody | {"document_number": "41000779"}
    (told,) = phone.scans(phone.scan(sealed=seal(walk_in=later), offline=True, told="accepted"))
    assert told["verdict"] == "accepted"
    never = later | {"document_number": "41000780", "consent": tokens.digest("un aviso que nadie mostró")}
    (told,) = phone.scans(phone.scan(sealed=seal(walk_in=never), offline=True, told="accepted"))
    assert (told["verdict"], told["why"][:25]) == ("unknown", "El aviso de datos persona")
    with looking() as db:
        assert db.execute(select(func.count()).select_from(Consent).where(Consent.text_hash == somebody["consent"])).scalar_one() >= 2


def test_a_full_event_says_so_and_who_entered_without_signal_entered(
    phone: Phone, stage: Stage, somebody: dict[str, Any], seal: Callable[..., str], writing: Opened
) -> None:
    with writing() as db:
        for pool in db.execute(select(SeatPool).where(SeatPool.event_id == stage.event.id)).scalars():
            pool.capacity = pool.taken
    full = phone.post(phone.about("walk-ins"), {"nonce": "en-la-puerta-1", **somebody}).get_json()
    assert (full["verdict"], full["word"]) == ("waitlisted", "En lista de espera")
    (told,) = phone.scans(phone.scan(sealed=seal(walk_in=somebody | {"document_number": "41000778"}), offline=True, told="accepted"))
    assert (told["verdict"], told["flags"]) == ("accepted", ["forced"])


@pytest.mark.both_databases
def test_sent_twice_at_once_it_is_done_once(
    app: Flask, phone: Phone, somebody: dict[str, Any], seal: Callable[..., str], looking: Opened
) -> None:
    """A phone that gave up waiting sends again while the first request is still at work."""
    scans = [
        phone.scan(sealed=seal(walk_in=somebody | {"document_number": str(41_000_800 + number)}), offline=True, told="accepted")
        for number in range(3)
    ]

    def send(_number: int) -> list[str]:
        return [each["verdict"] for each in Phone(app.test_client(), phone.bearer, phone.slug).scans(*scans)]

    before = people(looking)
    with ThreadPoolExecutor(4) as together:
        answers = list(together.map(send, range(4)))
    assert answers == [["accepted"] * 3] * 4
    with looking() as db:
        assert db.scalar(select(func.count()).select_from(Scan)) == 3
        assert db.scalar(select(func.count()).select_from(Acceptance)) == 3
    assert people(looking) == before + 3
