"""Who is recognised as whom, and what a form can and cannot do to what is on file."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from eventos.entities.queries import OfficeView
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.people import service
from eventos.people.models import Consent, ConsentText, Person
from eventos.people.rules import Identity, Purpose, notice

pytestmark = pytest.mark.both_databases
ELVIRA = Identity("CC", "12345678", "Elvira", "Cedral", "elvira@riosucio.example", "+573001234567")


def recognise(db: Session, identity: Identity) -> service.Recognised:
    return service.recognise(db, identity, clock.now())


def on_file(db: Session, identity: Identity) -> Person:
    """The row of whoever is recognised."""
    return db.get_one(Person, recognise(db, identity).person.id)


def test_a_document_makes_one_person_whatever_else_is_typed(db: Session) -> None:
    first = recognise(db, ELVIRA)
    again = recognise(db, replace(ELVIRA, given_names="Otra", email="otra@lejos.example", phone=""))
    assert (first.is_new, again.is_new, again.mail_differs) == (True, False, True)
    assert again.person == first.person
    kept = on_file(db, ELVIRA)
    assert (kept.given_names, kept.email, kept.phone) == ("Elvira", "elvira@riosucio.example", "+573001234567")


def test_the_same_mail_in_capitals_does_not_differ(db: Session) -> None:
    recognise(db, ELVIRA)
    assert not recognise(db, replace(ELVIRA, email="ELVIRA@Riosucio.Example")).mail_differs


def test_equal_names_with_different_documents_stay_two_people(db: Session) -> None:
    assert recognise(db, ELVIRA).person.id != recognise(db, replace(ELVIRA, document_number="87654321")).person.id
    assert recognise(db, ELVIRA).person.id != recognise(db, replace(ELVIRA, document_type="CE")).person.id


def test_without_document_mail_and_name_together_decide(db: Session) -> None:
    imported = recognise(db, replace(ELVIRA, document_type=None, document_number=None, given_names="ELVIRA", family_names="CEDRAL"))
    same = recognise(db, replace(ELVIRA, document_type=None, document_number=None))
    sister = recognise(db, replace(ELVIRA, document_type=None, document_number=None, given_names="Zoila"))
    assert (same.person == imported.person, sister.is_new) == (True, True)


def test_a_document_finds_who_was_imported_without_one_and_gives_them_none(db: Session) -> None:
    imported = recognise(db, replace(ELVIRA, document_type=None, document_number=None))
    with_document = recognise(db, ELVIRA)
    assert with_document.person == imported.person
    assert on_file(db, ELVIRA).document_number is None


def test_a_missing_mail_is_filled_in_only_when_document_and_name_agree(db: Session) -> None:
    recognise(db, replace(ELVIRA, email=""))
    assert recognise(db, replace(ELVIRA, given_names="Otra")).person.email == ""
    filled = recognise(db, ELVIRA)
    kept = on_file(db, ELVIRA)
    assert filled.person.email_key == kept.email_key == "elvira@riosucio.example"


def test_nobody_without_document_or_mail_is_taken_for_somebody_else(db: Session) -> None:
    nameless = replace(ELVIRA, document_type=None, document_number=None, email="")
    assert recognise(db, nameless).person != recognise(db, nameless).person


def test_a_merged_person_answers_as_the_one_they_became(db: Session) -> None:
    old, new = on_file(db, replace(ELVIRA, document_number="1111111")), on_file(db, ELVIRA)
    old.merged_into_id = new.id
    db.flush()
    assert recognise(db, replace(ELVIRA, document_number="1111111")).person.id == new.id


def test_changing_contact_says_what_changed_and_is_audited(db: Session) -> None:
    person = on_file(db, ELVIRA)
    change = {"given_names": "Elvira María", "family_names": "Cedral", "phone": "+573001234567"}
    assert service.change_contact(db, person, **change, by=SYSTEM, now=clock.now()) == ("given_names",)
    assert service.change_contact(db, person, **change, by=SYSTEM, now=clock.now()) == ()
    assert person.name_key == "elvira maria cedral"


def test_a_consent_names_its_wording_and_can_never_be_rewritten(db: Session) -> None:
    person = recognise(db, ELVIRA).person
    words = notice(OfficeView(name="Oficina", entity="Gobernación", address="Calle 0", phone="000", data_email="datos@gob.example")).text
    digest = service.keep_consent_text(db, words, clock.now())
    assert service.keep_consent_text(db, words, clock.now()) == digest
    number = service.record_consent(db, person.id, digest, [Purpose.EVENT, Purpose.INVITATIONS], now=clock.now())
    consent = db.get_one(Consent, number)
    assert (consent.purposes, consent.channel) == (["event", "invitations"], "form")
    assert db.execute(select(func.count()).select_from(ConsentText)).scalar_one() == 1
    for verb in ("UPDATE consent SET channel = 'staff'", "DELETE FROM consent"):
        with pytest.raises(DatabaseError, match="append-only"), db.begin_nested():
            db.execute(text(verb))
    assert db.execute(select(func.count()).select_from(Person)).scalar_one() == 1


def test_the_notice_says_what_the_law_asks(db: Session) -> None:
    told = notice(OfficeView(name="Oficina", entity="Gobernación", address="Calle 0", phone="000", data_email="datos@gob.example")).text
    for words in ("Gobernación", "Calle 0", "000", "datos@gob.example", "rectificar", "Ley 1581 de 2012", "opcional", "Superintendencia"):
        assert words in told, words
