"""Settings are read once, and nonsense is refused by name instead of guessed at."""

import pytest

from eventos.kernel.settings import BadSettings, Settings


def test_nothing_set_means_this_machine_and_sqlite() -> None:
    settings = Settings.from_environ({})
    assert settings.url == "http://127.0.0.1:8000"
    assert settings.sqlalchemy_url.startswith("sqlite:////")
    assert settings.mail_transport_url.startswith("file:///")


def test_the_port_is_part_of_the_address_on_this_machine() -> None:
    assert Settings.from_environ({"EVENTOS_PORT": "9001"}).url == "http://127.0.0.1:9001"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENTOS_PORT", "ochenta"),
        ("EVENTOS_PORT", "70000"),
        ("EVENTOS_THREADS", "0"),
        ("EVENTOS_TRUSTED_PROXIES", "-1"),
        ("EVENTOS_DATABASE_URL", "mysql://x"),
        ("EVENTOS_QUEUE_URL", "amqp://x"),
        ("EVENTOS_MAIL_URL", "http://x"),
        ("EVENTOS_MAIL_FROM", "nadie"),
        ("EVENTOS_LOG_LEVEL", "todo"),
        ("EVENTOS_SECRET_KEYS", "corta"),
        ("EVENTOS_PUBLIC_URL", "eventos.example"),
        ("EVENTOS_PUBLIC_URL", "http://eventos.example"),
        ("EVENTOS_PUBLIC_URL", "https://eventos.example/app"),
        ("EVENTOS_PUBLIC_URL", "https://" + "e" * 40 + ".example"),
        ("EVENTOS_SOURCE_URL", "javascript:alert(1)"),
        ("EVENTOS_SOURCE_URL", "https://"),
        ("EVENTOS_PUBLIC_URL", "https://["),
        ("EVENTOS_PUBLIC_URL", "https://yo:clave@eventos.example"),
        ("EVENTOS_PUBLIC_URL", "https://eventos.example:99999"),
        ("EVENTOS_PUBLIC_URL", "https://eventos.example:ochenta"),
        ("EVENTOS_PUBLIC_URL", "https://evéntos.example"),
        ("EVENTOS_PUBLIC_URL", "https://even tos.example"),
        ("EVENTOS_PUBLIC_URL", "https://eventos.example\r\nX: y"),
        ("EVENTOS_MAIL_FROM_NAME", "Oficina\r\nBcc: x@y.example"),
        ("EVENTOS_THREADS", "100000"),
        ("EVENTOS_MAIL_RATE", "-1"),
        ("EVENTOS_MAIL_RATE", "muchos"),
        ("EVENTOS_DATABASE_URL", "sqlite:///:memory:"),
        ("EVENTOS_DATABASE_URL", "postgresql://servidor:puerto/base"),
        ("EVENTOS_QUEUE_URL", "sqlite:///"),
        ("EVENTOS_SOURCE_URL", "https://["),
        ("EVENTOS_DATA_DIR", ""),
        ("EVENTOS_PUERTO", "8000"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_naming_the_variable(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        Settings.from_environ({name: value})


def test_listening_beyond_this_machine_needs_the_public_address() -> None:
    with pytest.raises(BadSettings, match="EVENTOS_PUBLIC_URL"):
        Settings.from_environ({"EVENTOS_HOST": "0.0.0.0"})
    settings = Settings.from_environ({"EVENTOS_HOST": "0.0.0.0", "EVENTOS_PUBLIC_URL": "https://eventos.example"})
    assert settings.is_secure


def test_postgresql_is_spoken_to_through_psycopg() -> None:
    settings = Settings.from_environ({"EVENTOS_DATABASE_URL": "postgresql://u:c@localhost/base"})
    assert settings.sqlalchemy_url == "postgresql+psycopg://u:c@localhost/base"
