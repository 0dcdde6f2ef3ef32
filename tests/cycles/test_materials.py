"""Materials: brought, made harmless by a worker, hidden and shown again, given to everybody only when the event is over."""

import io
import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from eventos.adapters import raster, storage
from eventos.cycles import queries, tasks
from eventos.cycles.models import Event
from eventos.cycles.queries import MaterialView
from eventos.kernel import clock
from eventos.kernel.audit import AuditEntry
from eventos.kernel.vocabulary import MakingState, MaterialKind, StaffRole
from tests.conftest import Opened
from tests.cycles.desk import Desk
from tests.cycles.factories import a_cycle, a_day, a_member, a_published_event
from tests.cycles.papers import ACTIVE, a_deep_pdf, a_huge_png, a_pdf, a_picture_with_a_position, an_active_pdf, an_office_file
from tests.cycles.typed import the_cycle
from tests.support.statements import counted


def bring(desk: Desk, slug: str, content: bytes, name: str = "Diapositivas.pdf", **typed: Any) -> Any:
    path = f"/escritorio/eventos/{slug}/materiales"
    return desk.post(path, {"file": (io.BytesIO(content), name), "is_public": "y", **typed})


@pytest.fixture
def over(desk: Desk, writing: Opened) -> Event:
    """An event of the desk's own cycle that happened forty days ago."""
    with writing() as db:
        return a_published_event(db, cycle=the_cycle(db), days=(a_day(clock.today() - timedelta(days=40)),))


@pytest.fixture
def ahead(desk: Desk, writing: Opened) -> Event:
    with writing() as db:
        return a_published_event(db, cycle=the_cycle(db), number=6)


def the_material(looking: Opened, event: Event) -> MaterialView:
    with looking() as db:
        (found,) = queries.materials_of(db, event.id)
        return found


def test_slides_get_a_picture_of_each_page(desk: Desk, over: Event, looking: Opened, outbox_run: Callable[[], int]) -> None:
    answer = bring(desk, over.slug, a_pdf(3), title="Gobierno Abierto", dated_on="5 de abril de 2021")
    assert answer.status_code == 302
    waiting = the_material(looking, over)
    assert (waiting.state, waiting.kind) == (MakingState.PENDING, MaterialKind.SLIDES)
    path = f"/escritorio/eventos/{over.slug}/materiales"
    assert "Estamos preparando" in desk.get(path).text
    assert desk.get(f"{path}/{waiting.public_id}/archivo").status_code == 404
    outbox_run()
    ready = the_material(looking, over)
    assert (ready.state, ready.pages, len(ready.page_images), ready.title) == (MakingState.READY, 3, 3, "Gobierno Abierto")
    page = desk.get(path).text
    assert "Estamos preparando" not in page
    assert "lunes, 5 de abril de 2021" in page
    picture = desk.get(f"{path}/{ready.public_id}/paginas/3.png")
    assert Image.open(io.BytesIO(picture.data)).size == (1280, 720)
    assert desk.get(f"{path}/{ready.public_id}/paginas/4.png").status_code == 404


