"""A sheet on its way in, each step in a transaction of its own: the file kept, the job that checks it, and the whole way in one call.

This stands at the doors of the room (it reads files and opens transactions): the pages of the import, the demonstration and the command
line come through here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from eventos.adapters import storage
from eventos.adapters.storage import FileMissing
from eventos.adapters.tables import Table, UnreadableTable, read_table
from eventos.cycles.queries import EventView, event_view, event_view_by_id
from eventos.kernel import clock, outbox
from eventos.kernel.audit import Actor
from eventos.kernel.db import reading, transaction
from eventos.kernel.outbox import task
from eventos.kernel.rounds import every_minute
from eventos.kernel.vocabulary import Modality
from eventos.registration import queries_import as queries
from eventos.registration.service import importing as service
from eventos.registration.service.importing import Entered, Options, Upload, columns
from eventos.registration.service.importing.columns import Field
from eventos.registration.service.importing.reading import Choices, Read, mail_key, read_row
from eventos.registration.service.importing.recognise import Judged, Known, KnownPerson, judge
from eventos.registration.service.importing.stage import staged_row

CHUNK = 500
UNREADABLE = "El archivo ya no se puede leer. Súbalo otra vez."


def bring(data: bytes, filename: str) -> Upload:
    """Read an uploaded file and set it aside until `keep`. Raises UnreadableTable, with the sentence to show beside the field."""
    table = read_table(data, filename=filename)
    return Upload(storage.staged().put(data).sha256, filename, table.headers, len(table.rows))


def brought(sha256: str, filename: str) -> Upload:
    """A file that was set aside by an earlier try. Raises UnreadableTable when it was swept."""
    try:
        table = read_table(storage.staged().read(sha256, verify=True), filename=filename)
    except FileMissing as fault:
        raise UnreadableTable(UNREADABLE, detail=sha256) from fault
    return Upload(sha256, filename, table.headers, len(table.rows))


def keep(file: Upload) -> None:
    """What was set aside is decided about: it goes to the shelf. Raises UnreadableTable when it was swept a moment ago."""
    try:
        storage.shelf().put(storage.staged().read(file.sha256, verify=True))
    except FileMissing as fault:
        raise UnreadableTable(UNREADABLE, detail=file.sha256) from fault


@every_minute
def forget_staged() -> None:
    """Sheets that were brought, here or to convene entities, and never entered."""
    storage.staged().forget_before(clock.now() - storage.STAGED_LIFE)


def take_file(data: bytes, filename: str) -> Upload:
    """Read an uploaded file and keep it. Raises UnreadableTable, with the sentence to show beside the field."""
    table = read_table(data, filename=filename)
    stored = storage.shelf().put(data)
    return Upload(stored.sha256, filename, table.headers, len(table.rows))


def read_again(sha256: str, filename: str) -> Table:
    """The table of a file that was kept. Raises UnreadableTable when it is gone."""
    try:
        return read_table(storage.shelf().read(sha256), filename=filename)
    except FileMissing as fault:
        raise UnreadableTable(UNREADABLE, detail=sha256) from fault


@task("registration.check_import")
def check(import_id: int, run: str) -> None:
    """Validate every row of a sheet into staging, in chunks. Run twice, it stages the same rows once; mapped again meanwhile, it stops."""
    with reading() as db:
        sheet = queries.import_to_check(db, import_id, run)
        event = event_view_by_id(db, sheet.event_id) if sheet else None
    if sheet is None or event is None:
        return
    try:
        table = read_again(sheet.file_sha256, sheet.filename)
    except UnreadableTable as fault:
        with transaction() as db:
            service.fail(db, fault.message, import_id=import_id, run=run)
            outbox.finish(db)
        return
    mapping = columns.recall(sheet.mapping, table.headers)
    judged = _judge(table, mapping, Options.of(sheet.options), event)
    for start in range(0, len(judged), CHUNK):
        rows = [staged_row(each, import_id=import_id, event_id=event.id) for each in judged[start : start + CHUNK]]
        with transaction() as db:
            if not service.stage(db, rows, import_id=import_id, run=run):
                return
    with transaction() as db:
        service.finish_check(db, import_id=import_id, run=run)
        outbox.finish(db)


def _judge(table: Table, mapping: Mapping[Field, int], options: Options, event: EventView) -> list[Judged]:
    offered = frozenset(pool.option for pool in event.pools)
    only = event.modality if event.modality is not Modality.HYBRID else Modality.VIRTUAL
    default = Modality(options.modality) if event.modality is Modality.HYBRID and options.modality else only
    choices = Choices(default, offered, options.prefer_departamento)
    reads = [
        read_row(line, cells, table.headers, mapping, choices) for line, cells in zip(table.numbers, table.rows, strict=True)
    ]  # fmt: skip
    return judge(reads, _known(reads, event.id))


def _known(reads: Sequence[Read], event_id: int) -> Known:
    """Ask the database about everybody a sheet names, in a few statements."""
    good = [read for read in reads if not read.is_bad]
    with reading() as db:
        people = queries.people_with(db, [read.document for read in good if read.document], [mail_key(read) for read in good if read.email])
        registrants = queries.registrants(db, event_id)
    by_mail: dict[tuple[str, str], list[KnownPerson]] = defaultdict(list)
    here: dict[tuple[str, str], list[tuple[KnownPerson, bool]]] = defaultdict(list)
    by_document = {}
    for row in people:
        person = KnownPerson(row.id, row.document, row.name_key)
        if row.document:
            by_document[row.document] = person
        if row.email_key:
            by_mail[row.email_key, row.name_key].append(person)
    for registrant in registrants:
        person = KnownPerson(registrant.person.id, registrant.person.document, registrant.person.name_key)
        is_bare = registrant.person.document is None and not registrant.person.email_key
        here[person.name_key, registrant.entity_key].append((person, is_bare))
    return Known(by_document, by_mail, here, {registrant.person.id for registrant in registrants})


def run(
    event_slug: str,
    data: bytes,
    filename: str,
    *,
    by: Actor,
    options: Options,
    mapping: Mapping[Field, int] | None = None,
    leave_out_bad: bool = False,
) -> Entered:
    """Bring a whole sheet into an event: upload, columns (guessed unless given), check, enter. Run twice, it adds nobody the second time.

    Raises UnreadableTable, InvalidInput (a column that cannot be found), BadRowsLeft and whatever `enter` raises.
    """
    file = take_file(data, filename)
    with transaction() as db:
        event = event_view(db, event_slug)
        sheet = service.upload(db, file, options, event_id=event.id, by=by, now=clock.now())
        chosen = mapping if mapping is not None else service.mapping_for(db, file.headers)
        service.begin_check(db, sheet.public_id, chosen, options, event_id=event.id)
        import_id, public_id, attempt = sheet.id, sheet.public_id, str(sheet.summary["run"])
    check(import_id, attempt)
    with transaction() as db:
        return service.enter(db, public_id, event_id=event.id, leave_out_bad=leave_out_bad, by=by, now=clock.now())
