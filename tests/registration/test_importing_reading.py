"""A row of an office's sheet: headings recognised, cells cleaned, every cell that cannot be used named with the way to mend it."""

from typing import Any

import pytest

from eventos.kernel.errors import InvalidInput
from eventos.kernel.vocabulary import Modality
from eventos.registration.service.importing import columns, words
from eventos.registration.service.importing.columns import Field
from eventos.registration.service.importing.reading import Choices, Read, read_row

VIRTUAL = Choices(Modality.VIRTUAL, frozenset([Modality.VIRTUAL]))
HYBRID = Choices(Modality.ONSITE, frozenset([Modality.VIRTUAL, Modality.ONSITE]))


def read(choices: Choices = VIRTUAL, **cells: str) -> Read:
    """A row with these cells, each under a heading that says its field."""
    told = {"full_name": "Delfina Imaginario Balso"} | cells
    told = {name: value for name, value in told.items() if value != "-none-"}
    headers = [Field(name).label for name in told]
    return read_row(2, list(told.values()), headers, {Field(name): at for at, name in enumerate(told)}, choices)


def faults(row: Read) -> list[str]:
    return [f"{problem.column}: {problem.message}" for problem in row.problems if not problem.note]


HEADINGS: list[tuple[list[str], dict[str, int]]] = [
    (["No. de cédula", "Nombre y apellidos", "E-mail"], {"document_number": 0, "full_name": 1, "email": 2}),
    (["C.C.", "Nombre", "Apellidos"], {"document_number": 0, "given_names": 1, "family_names": 2}),
    (["Tipo", "Documento", "Apellidos y nombres"], {"document_type": 0, "document_number": 1, "full_name": 2}),
    (["#", "Nombres", "Apellidos", "Firma"], {"given_names": 1, "family_names": 2, "attended": 3}),
    (["Nombre", "Municipio de procedencia", "Asistió"], {"full_name": 0, "municipio": 1, "attended": 2}),
    (["Nombre de la entidad", "Nombre del asistente", "Ciudad"], {"entity": 0, "full_name": 1, "city": 2}),
    (["Nombres", "Correo donde recibe las memorias", "¿Asistió?"], {"full_name": 0, "email": 1, "attended": 2}),
    (["Columna 1", "Columna 2"], {}),
]


@pytest.mark.parametrize(("headings", "expected"), HEADINGS, ids=lambda case: " | ".join(case) if isinstance(case, list) else "")
def test_headings_as_offices_write_them_are_recognised(headings: list[str], expected: dict[str, int]) -> None:
    assert {field.value: at for field, at in columns.guess(headings).items()} == expected


def test_the_same_headings_are_one_sheet_whatever_their_accents_and_signs() -> None:
    assert columns.headers_key(["No. de CÉDULA", "Correo "]) == columns.headers_key(["no de cedula", "correo"])
    assert columns.headers_key(["Cédula", "Correo"]) != columns.headers_key(["Correo", "Cédula"])


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ({Field.EMAIL: 0}, "full_name"),
        ({Field.FULL_NAME: 0, Field.EMAIL: 0}, "email"),
        ({Field.FULL_NAME: 0, Field.GIVEN_NAMES: 1}, "full_name"),
        ({Field.FULL_NAME: 0, Field.DOCUMENT_TYPE: 1}, "document_number"),
        ({Field.FULL_NAME: 9}, "full_name"),
    ],
    ids=["no name", "one column twice", "two ways to name", "type without number", "column that is gone"],
)
def test_a_mapping_that_cannot_work_is_refused_beside_its_select(mapping: dict[Field, int], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        columns.check(mapping, ["A", "B"])
    assert field in refusal.value.fields


@pytest.mark.parametrize(
    ("whole", "given", "family"),
    [
        ("Ana Ruiz", "Ana", "Ruiz"),
        ("Delfina Imaginario Balso", "Delfina", "Imaginario Balso"),
        ("Ana María de la Cruz Gómez", "Ana María", "de la Cruz Gómez"),
        ("José Ortega y Gasset", "José", "Ortega y Gasset"),
        ("Imaginario Balso, Delfina", "Delfina", "Imaginario Balso"),
        ("María del Carmen Pérez Gómez", "María del Carmen", "Pérez Gómez"),
        ("Delfina", "Delfina", ""),
        ("de la", "de la", ""),
    ],
)
def test_a_name_in_one_column_is_split_with_its_two_surnames(whole: str, given: str, family: str) -> None:
    assert words.split_name(whole) == (given, family)


@pytest.mark.parametrize(
    ("cell", "came"),
    [
        *((word, True) for word in ("sí", "SI", "x", "X", "1", "Asistió", "✓", "✔️", "presente", "Sí ")),
        *((word, False) for word in ("no", "0", "", " ", "No asistió", "-", "N/A", "✗")),
        *((word, None) for word in ("quizás", "tal vez", "2", "¿?a medias")),
    ],
)
def test_the_attended_column_says_yes_no_or_something_unknown(cell: str, came: bool | None) -> None:
    assert words.attended(cell) is came


def test_an_unknown_attendance_makes_the_row_bad_and_no_column_says_nothing() -> None:
    assert read(attended="quizás").is_bad
    assert read(attended="").attended is False
    assert read().attended is None


GOOD: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"document_number": "9.000.000.001"}, {"document_type": "CC", "document_number": "9000000001"}),
    ({"document_number": "C.E. 123456"}, {"document_type": "CE", "document_number": "123456"}),
    ({"document_number": "12345678.0"}, {"document_number": "12345678"}),
    ({"document_type": "Cédula de ciudadanía", "document_number": "12 345 678"}, {"document_type": "CC"}),
    ({"document_type": "CC", "document_number": "No aplica"}, {"document_type": None, "document_number": None}),
    ({"email": "Delfina@Entidad.example"}, {"email": "Delfina@Entidad.example"}),
    ({"email": "n/a"}, {"email": ""}),
    ({"phone": "300 123 4567 / 606 878 1234"}, {"phone": "+573001234567"}),
    ({"municipio": "Dorada"}, {"divipola": "17380"}),
    ({"municipio": "17614"}, {"divipola": "17614"}),
    ({"municipio": "Riosucio", "departamento": "Caldas"}, {"divipola": "17614"}),
    ({"city": "Manizales"}, {"divipola": "17001", "city": ""}),
    ({"country": "Perú", "city": "Lima"}, {"divipola": None, "country": "Perú", "city": "Lima"}),
    ({"country": "Colombia", "municipio": "Neira"}, {"divipola": "17486", "country": ""}),
    ({"link_kind": "Prestación de servicios"}, {"link_kind": "contratista"}),
    ({"link_kind": "Carrera administrativa"}, {"link_kind": "planta"}),
    ({"link_kind": "Edil"}, {"link_kind": "otra"}),
    ({"full_name": "DELFINA DE LA PRUEBA FICTICIA"}, {"given_names": "Delfina", "family_names": "de la Prueba Ficticia"}),
    ({"full_name": "Guadalupe de los Ríos"}, {"given_names": "Guadalupe", "family_names": "de los Ríos"}),
    (
        {"full_name": "-none-", "given_names": "GUADALUPE", "family_names": "DE LOS RÍOS"},
        {"given_names": "Guadalupe", "family_names": "de los Ríos"},
    ),
    ({"full_name": "Feria & <b> niñez"}, {"given_names": "Feria &", "family_names": "<b> niñez"}),
    ({"full_name": "שלום 🎉 Ficticio"}, {"given_names": "שלום"}),
    ({"full_name": '=HYPERLINK("x") Prueba'}, {"given_names": '=HYPERLINK("x")'}),
    ({"full_name": "Delfina\x00 \u202eImaginario\u202c\x07 Balso"}, {"given_names": "Delfina", "family_names": "Imaginario Balso"}),
]


