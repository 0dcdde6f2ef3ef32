"""The app of the door, screen by screen, with a signal: what it reads, whom it finds, what it asks and what it warns of."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageEnhance, ImageFilter
from playwright.sync_api import Route
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.adapters import qr
from eventos.checkin.models import Acceptance, DoorRoom, Scan
from eventos.checkin.rules import Rule
from eventos.checkin.web.app import version
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.registration.models import Answer, FormQuestion, FormQuestionVersion
from tests.browser.camera import film
from tests.checkin.factories import OPEN
from tests.checkin.stand import IS_READY, Stand, line, prepare, read, shown, until
from tests.conftest import Opened
from tests.support.browser import PHONE, Chromium
from tests.support.judges import axe

browser = pytest.mark.browser


def accepted(looking: Opened) -> int:
    with looking() as db:
        return db.scalar(select(func.count()).select_from(Acceptance)) or 0


def a_room(db: Session, key: str = "", **rule: Any) -> None:
    event = db.scalars(select(Event)).one()
    named = {"event_id": event.id, "key": key, "name": "Taller de datos" if key else "Entrada", "position": bool(key)}
    db.add(DoorRoom(**named, rule=Rule(**rule).kept(), updated_at=clock.now()))


# --- what the app is made of, without a browser ------------------------------------------------------------------------------------


def test_what_a_phone_keeps_of_the_app_is_all_there_and_says_nothing_of_anybody(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        release = version()
    worker = client.get("/acreditacion/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/acreditacion"
    told = json.loads(worker.text.partition("start(")[2].rpartition(")")[0])
    assert told["version"] == release
    for file in (told["shell"], *told["files"]):
        with client.get(file) as answer:
            assert answer.status_code == 200, file
            assert "Set-Cookie" not in answer.headers
    page = client.get(told["shell"])
    assert "'wasm-unsafe-eval'" in page.headers["Content-Security-Policy"]
    assert "csrf_token" not in page.text
    assert client.get(told["shell"].replace(release, "otra")).status_code == 404
    assert client.get(f"/acreditacion/app/{release}/app.js").mimetype == "text/javascript"
    assert client.get("/acreditacion/app/otra/app.js").status_code == 404
    assert client.get(f"/acreditacion/app/{release}/models.py").status_code == 404


def test_the_app_can_be_put_among_the_apps_of_the_phone(client: FlaskClient) -> None:
    told = json.loads(client.get("/acreditacion/app.webmanifest").text)
    assert (told["start_url"], told["scope"], told["display"]) == ("/acreditacion", "/acreditacion", "standalone")
    for icon in told["icons"]:
        with client.get(icon["src"]) as answer:
            picture = Image.open(io.BytesIO(answer.data))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}


# --- reading ----------------------------------------------------------------------------------------------------------------------


@browser
def test_the_camera_reads_a_code_turned_blurred_or_on_a_dark_screen_also_without_a_signal(
    stand: Stand, whole_browser: Chromium, tmp_path: Path, looking: Opened
) -> None:
    first, second = (Image.open(io.BytesIO(qr.png(code, scale=6))).convert("RGB") for code in stand.codes)
    turned = first.rotate(25, expand=True, fillcolor=(250, 250, 250))
    dim = ImageEnhance.Brightness(second.filter(ImageFilter.GaussianBlur(2))).enhance(0.35)
    dark = Image.new("RGB", (dim.width + 200, dim.height + 200), (8, 8, 12))
    dark.paste(dim, (100, 100))
    video = film([turned, dark], tmp_path / "camara.y4m")
    fake = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={video}")
    browser = whole_browser.another(*fake)
    page = browser.new_context(viewport={"width": PHONE, "height": 740}).new_page()
    stand.arrive(page)
    page.goto(stand.url)
    until(lambda: accepted(looking) == 2)
    until(lambda: bool(page.evaluate(IS_READY)))
    page.context.set_offline(True)
    page.reload()
    until(lambda: shown(page) == "repeated")
    assert "Sin señal" in line(page), "from cold, without a signal, the camera still reads"
    browser.close()


# Two cameras of the test's own; what was asked for last is in `window.asked`.
LENSES = """
navigator.mediaDevices.enumerateDevices = async () => ["a", "b"].map((deviceId) => ({ kind: "videoinput", deviceId }));
navigator.mediaDevices.getUserMedia = async (wanted) => {
  window.asked = wanted.video;
  const canvas = document.createElement("canvas");
  const paper = canvas.getContext("2d");
  setInterval(() => paper.fillRect(0, 0, Math.random() * 9, 9), 50);
  const stream = canvas.captureStream(10);
  stream.getVideoTracks()[0].getSettings = () => ({ deviceId: wanted.video.deviceId?.exact ?? "a" });
  return stream;
};
"""


@browser
def test_a_phone_with_two_cameras_lets_choose(stand: Stand, chromium: Chromium) -> None:
    page = chromium.open(width=PHONE)
    page.add_init_script(LENSES)
    prepare(page, stand, camera=True)
    other = page.get_by_role("button", name="Otra cámara")
    until(other.is_visible)
    assert page.evaluate("window.asked") == {"facingMode": {"ideal": "environment"}}
    for lens in ("b", "a"):
        other.click()
        until(lambda lens=lens: page.evaluate("window.asked") == {"deviceId": {"exact": lens}})  # type: ignore[misc]
    assert page.locator("[data-door-video]").is_visible()


@browser
def test_a_server_that_does_not_answer_in_time_is_no_reason_to_wait(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    held: list[Route] = []
    page.context.route("**/api/v1/checkin/scans", lambda route: held.append(route))
    read(page, stand.codes[0])
    until(lambda: shown(page) == "accepted", 5)
    assert page.locator("[data-door-name]").inner_text() == "Aurora Ejemplo Guadual", "the phone opened its row by itself"
    assert "1 por enviar" in line(page)
    page.context.unroute("**/api/v1/checkin/scans")
    until(lambda: line(page).startswith("En línea, Sincronizado"))
    with looking() as db:
        assert db.scalars(select(Scan.verdict)).all() == ["accepted"]


@browser
def test_rooms_count_by_themselves_and_exits_are_read_where_the_room_has_them(stand: Stand, chromium: Chromium, writing: Opened) -> None:
    with writing() as db:
        a_room(db)
        a_room(db, "taller", exits=True)
    page = chromium.open(width=PHONE)
    prepare(page, stand)
    assert not page.get_by_role("button", name="Sale").is_visible()
    for room, way, verdict, word in (
        ("", "", "accepted", "Adelante"),
        ("taller", "Entra", "accepted", "Adelante"),
        ("taller", "Sale", "accepted", "Salió"),
        ("taller", "Sale", "repeated", "Ya había salido"),
        ("", "", "repeated", "Ya ingresó"),
    ):
        page.get_by_label("Sala").select_option(room)
        if way:
            page.get_by_role("button", name=way).click()
        page.get_by_role("link", name="Leer").click()
        read(page, stand.codes[0])
        until(lambda verdict=verdict: shown(page) == verdict)  # type: ignore[misc]
        assert page.locator("[data-door-word]").inner_text() == word
    assert axe(page) == []
    page.get_by_label("Sala").select_option("taller")
    page.get_by_role("button", name="Sale").click()
    page.reload()
    until(lambda: bool(page.evaluate(IS_READY)))
    assert page.get_by_label("Sala").input_value() == "taller", "a reload does not move the phone to another room"
    assert page.get_by_role("button", name="Sale").get_attribute("aria-pressed") == "true"


@browser
def test_what_the_room_asks_is_answered_at_the_door(stand: Stand, chromium: Chromium, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        a_room(db, asks=("almuerzo",))
        event = db.scalars(select(Event)).one()
        question = FormQuestion(key="almuerzo", event_id=event.id, position=0)
        db.add(question)
        db.flush()
        said = {"kind": "yes_no", "label": "¿Almuerza con nosotros?", "limits": {}, "shown_if": {}, "options": []}
        db.add(FormQuestionVersion(question_id=question.id, version=1, **said, created_at=clock.now(), created_by="staff:1"))
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    for number, offline in ((0, False), (1, True)):
        page.context.set_offline(offline)
        read(page, stand.codes[number])
        until(lambda: shown(page) == "needs_answer")
        assert axe(page) == []
        page.get_by_label("Sí", exact=True).check()
        page.get_by_role("button", name="Responder y leer otra vez").click()
        until(lambda: shown(page) == "accepted")
    page.context.set_offline(False)
    until(lambda: line(page).startswith("En línea, Sincronizado"))
    assert accepted(looking) == 2
    with looking() as db:
        assert db.scalars(select(Answer.value)).all() == ["si", "si"]


# --- without a code ---------------------------------------------------------------------------------------------------------------


@browser
def test_somebody_without_a_code_is_found_marked_and_can_be_undone(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE)
    prepare(page, stand)
    page.get_by_role("link", name="Buscar").click()
    page.keyboard.type("iren")
    until(lambda: page.locator("[data-door-found] li").count() == 1)
    page.get_by_text("Marcar", exact=False).first.click()
    assert axe(page) == []
    page.get_by_role("button", name="Registrar su ingreso").click()
    until(lambda: shown(page) == "accepted")
    assert page.locator("[data-door-name]").inner_text() == "Irene Ejemplo Guadual"
    with looking() as db:
        assert [(one.manual, one.reason) for one in db.scalars(select(Scan))] == [(True, "No trae el código")]
    page.get_by_role("button", name="Deshacer").click()
    until(lambda: shown(page) == "annulled")
    assert accepted(looking) == 0
    page.get_by_role("button", name="Lecturas").click()
    assert [row.split("\n")[0] for row in page.locator("[data-door-list] li").all_inner_texts()] == ["Irene Ejemplo Guadual"] * 2
    assert page.locator("[data-door-list] button").count() == 0
    page.get_by_role("link", name="Leer").click()
    read(page, stand.codes[0])
    until(lambda: accepted(looking) == 1)
    page.get_by_role("button", name="Lecturas").click()
    assert axe(page) == []
    page.get_by_role("button", name="Deshacer el de Aurora Ejemplo Guadual").click()
    until(lambda: shown(page) == "annulled")
    assert accepted(looking) == 0, "also after the camera came back"
    page.get_by_role("link", name="Buscar").click()
    assert page.get_by_label("Nombre, documento o entidad").input_value() == "", "what was typed is not left on the screen"


@browser
def test_who_is_not_registered_is_written_down_and_what_is_missing_is_said(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    prepare(page, stand)
    page.get_by_role("link", name="Inscribir").click()
    send = page.get_by_role("button", name="Inscribir y dejar entrar")
    send.click()
    assert page.locator("#w-given_names-error").inner_text() == "Escriba este dato."
    assert "Sin su autorización" in page.locator("#w-consent-error").inner_text()
    assert axe(page) == []
    for name, value in (
        ("Número", "41000777"),
        ("Nombres", "Elvira"),
        ("Apellidos", "Cedral"),
        ("Municipio", "Xyz"),
        ("Entidad", "Veeduría"),
    ):
        page.get_by_label(name, exact=True).fill(value)
    page.get_by_label("La persona autoriza").check()
    send.click()
    until(lambda: page.locator("#w-municipio-error").is_visible())
    assert page.get_by_label("Nombres", exact=True).input_value() == "Elvira", "what was typed stays"
    page.get_by_label("Municipio", exact=True).fill("Leticia, Amazonas")
    send.click()
    until(lambda: shown(page) == "accepted")
    assert page.locator("[data-door-name]").inner_text() == "Elvira Cedral"
    assert accepted(looking) == 1


# --- what it warns of -------------------------------------------------------------------------------------------------------------


@browser
def test_a_wrong_clock_a_stale_list_and_little_space_are_said(stand: Stand, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, strict=False)
    page.add_init_script("navigator.storage.estimate = async () => ({ quota: 40e6, usage: 39e6 })")
    prepare(page, stand)
    said = page.locator("[data-door-alerts]")
    until(lambda: "Queda poco espacio" in said.inner_text())
    assert "reloj" not in said.inner_text()
    page.clock.set_fixed_time(OPEN + timedelta(minutes=9))
    page.reload()
    until(lambda: "está 9 min adelantado" in said.inner_text())
    read(page, stand.codes[0])
    until(lambda: shown(page) == "accepted")
    with looking() as db:
        scan = db.scalars(select(Scan)).one()
        assert (scan.scanned_at, scan.flagged) == (OPEN, ""), "its moment was corrected"
    page.context.set_offline(True)
    page.clock.set_fixed_time(OPEN + timedelta(minutes=49))
    until(lambda: "La lista de inscritos tiene 40 min" in said.inner_text())
    assert axe(page) == []
