"""The footer offers the source code when the installation says where it is (AGPL-3.0, section 13)."""

from dataclasses import replace

import pytest

from eventos.app import create_app
from eventos.kernel.settings import Settings

SOURCE = "https://codigo.example/eventos"


@pytest.mark.parametrize(("source_url", "links"), [("", 0), (SOURCE, 1)])
def test_the_footer_links_the_source_when_it_is_configured(settings: Settings, source_url: str, links: int) -> None:
    app = create_app(replace(settings, source_url=source_url), ring=lambda: None)
    page = app.test_client().get("/accesibilidad").get_data(as_text=True)
    assert page.count(f'<a href="{SOURCE}">Código fuente</a>') == links
