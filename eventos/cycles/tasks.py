"""What is made of an uploaded PDF behind the page: a harmless copy, and its pages as pictures. The original stays, named by the audit."""

from eventos.adapters import raster, storage
from eventos.cycles import queries
from eventos.cycles.service import materials as service
from eventos.kernel import outbox
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput, NotFound
from eventos.kernel.outbox import task
from eventos.kernel.vocabulary import MakingState

PAGE_WIDTH = 1280  # pixels: reads well on a screen and printed half a page wide


@task("cycles.build_material")
def build_material(material_id: int) -> None:
    """Prepare a material; done twice, or again after being killed anywhere, it leaves the same files and one ready row."""
    with reading() as db:
        material = queries.material_by_id(db, material_id)
    if material.state is not MakingState.PENDING:
        with transaction() as db:
            outbox.finish(db)
        return
    shelf = storage.shelf()
    try:
        content = shelf.read(material.file_sha256, verify=True)
        with raster.opened(content, width=PAGE_WIDTH) as opened:
            pages = [shelf.put(page.read_bytes()).sha256 for page in opened.pages]
            copy = shelf.put(opened.copy.read_bytes())
    except (InvalidInput, NotFound) as refusal:
        with transaction() as db:
            service.material_failed(db, material_id, reason=refusal.message)
            outbox.finish(db)
        return
    with transaction() as db:
        service.material_ready(db, material_id, sha256=copy.sha256, size=copy.size, page_images=pages)
        outbox.finish(db)
