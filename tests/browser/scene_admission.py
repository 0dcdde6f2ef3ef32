"""A private event with a waiting list, requests and a group: somebody in each state that admission knows."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles import service as cycles
from eventos.cycles.models import Cycle, Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import Source
from eventos.registration import queries_admission as queries
from eventos.registration import service as registration
from eventos.registration.models import Registration
from eventos.registration.rules import Policy, RegisterGroup
from eventos.registration.rules_questions import QuestionKind
from eventos.registration.service import tickets
from eventos.registration.service.my_events import my_events_token
from eventos.registration.service.policy import invitation_token, save_policy
from tests.cycles.factories import a_day, an_event
from tests.registration.factories import a_registration, an_identity, register_command
from tests.registration.forms import a_question, a_workshop


def admission(db: Session, found: dict[str, str]) -> None:
    """One event that is private, one that offers its seats, one for groups, and one that is moderated."""
    private = _event(db, 11, "Mesa de enlaces", Policy(is_private=True, group_limit=5))
    sealed = queries.sealed_invitation(db, private.id)
    assert sealed is not None
    offers = _event(db, 12, "Control social", Policy(offer_hours=24), capacity_virtual=1)
    holder, waits = (a_registration(db, offers, given_names="Berta Demo", source=Source.STAFF) for _ in range(2))
    registration.cancel(db, holder, by=SYSTEM, now=clock.now())
    together = _event(db, 14, "Participación juvenil", Policy(group_limit=5))
    group = RegisterGroup(register_command(together.slug), (an_identity(given_names="Ciro Demo"),))
    registration.register_group(db, group, now=clock.now(), by=SYSTEM, address="192.0.2.9")
    admits = _event(db, 13, "Datos y transparencia", Policy(moderated=True, group_limit=5))
    asks, rejected = (a_registration(db, admits, given_names="Delia Demo", source=Source.FORM) for _ in range(2))
    a_registration(db, admits, given_names="Edgar Demo", source=Source.FORM)
    for each in (together, admits):
        a_workshop(db, each, 20, required=True)
    a_question(db, admits, QuestionKind.FILE, "Carta de su entidad", required=True)
    registration.reject(db, rejected, "Esta sesión es para enlaces de transparencia.", by=SYSTEM, now=clock.now())
    member = db.scalars(select(Registration).where(Registration.event_id == together.id, Registration.group_id.is_not(None))).one()
    found |= {
        "private": invitation_token(sealed), "admits": admits.slug, "request": asks.public_id, "asks": tickets.link_of(asks),
        "rejected": tickets.link_of(rejected), "offered": tickets.link_of(waits), "unconfirmed": tickets.link_of(member),
        "my_events": my_events_token("elvira@riosucio.example"),
    }  # fmt: skip


def _event(db: Session, number: int, topic: str, policy: Policy, **changes: Any) -> Event:
    cycle = db.scalars(select(Cycle)).one()
    days = (a_day(clock.today() + timedelta(days=40)),)
    event = an_event(db, cycle=cycle, number=number, topic=topic, days=days, demo=True, **changes)
    cycles.publish(db, event, by=SYSTEM, now=clock.now())
    save_policy(db, event.id, policy, by=SYSTEM, now=clock.now())
    return event
