"""The demonstration with a little of everything beside it, and the address of every page that can be looked at."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos import demo, migrations
from eventos.accounts import service as accounts
from eventos.accounts.models import ApiToken, Staff
from eventos.adapters import storage
from eventos.adapters.mail.inbox import read as read_mail
from eventos.app import create_app
from eventos.attendance.models import Roster, RosterEntry
from eventos.calls import service as calls
from eventos.calls.models import Call, CallRecipient, Convened
from eventos.calls.queries import letter_view
from eventos.calls.rules import Designee, SaveCall, Signed
from eventos.certificates import service as certificates
from eventos.certificates.models import Certificate
from eventos.checkin.service.devices import make_device
from eventos.cycles import service as cycles
from eventos.cycles.models import Cycle, Event, Material
from eventos.dialogue.models import Question
from eventos.entities.models import Entity
from eventos.inbox import service as inbox
from eventos.jobs import runner
from eventos.kernel import clock, correspondence, tokens
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import database, reading, transaction
from eventos.kernel.settings import Settings
from eventos.kernel.vocabulary import ApiScope, Modality, ReportState, StaffRole
from eventos.people.models import Person
from eventos.registration import importing
from eventos.registration import service as registration
from eventos.registration.models import FormQuestion, Import, Registration
from eventos.registration.service import importing as imports
from eventos.registration.service import tickets
from eventos.registration.service.change import MailChange, mail_change_token
from eventos.registration.service.importing import Options, Upload
from eventos.reports import service as reports
from eventos.reports.models import Report, ReportSection
from tests.accounts.factories import a_link, a_staff
from tests.browser.addresses import ADDRESSES, FIFTH, FORUM, NOW, THIRD
from tests.browser.scene_admission import admission
from tests.browser.scene_door import door
from tests.browser.scene_lists import prepare_lists
from tests.cycles.factories import a_day, an_event
from tests.inbox.letters import a_bounce, a_reply, an_answer
from tests.registration.factories import a_registration

ADMIN = "administra@oficina.example"
ADMIN_NAME = "Marina Ficticia Lozano"

BAD_SHEET = """Tipo de documento;Número de documento;Nombres;Apellidos;Correo;Entidad;Cargo;Municipio;Asistió
CC;41000001;Luz Ensayo;Guayacán;luz@aguadas.example;Alcaldía de Aguadas;Secretaria;Aguadas;Sí
CC;41000002;Iván Ensayo;Cedro;esto no es un correo;Alcaldía de Neira;Enlace;Neira;No
CC;no sé;Sol Ensayo;Yarumo;sol@supia.example;Alcaldía de Supía;Enlace;Supía;Sí
CC;41000004;Paz Ensayo;Roble;paz@atlantida.example;Alcaldía de Atlántida;Enlace;Atlántida;Sí
CC;41000005;=HYPERLINK("http://mal.example");Feria & <b> niñez;feria@salamina.example;Alcaldía de Salamina;Enlace;Salamina;
"""


@dataclass(frozen=True)
class Scene:
    """What there is to look at: the cookie of an administrator, and the addresses of each endpoint's pages."""

    cookie: str
    addresses: dict[str, tuple[str, ...]]


def prepare(data_dir: Path) -> Scene:
    """Make the database of a data folder, load the demonstration, and add what it lacks for every page to have something to show."""
    app = _open(data_dir)
    with app.app_context():
        list(demo.load())
        scene = _add_the_rest(app)
        database.engine.dispose()
    return scene


def load_demo(data_dir: Path) -> str:
    """Only the demonstration and an administrator (`ADMIN`, with the factories' password); answers a cookie of theirs."""
    app = _open(data_dir)
    with app.app_context():
        list(demo.load())
        with transaction() as db:
            cookie = _admin(db)
        database.engine.dispose()
    return cookie


def _open(data_dir: Path) -> Flask:
    """The application in this process on a fresh database in `data_dir`."""
    data_dir.mkdir(parents=True, exist_ok=True)
    app = create_app(Settings.from_environ({"EVENTOS_DATA_DIR": str(data_dir)}), ring=lambda: None)
    with app.app_context():
        migrations.upgrade(database.engine)
    return app


