"""Pages of accounts stand in the frame of the site, whose menus name other rooms' pages: where one is not built, a bare page stands in."""

import pytest
from flask import Flask

from eventos.kernel import http

NEIGHBOURS = ("agenda.policies", "agenda.sitemap", "agenda.terms", "agenda.accessibility", "desk.home", "desk.mails", "cycles.index")


@pytest.fixture
def app(app: Flask) -> Flask:
    for endpoint in NEIGHBOURS:
        if endpoint not in app.view_functions:
            path = "/escritorio" if endpoint == "desk.home" else f"/vecino/{endpoint}"
            audience = http.Audience.STAFF if endpoint.startswith(("desk", "cycles")) else http.Audience.PUBLIC

            def page() -> str:
                return "vecino"

            page.entry = http.Entry(audience, http.EVERY_ROLE, http.PUBLIC_BODY)  # type: ignore[attr-defined]
            app.add_url_rule(path, endpoint, page)
    return app
