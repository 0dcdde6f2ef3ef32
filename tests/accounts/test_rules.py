"""Which passwords, addresses, codes and ways back are acceptable."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from eventos.accounts import rules
from eventos.kernel.errors import InvalidInput

NOW = datetime(2026, 3, 2, 17, 0, 10, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    "password", ["cuatro palabras sueltas", "ñandú-über-Ωmega", "x7Kq#f9z!pLw", "🐎 correcto 🔋 grapa", "a1b2 " * 51 + "a"]
)
def test_a_long_password_of_any_signs_is_taken(password: str) -> None:
    assert rules.check_password(password)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "al menos 12"),
        ("once signos", "al menos 12"),
        ("x7Kq#" * 52, "como máximo 256"),
        ("contrasena2026", "muy conocida"),
        ("Contraseña2026", "muy conocida"),
        ("ADMINISTRADOR123", "muy conocida"),
        ("qwertyuiop123", "muy conocida"),
        ("123456789012", "muy conocida"),
        ("ababababababab", "muy conocida"),
        ("ana.ficticia@oficina.example", "no puede ser su correo"),
    ],
)
def test_a_short_long_or_famous_password_is_refused(password: str, why: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        rules.check_password(password, email="ana.ficticia@oficina.example")
    assert why in refusal.value.fields["password"]


def test_three_thousand_famous_passwords_are_long_enough_to_matter() -> None:
    assert sum(len(password) >= rules.PASSWORD_SHORTEST for password in rules.common_passwords()) >= 3000


def test_the_same_accent_typed_two_ways_is_one_password() -> None:
    assert rules.normal_password("contrasen\u0303a larga") == rules.normal_password("contraseña larga")


@pytest.mark.parametrize(
    ("failures", "wait"), [(0, 0), (2, 0), (3, 1), (4, 2), (5, 4), (6, 8), (7, 16), (8, 32), (9, 60), (10, 60), (5000, 60)]
)
def test_the_wait_grows_to_a_minute_and_never_beyond(failures: int, wait: int) -> None:
    assert rules.delay(failures, free=3) == wait


@pytest.mark.parametrize("offset", [-30, 0, 30])
def test_a_code_counts_in_its_step_and_its_neighbours(offset: int) -> None:
    code = pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=offset))
    assert rules.totp_step(SECRET, f"{code[:3]} {code[3:]}", now=NOW) == (int(NOW.timestamp()) + offset) // 30


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=90))])
def test_a_wrong_or_stale_code_does_not_count(code: str) -> None:
    assert rules.totp_step(SECRET, code, now=NOW) is None


@pytest.mark.parametrize("account", ["ana@oficina.example", "x" * 200 + "@oficina.example", "peñaranda@ñandú.example"])
def test_the_authenticator_link_fits_in_a_qr(account: str) -> None:
    uri = rules.totp_uri(SECRET, account=account)
    assert uri.startswith("otpauth://totp/Eventos:")
    assert f"secret={SECRET}" in uri
    assert len(uri) <= 160
    assert uri.isascii()


@pytest.mark.parametrize(
    "target", ["/", "/escritorio", "/escritorio/eventos?ciclo=a&x=1#lista", "/a//b", "/escritorio?next=https://x.example"]
)
def test_a_path_of_ours_is_gone_back_to(target: str) -> None:
    assert rules.own_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        *(None, "", "escritorio", "//x.example", "///x.example", "/\\x.example", "\\\\x.example", "\\/x.example", "https:x.example"),
        *("https://x.example", "HTTPS://x.example", "javascript:alert(1)", "data:text/html,x", "u@x.example", " //x.example"),
        *(
            "/\t/x.example",
            "/\n/x.example",
            "/\r\nLocation: //x.example",
            "\t//x.example",
            "/ /x",
            "/a\\..\\x",
            "/\u2028x",
            "/" + "a" * 2001,
        ),
    ],
)
def test_anything_a_browser_could_take_for_another_site_leads_to_the_desk(target: str | None) -> None:
    assert rules.own_path(target) == rules.HOME


@pytest.mark.parametrize("address", ["ana@oficina.example", "Ana.Maria+e@sub.oficina.example", " ana@oficina.example "])
def test_a_plain_address_is_taken(address: str) -> None:
    assert rules.check_email(address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@oficina.example",
        "ana@oficina",
        "a b@oficina.example",
        "ana@x@oficina.example",
        "Ana <a@o.example>",
        "a@o..example",
        "ana@oficina.example\nBcc: b@o.example,c@o.example",
        "a,b@oficina.example",
        "x" * 250 + "@oficina.example",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput):
        rules.check_email(address)


@pytest.mark.parametrize("name", ["", " \u202e ", "Gane en www.premios.example", "Ana http://x.example", "ana@oficina.example", "A" * 121])
def test_a_name_is_short_and_advertises_nothing(name: str) -> None:
    with pytest.raises(InvalidInput):
        rules.check_name(name)


def test_one_second_is_singular() -> None:
    assert "Espere 1 segundo antes" in rules.SignInFailed(wait=1).message
    assert "Espere 16 segundos antes" in rules.SignInFailed(wait=16).message
    assert "Espere" not in rules.SignInFailed().message