def _admin(db: Session) -> str:
    admin = a_staff(db, role=StaffRole.ADMINISTRATOR, email=ADMIN, name=ADMIN_NAME)
    return accounts.start_session(db, admin.id, now=clock.now())


def _event(db: Session, slug: str) -> Event:
    return db.scalars(select(Event).where(Event.slug == slug)).one()


def _add_the_rest(app: Flask) -> Scene:
    now = clock.now()
    found: dict[str, str] = {}
    with transaction() as db:
        cookie = _admin(db)
        _keys(db)
        accounts.begin_totp(db, db.scalars(select(Staff.id).where(Staff.email == ADMIN)).one())
        helper = a_staff(db, role=StaffRole.ORGANISER, email="organiza@oficina.example", name="Olga Prueba Sauce")
        newcomer = a_staff(db, role=StaffRole.DOOR, email="puerta@oficina.example", name="Pía Muestra Cedro", password=None)
        found["reset"], found["invitation"] = a_link(db, helper, "reset"), a_link(db, newcomer, "invitation")
        _more_events(db, found)
        _people(db, found)
        admission(db, found)
        door(db, _event(db, NOW), found)
        _papers(db, found)
        _inbound(db)
        _calls(db, found)
        reports.ask(db, _event(db, FIFTH).id, format="docx", by=SYSTEM, now=now)
    _sheets(found)
    runner.run_all(app)
    with transaction() as db:
        _unfinished(db, found)
    with reading() as db:
        _look_up(db, found)
    return Scene(cookie, {endpoint: tuple(one.format(**found) for one in some) for endpoint, some in ADDRESSES.items()})


def _keys(db: Session) -> None:
    """Keys to the API: one that works and one that was revoked."""
    owner = db.scalars(select(Staff.id).where(Staff.email == ADMIN)).one()
    for name, scopes in (("Portal de la Gobernación", list(ApiScope)), ("Tablero de prueba", [ApiScope.EVENTS_READ])):
        accounts.make_api_token(db, staff_id=owner, name=name, scopes=scopes, days=90, by=SYSTEM, now=clock.now())
    last = db.scalars(select(ApiToken.public_id).order_by(ApiToken.id.desc())).first()
    assert last is not None
    accounts.revoke_api_token(db, last, staff_id=owner, by=SYSTEM, now=clock.now())


def _more_events(db: Session, found: dict[str, str]) -> None:
    """A draft, one that was called off, and one of a single seat; all of the demonstration's cycle."""
    now, cycle = clock.now(), db.scalars(select(Cycle)).one()
    found["cycle"] = cycle.slug
    soon = a_day(clock.today() + timedelta(days=30))
    found["draft"] = cycles.duplicate_event(db, _event(db, FIFTH), by=SYSTEM, now=now).slug
    off = an_event(db, cycle=cycle, number=None, topic="Rendición de cuentas", days=(soon,), demo=True)
    full = an_event(
        db, cycle=cycle, number=9, topic="Gestión documental", days=(soon,), modality=Modality.ONSITE, capacity_onsite=1,
        venue_name="Sala Ejemplo", venue_divipola="17001", demo=True,
    )  # fmt: skip
    later = an_event(db, cycle=cycle, number=10, topic="Presupuesto participativo", days=(soon,), demo=True)
    for event in (off, full, later):
        cycles.publish(db, event, by=SYSTEM, now=now)
    cycles.postpone(db, later, by=SYSTEM, now=now)
    cycles.cancel(db, off, reason="El auditorio no estará disponible.", by=SYSTEM, now=now)
    found["cancelled"], found["full"], found["later"] = off.slug, full.slug, later.slug


