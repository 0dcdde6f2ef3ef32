"""The public pages: what they say, what they keep to themselves, and what they cost."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, time

import ics
import pytest
import vobject
from flask.testing import FlaskClient

from eventos.accounts.models import Staff
from eventos.cycles import service
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import LinkExposure, Modality, StaffRole
from tests.accounts.factories import a_staff, signed_in
from tests.conftest import Opened
from tests.cycles.factories import ANOTHER_YEAR, LINK, a_cycle, a_day, a_published_event, an_event
from tests.support.statements import counted


def published(writing: Opened, **changes: object) -> str:
    with writing() as db:
        return a_published_event(db, **changes).slug


def test_the_agenda_lists_what_is_published_and_hides_drafts(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        a_published_event(db, cycle=cycle)
        an_event(db, cycle=cycle, number=6, topic="Control social")
    page = client.get("/").text
    assert "Quinta asistencia técnica: Gobierno Abierto" in page
    assert "Inscripciones abiertas" in page
    assert "Control social" not in page


def test_what_is_over_stands_below_page_by_page(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        for number in range(1, 13):
            day = a_day(datetime(2021, 1, number, tzinfo=UTC).date())
            a_published_event(db, cycle=cycle, number=number, topic=f"Tema {number:02}", days=(day,))
    first, second = client.get("/").text, client.get("/?pagina=2").text
    assert "Ya realizados" in first
    assert "No hay eventos programados" in first
    assert "Tema 12" in first
    assert "Tema 02" not in first
    assert "Tema 02" in second
    assert client.get("/?pagina=nada").status_code == 200
    assert client.get("/?pagina=999999999999999999999").status_code == 200


def test_an_empty_installation_says_how_to_begin_without_any_secret(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "Primeros pasos" in page
    assert "detenga el programa y vuelva a iniciarlo: muestra otro" in page
    assert "primer-ingreso" not in page


def test_first_steps_go_on_until_there_is_an_event(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        a_staff(db, role=StaffRole.ADMINISTRATOR)
    assert "Ingresar y continuar" in client.get("/").text
    with writing() as db:
        an_event(db)
    page = client.get("/").text
    assert "Primeros pasos" not in page
    assert "No hay eventos programados" in page


def test_a_draft_does_not_exist_for_the_public(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug = an_event(db).slug
    assert client.get(f"/eventos/{slug}").status_code == 404
    assert client.get(f"/eventos/{slug}/evento.ics").status_code == 404


def test_a_draft_that_was_called_off_before_anybody_saw_it_stays_hidden(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = an_event(db)
        service.cancel(db, event, reason="Cambió el plan.", by=SYSTEM, now=clock.now())
        slug = event.slug
    assert client.get(f"/eventos/{slug}").status_code == 404


def test_the_event_page_says_when_where_and_how_to_register(client: FlaskClient, writing: Opened) -> None:
    slug = published(writing, capacity_virtual=200)
    page = client.get(f"/eventos/{slug}").text
    assert "Jueves, 25 de julio de 2030" in page
    assert "Virtual, por Microsoft Teams" in page
    assert "Recibirá un vínculo personal de ingreso" in page
    assert "Quedan 200 cupos de 200" in page
    assert page.count(f'href="/eventos/{slug}/inscripcion"') == 2
    assert "Red Ciudadana Ficticia" in page


@pytest.mark.parametrize("exposure", [LinkExposure.PERSONAL, LinkExposure.REGISTERED])
def test_a_link_that_is_not_public_is_nowhere_on_public_pages(client: FlaskClient, writing: Opened, exposure: LinkExposure) -> None:
    slug = published(writing, link_exposure=exposure)
    for path in (f"/eventos/{slug}", f"/eventos/{slug}/evento.ics", "/"):
        answer = client.get(path).text.replace("\r\n ", "")
        assert LINK[:50] not in answer
        assert "threadv2" not in answer


def test_a_public_link_is_shown_byte_for_byte(client: FlaskClient, writing: Opened) -> None:
    slug = published(writing, link_exposure=LinkExposure.PUBLIC)
    page = client.get(f"/eventos/{slug}").text
    assert f'<code class="link-full">{LINK.replace("&", "&amp;")}</code>' in page
    calendar = client.get(f"/eventos/{slug}/evento.ics").text.replace("\r\n ", "")
    assert LINK in calendar


def test_a_full_event_offers_the_waitlist(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
        event.pools[0].taken = 1
        slug = event.slug
    page = client.get(f"/eventos/{slug}").text
    assert "Entrar a la lista de espera" in page
    assert "Inscribirme<" not in page


def test_a_past_event_has_no_button(client: FlaskClient, writing: Opened) -> None:
    slug = published(writing, days=(a_day(datetime(2021, 7, 29, tzinfo=UTC).date()),))
    page = client.get(f"/eventos/{slug}").text
    assert "Este evento ya se realizó" in page
    assert "/inscripcion" not in page
    assert "Recibirá un vínculo" not in page


def test_a_cancelled_event_says_so_and_why(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        service.cancel(db, event, reason="Cierre de la vía.", by=SYSTEM, now=clock.now())
        slug = event.slug
    page = client.get(f"/eventos/{slug}").text
    assert "Cancelado" in page
    assert "Cierre de la vía." in page
    assert f"/eventos/{slug}/inscripcion" not in page
    assert "EventCancelled" in page
    assert "Recibirá un vínculo" not in page
    assert "STATUS:CANCELLED" in client.get(f"/eventos/{slug}/evento.ics").text


def test_an_event_without_a_known_date_says_what_is_known(client: FlaskClient, writing: Opened) -> None:
    slug = published(writing, days=(), date_note="Segundo trimestre de 2021")
    page = client.get(f"/eventos/{slug}").text
    assert "Segundo trimestre de 2021" in page
    assert "evento.ics" not in page
    assert "ld+json" not in page
    assert client.get(f"/eventos/{slug}/evento.ics").status_code == 404


def test_each_modality_of_a_hybrid_event_says_its_seats(client: FlaskClient, writing: Opened) -> None:
    slug = published(writing, modality=Modality.HYBRID, venue_name="Auditorio Ficticio", venue_divipola="17001", capacity_onsite=40)
    page = client.get(f"/eventos/{slug}").text
    assert "Auditorio Ficticio" in page
    assert "Manizales, Caldas" in page
    assert "Virtual: sin límite de cupos. Presencial: quedan 40 cupos de 40" in page


def test_demo_events_are_bannered_with_their_note(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db, demo=True)
        event.demo_note = "El desglose por municipio es inventado."
        slug = event.slug
    page = client.get(f"/eventos/{slug}").text
    assert "demo-banner" in page
    assert "El desglose por municipio es inventado." in page
    assert "demo-banner" in client.get("/").text


def test_hostile_texts_are_shown_as_text(client: FlaskClient, writing: Opened) -> None:
    hostile = "</script><script>alert(1)</script> Feria & <b> niñez"
    slug = published(writing, topic=hostile, summary=hostile, description=hostile)
    page = client.get(f"/eventos/{slug}").text
    assert "<script>alert" not in page
    assert "<b> niñez" not in page
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[0])
    assert data["name"].endswith(hostile)
    assert data["@type"] == "Event"


def test_public_pages_are_cached_for_a_minute_and_known_again(client: FlaskClient, writing: Opened) -> None:
    slug = published(writing)
    for path in ("/", f"/eventos/{slug}", f"/eventos/{slug}/evento.ics"):
        first = client.get(path)
        assert first.headers["Cache-Control"] == "public, max-age=60", path
        assert "Set-Cookie" not in first.headers
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304, path


def test_a_staff_cookie_changes_nothing_on_public_pages(client: FlaskClient, writing: Opened) -> None:
    slug = published(writing)
    before = client.get(f"/eventos/{slug}").data
    signed_in(client, writing)
    assert client.get(f"/eventos/{slug}").data == before


@pytest.mark.both_databases
def test_the_event_page_costs_at_most_six_statements_whatever_the_rows(client: FlaskClient, writing: Opened) -> None:
    days = tuple(a_day(ANOTHER_YEAR.replace(day=number)) for number in range(1, 21))
    small, large = published(writing), published(writing, number=6, days=days)
    costs = []
    for slug in (small, large):
        with counted() as statements:
            assert client.get(f"/eventos/{slug}").status_code == 200
        assert len(statements) <= 6, str(statements)
        costs.append(len(statements))
    assert costs[0] == costs[1]
    with counted() as statements:
        client.get("/")
    assert len(statements) <= 3, str(statements)


def test_the_calendar_file_holds_for_independent_readers(client: FlaskClient, writing: Opened) -> None:
    days = (a_day(), a_day(ANOTHER_YEAR.replace(day=26), time(14), time(16)))
    slug = published(writing, days=days)
    answer = client.get(f"/eventos/{slug}/evento.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert "METHOD:PUBLISH" in answer.text
    assert "ATTENDEE" not in answer.text
    assert "\n" not in answer.text.replace("\r\n", "")
    assert len(list(vobject.readOne(answer.text).vevent_list)) == 2
    events = sorted(ics.Calendar(answer.text).events, key=lambda event: event.begin)
    assert events[0].begin.datetime == datetime(2030, 7, 25, 13, tzinfo=UTC)
    assert events[1].begin.datetime == datetime(2030, 7, 26, 19, tzinfo=UTC)
    assert f"/eventos/{slug}" in (events[0].url or "")


def test_moving_an_event_keeps_its_entry_in_calendars(client: FlaskClient, writing: Opened) -> None:
    slug = published(writing)
    uid = re.findall(r"UID:(\S+)", client.get(f"/eventos/{slug}/evento.ics").text)
    with writing() as db:
        from sqlalchemy import update

        from eventos.cycles.models import EventDay

        db.execute(update(EventDay).values(starts_at=datetime(2030, 8, 1, 13, tzinfo=UTC), ends_at=datetime(2030, 8, 1, 15, tzinfo=UTC)))
    assert re.findall(r"UID:(\S+)", client.get(f"/eventos/{slug}/evento.ics").text) == uid


def test_those_who_prepare_a_draft_see_it_as_it_will_be(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug = an_event(db).slug
    assert client.get(f"/escritorio/eventos/{slug}/vista").status_code == 302
    signed_in(client, writing)
    answer = client.get(f"/escritorio/eventos/{slug}/vista")
    assert "Vista previa" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_organiser_of_another_cycle_cannot_preview(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug = an_event(db).slug
    signed_in(client, writing, StaffRole.ORGANISER)
    assert client.get(f"/escritorio/eventos/{slug}/vista").status_code == 404


def test_the_button_follows_the_clock(client: FlaskClient, writing: Opened, clock_at: Callable[[datetime], None]) -> None:
    slug = published(writing, registration_opens_at=datetime(2030, 7, 1, 13, tzinfo=UTC))
    said = {}
    for moment in (datetime(2030, 6, 1, tzinfo=UTC), datetime(2030, 7, 2, tzinfo=UTC), datetime(2030, 7, 25, 14, tzinfo=UTC)):
        clock_at(moment)
        said[moment.month, moment.day] = client.get(f"/eventos/{slug}").text
    assert "Las inscripciones abren el 1 de julio de 2030, 8:00" in said[6, 1]
    assert "Inscribirme" in said[7, 2]
    assert "El evento está en curso" in said[7, 25]


@pytest.mark.parametrize("path", ["/politicas", "/mapa-del-sitio", "/terminos", "/accesibilidad"])
def test_the_legal_pages_open_for_everybody(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_nobody_was_written_down_by_looking(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    client.get(f"/eventos/{published(writing)}")
    with looking() as db:
        assert db.query(Staff).count() == 0
