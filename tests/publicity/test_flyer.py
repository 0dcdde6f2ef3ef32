"""The pieza from the button to the public page: made by a worker, read by zxing, frozen when published, outdated when the event moves."""

import hashlib
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pikepdf
import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from eventos.adapters import raster, storage
from eventos.cycles import queries as cycles
from eventos.cycles import service as events
from eventos.cycles.models import Event
from eventos.entities import service as entities
from eventos.kernel import clock, links
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import EntityKind, MakingState, StaffRole
from eventos.publicity import messages, queries, service, tasks
from eventos.publicity.queries import FlyerView
from tests.conftest import Opened
from tests.cycles.desk import Desk
from tests.cycles.factories import LINK, a_cycle, a_day, a_member, a_published_event, an_event, event_command
from tests.cycles.papers import a_huge_png, a_picture, a_picture_with_a_position
from tests.cycles.typed import the_cycle
from tests.support.judges import read_qr
from tests.support.statements import counted

LONG = (
    "Transparencia activa, acceso a la información pública y rendición de cuentas: experiencias, lecciones y compromisos de los municipios"
)


@pytest.fixture
def desk(app: Flask, writing: Opened) -> Desk:
    with writing() as db:
        return Desk(app, a_member(db, cycles=(a_cycle(db),)))


@pytest.fixture
def event(desk: Desk, writing: Opened) -> Event:
    with writing() as db:
        return a_published_event(db, cycle=the_cycle(db), days=(a_day(date(2030, 7, 25)),))


def path_of(event: Event) -> str:
    return f"/escritorio/eventos/{event.slug}/pieza"


def versions(looking: Opened, event: Event) -> list[FlyerView]:
    with looking() as db:
        return queries.flyers_of(db, event.id)


def move(writing: Opened, event: Event, **changes: Any) -> None:
    with writing() as db:
        row = cycles.event_for_write(db, event.slug)
        events.edit_event(db, row, event_command(**changes), version=row.version, by=SYSTEM, now=clock.now())


@pytest.mark.parametrize("topic", ["Gobierno Abierto", LONG])
def test_zxing_reads_the_events_page_in_each_rendition(app: Flask, topic: str, writing: Opened) -> None:
    with writing() as db:
        made = a_published_event(db, topic=topic)
        said = service.said_now(db, made.id)
    files = messages.rendered(said, {})
    sheet = raster.picture(files["pdf"], width=794 * 2, height=1123 * 2)
    for name, picture, size in (
        ("square", files["square"], (1080, 1080)),
        ("wide", files["wide"], (1200, 630)),
        ("pdf", sheet, (1588, 2246)),
    ):
        with Image.open(io.BytesIO(picture)) as image:
            assert image.size == size, name
        assert read_qr(picture) == [links.event(made.slug)], name
    document = pypdfium2.PdfDocument(files["pdf"])
    text = " ".join(document[0].get_textpage().get_text_bounded().split())
    assert len(document) == 1
    document.close()
    assert "Quinta asistencia técnica" in text
    assert "Jueves" in text
    assert LINK not in text
    with pikepdf.open(io.BytesIO(files["pdf"])) as checked:
        assert checked.check_pdf_syntax() == [] if hasattr(checked, "check_pdf_syntax") else checked.check() == []


