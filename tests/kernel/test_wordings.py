"""Words of mails: which may be kept, what a field becomes, and every attack on the editor that has a name."""

import re

import pytest

from eventos.kernel import wordings
from eventos.kernel.wordings import FIELDS, KINDS, Wording, default, faults, fill, samples

KIND = KINDS["confirmed"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_words_of_the_product_may_be_kept_and_say_the_event(kind: wordings.Kind) -> None:
    assert faults(kind, kind.subject, kind.body) == {}
    told = fill(default(kind.key), samples(kind))
    assert FIELDS["evento"][1] in told.subject
    assert "{" not in told.subject + told.text
    assert told.paragraphs[0][0][1].text == "Elvira"
    assert set(kind.fields) <= set(FIELDS)


@pytest.mark.parametrize(
    "attack",
    [
        "{{7*7}}",
        "{{ nombre }}",
        "{% for x in y %}",
        "{nombre.__class__}",
        "{nombre[0]}",
        "{nombre!r}",
        "{nombre:>999999999}",
        "{0}",
        "{}",
        "{self}",
        "{__import__('os')}",
        "{config.SECRET_KEY}",
        "{nombre",
        "nombre}",
        "{nom\nbre}",
        "{NOMBRE}",
        "{ nombre }",
        "{documento}",
        "{correo}",
        "${nombre.x}}",
        "{plazo}",
        "a\x00b",
        "\x1b[31m",
    ],
)
def test_what_is_no_field_is_refused_beside_where_it_stands(attack: str) -> None:
    assert list(faults(KIND, KIND.subject, f"Hola. {attack}")) == ["body"]
    assert "subject" in faults(KIND, f"Hola. {attack}", KIND.body)


@pytest.mark.parametrize(
    ("typed", "meant"), [("nobmre", "nombre"), ("Nombre completo", "nombre_completo"), ("fehca", "fecha"), ("OFICINA", "oficina")]
)
def test_a_field_that_is_nearly_right_is_named_with_the_right_one(typed: str, meant: str) -> None:
    assert faults(KIND, KIND.subject, f"Hola, {{{typed}}}") == {
        "body": f"No conocemos el campo «{{{typed}}}» en este correo. ¿Quiso decir «{{{meant}}}»?"
    }


def test_a_field_like_none_is_answered_with_all_there_are() -> None:
    told = faults(KIND, KIND.subject, "{xyzzy}")["body"]
    assert all(f"{{{name}}}" in told for name in KIND.fields)


@pytest.mark.parametrize(
    ("subject", "body", "where"),
    [
        ("", "Hola", "subject"),
        ("Hola", "  \n ", "body"),
        ("x" * 151, "Hola", "subject"),
        ("Hola", "x" * 4001, "body"),
        ("Hola", "{nombre}" * 41, "body"),
        ("Hola\nBcc: otra@lejos.example", "Hola", "subject"),
    ],
)
def test_sizes_have_limits_and_a_subject_is_one_line(subject: str, body: str, where: str) -> None:
    assert list(faults(KIND, subject, body)) == [where]
    assert faults(KIND, "x" * 150, "{nombre}" * 40) == {}


def test_what_a_field_holds_is_neither_filled_again_nor_followed() -> None:
    values = samples(KIND) | {"nombre": "{oficina} https://trampa.example", "evento": "Foro\r\nBcc: otra@lejos.example"}
    told = fill(Wording("{evento}", "Hola, {nombre}"), values)
    assert told.text == "Hola, {oficina} https://trampa.example"
    assert "\n" not in told.subject
    assert [piece.is_link for piece in told.paragraphs[0][0]] == [False, False]


def test_addresses_that_the_office_writes_can_be_followed_without_their_full_stop() -> None:
    told = fill(Wording("x", "Lea https://oficina.example/guia?a=1&b=2. Gracias, {nombre}.\n\nAdiós"), samples(KIND))
    assert [piece.text for piece in told.paragraphs[0][0] if piece.is_link] == ["https://oficina.example/guia?a=1&b=2"]
    assert len(told.paragraphs) == 2
    assert re.search("javascript", str(fill(Wording("x", "javascript:alert(1)"), samples(KIND)).paragraphs))
    assert not any(piece.is_link for piece in fill(Wording("x", "javascript:alert(1)"), samples(KIND)).paragraphs[0][0])


def test_an_hour_at_the_end_of_a_sentence_has_one_full_stop() -> None:
    told = fill(Wording("{hora}. {evento}.", "Empieza a las {hora}.\nHasta {hora}, {nombre}"), samples(KIND))
    assert ("m.." in told.subject + told.text, "a. m.\nHasta" in told.text, "a. m., Elvira" in told.text) == (False, True, True)
    assert "".join(piece.text for piece in told.paragraphs[0][0]).endswith("10:00 a. m.")
