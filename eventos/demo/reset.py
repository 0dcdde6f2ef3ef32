"""Takes the demonstration away: its rows and nothing else. People who also registered for a real event stay, as real people."""

from typing import Any

from sqlalchemy import delete, or_, select, union, update
from sqlalchemy.orm import Session

from eventos.attendance.models import AttendanceDecision, AttendancePart, Roster, RosterEntry
from eventos.calls.models import Call, CallDesignee, CallEntry, CallRecipient, Convened
from eventos.certificates.models import BadgeSheet, Certificate
from eventos.checkin.models import Acceptance, DeviceEvent, DoorRoom, Scan
from eventos.cycles.models import (
    Cycle,
    CycleMunicipio,
    CycleStaff,
    Event,
    EventDay,
    EventRole,
    MailWording,
    Material,
    ProgrammeItem,
    SeatPool,
    Speaker,
)
from eventos.desk.models import AttendanceSheet, SavedView
from eventos.dialogue.models import Question
from eventos.entities.models import Entity, Office
from eventos.inbox.models import InboundDecision, InboundMail
from eventos.kernel.outbox import Job
from eventos.mailings.models import AfterMail, AfterPlan
from eventos.people.models import Consent, DuplicateDismissed, Person, PersonMerge
from eventos.publicity.models import Flyer, Logo
from eventos.registration.models import (
    AdmissionPolicy,
    Answer,
    BulkAction,
    BulkRow,
    FormQuestion,
    FormQuestionVersion,
    Import,
    ImportRow,
    OptionSeat,
    Registration,
    RegistrationGroup,
    Reminder,
    RevokedTicket,
    SensitiveAnswer,
)
from eventos.reports.models import Report, ReportSection, ReportWords


def remove(db: Session) -> int:
    """Delete every row of the demonstration, children first. Answers how many events there were."""
    events = select(Event.id).where(Event.demo)
    number = len(db.scalars(events).all())
    registrations = select(Registration.id).where(Registration.event_id.in_(events))
    calls = select(Call.id).where(Call.event_id.in_(events))
    copies = _copies(events)
    rosters = select(Roster.id).where(Roster.event_id.in_(events))
    _forget_jobs(db, events, registrations)
    db.execute(delete(CallEntry).where(CallEntry.call_id.in_(calls)))
    db.execute(delete(CallDesignee).where(CallDesignee.recipient_id.in_(copies)))
    db.execute(delete(CallRecipient).where(CallRecipient.call_id.in_(calls)))
    db.execute(delete(Call).where(Call.event_id.in_(events)))
    arrived = select(InboundMail.id).where(InboundMail.event_id.in_(events))
    db.execute(delete(InboundDecision).where(InboundDecision.inbound_id.in_(arrived)))
    db.execute(delete(InboundMail).where(InboundMail.event_id.in_(events)))
    db.execute(update(Registration).where(Registration.event_id.in_(events)).values(demo=True))
    questions = select(FormQuestion.id).where(FormQuestion.event_id.in_(events))
    for of_question in (OptionSeat, Answer, SensitiveAnswer, FormQuestionVersion):
        db.execute(delete(of_question).where(of_question.question_id.in_(questions)))
    for of_person in (Acceptance, Certificate, AttendanceDecision, AttendancePart):
        db.execute(delete(of_person).where(of_person.registration_id.in_(registrations)))
    db.execute(delete(RosterEntry).where(RosterEntry.roster_id.in_(rosters)))
    db.execute(delete(Scan).where(Scan.registration_id.in_(registrations)))
    for of_door in (Scan, DeviceEvent, DoorRoom, RevokedTicket, BadgeSheet, AttendanceSheet, Roster):
        db.execute(delete(of_door).where(of_door.event_id.in_(events)))
    db.execute(delete(ImportRow).where(ImportRow.import_id.in_(select(Import.id).where(Import.event_id.in_(events)))))
    db.execute(delete(AfterMail).where(AfterMail.event_id.in_(events)))
    db.execute(delete(BulkRow).where(BulkRow.bulk_id.in_(select(BulkAction.id).where(BulkAction.event_id.in_(events)))))
    db.execute(delete(BulkAction).where(BulkAction.event_id.in_(events)))
    db.execute(delete(Registration).where(Registration.event_id.in_(events)))
    for of_admission in (RegistrationGroup, AdmissionPolicy):
        db.execute(delete(of_admission).where(of_admission.event_id.in_(events)))
    for part in (
        FormQuestion,
        Import,
        Reminder,
        AfterPlan,
        ReportSection,
        ReportWords,
        Report,
        Question,
        Flyer,
        Material,
        EventDay,
        EventRole,
        ProgrammeItem,
        Speaker,
        SeatPool,
    ):
        db.execute(delete(part).where(part.event_id.in_(events)))
    db.execute(delete(Event).where(Event.demo))
    _people(db)
    cycles = select(Cycle.id).where(Cycle.demo, Cycle.id.not_in(select(Event.cycle_id)))
    for link in (CycleMunicipio, CycleStaff, Convened, MailWording, SavedView):
        db.execute(delete(link).where(link.cycle_id.in_(cycles)))
    db.execute(delete(Cycle).where(Cycle.id.in_(cycles)))
    used = union(select(EventRole.entity_id), select(Convened.entity_id))
    db.execute(delete(Logo).where(Logo.entity_id.in_(select(Entity.id).where(Entity.demo, Entity.id.not_in(used)))))
    db.execute(delete(Entity).where(Entity.demo, Entity.id.not_in(used)))
    db.execute(delete(Office).where(Office.demo))
    return number


