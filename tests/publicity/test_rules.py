"""What a pieza says: the right weekday, the hours, the place, who it is for, and a title of the size that fits."""

from datetime import date, time
from typing import Any

import pytest
from sqlalchemy.orm import Session

from eventos.cycles.rules import HostGiven
from eventos.entities.queries import OfficeView
from eventos.kernel.vocabulary import HostRole, Modality
from eventos.publicity import rules
from eventos.publicity.rules import FORMATS, SQUARE, LogoView
from tests.cycles.factories import CALDAS, LINK, a_cycle, a_day, an_event, the_view

OFFICE = OfficeView(name="Oficina de Gobierno Abierto", entity="Gobernación Ficticia", is_set=True)


def said(db: Session, *, expected: tuple[str, ...] = CALDAS, **changes: Any) -> dict[str, Any]:
    event = the_view(db, an_event(db, cycle=a_cycle(db, expected=expected), **changes))
    return rules.fields(event, OFFICE, [])


def test_the_fifth_session_says_its_weekday_hour_and_place(db: Session) -> None:
    found = said(db, days=(a_day(date(2021, 7, 29)),), link="https://teams.microsoft.com/join/a,b")
    assert found["day"] == {"number": "29", "weekday": "Jueves", "month": "julio de 2021", "words": ""}
    assert [hour.replace("\u00a0", " ").replace("\u202f", " ") for hour in found["hours"]] == ["8:00 a. m. a 10:00 a. m."]
    assert found["where"] == ["Virtual, por Microsoft Teams"]
    assert (found["kicker"], found["title"]) == ("Quinta asistencia técnica", "Gobierno Abierto")
    assert found["audience"] == "Para los 27 municipios de Caldas"


def test_the_raw_link_is_nowhere_in_it(db: Session) -> None:
    found = said(db)
    assert LINK not in str(found)
    assert found["url"].endswith("/eventos/quinta-asistencia-tecnica-gobierno-abierto")


def test_several_days_with_their_own_hours(db: Session) -> None:
    days = (a_day(date(2030, 5, 30), time(8), time(11, 30)), a_day(date(2030, 5, 31), time(14), time(16)))
    found = said(db, days=days)
    assert found["day"]["number"] == ""
    assert "30 y 31 de mayo de 2030" in found["day"]["words"]
    assert [line.partition(":")[0] for line in found["hours"]] == ["30 de mayo", "31 de mayo"]


def test_a_hybrid_event_says_both_places_and_an_unknown_day_its_note(db: Session) -> None:
    found = said(
        db, modality=Modality.HYBRID, venue_name="Auditorio Ficticio", venue_divipola="17001", days=(), date_note="primavera de 2030"
    )
    assert "Auditorio Ficticio" in found["where"][0]
    assert found["where"][1].startswith("También virtual")
    assert found["day"]["words"] == "Primavera de 2030"


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ((), ""),
        (("17614",), "Para 1 municipio de Caldas"),
        (("17614", "17042"), "Para 2 municipios de Caldas"),
        (("17614", "05001"), "Para 2 municipios"),
    ],
)
def test_who_it_is_for(db: Session, expected: tuple[str, ...], words: str) -> None:
    assert said(db, expected=expected)["audience"] == words


def test_allies_are_named_by_their_part_and_the_office_not_twice(db: Session) -> None:
    hosts = (
        HostGiven("Oficina de gobierno abierto"),
        HostGiven("Secretaría Ficticia", HostRole.CO_HOST),
        HostGiven("MinFicticio", HostRole.PARTNER),
        HostGiven("Red Ficticia", HostRole.PARTNER),
        HostGiven("Universidad Ficticia", HostRole.SPONSOR),
    )
    assert said(db, hosts=hosts)["hosts"] == [
        ["Organiza", "Secretaría Ficticia"],
        ["En alianza con", "MinFicticio y Red Ficticia"],
        ["Apoya", "Universidad Ficticia"],
    ]


def test_the_hash_follows_what_it_says(db: Session) -> None:
    event = the_view(db, an_event(db))
    one = rules.fields(event, OFFICE, [])
    assert rules.fields_hash(one) == rules.fields_hash(rules.fields(event, OFFICE, []))
    other = rules.fields(event, OFFICE, [LogoView("Red", "a" * 64, 10, 10)])
    assert rules.fields_hash(one) != rules.fields_hash(other)


def test_a_longer_title_is_never_larger_and_always_of_a_known_size() -> None:
    words = "Transparencia participación y colaboración en los municipios de la región "
    for form in FORMATS:
        sizes = [rules.title_size(words[:length] or "A", form) for length in range(1, len(words))]
        assert sizes == sorted(sizes, reverse=True)
        assert set(sizes) <= set(form.sizes)
        assert rules.title_size("W" * 400, form) == form.sizes[-1]
    assert rules.title_size("Gobierno Abierto", SQUARE) == 128


def test_the_pieza_in_words_says_name_day_hour_and_place(db: Session) -> None:
    words = rules.alt_text(said(db, days=(a_day(date(2021, 7, 29)),)))
    assert words.startswith("Pieza publicitaria. Quinta asistencia técnica: Gobierno Abierto. jueves 29 de julio de 2021. 8:00")
