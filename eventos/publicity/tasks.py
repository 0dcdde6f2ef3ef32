"""The work behind "Preparar la pieza": one job for each version."""

from eventos.adapters import storage
from eventos.kernel import outbox
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import EventosError, TransientFailure
from eventos.kernel.outbox import task
from eventos.kernel.vocabulary import MakingState
from eventos.publicity import messages, queries, service

NO_ROOM = "No fue posible guardar los archivos. Revise que el servidor tenga espacio y vuelva a intentarlo."


@task("publicity.build")
def build(flyer_id: int) -> None:
    """Make the files of a version; done twice, or again after being killed anywhere, it leaves the same files and one ready row."""
    with reading() as db:
        flyer = queries.flyer_by_id(db, flyer_id)
    if flyer.state is not MakingState.PENDING:
        with transaction() as db:
            outbox.finish(db)
        return
    shelf = storage.shelf()
    try:
        logos = {logo["sha256"]: shelf.read(logo["sha256"], verify=True) for logo in flyer.fields["logos"]}
        files = {name: shelf.put(content).sha256 for name, content in messages.rendered(flyer.fields, logos).items()}
    except TransientFailure:
        raise
    except EventosError as refusal:
        _fail(flyer_id, refusal.message)
        return
    except OSError:
        _fail(flyer_id, NO_ROOM)
        return
    with transaction() as db:
        service.mark_ready(db, flyer_id, files=files)
        outbox.finish(db)


def _fail(flyer_id: int, reason: str) -> None:
    with transaction() as db:
        service.mark_error(db, flyer_id, reason=reason)
        outbox.finish(db)
