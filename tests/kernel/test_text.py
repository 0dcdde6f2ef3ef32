"""Cleaning, keys, masks and normal forms, with what people and spreadsheets really write."""

import random
import unicodedata

import pytest

from eventos.kernel import text
from eventos.kernel.vocabulary import DocumentType

FAMILY = "👨‍👩‍👧‍👦"
CODER = "👩🏽‍💻"
BURNING_HEART = "❤️‍🔥"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
ARABIC = "محمد علی"
PERSIAN_WITH_ZWNJ = "می\u200cخواهم"
HEBREW = "שָׁלוֹם"


def test_clean_makes_one_line_with_single_spaces() -> None:
    assert text.clean("  Ana\t María\r\n\u00a0Ríos \u2028 ") == "Ana María Ríos"


def test_clean_composes_accents_even_around_what_it_removes() -> None:
    assert text.clean("Pen\u0303ol") == "Peñol"
    assert text.clean("Jose\u200b\u0301") == "José"


@pytest.mark.parametrize(
    "char",
    [
        *"\u0000\u0007\u007f\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u061c\ufffe\ud800\u3164",
        *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ],
)
def test_clean_drops_what_nobody_sees(char: str) -> None:
    assert text.clean(f"Ana{char}Ríos") == "AnaRíos"
    assert text.clean(char) == ""


@pytest.mark.parametrize(
    "sign",
    [FAMILY, CODER, BURNING_HEART, ENGLAND, "🇨🇴", "1️⃣", ARABIC, PERSIAN_WITH_ZWNJ, HEBREW, "李小龍", "Feria & <b> niñez", "=HYPERLINK()"],
)
def test_clean_keeps_emoji_and_every_script(sign: str) -> None:
    assert text.clean(sign) == unicodedata.normalize("NFC", sign)
    assert text.clean(f" x{sign}y ") == unicodedata.normalize("NFC", f"x{sign}y")


def test_clean_drops_a_joiner_that_joins_nothing() -> None:
    assert text.clean("👩\u200d a") == "👩 a"
    assert text.clean("a\u200d💻") == "a💻"


def test_clean_is_idempotent_and_leaves_nothing_dangerous() -> None:
    alphabet = " aÁñ\u0301\u0327\u200b\u200c\u200d\u202e\ufeff\ufe0f\n\t\x00\x85\u2028👩💻🏽❤علی🏴"
    alphabet += "\u094d\u0915\u0653\U000e0067\U000e007f\u3164\u1160\ud800\u2000"
    chance = random.Random(20210729)
    for _ in range(4000):
        typed = "".join(chance.choices(alphabet, k=chance.randint(0, 12)))
        once = text.clean(typed)
        assert text.clean(once) == once, ascii(typed)
        assert "  " not in once
        assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in once)
        assert once.encode() is not None
        lines = text.clean_lines(typed)
        assert text.clean_lines(lines) == lines, ascii(typed)


def test_clean_takes_ten_megabytes_of_joiners_without_choking() -> None:
    assert text.clean("\ufe0f\u200d" * 300_000).count("\u200d") == 0


def test_clean_lines_keeps_paragraphs() -> None:
    assert text.clean_lines("  Uno \r\n dos\u202e \r\n\r\n\r\n\r\ntres\u2029cuatro\n\n") == "Uno\ndos\n\ntres\ncuatro"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Peñol, El ", "penol el"),
        ("GÜICÁN", "guican"),
        ("Straße", "strasse"),
        ("O’Higgins", "ohiggins"),
        ("O'HIGGINS", "ohiggins"),
        ("Ｆｕｌｌ－Ｗｉｄｔｈ", "full width"),
        ("Bogotá, D.C.", "bogota d c"),
        ("1.º", "1 o"),
        ("🙂", ""),
        ("Łódź Ørsted", "lodz orsted"),
    ],
)
def test_fold_forgets_accents_case_and_punctuation(typed: str, key: str) -> None:
    assert text.fold(typed) == key
    assert text.fold(key) == key


def test_fold_keeps_other_scripts_apart() -> None:
    assert text.fold("李") != text.fold("王") != ""
    assert text.fold(ARABIC) == ARABIC


def test_name_key_joins_spellings_but_not_people() -> None:
    assert text.name_key("María ", "DE LOS RÍOS") == text.name_key("maria de los rios")
    assert text.name_key("José María", "Pérez") != text.name_key("María José", "Pérez")
    assert text.name_key("🙂") != text.name_key("🦊")


def test_slugs_are_ascii_and_cut_at_a_word() -> None:
    assert text.slugify("¿Quinta asistencia técnica? Peñol & Cía.") == "quinta-asistencia-tecnica-penol-cia"
    assert text.slugify("uno dos tres", limit=8) == "uno-dos"
    assert text.slugify("uno dos tres", limit=7) == "uno-dos"
    assert text.slugify("a" * 100) == "a" * 80
    assert text.slugify("李") == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("MARÍA DE LOS RÍOS", "María de los Ríos"),
        ("maría de los ríos", "María de los Ríos"),
        ("Ana McPherson", "Ana McPherson"),
        ("DE LA CRUZ", "De la Cruz"),
        ("JOSÉ-LUIS D'ELUYAR", "José-Luis D'Eluyar"),
        ("JUAN PABLO II", "Juan Pablo II"),
        ("XI LI", "Xi Li"),
        ("BOGOTÁ, D.C.", "Bogotá, D.C."),
        ("ORTEGA Y GASSET", "Ortega y Gasset"),
        (ARABIC, ARABIC),
        ("", ""),
    ],
)
def test_titled_is_gentle(typed: str, shown: str) -> None:
    assert text.titled(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("DE LOS RÍOS", "de los Ríos"),
        ("de los ríos", "de los Ríos"),
        ("de los Ríos", "de los Ríos"),
        ("De los Ríos", "De los Ríos"),
        ("RÍOS", "Ríos"),
    ],
)
def test_a_family_name_that_begins_with_a_particle_keeps_it_small(typed: str, shown: str) -> None:
    assert text.titled(typed, follows=True) == shown


