"""A small Flask application that shows every component under the product's Content Security Policy, with stub endpoints."""

from collections.abc import Callable
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request, url_for
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.datastructures import MultiDict
from werkzeug.utils import safe_join
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from eventos.kernel.http import CSP

ROOT = Path(__file__).resolve().parents[2]
ERRORS = (400, 403, 404, 409, 413, 422, 429, 500, 503)
LINK = "https://teams.example/join/a,b,c,d,e,f?mode=read&tenantId=" + "0a1b2c3d4e5f" * 14
OFFICE = {
    "name": "Oficina de Gobierno Abierto",
    "parent": "Secretaría Privada",
    "entity": "Gobernación de Caldas",
    "address": "Carrera 00 n.º 00-00, Manizales, Caldas",
    "phone": "(606) 000 00 00",
    "email": "gobierno.abierto@caldas.example",
    "data_email": "datos@caldas.example",
    "hours": "Lunes a viernes, de 8:00 a. m. a 4:00 p. m.",
    "shield_url": None,
}
BROKEN = """<!doctype html><html><body><main><p><div><input></div></p><img src="/static/img/favicon.svg">
<pre>Un renglón que nadie parte se sale de la pantalla de un teléfono.</pre></main></body></html>"""
TOWNS = [
    {"code": "17614", "name": "Riosucio", "where": "Caldas"},
    {"code": "27615", "name": "Riosucio", "where": "Chocó"},
    {"code": "17380", "name": "La Dorada", "where": "Caldas", "why": "También se conoce como Dorada"},
]


class Day(Form):
    on = DateField("Fecha", [InputRequired("Escriba la fecha.")])
    starts = TimeField("Empieza", [InputRequired("Escriba la hora de inicio.")])
    ends = TimeField("Termina")
    place = StringField("Lugar")

    def validate_ends(self, field: Any) -> None:
        if field.data and self.starts.data and field.data <= self.starts.data:
            raise ValidationError("La hora de cierre debe ser posterior a la de inicio.")


class Everything(Form):
    """One field of each kind."""

    words = StringField("Buscar")
    kind = SelectField("Tipo de documento", choices=[SelectChoice("CC", "Cédula de ciudadanía"), SelectChoice("PA", "Pasaporte")])
    number = StringField("Número", [InputRequired("Escriba el número.")], render_kw={"autocomplete": "off", "inputmode": "numeric"})
    mail = StringField("Correo electrónico", [InputRequired("Escriba su correo.")], render_kw={"autocomplete": "email", "type": "email"})
    phone = StringField("Celular", description="Solo si quiere recibir llamadas", render_kw={"autocomplete": "tel"})
    municipio = StringField("Municipio", [InputRequired("Elija el municipio.")])
    municipio_code = HiddenField()
    bond = RadioField(
        "Su vinculación", [InputRequired("Elija una.")], choices=[SelectChoice("planta", "De planta"), SelectChoice("otra", "Otra")]
    )
    modality = RadioField(
        "¿Cómo asistirá?",
        [InputRequired("Elija una.")],
        choices=[SelectChoice("virtual", "Por Teams"), SelectChoice("presencial", "En el auditorio")],
    )
    events = SelectMultipleField(
        "Otros eventos",
        choices=[SelectChoice("4", "Cuarta"), SelectChoice("6", "Sexta")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    days = FieldList(FormField(Day), min_entries=3)
    question = TextAreaField("Su pregunta")
    file = FileField("Archivo", [InputRequired("Elija un archivo.")])
    consent = BooleanField("Autorizo el tratamiento de mis datos", [InputRequired("Autorice el tratamiento de sus datos.")])
    news = BooleanField("Quiero recibir invitaciones")

    def validate_municipio_code(self, _field: Any) -> None:
        if self.municipio.data == "Riosuci":
            raise ValidationError("Ese municipio no está en la lista.")


def make_stage() -> Flask:
    """The application; `app.extensions["received"]` keeps what forms posted."""
    app = Flask("stage", template_folder=None, static_folder=None)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent / "pages")])  # type: ignore[assignment]
    app.jinja_env.globals["csrf_token"] = lambda: "ficha"
    received: list[MultiDict[str, str]] = []
    app.extensions["received"] = received
    shown = {"demo_banner": True}

    @app.context_processor
    def frame() -> dict[str, Any]:
        return {
            "office": OFFICE,
            "staff": {"name": "Marina Ficticia", "role": "Administra"},
            "nav": [{"label": "Agenda", "url": "/", "current": True}, {"label": "Mi inscripción", "url": "/", "current": False}],
            "notice": {"tone": "success", "text": "Los cambios quedaron guardados."},
            "link": LINK,
            **shown,
        }

    @app.after_request
    def guard(response: Response) -> Response:
        # A mail is read in a mail program, which has its own rules.
        if request.endpoint != "mail":
            response.headers["Content-Security-Policy"] = CSP
        return response

    for endpoint in ("agenda.policies", "agenda.sitemap", "agenda.terms", "agenda.accessibility"):
        app.add_url_rule(f"/{endpoint}", endpoint, _nothing)
    for endpoint in ("accounts_staff.account", "accounts_staff.sign_out"):
        app.add_url_rule(f"/{endpoint}", endpoint, _nothing, methods=["GET", "POST"])
    app.add_url_rule("/static/<path:filename>", "static", _static)
    app.jinja_env.globals["static_url"] = lambda filename: url_for("static", filename=filename)
    app.add_url_rule("/piezas", "parts", lambda: render_template("parts.html", form=Everything(), notice=None))
    app.add_url_rule("/evento", "event", lambda: render_template("event.html"))
    app.add_url_rule("/formulario", "form", _form(received), methods=["GET", "POST"])
    app.add_url_rule("/municipios.json", "towns", _towns)
    app.add_url_rule("/espera", "waiting", _waiting())
    app.add_url_rule("/error/<int:status>", "error", _error)
    app.add_url_rule("/correo", "mail", lambda: render_template("mail.html", name="Elvira Demo Cedral"))
    app.add_url_rule("/roto", "broken", lambda: BROKEN)
    return app


def _nothing() -> str:
    return ""


def _static(filename: str) -> Response:
    """Whole files at once: a browser that leaves early must not leave one open."""
    path = safe_join(str(ROOT / "static"), filename)
    if path is None or not Path(path).is_file():
        abort(404)
    return Response(Path(path).read_bytes(), mimetype=guess_type(filename)[0])


def _form(received: list[Any]) -> Callable[[], Any]:
    def view() -> Any:
        if request.method == "GET":
            return render_template("form.html", form=Everything())
        received.append(request.form.copy())
        form = Everything(request.form)
        if "add_row" in request.form:
            form.days.append_entry()
        else:
            form.validate()
        return render_template("form.html", form=form), 422

    return view


def _towns() -> Response:
    words = request.args["q"].lower()
    return jsonify([town for town in TOWNS if words in town["name"].lower() or words in town.get("why", "").lower()])


def _waiting() -> Callable[[], str]:
    asked = {"times": 0}

    def view() -> str:
        asked["times"] += 1
        return render_template("waiting.html", pending=asked["times"] < 4, step=asked["times"])

    return view


def _error(status: int) -> tuple[str, int]:
    if status not in ERRORS:
        abort(404)
    return render_template(f"errors/{status}.html", message=None, kept=[("nombres", 'Ana "Demo"')] if status == 503 else []), status
