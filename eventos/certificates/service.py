"""Issue, reissue and revoke constancias; ask for escarapelas. Whoever draws them is a job."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from eventos.attendance import queries as attendance
from eventos.attendance.queries import RosterVersion
from eventos.certificates import queries, rules
from eventos.certificates.codes import Holder, State, new_code
from eventos.certificates.models import BadgeSheet, Certificate
from eventos.certificates.queries import CertificateView
from eventos.certificates.rules import NoCertificate, Occasion, Standing
from eventos.cycles.queries import EventView, event_view_by_id
from eventos.entities.queries import OfficeView, office_view
from eventos.kernel import audit, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import changed
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import RegistrationState
from eventos.registration.models import Registration

# A worker draws a batch in about this long; the next one waits, so that mails do not.
BATCH, BATCH_TIME = 50, timedelta(seconds=15)
REPLACED = "Se expidió otra después de corregir el acta."
SAME_SHEET = timedelta(seconds=10)


def occasion(event: EventView, office: OfficeView, roster: RosterVersion) -> Occasion:
    return Occasion(
        title=event.title,
        kind=event.kind,
        days=event.dates,
        date_note=event.date_note,
        modality=event.modality,
        place=event.place,
        hours=event.intensity_hours,
        cycle=event.cycle_name,
        office=office.name,
        parent=office.parent,
        entity=office.entity,
        departamento=office.departamento,
        roster_version=roster.version,
        signer=office.signer_name,
        signer_post=office.signer_post,
        issued_in=office.issued_in,
    )


def standing_of(db: Session, registration_id: int, event_id: int, state: RegistrationState) -> tuple[Standing, CertificateView | None]:
    """Whether somebody may have a constancia, and the last one they had: two statements."""
    force = queries.part_in_force(db, event_id, registration_id)
    last = queries.of_registration(db, registration_id)
    verdict = rules.standing(
        cancelled=not state.is_open,
        has_roster=force is not None,
        part=force[2] if force else None,
        revoked=last is not None and last.state is State.REVOKED and last.replaced_by_id is None,
    )
    return verdict, last


def issue_own(db: Session, registration_id: int, *, by: Actor, now: datetime) -> int:
    """Issue the constancia of a registration, asked by its person; one that is being made or was made stays. Gives its id.

    Raises NoCertificate with the reason.
    """
    event_id, state = db.execute(select(Registration.event_id, Registration.state).where(Registration.id == registration_id)).one()
    verdict, last = standing_of(db, registration_id, event_id, RegistrationState(state))
    if verdict is not Standing.MAY:
        raise NoCertificate(rules.REASONS[verdict])
    if last is not None and last.state in (State.PENDING, State.READY):
        return last.id
    if last is not None and last.state is State.ERROR:
        _draw_again(db, last.id)
        return last.id
    listed = queries.part_in_force(db, event_id, registration_id)
    _issue(db, event_id, only=[listed[3] if listed else registration_id], by=by, now=now)
    made = queries.of_registration(db, registration_id)
    if made is None:
        raise NoCertificate
    return made.id


def issue_all(db: Session, event_id: int, *, by: Actor, now: datetime) -> int:
    """Issue what the acta in force lacks, and reissue what says something else since its correction. Gives how many.

    Whoever had it revoked gets none here: that is decided one by one. Raises NoCertificate while no acta is closed.
    """
    return _issue(db, event_id, by=by, now=now)


def reissue(db: Session, event_id: int, registration_id: int, *, by: Actor, now: datetime) -> None:
    """Issue a new one for somebody of the acta, with a new code; a live one is revoked as replaced. Raises NoCertificate."""
    if not _issue(db, event_id, only=[registration_id], anyway=True, by=by, now=now):
        raise NoCertificate("Esta persona no está entre los asistentes del acta en vigor.")


def _issue(db: Session, event_id: int, *, only: Sequence[int] = (), anyway: bool = False, by: Actor, now: datetime) -> int:
    roster = attendance.latest(db, event_id)
    if roster is None:
        raise NoCertificate(rules.REASONS[Standing.NOT_CLOSED])
    about = occasion(event_view_by_id(db, event_id), office_view(db), roster)
    live = queries.live_of_event(db, event_id)
    refused = set() if anyway or only else _revoked_for_good(db, event_id)
    wanted: list[tuple[Holder, dict[str, Any]]] = []
    replaced: list[int] = []
    for holder in queries.holders(db, roster.id, only=only):
        said = rules.content(holder, about, now=now)
        had = live.get(holder.registration_id)
        if holder.registration_id in refused or (had is not None and not anyway and rules.says_the_same(had.content, said)):
            continue
        if had is not None:
            replaced.append(had.id)
        wanted.append((holder, said))
    if not wanted:
        return 0
    _replace(db, replaced, now)
    made = _insert(db, roster.id, wanted, now)
    _tell_replaced(db, replaced)
    for at in range(0, len(made), BATCH):
        jobs = [(f"certificates.build:{number}", {"certificate_id": number}) for number in made[at : at + BATCH]]
        outbox.enqueue_many(db, "certificates.build", jobs, due_at=now + at // BATCH * BATCH_TIME)
    audit.record(db, by, "certificates.issue", "event", event_id, issued=len(made), replaced=len(replaced), roster=roster.version)
    return len(made)


def _revoked_for_good(db: Session, event_id: int) -> set[int]:
    """Registrations whose constancia somebody revoked, and none came after it."""
    question = (
        select(Certificate.registration_id)
        .join(Registration, Registration.id == Certificate.registration_id)
        .where(Registration.event_id == event_id, Certificate.revoked_at.is_not(None), Certificate.replaced_by_id.is_(None))
    )
    return set(db.execute(question).scalars())


def _insert(db: Session, roster_id: int, wanted: Sequence[tuple[Holder, dict[str, Any]]], now: datetime) -> list[int]:
    """Write them set-wise. The partial unique index settles who was first: the second of two clicks raises and leaves nothing."""
    values = [
        {
            "code": new_code(secrets.token_bytes(10)),
            "registration_id": holder.registration_id,
            "roster_id": roster_id,
            "part": holder.part,
            "state": State.PENDING.value,
            "content": said,
            "issued_at": now,
        }
        for holder, said in wanted
    ]
    db.execute(insert(Certificate), values)
    codes = [value["code"] for value in values]
    found = db.execute(select(Certificate.code, Certificate.id).where(Certificate.code.in_(codes)))
    made = {row.code: row.id for row in found}
    return [made[code] for code in codes]


def _replace(db: Session, replaced: Sequence[int], now: datetime) -> None:
    if replaced:
        _revoke(db, replaced, REPLACED, now)


def _tell_replaced(db: Session, replaced: Sequence[int]) -> None:
    """Say of each replaced one which came instead."""
    if not replaced:
        return
    newer = select(Certificate.id, Certificate.registration_id).where(Certificate.revoked_at.is_(None)).subquery()
    instead = select(newer.c.id).where(newer.c.registration_id == Certificate.registration_id).scalar_subquery()
    db.execute(
        update(Certificate).where(Certificate.id.in_(replaced)).values(replaced_by_id=instead).execution_options(synchronize_session=False)
    )


def _revoke(db: Session, numbers: Sequence[int], reason: str, now: datetime) -> int:
    values = {"state": State.REVOKED.value, "revoked_at": now, "revoke_reason": reason}
    done = db.execute(update(Certificate).where(Certificate.id.in_(numbers), Certificate.revoked_at.is_(None)).values(**values))
    return changed(done)


def revoke(db: Session, event_id: int, code: str, *, reason: str, by: Actor, now: datetime) -> None:
    """Revoke one; whoever verifies it reads the reason. Raises InvalidInput, NotFound."""
    rules.check_reason(reason)
    found = queries.of_event(db, event_id, code)
    if not _revoke(db, [found.id], reason, now):
        raise NotFound("Esa constancia ya estaba revocada.")
    audit.record(db, by, "certificates.revoke", "registration", found.registration_id, certificate=found.id, reason=reason)


def revoke_gone(db: Session, event_id: int, *, by: Actor, now: datetime) -> int:
    """Revoke the live ones of whoever a correction took out of the acta. Gives how many."""
    roster = attendance.latest(db, event_id)
    live = queries.live_of_event(db, event_id)
    listed = {holder.registration_id for holder in queries.holders(db, roster.id)} if roster else set()
    gone = [view.id for number, view in live.items() if number not in listed]
    if gone:
        _revoke(db, gone, "El acta de asistencia se corrigió y la persona ya no figura en ella.", now)
        audit.record(db, by, "certificates.revoke_gone", "event", event_id, certificates=gone)
    return len(gone)


def draw_failed(db: Session, event_id: int) -> int:
    """Try again those that could not be drawn."""
    failed = [view.id for view in queries.live_of_event(db, event_id).values() if view.state is State.ERROR]
    for number in failed:
        _draw_again(db, number)
    return len(failed)


def _draw_again(db: Session, certificate_id: int) -> None:
    again = db.execute(
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.state == State.ERROR.value)
        .values(state=State.PENDING.value, error=None)
    )
    if changed(again):
        outbox.enqueue(db, "certificates.build", certificate_id=certificate_id)


def mark_ready(db: Session, certificate_id: int, *, sha256: str) -> None:
    """Remember the file of one that is still wanted."""
    db.execute(
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.state == State.PENDING.value)
        .values(state=State.READY.value, file_sha256=sha256, error=None)
    )


def mark_error(db: Session, certificate_id: int, *, reason: str) -> None:
    db.execute(
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.state == State.PENDING.value)
        .values(state=State.ERROR.value, error=reason)
    )


def record_reading(db: Session, certificate: CertificateView, *, by: Actor) -> None:
    """Write down that somebody of the office took a file with a whole document number."""
    audit.record(db, by, "certificates.read", "registration", certificate.registration_id, certificate=certificate.id)


# --- escarapelas -------------------------------------------------------------------------------------------------------------------


def ask_badges(db: Session, event_id: int, *, by: Actor, now: datetime) -> str:
    """Ask for the escarapelas of everybody registered now; a double click is one question. Gives their public id."""
    last = queries.last_sheet(db, event_id)
    if last is not None and last.state == State.PENDING and last.requested_at > now - SAME_SHEET:
        return last.public_id
    sheet = BadgeSheet(
        public_id=tokens.public_id(), event_id=event_id, state=State.PENDING.value, requested_by=by.name or by.ref, requested_at=now
    )
    db.add(sheet)
    db.flush()
    outbox.enqueue(db, "certificates.badges", key=f"certificates.badges:{sheet.id}", sheet_id=sheet.id)
    audit.record(db, by, "certificates.badges", "event", event_id, sheet=sheet.id)
    return sheet.public_id


def end_badges(db: Session, sheet_id: int, *, people: int = 0, sha256: str | None = None, error: str | None = None) -> None:
    """Remember the file, or why there is none."""
    values = {"state": (State.READY if sha256 else State.ERROR).value, "people": people, "file_sha256": sha256, "error": error}
    db.execute(update(BadgeSheet).where(BadgeSheet.id == sheet_id, BadgeSheet.state == State.PENDING.value).values(**values))