def _people(db: Session, found: dict[str, str]) -> None:
    """Somebody with a seat, somebody who waits, somebody who cancelled, and the links they were sent."""
    forum, full = _event(db, FORUM), _event(db, found["full"])
    elvira = a_registration(db, forum, given_names="Elvira Demo", email="elvira@riosucio.example", modality="virtual")
    a_registration(db, full, given_names="Gloria Demo", family_names="Roble", email="gloria@neira.example")
    waits = a_registration(db, full, given_names="Fabio Demo", family_names="Yarumo", email="fabio@supia.example")
    gone = a_registration(db, forum, given_names="Hugo Demo", family_names="Guamo", email="hugo@victoria.example", modality="virtual")
    registration.cancel(db, gone, by=SYSTEM, now=clock.now())
    prepare_lists(db, full, found)
    asked = MailChange(elvira.person_id, elvira.id, "elvira@riosucio.example", "otra@riosucio.example")
    until = clock.now() + timedelta(hours=1)
    receipt = {"e": [forum.id, full.id], "m": "e***a@riosucio.example"}
    found |= {
        "link": tickets.link_of(elvira), "waits": tickets.link_of(waits), "gone": tickets.link_of(gone),
        "ticket": tickets.ticket_of(elvira), "ticket_gone": tickets.ticket_of(gone), "registration": elvira.public_id,
        "confirm": mail_change_token(asked), "receipt": tokens.issue("receipt", receipt, expires_at=until),
    }  # fmt: skip


def _papers(db: Session, found: dict[str, str]) -> None:
    """A constancia of the fifth session, its escarapelas, a link for a phone at the door, and what was revoked."""
    now, fifth, here = clock.now(), _event(db, FIFTH), _event(db, NOW)
    entries = select(RosterEntry.registration_id).join(Roster, Roster.id == RosterEntry.roster_id).where(Roster.event_id == fifth.id)
    first, second = db.scalars(entries.order_by(RosterEntry.registration_id).limit(2)).all()
    codes = []
    for registration_id in (first, second):
        certificates.issue_own(db, registration_id, by=SYSTEM, now=now)
        codes.append(db.scalars(select(Certificate.code).where(Certificate.registration_id == registration_id)).one())
    certificates.revoke(db, fifth.id, codes[1], reason="El nombre estaba mal escrito.", by=SYSTEM, now=now)
    admin = db.scalars(select(Staff.id).where(Staff.email == ADMIN)).one()
    phone, link = make_device(db, name="Puerta", cycle_id=here.cycle_id, slugs=[NOW], staff_id=admin, by=SYSTEM, now=now)
    found |= {
        "code": codes[0], "revoked": codes[1], "badges": certificates.ask_badges(db, here.id, by=SYSTEM, now=now), "device": link,
        "phone": phone.public_id,
        "holder": tickets.link_of(db.get_one(Registration, first)),
    }  # fmt: skip


def _calls(db: Session, found: dict[str, str]) -> None:
    """The demonstration's calls, one of them with somebody designated, a draft, and a sheet of entities on its way in."""
    now, forum, fifth = clock.now(), _event(db, FORUM), _event(db, FIFTH)
    of_forum = db.scalars(select(Call).where(Call.event_id == forum.id)).one()
    copies = db.scalars(select(CallRecipient).where(CallRecipient.call_id == of_forum.id).order_by(CallRecipient.id)).all()
    named = Designee("Nubia Demo", "Guayacán", "nubia@aguadas.example", "Profesional universitaria")
    calls.designate(db, letter_view(db, copies[3].id), Signed("Persona Ficticia Cedro", "Alcaldía"), [named], now=now)
    words = SaveCall("Convocatoria: {evento}", "{persona},\n\nConfirmen en {confirmar}", now + timedelta(minutes=30))
    sheet = "Entidad;Correo;Municipio\nAlcaldía de Aguadas;a@aguadas.example;Aguadas\n"
    sheet += "Personería Ficticia;no es;Supía\nColegio Ficticio;c@x.example;"
    admin = db.scalars(select(Staff.id).where(Staff.email == ADMIN)).one()
    staged = {"s": storage.staged().put(sheet.encode()).sha256, "n": "alcaldías.csv", "c": fifth.cycle_id, "p": admin}
    found |= {
        "call": of_forum.public_id, "old_call": db.scalars(select(Call.public_id).where(Call.event_id == fifth.id)).one(),
        "call_draft": calls.save_call(db, _event(db, NOW).id, words, by=SYSTEM, now=now), "copy": str(copies[3].id),
        "copy_new": str(copies[-3].id),
        "receipt_new": calls.token_of(copies[-3].token_sealed), "receipt_done": calls.token_of(copies[3].token_sealed),
        "receipt_no": calls.token_of(copies[0].token_sealed), "convened": db.scalars(select(Convened.public_id)).first() or "",
        "entity_sheet": tokens.issue("convened-sheet", staged, expires_at=now + timedelta(hours=4)),
    }  # fmt: skip