def test_prepared_published_and_open_to_everybody(
    desk: Desk, client: FlaskClient, event: Event, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    assert "Preparar la pieza" in desk.get(path_of(event)).text
    assert desk.post(path_of(event)).status_code == 302
    assert "Estamos preparando" in desk.get(path_of(event)).text
    assert client.get(f"/eventos/{event.slug}/pieza.png").status_code == 404
    outbox_run()
    page = desk.get(path_of(event)).text
    assert "Publicar esta versión" in page
    assert "og:image" not in client.get(f"/eventos/{event.slug}").text
    assert client.get(f"/eventos/{event.slug}/pieza.png").status_code == 404
    assert desk.post(f"{path_of(event)}/1/publicar", form_at=path_of(event)).status_code == 302
    (version,) = versions(looking, event)
    assert version.published_at is not None
    for address, name in (("pieza.png", "wide"), ("pieza-cuadrada.png", "square"), ("pieza.pdf", "pdf")):
        answer = client.get(f"/eventos/{event.slug}/{address}")
        assert hashlib.sha256(answer.data).hexdigest() == version.files[name]
        assert client.get(f"/eventos/{event.slug}/{address}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_what_shares_the_page_finds_a_whole_address_a_size_and_words(
    desk: Desk, client: FlaskClient, event: Event, outbox_run: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open Graph as WhatsApp reads it: https, whole addresses, the size said, and a picture of less than 300 kB."""
    desk.post(path_of(event))
    outbox_run()
    desk.post(f"{path_of(event)}/1/publicar", form_at=path_of(event))
    monkeypatch.setattr(links, "_public_url", "https://eventos.caldas.example")
    page = client.get(f"/eventos/{event.slug}").text
    told = dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[a-z_:]+|description)" content="([^"]*)">', page))
    address = f"https://eventos.caldas.example/eventos/{event.slug}"
    assert (told["og:url"], told["og:image"]) == (address, f"{address}/pieza.png?v=1")
    assert (told["og:image:type"], told["og:image:width"], told["og:image:height"]) == ("image/png", "1200", "630")
    assert told["og:image:alt"].startswith("Pieza publicitaria de Quinta asistencia técnica")
    assert told["og:title"] == "Quinta asistencia técnica: Gobierno Abierto"
    assert told["og:description"] == told["description"]
    assert "8:00 a. m. a 10:00 a. m. Virtual." in told["og:description"].replace("\xa0", " ")
    assert told["twitter:card"] == "summary_large_image"
    picture = client.get(f"/eventos/{event.slug}/pieza.png")
    assert picture.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    with Image.open(io.BytesIO(picture.data)) as image:
        assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(picture.data) < 300_000


def test_the_events_page_still_costs_six_statements(
    desk: Desk, client: FlaskClient, event: Event, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    desk.post(path_of(event))
    outbox_run()
    desk.post(f"{path_of(event)}/1/publicar", form_at=path_of(event))
    with counted() as statements:
        assert client.get(f"/eventos/{event.slug}").status_code == 200
    assert len(statements) <= 6, str(statements)
    with counted() as statements:
        assert client.get(f"/eventos/{event.slug}/pieza.png").status_code == 200
    assert len(statements) <= 2, str(statements)  # whether the event is private, and the pieza


def test_what_was_published_stays_when_the_event_moves_and_says_it_is_outdated(
    desk: Desk, client: FlaskClient, event: Event, looking: Opened, writing: Opened, outbox_run: Callable[[], int]
) -> None:
    desk.post(path_of(event))
    outbox_run()
    desk.post(f"{path_of(event)}/1/publicar", form_at=path_of(event))
    before = client.get(f"/eventos/{event.slug}/pieza.png").data
    assert "desactualizada" not in desk.get(path_of(event)).text
    move(writing, event, days=(a_day(date(2030, 8, 1)),))
    assert "La pieza publicada está desactualizada" in desk.get(path_of(event)).text
    assert client.get(f"/eventos/{event.slug}/pieza.png").data == before
    desk.post(path_of(event))
    outbox_run()
    assert client.get(f"/eventos/{event.slug}/pieza.png").data == before
    desk.post(f"{path_of(event)}/2/publicar", form_at=path_of(event))
    assert client.get(f"/eventos/{event.slug}/pieza.png").data != before
    newer, older = versions(looking, event)
    assert (newer.fields["day"]["number"], older.fields["day"]["number"]) == ("1", "25")
    assert older.published_at is not None
    assert storage.shelf().read(older.files["wide"]) == before


def test_a_version_that_the_event_overtook_is_not_published(
    desk: Desk, event: Event, writing: Opened, outbox_run: Callable[[], int], looking: Opened
) -> None:
    desk.post(path_of(event))
    outbox_run()
    move(writing, event, days=(a_day(date(2030, 8, 1)),))
    form = f"/escritorio/eventos/{event.slug}"
    answer = desk.post(f"{path_of(event)}/1/publicar", form_at=f"{form}/editar")
    assert (answer.status_code, "El evento cambió" in answer.text) == (409, True)
    assert versions(looking, event)[0].published_at is None


def test_a_draft_gets_its_pieza_and_publishes_it_later(desk: Desk, writing: Opened, looking: Opened, outbox_run: Callable[[], int]) -> None:
    with writing() as db:
        draft = an_event(db, cycle=the_cycle(db), number=9)
    desk.post(path_of(draft))
    outbox_run()
    assert "Publique primero el evento" in desk.get(path_of(draft)).text
    assert desk.post(f"{path_of(draft)}/1/publicar", form_at=f"/escritorio/eventos/{draft.slug}/editar").status_code == 409


def test_asking_twice_makes_one_version_and_working_twice_one_result(
    app: Flask, desk: Desk, event: Event, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    desk.post(path_of(event))
    desk.post(path_of(event), form_at=f"/escritorio/eventos/{event.slug}/editar")
    (waiting,) = versions(looking, event)
    with app.app_context():
        tasks.build(waiting.id)
        (once,) = versions(looking, event)
        tasks.build(waiting.id)
    outbox_run()
    assert versions(looking, event) == [once]
    assert once.state is MakingState.READY
    assert "flyer-same" in desk.post(path_of(event), form_at=f"/escritorio/eventos/{event.slug}/editar").location


def test_a_missing_logo_file_is_told_and_can_be_tried_again(
    desk: Desk, event: Event, writing: Opened, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    with writing() as db:
        entity = entities.entity_named(db, "Red Ciudadana Ficticia", EntityKind.CIVIL_SOCIETY)
        service.keep_logo(db, entity.id, sha256="0" * 64, width=9, height=9, by=SYSTEM, now=clock.now())
    desk.post(path_of(event))
    outbox_run()
    assert versions(looking, event)[0].state is MakingState.ERROR
    assert "Volver a intentarlo" in desk.get(path_of(event)).text
    with writing() as db:
        service.drop_logo(db, entity.id, by=SYSTEM)
    desk.post(path_of(event))
    outbox_run()
    assert versions(looking, event)[0].state is MakingState.READY


def test_foreign_pieces_do_not_exist_and_readers_only_look(
    app: Flask, desk: Desk, event: Event, writing: Opened, outbox_run: Callable[[], int]
) -> None:
    desk.post(path_of(event))
    outbox_run()
    with writing() as db:
        stranger = Desk(app, a_member(db, cycles=(a_cycle(db, name="Ajeno"),)))
        reader = Desk(app, a_member(db, StaffRole.READER, cycles=(the_cycle(db),)))
    for path in (path_of(event), f"{path_of(event)}/1/pdf", f"{path_of(event)}/1/wide"):
        assert stranger.get(path).status_code == 404
        assert reader.get(path).status_code == 200
    assert desk.get(f"{path_of(event)}/2/pdf").status_code == 404
    assert "Publicar esta versión" not in reader.get(path_of(event)).text


# --- logos -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def logo_path(event: Event, looking: Opened) -> str:
    with looking() as db:
        found = next(row for row in queries.entities(db) if row.name == "Red Ciudadana Ficticia")
    return f"/escritorio/entidades/{found.public_id}"


def upload(desk: Desk, path: str, content: bytes, name: str = "logo.png") -> Any:
    return desk.post(path, {"file": (io.BytesIO(content), name)})


def test_a_logo_is_written_anew_and_goes_into_the_pieza(
    desk: Desk, event: Event, logo_path: str, looking: Opened, outbox_run: Callable[[], int]
) -> None:
    assert upload(desk, logo_path, a_picture_with_a_position(), "../../logo.jpg").status_code == 302
    assert "Logo de Red Ciudadana Ficticia" in desk.get("/escritorio/entidades").text
    kept = desk.get(f"{logo_path}/logo.png")
    assert kept.mimetype == "image/png"
    assert b"CANARIO" not in kept.data
    desk.post(path_of(event))
    outbox_run()
    (version,) = versions(looking, event)
    assert [logo["name"] for logo in version.fields["logos"]] == ["Red Ciudadana Ficticia"]
    assert version.state is MakingState.READY
    assert desk.post(f"{logo_path}/quitar", form_at=logo_path).status_code == 302
    assert desk.get(f"{logo_path}/logo.png").status_code == 404
    assert "Desactualizada" in desk.get(path_of(event)).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (a_huge_png(), "megapíxeles"),
        (b"%PDF-1.7", "no es una imagen"),
        (a_picture("GIF"), "no es una imagen"),
        (a_picture("PNG")[:120], "dañada"),
    ],
)
def test_what_is_no_safe_picture_is_refused_as_logo(desk: Desk, logo_path: str, content: bytes, words: str) -> None:
    answer = upload(desk, logo_path, content)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert desk.get(f"{logo_path}/logo.png").status_code == 404


@pytest.mark.both_databases
def test_a_logo_takes_the_place_of_the_one_before(db: Session, backend: str) -> None:
    entity = entities.entity_named(db, "Entidad Ficticia")
    for number in (1, 2):
        service.keep_logo(db, entity.id, sha256=str(number) * 64, width=number, height=number, by=SYSTEM, now=clock.now())
    (row,) = queries.entities(db)
    assert (row.sha256, row.width) == ("2" * 64, 2)
    event = a_published_event(db)
    assert service.prepare(db, event.id, by=SYSTEM, now=clock.now()) == 1
    assert service.prepare(db, event.id, by=SYSTEM, now=clock.now()) == 1
