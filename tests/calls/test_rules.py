"""Where an entity stands, whom a mail goes to, what a call may say and when it may go out."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from eventos.calls import rules, wording
from eventos.calls.rules import FlyerUse, Ready, SaveCall, Signed
from eventos.calls.standing import Standing, Whom, is_chosen, is_late, is_overdue, standing, tally
from eventos.kernel import filling
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.vocabulary import EventState

NOW = datetime(2030, 7, 10, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=5)


@dataclass(frozen=True)
class Entity:
    standing: Standing = Standing.SENT
    mailbox: str = "contacto@aguadas.example"
    is_removed: bool = False
    registered: int = 0
    answered_at: datetime | None = None


def some_board(seed: int) -> tuple[list[Entity], datetime | None]:
    """A board nobody thought of: any delivery with any answer, any deadline."""
    chance = random.Random(seed)

    def moment() -> datetime | None:
        return chance.choice([None, NOW + timedelta(hours=chance.randint(-400, 400))])

    def entity() -> Entity:
        confirmed, declined = moment(), moment()
        stands = standing(chance.choice([None, "queued", "sent", "failed", "bounced"]), confirmed_at=confirmed, declined_at=declined)
        mailbox = chance.choice(["", "contacto@aguadas.example"])
        return Entity(stands, mailbox, chance.random() < 0.2, chance.choice([0, 0, 1, 7]), declined or confirmed)

    return [entity() for _ in range(chance.randint(0, 40))], moment()


def test_the_numbers_of_a_board_always_add_up_to_those_convened() -> None:
    for seed in range(300):
        rows, deadline = some_board(seed)
        counted = tally(rows, deadline_at=deadline, now=NOW)
        assert sum(counted.by.values()) == counted.convened == len(rows)
        assert counted.registered == sum(row.registered for row in rows)
        assert counted.with_registered <= len(rows)
        assert counted.late <= len(rows)
        assert counted.overdue <= counted.by[Standing.SENT]


def test_nobody_without_mailbox_or_no_longer_convened_is_written_to() -> None:
    seen = [row for seed in range(100) for row in some_board(seed)[0]]
    chosen = [row for row in seen for whom in Whom if is_chosen(whom, row)]
    assert chosen
    assert all(row.mailbox and not row.is_removed for row in chosen)


def test_an_answer_weighs_more_than_how_the_mail_fared() -> None:
    assert standing("bounced", confirmed_at=NOW) is Standing.CONFIRMED
    assert standing("sent", confirmed_at=NOW, declined_at=LATER) is Standing.DECLINED
    assert standing("bounced") is Standing.BOUNCED
    assert standing(None) is Standing.NOT_SENT


def test_reminders_go_only_to_those_who_have_not_confirmed() -> None:
    assert [stands for stands in Standing if is_chosen(Whom.UNCONFIRMED, Entity(stands))] == [Standing.SENT]
    assert is_chosen(Whom.UNREGISTERED, Entity(Standing.CONFIRMED))
    assert not is_chosen(Whom.UNREGISTERED, Entity(Standing.CONFIRMED, registered=1))
    assert [stands for stands in Standing if is_chosen(Whom.BOUNCED, Entity(stands))] == [Standing.FAILED, Standing.BOUNCED]


def test_late_is_after_the_deadline_and_overdue_is_no_answer_by_then() -> None:
    assert is_late(LATER + timedelta(seconds=1), LATER)
    assert not is_late(LATER, LATER)
    assert not is_late(LATER, None)
    assert is_overdue(Standing.SENT, NOW, LATER)
    assert not is_overdue(Standing.CONFIRMED, NOW, LATER)
    assert not is_overdue(Standing.SENT, LATER, NOW)


def test_an_unknown_field_is_refused_beside_the_field_and_known_ones_are_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.check_call(SaveCall("A {evento}", "Hola {nombre_alcalde}", LATER), now=NOW)
    assert set(refused.value.fields) == {"body"}
    assert "{nombre_alcalde}" in refused.value.fields["body"]
    assert "{entidad}" in refused.value.fields["body"]
    rules.check_call(SaveCall("A {evento}", "Hola {entidad}", LATER), now=NOW)


@pytest.mark.parametrize("hostile", ["{entidad.__class__}", "{0}", "{}", "{entidad!r}", "{{7*7}}", "{% raw %}", "{config}", "{entidad"])
def test_what_looks_like_code_is_no_field(hostile: str) -> None:
    with pytest.raises(InvalidInput):
        rules.check_call(SaveCall("Asunto", f"Hola {hostile}", LATER), now=NOW)


def test_what_a_value_holds_is_not_read_as_a_field() -> None:
    values = dict.fromkeys(wording.FIELDS, "x") | {"entidad": "Alcaldía de {plazo} \\1", "plazo": "mañana"}
    assert filling.fill("{entidad}, {plazo}", values) == "Alcaldía de {plazo} \\1, mañana"
    [[line]] = filling.paragraphs("Antes {entidad} después", values)
    assert [piece.text for piece in line] == [
        "Antes ",
        "Alcaldía de {plazo} \\1",
        " después",
    ]


def test_a_field_that_is_not_known_any_more_stays_as_it_was_written() -> None:
    assert filling.fill("Hola {cabildo}, {entidad}", {"entidad": "Neira"}) == "Hola {cabildo}, Neira"


def test_an_hour_before_a_full_stop_ends_the_sentence_once() -> None:
    values = dict.fromkeys(wording.FIELDS, "x") | {"plazo": "5:00 p. m."}
    assert filling.fill("Antes de {plazo}. Y {plazo}, o {plazo}", values) == "Antes de 5:00 p. m. Y 5:00 p. m., o 5:00 p. m."


def test_links_are_told_apart_in_the_text_and_have_no_place_in_the_subject() -> None:
    values = dict.fromkeys(wording.FIELDS, "x") | {"confirmar": "https://eventos.example/c"}
    [[line]] = filling.paragraphs("Aquí: {confirmar}", values, links=wording.LINKS)
    assert [piece.is_link for piece in line] == [False, True]
    [[line]] = filling.paragraphs("Vea https://caldas.example/guia. Y {entidad}", values | {"entidad": "https://mal.example"})
    assert [piece.text for piece in line if piece.is_link] == ["https://caldas.example/guia"]  # typed by the office, and nobody else
    with pytest.raises(InvalidInput) as refused:
        rules.check_call(SaveCall("Entre a {confirmar}", "Hola", LATER), now=NOW)
    assert "subject" in refused.value.fields


def test_a_deadline_at_or_before_now_is_refused_and_a_named_one_must_be_there() -> None:
    for deadline in (NOW, NOW - timedelta(days=9)):
        with pytest.raises(InvalidInput) as refused:
            rules.check_call(SaveCall("Asunto", "Texto", deadline), now=NOW)
        assert "plazo" in refused.value.fields["deadline_at"].lower()
    with pytest.raises(InvalidInput) as refused:
        rules.check_call(SaveCall("Asunto", "Antes del {plazo}"), now=NOW)
    assert "deadline_at" in refused.value.fields
    rules.check_call(SaveCall("Asunto", "Texto", NOW + timedelta(minutes=1)), now=NOW)


READY = Ready(EventState.PUBLISHED, LATER + timedelta(days=9), LATER, FlyerUse.NONE, False, 1, 1)


@pytest.mark.parametrize(
    "ready",
    [
        replace(READY, deadline_at=NOW),
        replace(READY, seen_version=0),
        replace(READY, event_state=EventState.DRAFT),
        replace(READY, event_state=EventState.CANCELLED),
        replace(READY, ends_at=NOW),
        replace(READY, is_postponed=True, ends_at=None),
        replace(READY, flyer=FlyerUse.SHOWN),
    ],
)
def test_a_call_does_not_go_out_when_something_is_wrong(ready: Ready) -> None:
    with pytest.raises(RuleViolation):
        rules.check_send(ready, Whom.ALL, now=NOW)
    rules.check_send(READY, Whom.ALL, now=NOW)


def test_a_reminder_may_follow_the_deadline_and_a_first_call_may_not() -> None:
    past = replace(READY, deadline_at=NOW - timedelta(days=1))
    rules.check_send(past, Whom.UNCONFIRMED, now=NOW)
    with pytest.raises(RuleViolation):
        rules.check_send(past, Whom.UNSENT, now=NOW)


def test_a_deadline_on_a_sunday_a_holiday_or_after_the_event_is_pointed_out() -> None:
    sunday, holiday = datetime(2030, 7, 14, 15, tzinfo=UTC), datetime(2030, 8, 7, 15, tzinfo=UTC)
    assert rules.advice(sunday, None) == ["El plazo vence un domingo."]
    assert rules.advice(holiday, None)[0].startswith("El plazo vence en festivo: Batalla de Boyac")
    assert rules.advice(NOW, NOW - timedelta(days=1)) == ["El plazo vence después de que empieza el evento."]
    assert rules.advice(NOW, LATER) == []
    assert rules.advice(None, NOW) == []


def test_a_name_that_carries_a_link_signs_nothing() -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.check_signed(Signed("www.premio.example", "Alcaldesa"))
    assert "name" in refused.value.fields
    rules.check_signed(Signed("Ramiro Prueba", ""))


def test_a_mail_that_is_only_late_has_not_come_back() -> None:
    assert [rules.is_permanent(status) for status in ("5.1.1", "4.4.1", "2.0.0", "")] == [True, False, False, True]


def test_the_hash_of_a_call_changes_with_each_thing_it_says() -> None:
    said = {"subject": "A", "body": "B", "deadline": None, "flyer": "none", "files": {}}
    annex = [{"filename": "matriz.xlsx", "sha256": "0" * 64}]
    hashes = {
        rules.content_hash(said, []),
        rules.content_hash(said, annex),
        rules.content_hash(said | {"body": "b"}, []),
        rules.content_hash(said | {"deadline": "2030"}, []),
    }
    assert len(hashes) == 4
