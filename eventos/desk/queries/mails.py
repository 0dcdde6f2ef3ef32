"""What was mailed and what still waits, failed or is held: addresses masked, and only of events in one's scope."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from eventos.cycles.models import Event
from eventos.cycles.queries.cards import Member, in_scope
from eventos.kernel import clock
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.outbox import MAX_ATTEMPTS, Job
from eventos.kernel.text import mask_email
from eventos.kernel.titles import title
from eventos.people.models import Person
from eventos.registration.models import Registration

PAGE = 40

# What each job is, as an office calls it. Jobs that follow a fact are named "fact > room.module.function".
JOBS = {
    "registration.confirm": "Confirmación de una inscripción",
    "registration.cancelled": "Aviso de inscripción cancelada",
    "registration.links": "Envío de los vínculos personales",
    "registration.my_events": "Envío del vínculo de «Mis eventos»",
    "registration.expire": "Fin del plazo de los cupos sin respuesta",
    "registration.mail_change": "Confirmación de un correo nuevo",
    "registration.mail_change_notice": "Aviso de cambio de correo",
    "registration.check_import": "Revisión de un archivo importado",
    "registration.remind": "Salida de un recordatorio",
    "registration.reminder": "Recordatorio de un evento",
    "mailings.send": "Agradecimiento o «no vino»",
    "mailings.sample": "Prueba de un correo",
    "roster.closed": "Agradecimiento al cerrar el acta",
    "event.rescheduled": "Aviso de cambio en un evento",
    "mail.bounced": "Aviso de un correo devuelto",
    "mail.replied": "Aviso de una respuesta por correo",
    "event.duplicated": "Preguntas para el evento copiado",
    "event.cancelled": "Aviso de evento cancelado",
    "event.seats_added": "Asignación de cupos nuevos",
    "calls.mail": "Convocatoria a una entidad",
    "calls.test": "Prueba de una convocatoria",
    "calls.invite": "Invitación a una persona designada",
    "calls.notice": "Aviso a una entidad de que el evento cambió",
    "calls.print": "Preparación de la constancia de una convocatoria",
    "cycles.build_material": "Preparación de un material",
    "publicity.build": "Preparación de una pieza publicitaria",
    "certificates.build": "Preparación de una constancia",
    "certificates.badges": "Preparación de escarapelas",
    "reports.build": "Preparación de un informe",
    "desk.print_sheet": "Preparación de una planilla de asistencia",
    "registration.bulk": "Algo que se pidió para varias inscripciones",
}
ROOMS = {"accounts": "Correo de acceso para el equipo", "registration": "Correo de una inscripción", "reports": "Preparación de un informe"}
_TOLD = aliased(Person, name="told")  # whoever registered; Person is who they are since a merge


@dataclass(frozen=True)
class JobRow:
    """A promised piece of work that is not done: waiting, retrying, failed, or held until somebody releases it."""

    id: int
    what: str
    about: str
    recipient: str
    state: str
    reason: str
    created_at: datetime
    due_at: datetime

    @property
    def may_be_retried(self) -> bool:
        return self.state in {"failed", "held", "retrying"}


@dataclass(frozen=True)
class SentRow:
    """A message that the transport took."""

    subject: str
    recipient: str
    sent_at: datetime
    registration: str | None
    bounced_at: datetime | None = None
    bounce_reason: str = ""


@dataclass(frozen=True)
class MailCounts:
    sent: int
    waiting: int
    failed: int
    bounced: int = 0


def mail_counts(db: Session, staff: Member) -> MailCounts:
    """How many were sent, wait, and failed or are held: one statement."""
    jobs = _jobs(staff, func.count(), func.sum(case((Job.buried_at.is_(None), 1), else_=0))).subquery()
    sent, bounced = (_sent(staff, counted).scalar_subquery() for counted in (func.count(), func.count(MailRecord.bounced_at)))
    row = db.execute(select(jobs, sent, bounced)).one()
    return MailCounts(sent=row[2], waiting=int(row[1] or 0), failed=row[0] - int(row[1] or 0), bounced=row[3])


def failed_count(db: Session, staff: Member) -> int:
    return db.execute(_jobs(staff, func.count()).where(Job.buried_at.is_not(None))).scalar_one()


def pending_jobs(db: Session, staff: Member, *, failed: bool | None = None, limit: int = 100) -> list[JobRow]:
    """Jobs not done yet, those that need somebody first: one statement."""
    columns = (
        Job.id, Job.name, Job.attempts, Job.due_at, Job.created_at, Job.buried_at, Job.last_error, Event.kind, Event.number, Event.topic,
        Person.email,
    )  # fmt: skip
    rows = _jobs(staff, *columns)
    if failed is not None:
        rows = rows.where(Job.buried_at.is_not(None) if failed else Job.buried_at.is_(None))
    return [_job(row) for row in db.execute(rows.order_by(Job.buried_at.is_(None), Job.id.desc()).limit(limit))]


def sent_mails(db: Session, staff: Member, *, page: int, bounced: bool = False) -> list[SentRow]:
    """One page of what was sent, or of what came back, latest first: one statement."""
    back = (MailRecord.bounced_at, MailRecord.bounce_reason)
    rows = _sent(staff, MailRecord.subject, MailRecord.recipient, MailRecord.sent_at, Registration.public_id, *back)
    if bounced:
        rows = rows.where(MailRecord.bounced_at.is_not(None))
    rows = rows.order_by(MailRecord.sent_at.desc(), MailRecord.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return [SentRow(*row) for row in db.execute(rows)]


def job_to_retry(db: Session, staff: Member, job_id: int) -> JobRow | None:
    """The job, if this person may see it, it waits for somebody, and no worker has it in hand."""
    columns = (
        Job.id, Job.name, Job.attempts, Job.due_at, Job.created_at, Job.buried_at, Job.last_error, Event.kind, Event.number, Event.topic,
        Person.email,
    )  # fmt: skip
    is_free = or_(Job.leased_until.is_(None), Job.leased_until < clock.now())
    row = db.execute(_jobs(staff, *columns).where(Job.id == job_id, is_free)).one_or_none()
    found = _job(row) if row is not None else None
    return found if found is not None and found.may_be_retried else None


def _jobs(staff: Member, *columns: Any) -> Select[Any]:
    registration_id, event_id = Job.args["registration_id"].as_integer(), Job.args["event_id"].as_integer()
    return (
        select(*columns)
        .select_from(Job)
        .outerjoin(Registration, Registration.id == registration_id)
        .outerjoin(_TOLD, _TOLD.id == Registration.person_id)
        .outerjoin(Person, Person.id == func.coalesce(_TOLD.merged_into_id, _TOLD.id))
        .outerjoin(Event, Event.id == func.coalesce(Registration.event_id, event_id))
        .where(Job.done_at.is_(None), _theirs(staff))
    )


def _sent(staff: Member, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(MailRecord)
        .outerjoin(Registration, and_(MailRecord.about_type == "registration", Registration.id == MailRecord.about_id))
        .outerjoin(Event, or_(Event.id == Registration.event_id, and_(MailRecord.about_type == "event", Event.id == MailRecord.about_id)))
        .where(_theirs(staff))
    )


def _theirs(staff: Member) -> ColumnElement[bool]:
    """Mails about no event (accounts) are for administrators alone: without a cycle no scope holds."""
    return in_scope(Event.cycle_id, staff)


def _job(row: Any) -> JobRow:
    about = title(row.kind, row.number, row.topic)[1] if row.kind else ""
    state = _state(row.buried_at is not None, row.attempts, bool(row.last_error))
    recipient = mask_email(row.email) if row.email else ""
    return JobRow(row.id, job_words(row.name), about, recipient, state, row.last_error or "", row.created_at, row.due_at)


def _state(is_buried: bool, attempts: int, has_error: bool) -> str:
    if is_buried:
        return "failed" if attempts else "held"
    return "retrying" if has_error and attempts < MAX_ATTEMPTS else "waiting"


def job_words(name: str) -> str:
    """What a job is, for people: by its name, by the fact it follows, or by its room."""
    fact = name.partition(" > ")[0]
    return JOBS.get(fact) or ROOMS.get(fact.partition(".")[0], "Trabajo interno")