def _inbound(db: Session) -> None:
    """An answer to an invite that waits for somebody, a bounce without its way back, and one mail that is of others."""
    one = db.scalars(select(Registration).where(Registration.state == "active").order_by(Registration.id.desc())).first()
    assert one is not None
    sent = correspondence.record_sent
    sent(db, message_id="<devuelto@x.example>", kind="x", recipient="a@x.example", subject="Convocatoria", about=("registration", one.id))
    person = db.get_one(Person, one.person_id)
    for content in (
        an_answer(one.uid, "DECLINED", sender=person.email, sequence=99),
        a_bounce("<devuelto@x.example>", to="eventos@oficina.example"),
        a_reply("<otro@x.example>"),
    ):
        sha256 = storage.shelf().put(content).sha256
        inbox.take_in(db, read_mail(content), sha256=sha256, via="upload", checks_senders=False, by=SYSTEM, now=clock.now())


def _sheets(found: dict[str, str]) -> None:
    """A sheet whose columns nobody chose yet, and one with bad rows that waits for its confirmation."""
    file = importing.take_file(BAD_SHEET.encode(), "inscritos.csv")
    with transaction() as db:
        _upload(db, file, found, "columns")
        _upload(db, file, found, "checked", is_begun=True)


def _upload(db: Session, file: Upload, found: dict[str, str], name: str, *, is_begun: bool = False) -> None:
    options = Options(has_consents=True, consent_note="Planillas de ejemplo")
    event_id = _event(db, found["full"]).id
    sheet = imports.upload(db, file, options, event_id=event_id, by=SYSTEM, now=clock.now())
    found[name] = sheet.public_id
    if is_begun:
        imports.begin_check(db, sheet.public_id, imports.mapping_for(db, file.headers), options, event_id=event_id)


def _unfinished(db: Session, found: dict[str, str]) -> None:
    """What waits for a worker that never comes: a sheet being checked and an informe; and an informe that failed."""
    _upload(db, importing.take_file(BAD_SHEET.encode(), "inscritos de la tarde.csv"), found, "checking", is_begun=True)
    failed = reports.ask(db, _event(db, THIRD).id, format="docx", by=SYSTEM, now=clock.now(), queued=False)
    failed.state, failed.error = ReportState.ERROR.value, "La plantilla del informe no se pudo leer."
    pending = reports.ask(db, _event(db, FORUM).id, format="docx", by=SYSTEM, now=clock.now())
    found["failed"], found["pending"] = failed.public_id, pending.public_id


def _look_up(db: Session, found: dict[str, str]) -> None:
    fifth, third = _event(db, FIFTH).id, _event(db, THIRD).id
    found["asked"] = db.scalars(select(FormQuestion.key).order_by(FormQuestion.id)).first() or ""
    found["attendee"] = db.scalars(select(Registration.public_id).where(Registration.event_id == fifth)).first() or ""
    found["ready"] = db.scalars(select(Report.public_id).where(Report.event_id == fifth)).one()
    found["question"] = db.scalars(select(Question.public_id).where(Question.event_id == fifth).order_by(Question.position)).first() or ""
    found["material"] = db.scalars(select(Material.public_id).where(Material.event_id == fifth)).first() or ""
    found["entity"] = db.scalars(select(Entity.public_id).order_by(Entity.id)).first() or ""
    found["entered"] = db.scalars(select(Import.public_id).where(Import.event_id == fifth)).one()
    parts = db.scalars(select(ReportSection.id).where(ReportSection.event_id == third).order_by(ReportSection.position)).all()
    found["text"], found["table"] = str(parts[0]), str(parts[-1])