@pytest.mark.parametrize(
    "name", ["vea https://x.example", "WWW.x.example", "ana@x.example", "ana＠x.example", "w\u200bww.x", "x:\u200b//y"]
)
def test_names_refuse_links(name: str) -> None:
    assert text.names_refuse_links(name)


@pytest.mark.parametrize("name", ["Ana Ríos", "Feria & <b> niñez", "=HYPERLINK()", "A/B: uno"])
def test_names_without_links_pass(name: str) -> None:
    assert not text.names_refuse_links(name)


def test_two_spellings_of_an_address_are_one() -> None:
    assert text.normalise_email(" Ana.Rios@Entidad.EXAMPLE\u200b ") == "ana.rios@entidad.example"


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("CC", "12.345.678", "12345678"),
        ("CC", "1'053.123.456", "1053123456"),
        ("CC", " 12 345 678 ", "12345678"),
        ("CC", "12345678.0", "12345678"),
        ("CC", "12.000", "12000"),
        ("CC", "0012345678", "12345678"),
        ("CC", "１２３４５", "12345"),
        ("CE", "E-123456", "123456"),
        ("TI", "0101011234", "0101011234"),
        ("RC", "a1b0251234", "A1B0251234"),
        ("PA", "ab 123-456", "AB123456"),
        ("PPT", "1234567", "1234567"),
        ("PEP", "915082326061990", "915082326061990"),
        ("NIT", "800.197.268-4", "800197268"),
        ("NIT", "8001972684", "800197268"),
        ("NIT", "800197268", "800197268"),
        ("NIT", "890903938–8", "890903938"),
        ("NIT", "1053123456", "1053123456"),
    ],
)
def test_documents_are_stored_in_one_form(kind: str, typed: str, stored: str) -> None:
    assert text.normalise_document(kind, typed) == stored
    assert text.normalise_document(DocumentType(kind), stored) == stored


@pytest.mark.parametrize(
    ("kind", "typed", "word"),
    [
        ("CC", "", "Escriba"),
        ("CC", "000", "Escriba"),
        ("CC", "12", "3 y 10"),
        ("CC", "12345678901", "3 y 10"),
        ("CC", "1.05E+09", "cédula"),
        ("CC", "no tiene", "cédula"),
        ("TI", "123456789", "tarjeta"),
        ("RC", "ABCDEFG", "registro"),
        ("PA", "ABCDEF", "pasaporte"),
        ("PA", "../../etc", "pasaporte"),
        ("PEP", "123", "permiso"),
        ("PPT", "123", "permiso"),
        ("NIT", "800197268-5", "verificación"),
        ("NIT", "8001972685", "verificación"),
        ("NIT", "-1", "NIT"),
        ("CC", "١٢٣٤٥", "cédula"),
        ("DNI", "12345678", "tipo de documento"),
    ],
)
def test_nonsense_documents_are_refused_with_a_sentence(kind: str, typed: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        text.normalise_document(kind, typed)


def test_nit_check_digit_agrees_with_published_ones() -> None:
    assert [text.nit_check_digit(base) for base in ("800197268", "890903938", "899999090")] == [4, 8, 2]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("300 123 4567", "+573001234567"),
        ("(606) 878-1234", "+576068781234"),
        ("+57 300 123 4567", "+573001234567"),
        ("573001234567", "+573001234567"),
        ("0034 600 123 456", "+34600123456"),
        ("606 878 1234 ext. 12", "+576068781234 ext. 12"),
        ("6068781234 Extensión 12", "+576068781234 ext. 12"),
        ("878 1234", "8781234"),
    ],
)
def test_phones_are_stored_in_one_form(typed: str, stored: str) -> None:
    assert text.normalise_phone(typed) == stored
    assert text.normalise_phone(stored) == stored


@pytest.mark.parametrize("typed", ["", "123", "no tengo", "0000000000", "1" * 40, "300 123 4567 / 310 123 4567"])
def test_nonsense_phones_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="teléfono"):
        text.normalise_phone(typed)


def test_masks_show_the_end_and_no_more() -> None:
    assert text.mask_document("CC", "12345678") == "CC ···678"
    assert text.mask_document(DocumentType.CC, "12.345") == "CC ···"
    assert text.mask_document("CC", "123456") == "CC ···456"
    assert text.mask_email("maria@entidad.example") == "m···@entidad.example"
    assert text.mask_email("m@entidad.example") == "···@entidad.example"
    assert text.mask_email("maria") == "···"
    assert text.mask_phone("+573001234567") == "···67"
    assert text.mask_phone("+576068781234 ext. 99") == "···34"
    assert text.mask_phone("12345") == "···"


def test_phones_are_read_aloud_in_groups_and_typed_back_are_the_same() -> None:
    shown = {
        "+573001234567": "300 123 4567",
        "+576068781234 ext. 99": "606 878 1234 ext. 99",
        "8781234": "878 1234",
        "+34912345678": "+34912345678",
    }
    for kept, words in shown.items():
        assert text.show_phone(kept) == words
        assert text.normalise_phone(words) == kept
    assert text.show_phone("") == ""
