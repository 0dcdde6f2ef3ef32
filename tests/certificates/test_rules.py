"""The words of a constancia, its code, and who may have one."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from eventos.certificates import rules
from eventos.certificates.codes import Holder, new_code, read_code, shown_code
from eventos.certificates.rules import Occasion, Standing
from eventos.kernel.errors import InvalidInput
from eventos.kernel.vocabulary import EventKind, Modality

NOW = datetime(2021, 8, 3, 15, tzinfo=UTC)


def occasion(**changes: object) -> Occasion:
    given: dict[str, object] = {
        "title": "Quinta asistencia técnica: Gobierno Abierto", "kind": EventKind.ASISTENCIA_TECNICA, "days": (date(2021, 7, 29),),
        "date_note": "", "modality": Modality.VIRTUAL, "place": "", "hours": Decimal(2), "cycle": "Pacto por la Transparencia",
        "office": "Oficina de Gobierno Abierto", "parent": "Secretaría Privada", "entity": "Gobernación de Caldas", "departamento": "17",
        "roster_version": 1, **changes,
    }  # fmt: skip
    return Occasion(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cancelled", "has_roster", "part", "revoked", "verdict"),
    [
        (False, True, "attendee", False, Standing.MAY),
        (False, True, "speaker", False, Standing.MAY),
        (True, True, "attendee", False, Standing.MAY),
        (False, True, "organiser", False, Standing.ORGANISER),
        (False, True, None, False, Standing.NOT_LISTED),
        (False, False, None, False, Standing.NOT_CLOSED),
        (True, False, None, False, Standing.CANCELLED),
        (True, True, None, False, Standing.CANCELLED),
        (False, True, "attendee", True, Standing.REVOKED),
    ],
)
def test_only_those_in_the_acta_may_have_one(cancelled: bool, has_roster: bool, part: str | None, revoked: bool, verdict: Standing) -> None:
    assert rules.standing(cancelled=cancelled, has_roster=has_roster, part=part, revoked=revoked) is verdict


def test_content_says_the_day_the_manner_and_the_hours_in_words() -> None:
    said = rules.content(Holder(1, "attendee", "Elvira Demo Cedral", "CC", "1000000418"), occasion(), now=NOW)
    assert (said["when"], said["manner"], said["hours"]) == ("el 29 de julio de 2021", "de manera virtual", "dos (2) horas")
    assert rules.document_words(said["document_type"], said["document_number"]) == "cédula de ciudadanía No. 1.000.000.418"
    assert rules.issued_words(said["issued_on"], said["place"]) == "Se expide en Caldas, a los tres (3) días del mes de agosto de 2021."


@pytest.mark.parametrize(
    ("day", "words"),
    [("2021-08-01", "al primer (1) día"), ("2021-08-21", "a los veintiún (21) días"), ("2021-08-31", "a los treinta y un (31) días")],
)
def test_days_of_issue_are_written_in_words(day: str, words: str) -> None:
    assert words in rules.issued_words(day, "")


def test_event_without_days_or_hours_says_what_is_known() -> None:
    said = rules.content(Holder(1, "attendee", "Elvira Demo", None, None), occasion(days=(), date_note="en 2021", hours=None), now=NOW)
    assert (said["when"], said["hours"]) == ("en 2021", "")
    assert rules.document_words(said["document_type"], said["document_number"]) == ""


def test_same_words_on_another_day_say_the_same() -> None:
    holder = Holder(1, "attendee", "Elvira Demo", "CC", "1000000418")
    one, other = (rules.content(holder, occasion(roster_version=version), now=NOW.replace(day=version)) for version in (1, 2))
    assert one != other
    assert rules.says_the_same(one, other)
    assert not rules.says_the_same(one, {**one, "name": "Otra"})


def test_another_signer_or_place_signs_the_next_ones_and_makes_no_earlier_one_wrong() -> None:
    holder = Holder(1, "attendee", "Elvira Demo", "CC", "1000000418")
    before = rules.content(holder, occasion(), now=NOW)
    signed = occasion(signer="Marina Ficticia Alisos", signer_post="Jefa", issued_in="Manizales, Caldas")
    after = rules.content(holder, signed, now=NOW)
    assert (before["signer"], after["signer"], after["signer_post"]) == ("", "Marina Ficticia Alisos", "Jefa")
    assert rules.issued_words(after["issued_on"], after["place"]).startswith("Se expide en Manizales, Caldas, a los tres")
    assert rules.says_the_same(before, after)
    assert rules.says_the_same({key: value for key, value in before.items() if not key.startswith("signer")}, after)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("7QXK-4M2P-RB93-0ABC", "7QXK4M2PRB930ABC"),
        (" 7qxk 4m2p rb93 oabc ", "7QXK4M2PRB930ABC"),
        ("LIQK4M2PRB930ABC", "11QK4M2PRB930ABC"),
        ("7QXK-4M2P-RB93", None),
        ("7QXK4M2PRB930ABU", None),
        ("../../etc/passwd", None),
        ("", None),
        ("７QXK4M2PRB930ABC", None),
    ],
)
def test_codes_are_read_as_people_type_them(typed: str, read: str | None) -> None:
    assert read_code(typed) == read


def test_code_holds_80_random_bits() -> None:
    assert new_code(b"\x00" * 10) == "0" * 16
    assert new_code(b"\xff" * 10) == "Z" * 16
    assert read_code(shown_code(new_code(bytes(range(10))))) == new_code(bytes(range(10)))


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Jose\u0301 Mun\u0303oz", "José Muñoz"),
        ("Ana \U0001f600", "Ana"),
        ("Ana \U0001f980 Ruiz", "Ana Ruiz"),
        ("Ana \u2764\ufe0f Ruiz \u2705", "Ana Ruiz"),
        ("Ana \U0001f469\U0001f3fd\u200d\U0001f4bb\U0001f1e8\U0001f1f4", "Ana"),
        ("Ana\ufffe \ue000Ruiz\x07", "Ana Ruiz"),
        ("Feria & <b> n.º 5: «niñez» — 1.ª", "Feria & <b> n.º 5: «niñez» — 1.ª"),
        ("José 李小龍", "José 李小龍"),
        ("محمد", "محمد"),
    ],
)
def test_names_are_printed_as_a_sheet_can_keep_them(name: str, printed: str) -> None:
    assert rules.printable(name) == printed


@pytest.mark.parametrize(
    ("name", "size"),
    [("Ana Ruiz", "xl"), ("Ana Constantinopla", "l"), ("Ana Constantinopolitana", "s"), ("Ana " * 12, "m"), ("", "xl")],
)
def test_escarapela_is_sized_by_its_longest_word_too(name: str, size: str) -> None:
    assert rules.badge_size(name.strip()) == size


def test_reason_to_revoke_is_a_sentence() -> None:
    rules.check_reason("El nombre tenía un error")
    for wrong in ("no", "x" * 301):
        with pytest.raises(InvalidInput):
            rules.check_reason(wrong)