@pytest.mark.parametrize(("cells", "expected"), GOOD, ids=lambda case: str(case)[:60])
def test_what_people_write_in_sheets_is_understood(cells: dict[str, str], expected: dict[str, Any]) -> None:
    row = read(**cells)
    assert faults(row) == []
    assert {name: getattr(row, name) for name in expected} == expected


BAD: list[tuple[dict[str, str], str, str]] = [
    ({"full_name": ""}, "Nombre completo", "Falta el nombre"),
    ({"full_name": "Gane plata en www.premios.example"}, "Nombre completo", "direcciones web"),
    ({"full_name": "a" * 5000}, "Nombre completo", "5000 caracteres"),
    ({"entity": "Alcaldía " * 60}, "Entidad", "el máximo es 200"),
    ({"document_number": "9,0E+09"}, "Número de documento", "recortó el número"),
    ({"document_number": "2021-07-29"}, "Número de documento", "como fecha"),
    ({"document_number": "12"}, "Número de documento", "entre 3 y 10"),
    ({"document_type": "carné", "document_number": "123456"}, "Tipo de documento", "Use CC, CE"),
    ({"email": "delfina@@x"}, "Correo electrónico", "más de un correo"),
    ({"email": "delfina"}, "Correo electrónico", "No parece un correo"),
    ({"email": "a@x.example\r\nBcc: b@x.example"}, "Correo electrónico", "más de un correo"),
    ({"phone": "no me acuerdo"}, "Celular o teléfono", "No parece un teléfono"),
    ({"municipio": "Macondo"}, "Municipio", "No está en la lista"),
    ({"municipio": "Riosucio"}, "Municipio", "Riosucio, Caldas o Riosucio, Chocó"),
    ({"municipio": "Manisales"}, "Municipio", "¿Quiso decir Manizales"),
    ({"municipio": "x" * 5000}, "Municipio", "demasiado largo"),
]


@pytest.mark.parametrize(("cells", "column", "words_of_it"), BAD, ids=lambda case: str(case)[:60])
def test_a_cell_that_cannot_be_used_is_named_with_the_way_to_mend_it(cells: dict[str, str], column: str, words_of_it: str) -> None:
    row = read(**cells)
    assert row.is_bad
    assert any(fault.startswith(f"{column}: ") and words_of_it in fault for fault in faults(row)), faults(row)
    assert all(len(problem.value) <= 81 for problem in row.problems)


def test_an_ambiguous_name_is_settled_only_when_the_organiser_prefers_a_departamento() -> None:
    assert read(municipio="Riosucio").is_bad
    assert read(Choices(Modality.VIRTUAL, VIRTUAL.offered, "17"), municipio="Riosucio").divipola == "17614"
    assert read(Choices(Modality.VIRTUAL, VIRTUAL.offered, "17"), municipio="Riosucio", departamento="Chocó").divipola == "27615"


def test_the_modality_counts_only_where_there_is_a_choice() -> None:
    assert read(modality="presencial").modality == "virtual"
    assert read(HYBRID, modality="Por Teams").modality == "virtual"
    assert read(HYBRID, modality="").modality == "presencial"
    assert faults(read(HYBRID, modality="a ratos")) == ["Modalidad: No dice cómo participa. Use «virtual» o «presencial»."]


def test_a_row_keeps_its_cells_without_invisible_signs_and_cut() -> None:
    assert read(entity="a\x00b\u202e" + "c" * 1000).raw[1] == ("ab" + "c" * 1000)[:300]
