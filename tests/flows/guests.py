"""People at the registration form: what they type, and the browser they type it into."""

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.visitor import PageForm, read_page


def answers(number: int, **changes: str) -> dict[str, str]:
    """The number-th person's answers: an evidently invented civil servant of Manizales."""
    typed = {
        "document_type": "CC",
        "document_number": str(30_000_000 + number),
        "given_names": f"Visitante {number}",
        "family_names": "Ejemplo Guadual",
        "email": f"visitante{number}@auditorio.example",
        "phone": "",
        "entity": "Alcaldía de Manizales",
        "dependency": "Planeación",
        "post": "Profesional universitaria",
        "link_kind": "planta",
        "municipio": "Manizales, Caldas",
        "consent": "y",
    }
    return {**typed, **changes}


class Booth:
    """A browser in this process at the registration form of one event; the form is opened once, and sent by many."""

    def __init__(self, app: Flask, slug: str, *, address: str = "192.0.2.7") -> None:
        self.path = f"/eventos/{slug}/inscripcion"
        self.client = app.test_client()
        self._from = {"REMOTE_ADDR": address}
        self._form: PageForm | None = None

    def open(self) -> PageForm:
        if self._form is None:
            page = self.client.get(self.path, environ_base=self._from)
            forms, _links = read_page(page.text, f"http://localhost{self.path}")
            self._form = next(form for form in forms if form.method == "POST")
        return self._form

    def register(self, **typed: str) -> TestResponse:
        return self.client.post(self.path, data=dict(self.open().fields(**typed)), environ_base=self._from)