def test_the_public_gets_the_harmless_copy_once_the_event_is_over(
    desk: Desk, client: FlaskClient, over: Event, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    bring(desk, over.slug, an_active_pdf(), "../../etc/Presentación final.pdf")
    outbox_run()
    kept = the_material(looking, over)
    page = client.get(f"/eventos/{over.slug}").text
    assert f"/eventos/{over.slug}/materiales/{kept.public_id}" in page
    assert "1 página" in page
    answer = client.get(f"/eventos/{over.slug}/materiales/{kept.public_id}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "etc" not in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert [word for word in ACTIVE if word in answer.data] == []
    with pikepdf.open(io.BytesIO(answer.data)) as document:
        assert len(document.pages) == 1


def test_before_the_end_and_while_hidden_nobody_gets_it(
    desk: Desk, client: FlaskClient, over: Event, ahead: Event, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    bring(desk, ahead.slug, a_pdf(1))
    bring(desk, over.slug, a_pdf(1))
    outbox_run()
    early, late = the_material(looking, ahead), the_material(looking, over)
    assert client.get(f"/eventos/{ahead.slug}/materiales/{early.public_id}").status_code == 404
    assert "Materiales" not in client.get(f"/eventos/{ahead.slug}").text
    public = f"/eventos/{over.slug}/materiales/{late.public_id}"
    path = f"/escritorio/eventos/{over.slug}/materiales"
    assert client.get(public).status_code == 200
    assert desk.post(f"{path}/{late.public_id}/ocultar", form_at=path).status_code == 302
    assert client.get(public).status_code == 404
    assert desk.post(f"{path}/{late.public_id}/mostrar", form_at=path).status_code == 302
    assert client.get(public).status_code == 200
    assert client.get(f"/eventos/{ahead.slug}/materiales/{late.public_id}").status_code == 404


def test_a_picture_loses_where_it_was_taken_before_it_reaches_the_disk(desk: Desk, over: Event, looking: Opened) -> None:
    assert b"CANARIO" in a_picture_with_a_position()
    bring(desk, over.slug, a_picture_with_a_position(), "foto.jpg")
    kept = the_material(looking, over)
    assert (kept.filename, kept.media_type, kept.kind) == ("foto.png", "image/png", MaterialKind.FILE)
    assert kept.state is MakingState.READY
    everything = list(storage.shelf().keys())
    assert kept.file_sha256 in everything
    assert not any(b"CANARIO" in storage.shelf().read(key) for key in everything)


def test_a_pdf_that_is_no_slides_is_an_annex_and_what_it_is_can_be_corrected(
    desk: Desk, over: Event, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    bring(desk, over.slug, a_pdf(2), "Listado firmado.pdf", is_annex="y")
    outbox_run()
    kept = the_material(looking, over)
    path = f"/escritorio/eventos/{over.slug}/materiales/{kept.public_id}"
    assert (kept.kind, kept.pages) == (MaterialKind.FILE, 2)
    assert "En el informe: como anexo" in desk.get(path.rpartition("/")[0]).text
    assert desk.post(path, {"title": "Era la presentación", "is_public": "y"}).status_code == 302
    assert the_material(looking, over).kind is MaterialKind.SLIDES
    assert "En el informe: sus páginas" in desk.get(path.rpartition("/")[0]).text
    assert desk.post(path, {"title": "No lo era", "is_public": "y", "is_annex": "y"}).status_code == 302
    assert the_material(looking, over).kind is MaterialKind.FILE


def test_a_wrong_date_says_that_the_file_must_be_chosen_again(desk: Desk, over: Event, looking: Opened) -> None:
    answer = bring(desk, over.slug, a_pdf(), title="Mi título", dated_on="31 de febrero de 2021")
    assert answer.status_code == 422
    for words in ("Esa fecha no existe", "Vuelva a elegir el archivo", "Mi título", "31 de febrero de 2021"):
        assert words in answer.text, words
    assert "Elija el archivo." in desk.post(f"/escritorio/eventos/{over.slug}/materiales", {"dated_on": "31 de febrero de 2021"}).text
    with looking() as db:
        assert queries.materials_of(db, over.id) == []


def test_nothing_is_public_unless_somebody_says_so(desk: Desk, over: Event, client: FlaskClient, looking: Opened) -> None:
    path = f"/escritorio/eventos/{over.slug}/materiales"
    (box,) = re.findall(r'<input[^>]*name="is_public"[^>]*>', desk.get(path).text)
    assert "checked" not in box
    assert desk.post(path, {"file": (io.BytesIO(an_office_file()), "listado.pptx")}).status_code == 302
    assert not the_material(looking, over).is_public
    assert "listado" not in client.get(f"/eventos/{over.slug}").text


def test_a_photo_is_never_taken_for_slides(desk: Desk, over: Event, looking: Opened) -> None:
    bring(desk, over.slug, a_picture_with_a_position(), "foto.jpg")
    path = f"/escritorio/eventos/{over.slug}/materiales/{the_material(looking, over).public_id}"
    assert 'name="is_annex"' not in desk.get(path).text
    assert desk.post(path, {"title": "Foto", "is_public": "y"}).status_code == 302
    assert the_material(looking, over).kind is MaterialKind.FILE


def test_a_voice_note_keeps_its_own_date_and_is_only_ever_downloaded(desk: Desk, client: FlaskClient, over: Event, looking: Opened) -> None:
    bring(desk, over.slug, b"OggS\0\x02" + bytes(60), "Nota de voz.opus", dated_on="5 de abril de 2021")
    kept = the_material(looking, over)
    assert (kept.filename, kept.kind, kept.state, kept.dated_on) == (
        "Nota de voz.ogg", MaterialKind.FILE, MakingState.READY, date(2021, 4, 5),
    )  # fmt: skip
    assert "lunes, 5 de abril de 2021" in desk.get(f"/escritorio/eventos/{over.slug}/materiales").text
    given = client.get(f"/eventos/{over.slug}/materiales/{kept.public_id}")
    assert (given.mimetype, given.headers["Content-Disposition"].split(";")[0]) == ("audio/ogg", "attachment")


def test_the_original_of_a_pdf_stays_and_the_audit_names_it(
    desk: Desk, over: Event, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    brought_in = an_active_pdf()
    bring(desk, over.slug, brought_in, "Presentación.pdf")
    outbox_run()
    with looking() as db:
        (brought,) = db.scalars(select(AuditEntry).where(AuditEntry.action == "cycles.add_material"))
    original = brought.detail["sha256"]
    assert original != the_material(looking, over).file_sha256
    assert storage.shelf().read(original, verify=True) == brought_in


@pytest.mark.parametrize(("content", "name"), [(a_pdf(raster.MAX_PAGES + 1), "largo.pdf"), (a_pdf(1)[:150], "roto.pdf")])
def test_what_cannot_be_opened_is_kept_from_everybody_and_says_why(
    desk: Desk, client: FlaskClient, over: Event, looking: Opened, outbox_run: Callable[[], int], content: bytes, name: str
) -> None:
    assert bring(desk, over.slug, content, name).status_code == 302
    outbox_run()
    failed = the_material(looking, over)
    assert failed.state is MakingState.ERROR
    assert failed.error
    assert failed.error in desk.get(f"/escritorio/eventos/{over.slug}/materiales").text
    assert client.get(f"/eventos/{over.slug}/materiales/{failed.public_id}").status_code == 404
    assert "Materiales" not in client.get(f"/eventos/{over.slug}").text


def test_a_bomb_dies_in_its_child_and_the_worker_lives(
    desk: Desk, over: Event, looking: Opened, outbox_run: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster, "WALL_SECONDS", 2)
    bring(desk, over.slug, a_deep_pdf())
    outbox_run()
    assert "pide demasiado" in (the_material(looking, over).error or "")


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"MZ\x90\0", "programa.pdf", "No reconocemos"),
        (b"<svg onload='x'/>", "logo.svg", "SVG"),
        (b"GIF89a;%PDF-1.7", "dos-cosas.pdf", "antes del PDF"),
        (an_office_file(**{"ppt/vbaProject.bin": b"x"}), "macros.pptx", "macros"),
        (b"", "vacio.pdf", "vacío"),
        (a_huge_png(), "foto.png", "megapíxeles"),
        (a_picture_with_a_position()[:200], "foto.jpg", "dañada"),
    ],
)
def test_a_refused_file_is_named_beside_its_field_and_nothing_is_written(
    desk: Desk, over: Event, looking: Opened, content: bytes, name: str, words: str
) -> None:
    answer = bring(desk, over.slug, content, name, title="Mi título")
    assert answer.status_code == 422
    assert words in answer.text
    assert "Mi título" in answer.text
    with looking() as db:
        assert queries.materials_of(db, over.id) == []


@pytest.mark.parametrize("megabytes", [52, 200])
def test_a_file_far_too_large_is_taken_to_its_end_so_that_the_browser_shows_the_page(
    desk: Desk, over: Event, tmp_path: Path, megabytes: int
) -> None:
    url, size = f"/escritorio/eventos/{over.slug}/materiales", megabytes * 1024 * 1024
    (tmp_path / "grande.pdf").touch()
    os.truncate(tmp_path / "grande.pdf", size)
    desk.get(url)
    with (tmp_path / "grande.pdf").open("rb") as sent:
        answer = desk.client.post(url, input_stream=sent, content_type="multipart/form-data; boundary=raya")
        assert (answer.status_code, sent.tell()) == (413, size)
    assert "El archivo es demasiado grande" in answer.text


def test_a_form_without_file_says_so(desk: Desk, over: Event) -> None:
    answer = desk.post(f"/escritorio/eventos/{over.slug}/materiales", {"title": "Nada"})
    assert (answer.status_code, "Elija el archivo." in answer.text) == (422, True)


def test_words_and_order_change_and_the_file_does_not(desk: Desk, over: Event, looking: Opened, outbox_run: Callable[[], int]) -> None:
    bring(desk, over.slug, a_pdf(1), title="Primero")
    bring(desk, over.slug, an_office_file(), "Segundo.pptx")
    outbox_run()
    with looking() as db:
        first, second = queries.materials_of(db, over.id)
    path = f"/escritorio/eventos/{over.slug}/materiales"
    assert second.title == "Segundo"
    assert desk.post(f"{path}/{second.public_id}/subir", form_at=path).status_code == 302
    assert desk.post(f"{path}/{first.public_id}", {"title": "Otro nombre", "dated_on": ""}).status_code == 302
    assert desk.post(f"{path}/{first.public_id}", {"title": " "}).status_code == 422
    with looking() as db:
        found = queries.materials_of(db, over.id)
    assert [(each.title, each.is_public) for each in found] == [("Segundo", True), ("Otro nombre", False)]
    assert found[1].file_sha256 == first.file_sha256


def test_the_work_done_twice_leaves_one_result(app: Flask, desk: Desk, over: Event, looking: Opened, outbox_run: Callable[[], int]) -> None:
    bring(desk, over.slug, a_pdf(2))
    waiting = the_material(looking, over)
    with app.app_context():
        tasks.build_material(waiting.id)
        once = the_material(looking, over)
        tasks.build_material(waiting.id)
    outbox_run()
    assert the_material(looking, over) == once


def test_foreign_materials_do_not_exist_and_readers_only_look(
    app: Flask, writing: Opened, desk: Desk, over: Event, looking: Opened
) -> None:
    bring(desk, over.slug, an_office_file(), "a.pptx")
    kept = the_material(looking, over)
    path = f"/escritorio/eventos/{over.slug}/materiales"
    with writing() as db:
        stranger = Desk(app, a_member(db, cycles=(a_cycle(db, name="Ajeno"),)))
        reader = Desk(app, a_member(db, StaffRole.READER, cycles=(the_cycle(db),)))
    for each in (path, f"{path}/{kept.public_id}", f"{path}/{kept.public_id}/archivo"):
        assert stranger.get(each).status_code == 404
    assert reader.get(path).status_code == 200
    assert "Subir el material" not in reader.get(path).text
    assert reader.get(f"{path}/{kept.public_id}").status_code == 403


def test_the_list_costs_the_same_however_long(desk: Desk, over: Event) -> None:
    for number in range(6):
        bring(desk, over.slug, an_office_file(x=bytes([number])), f"{number}.pptx")
    with counted() as statements:
        assert desk.get(f"/escritorio/eventos/{over.slug}/materiales").status_code == 200
    assert len(statements) <= 7, str(statements)
