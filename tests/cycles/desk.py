"""A signed-in browser for tests of staff pages: the roof's loader is told who is here, so these tests need no password."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventos.accounts.models import Staff
from eventos.kernel import http


class Desk:
    """`get` and `post` as one member of the staff; `post` brings the form's own token."""

    def __init__(self, app: Flask, staff: Staff) -> None:
        self._app, self.member = app, Member(staff)
        self.client: FlaskClient = app.test_client()

    def get(self, path: str) -> TestResponse:
        self._sit_down()
        return self.client.get(path)

    def post(self, path: str, data: dict[str, Any] | None = None, *, form_at: str | None = None) -> TestResponse:
        """Send a form. `form_at` is the page that carries it, `path` itself unless told."""
        page = self.get(form_at or path).get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, page[:2000]
        return self.client.post(path, data={"csrf_token": token[1], **(data or {})})

    def _sit_down(self) -> None:
        http.use_staff_loader(self._app, lambda: self.member)


class Member:
    """A member of the staff as doors see them."""

    def __init__(self, staff: Staff) -> None:
        self.id, self.name, self.role = staff.id, staff.name, staff.staff_role
