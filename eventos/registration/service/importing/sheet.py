"""A sheet comes in, its columns are told, its check is promised; until it is entered it can be mapped again or abandoned."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from eventos.kernel import audit, divipola, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import upsert
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.spanish import number
from eventos.kernel.text import clean
from eventos.registration.models import Import, ImportMapping, ImportRow
from eventos.registration.service.importing import columns
from eventos.registration.service.importing.columns import Field

MAX_ROWS = 10_000
CONSENT = "La oficina tiene las autorizaciones de tratamiento de datos de estas personas (registro físico o formulario anterior)."


class AlreadyEntered(RuleViolation):
    code = "import_entered"
    message = "Esta lista ya entró: no se puede cambiar. Si faltó alguien, suba otra lista."


@dataclass(frozen=True)
class Upload:
    """A file that could be read: what is kept of it, and its headings. `rows` is how many people it seems to bring."""

    sha256: str
    filename: str
    headers: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Options:
    """What the organiser says about the whole sheet. `modality` counts where the sheet does not tell; "" takes the event's own."""

    has_consents: bool = False
    consent_note: str = ""
    prefer_departamento: str | None = None
    send_mails: bool = False
    modality: str = ""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Options":
        return cls(**{name: data[name] for name in cls.__dataclass_fields__ if name in data})

    @property
    def consent_text(self) -> str:
        """The wording kept with each consent (Decreto 1377 de 2013, art. 8: proof of the authorisation)."""
        return f"{CONSENT} Dónde reposan: {self.consent_note}" if self.consent_note else CONSENT


def check_size(file: Upload) -> None:
    """Refuse a sheet without rows, or with more than enter at once. Raises InvalidInput."""
    if not file.rows:
        raise InvalidInput(fields={"file": "El archivo tiene encabezados, pero ninguna fila debajo. Revise que se guardó con sus datos."})
    if file.rows > MAX_ROWS:
        raise InvalidInput(fields={"file": f"El archivo tiene más de {number(MAX_ROWS)} filas. Divídalo en partes y súbalas una por una."})


def upload(db: Session, file: Upload, options: Options, *, event_id: int, by: Actor, now: datetime) -> Import:
    """Write down a sheet for an event, with what was said about consents. Raises InvalidInput."""
    check_size(file)
    _need_consents(options)
    sheet = Import(
        public_id=tokens.public_id(),
        event_id=event_id,
        file_sha256=file.sha256,
        filename=clean(file.filename)[:200] or "lista",
        headers=list(file.headers),
        mapping={},
        options=asdict(options),
        state="uploaded",
        summary={"rows": file.rows},
        created_by=by.name or by.ref,
        created_at=now,
    )
    db.add(sheet)
    db.flush()
    audit.record(db, by, "registration.upload_import", "registrant_import", sheet.id, rows=file.rows)
    return sheet


def _need_consents(options: Options) -> None:
    if not options.has_consents:
        raise InvalidInput(fields={"has_consents": "Confirme que la oficina tiene las autorizaciones. Sin ellas la lista no puede entrar."})


def mapping_for(db: Session, headers: Sequence[str], chosen: Mapping[str, int] | None = None) -> dict[Field, int]:
    """The mapping to propose: the one already chosen, else the one remembered for these headings, else a guess by synonyms."""
    if chosen:
        return columns.recall(chosen, headers)
    remembered = db.execute(select(ImportMapping.mapping).where(ImportMapping.headers_key == columns.headers_key(headers))).scalar()
    return columns.recall(remembered, headers) if remembered else columns.guess(headers)


def remember(db: Session, headers: Sequence[str], mapping: Mapping[str, int], now: datetime) -> None:
    """Keep the mapping for the next sheet with these headings."""
    row = {"headers_key": columns.headers_key(headers), "mapping": dict(mapping), "updated_at": now}
    kept = upsert(db)(ImportMapping).values(row)
    db.execute(kept.on_conflict_do_update(index_elements=["headers_key"], set_={"mapping": row["mapping"], "updated_at": now}))


def locked(db: Session, public_id: str, *, event_id: int) -> Import:
    """The sheet of that event, held until this transaction ends. Raises NotFound."""
    found = select(Import).where(Import.public_id == public_id, Import.event_id == event_id).with_for_update()
    sheet = db.execute(found.execution_options(populate_existing=True)).scalar_one_or_none()
    if sheet is None:
        raise NotFound("No encontramos esa lista. Puede que alguien la haya descartado.")
    return sheet


def begin_check(db: Session, public_id: str, mapping: Mapping[Field, int], options: Options, *, event_id: int) -> Import:
    """Take the columns as told and promise the check; what an earlier check staged goes. Raises InvalidInput and AlreadyEntered."""
    sheet = locked(db, public_id, event_id=event_id)
    if sheet.state == "entered":
        raise AlreadyEntered
    columns.check(mapping, sheet.headers)
    _need_consents(options)
    if options.prefer_departamento and divipola.departamento(options.prefer_departamento) is None:
        raise InvalidInput(fields={"prefer_departamento": "Elija un departamento de la lista."})
    _forget_rows(db, sheet.id)
    run = tokens.public_id()
    sheet.mapping = {field.value: position for field, position in mapping.items()}
    sheet.options = asdict(options)
    sheet.state = "checking"
    sheet.summary = {"rows": sheet.summary["rows"], "run": run, "done": 0}
    db.flush()
    outbox.enqueue(db, "registration.check_import", key=f"registration.check_import:{sheet.id}:{run}", import_id=sheet.id, run=run)
    return sheet


def abandon(db: Session, public_id: str, *, event_id: int, by: Actor) -> None:
    """Drop a sheet that has not entered, with everything it staged. Raises AlreadyEntered."""
    sheet = locked(db, public_id, event_id=event_id)
    if sheet.state == "entered":
        raise AlreadyEntered
    _forget_rows(db, sheet.id)
    audit.record(db, by, "registration.abandon_import", "registrant_import", sheet.id)
    db.delete(sheet)
    db.flush()


def _forget_rows(db: Session, import_id: int) -> None:
    db.execute(delete(ImportRow).where(ImportRow.import_id == import_id).execution_options(synchronize_session=False))