def _copies(events: Any) -> Any:
    """Each entity's copy of the calls of these events."""
    return select(CallRecipient.id).where(CallRecipient.call_id.in_(select(Call.id).where(Call.event_id.in_(events))))


def _people(db: Session) -> None:
    """Whoever is registered nowhere else goes, with their consents; the others stop being of the demonstration."""
    elsewhere = select(Registration.person_id)
    db.execute(update(Person).where(Person.demo, Person.id.in_(elsewhere)).values(demo=False))
    gone = select(Person.id).where(Person.demo)
    db.execute(delete(Consent).where(Consent.person_id.in_(gone)))
    merged = select(PersonMerge.id).where(or_(PersonMerge.kept_id.in_(gone), PersonMerge.gone_id.in_(gone)))
    db.execute(update(BulkAction).where(BulkAction.merge_id.in_(merged)).values(merge_id=None))
    db.execute(update(Person).where(Person.merged_into_id.in_(gone)).values(merged_into_id=None))
    db.execute(delete(PersonMerge).where(PersonMerge.id.in_(merged)))
    pairs = or_(DuplicateDismissed.first_id.in_(gone), DuplicateDismissed.second_id.in_(gone))
    db.execute(delete(DuplicateDismissed).where(pairs))
    db.execute(delete(Person).where(Person.demo))


def _forget_jobs(db: Session, events: Any, registrations: Any) -> None:
    """Promises about what is going away are taken back."""
    going = {
        "event_id": events,
        "call_id": select(Call.id).where(Call.event_id.in_(events)),
        "designee_id": select(CallDesignee.id).where(CallDesignee.recipient_id.in_(_copies(events))),
        "recipient_id": _copies(events),
        "registration_id": registrations,
        "report_id": select(Report.id).where(Report.event_id.in_(events)),
        "flyer_id": select(Flyer.id).where(Flyer.event_id.in_(events)),
        "material_id": select(Material.id).where(Material.event_id.in_(events)),
        "certificate_id": select(Certificate.id).where(Certificate.registration_id.in_(registrations)),
        "sheet_id": select(BadgeSheet.id).where(BadgeSheet.event_id.in_(events)),
        "attendance_sheet_id": select(AttendanceSheet.id).where(AttendanceSheet.event_id.in_(events)),
        "bulk_id": select(BulkAction.id).where(BulkAction.event_id.in_(events)),
        "import_id": select(Import.id).where(Import.event_id.in_(events)),
        "reminder_id": select(Reminder.id).where(Reminder.event_id.in_(events)),
        "after_mail_id": select(AfterMail.id).where(AfterMail.event_id.in_(events)),
    }
    gone = {name: set(db.scalars(ids)) for name, ids in going.items()}
    waiting = db.execute(select(Job.id, Job.args).where(Job.done_at.is_(None))).all()
    pointless = [job_id for job_id, args in waiting if any(args.get(name) in numbers for name, numbers in gone.items())]
    if pointless:
        db.execute(delete(Job).where(Job.id.in_(pointless)))
