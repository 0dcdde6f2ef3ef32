"""The page where an administrator says who the office is; and `office`, which every template may name."""

from typing import Any

from flask import Flask, g, redirect, render_template, url_for
from sqlalchemy.exc import SQLAlchemyError

from eventos.entities import queries, service
from eventos.entities.forms import OfficeForm, office_data
from eventos.entities.queries import OfficeView
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.http import Audience, Door, actor
from eventos.kernel.vocabulary import StaffRole

door = Door("entities", __name__, audience=Audience.STAFF, roles=[StaffRole.ADMINISTRATOR])
DOORS = (door,)
NOTICES = {"office-saved": ("success", "Los datos de la oficina quedaron guardados.")}


@door.get("/escritorio/oficina")
def office() -> Any:
    with reading() as db:
        view = queries.office_view(db)
    return render_template("entities/office.html", form=OfficeForm(data=office_data(view)), is_set=view.is_set)


@door.post("/escritorio/oficina")
def save_office() -> Any:
    form = OfficeForm.from_request()
    if not form.validate():
        return render_template("entities/office.html", form=form, is_set=True), 422
    try:
        with transaction() as db:
            service.save_office(db, form.to_command(), actor())
    except InvalidInput as refusal:
        form.refuse(refusal.fields, refusal.message)
        return render_template("entities/office.html", form=form, is_set=True), 422
    return redirect(url_for("entities.office", aviso="office-saved"))


def _name_the_office(app: Flask) -> None:
    @app.context_processor
    def office_of_the_page() -> dict[str, Any]:
        """One statement for each page. The pages that say the database is down must not need it."""
        if "office" not in g:
            try:
                with reading() as db:
                    g.office = queries.office_view(db)
            except SQLAlchemyError:
                g.office = OfficeView()
        return {"office": g.office}


START = (_name_the_office,)
