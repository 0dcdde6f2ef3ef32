"""The names people know for meeting hosts, initials, and a programme of several days."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from eventos.agenda import rules
from eventos.cycles.rules import ProgrammeGiven
from eventos.kernel.platforms import platform
from tests.cycles.factories import a_published_event, an_event, the_view


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://teams.microsoft.com/l/meetup-join/19%3a", "Microsoft Teams"),
        ("https://us02web.zoom.us/j/1", "Zoom"),
        ("https://meet.google.com/abc", "Google Meet"),
        ("https://notzoom.us/j/1", ""),
        ("https://teams.microsoft.com.pesca.example/", ""),
        ("https://reuniones.caldas.example/sala", ""),
        ("", ""),
    ],
)
def test_a_meeting_is_called_by_its_host_and_never_by_a_lookalike(link: str, name: str) -> None:
    assert platform(link) == name


def test_a_sentence_that_ends_in_an_hour_has_one_full_stop(db: Session) -> None:
    opens = datetime(2030, 7, 20, 13, tzinfo=UTC)
    view = the_view(db, a_published_event(db, registration_opens_at=opens))
    said = rules.entrance(view, datetime(2030, 7, 1, tzinfo=UTC)).sentence
    assert (said or "").replace("\xa0", " ") == "Las inscripciones abren el 20 de julio de 2030, 8:00 a. m."


@pytest.mark.parametrize(("name", "letters"), [("Aurora Ejemplo Guadual", "AE"), ("🌱 Ñame", "Ñ"), ("", "")])
def test_initials_are_the_first_two_names(name: str, letters: str) -> None:
    assert rules.initials(name) == letters


def test_a_programme_of_several_days_is_told_by_days(db: Session) -> None:
    lines = (ProgrammeGiven("Apertura", "08:00", on_date=date(2030, 7, 25)), ProgrammeGiven("Cierre", "", on_date=date(2030, 7, 26)))
    blocks = rules.programme(the_view(db, an_event(db, programme=lines)))
    assert [(block["day"], [line["time"] for line in block["lines"]]) for block in blocks] == [
        (date(2030, 7, 25), ["8:00\xa0a.\xa0m."]),
        (date(2030, 7, 26), [""]),
    ]


def test_a_programme_of_one_day_needs_no_heading(db: Session) -> None:
    blocks = rules.programme(the_view(db, an_event(db, programme=(ProgrammeGiven("Apertura", "08:00"),))))
    assert [block["day"] for block in blocks] == [None]
