"""People who may be one: proposed, compared side by side, merged or told apart, and merges undone."""

from typing import Any

from flask import redirect, render_template, request, url_for

from eventos.desk.queries import duplicates as queries
from eventos.desk.rules_duplicates import alike, clashes
from eventos.desk.web.door import WRITERS, door
from eventos.kernel import audit, clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import RuleViolation
from eventos.kernel.http import actor, current_staff
from eventos.people import merging
from eventos.registration.service.merging import merge_people, unmerge_people

URL = "/escritorio/repetidas"


@door.get(URL, roles=WRITERS)
def duplicates() -> str:
    return _page()


def _page(refusal: str | None = None) -> str:
    with reading() as db:
        staff = current_staff()
        pairs, merges = queries.proposed(db, staff), queries.merges(db, staff)
    return render_template("desk/duplicates.html", pairs=pairs, merges=merges, most=queries.MOST, refusal=refusal)


@door.get(f"{URL}/<first>/<second>", roles=WRITERS)
def compare(first: str, second: str) -> str:
    return _compare(first, second)


@door.post(f"{URL}/<first>/<second>/ver", roles=WRITERS)
def compare_whole(first: str, second: str) -> str:
    """Show documents, mails and phones whole, once; the audit keeps who looked."""
    with transaction() as db:
        for one in queries.two_people(db, current_staff(), first, second):
            audit.record(db, actor(), "desk.unmask", "person", one.id)
    return _compare(first, second, whole=True)


def _compare(first: str, second: str, *, whole: bool = False, refusal: str | None = None) -> str:
    with reading() as db:
        one, other = queries.two_people(db, current_staff(), first, second)
        registrations = queries.registrations_of_two(db, one, other)
    return render_template(
        "desk/compare.html",
        people=(one, other),
        reasons=alike(one, other),
        clashes=clashes(registrations),
        registrations=registrations,
        whole=whole,
        refusal=refusal,
    )


@door.post(f"{URL}/<first>/<second>/unir", roles=WRITERS)
def merge(first: str, second: str) -> Any:
    """Keep one of the two; where both are registered, the registration that stands is the one the page showed."""
    kept_id = request.form.get("queda", "")
    if kept_id not in (first, second):
        return _compare(first, second, refusal="Elija cuál de las dos queda."), 422
    try:
        with transaction() as db:
            one, other = queries.two_people(db, current_staff(), first, second)
            kept, gone = (one, other) if kept_id == one.public_id else (other, one)
            found = clashes(queries.registrations_of_two(db, one, other))
            set_aside = [(clash.aside.id, clash.stands.id) for clash in found if clash.aside is not None]
            merge_people(db, kept.id, gone.id, set_aside=set_aside, by=actor(), now=clock.now())
    except RuleViolation as refusal:
        return _page(refusal.message), 409
    return redirect(url_for("desk.duplicates", aviso="merged"), 303)


@door.post(f"{URL}/<first>/<second>/distintas", roles=WRITERS)
def dismiss(first: str, second: str) -> Any:
    with transaction() as db:
        one, other = queries.two_people(db, current_staff(), first, second)
        merging.dismiss(db, one.id, other.id, by=actor(), now=clock.now())
    return redirect(url_for("desk.duplicates", aviso="dismissed"), 303)


@door.post(f"{URL}/deshacer/<public_id>", roles=WRITERS)
def unmerge(public_id: str) -> Any:
    """Two people again, and what was set aside stands again where it can."""
    try:
        with transaction() as db:
            done = queries.merge_to_undo(db, current_staff(), public_id)
            left = unmerge_people(db, done, by=actor(), now=clock.now())
    except RuleViolation as refusal:
        return _page(refusal.message), 409
    if left:
        words = " ".join(sorted({each["why"] for each in left}))
        return _page(f"Vuelven a ser dos personas, pero {len(left)} de sus inscripciones no volvió a estar en pie. {words}")
    return redirect(url_for("desk.duplicates", aviso="unmerged"), 303)
