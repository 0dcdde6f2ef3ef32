"""The list of municipios: every row found by its own words, and no row by another's."""

from collections import Counter
from dataclasses import FrozenInstanceError

import pytest

from eventos.kernel import divipola
from eventos.kernel.divipola import Certainty
from eventos.kernel.text import fold

CALDAS = "17"


def label_of(text: str, **context: str) -> str | None:
    place = divipola.resolve(text, **context).municipio
    return place.label if place else None


def test_the_list_is_whole() -> None:
    assert len(divipola.all_municipios()) == 1122
    assert len(divipola.departamentos()) == 33
    assert all(len(place.code) == 5 and place.code.startswith(place.departamento_code) for place in divipola.all_municipios())
    assert all(-5 < place.lat < 14 and -82 < place.lon < -66 for place in divipola.all_municipios())


def test_caldas_has_27_with_subregions() -> None:
    places = divipola.of_departamento(CALDAS)
    assert len(places) == 27
    assert [place.name for place in places[:3]] == ["Aguadas", "Anserma", "Aranzazu"]
    assert {place.subregion for place in places} == {
        "Alto Occidente",
        "Alto Oriente",
        "Bajo Occidente",
        "Centro Sur",
        "Magdalena Caldense",
        "Norte",
    }
    assert divipola.of_departamento("00") == ()


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("17380", "La Dorada, Caldas"),
        ("95001", "San José del Guaviare, Guaviare"),
        ("11001", "Bogotá, D.C."),
        ("81001", "Arauca, Arauca"),
        ("05664", "San Pedro de los Milagros, Antioquia"),
        ("54001", "San José de Cúcuta, Norte de Santander"),
        ("19548", "Piendamó - Tunía, Cauca"),
        ("88564", "Providencia, Archipiélago de San Andrés, Providencia y Santa Catalina"),
    ],
)
def test_names_are_written_as_people_write_them(code: str, label: str) -> None:
    place = divipola.get(code)
    assert place is not None
    assert place.label == label


def test_what_is_not_there_is_none_and_what_is_cannot_change() -> None:
    assert divipola.get("99999") is None
    assert divipola.get("") is None
    assert divipola.departamento("00") is None
    caldas = divipola.departamento(CALDAS)
    assert caldas is not None
    assert caldas.name == "Caldas"
    manizales = divipola.get("17001")
    assert manizales is divipola.get("17001")
    with pytest.raises(FrozenInstanceError):
        manizales.name = "Otra"  # type: ignore[misc,union-attr]  # that it fails is the point


def test_search_prefers_the_own_departamento_and_beginnings() -> None:
    found = [place.label for place in divipola.search("rio")]
    assert found[0] == "Riosucio, Caldas"
    assert len(found) == 8
    assert all(fold(label).startswith("rio") for label in found)
    assert divipola.search("riosucio", prefer="27")[0].label == "Riosucio, Chocó"
    assert [place.label for place in divipola.search("riosucio ch")] == ["Riosucio, Chocó"]
    assert len(divipola.search("san", limit=3)) == 3


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Dorada", "La Dorada"),
        ("Cali", "Santiago de Cali"),
        ("Bogota", "Bogotá, D.C."),
        ("santiago de cali", "Santiago de Cali"),
        ("Cartagena", "Cartagena de Indias"),
        ("CÚCUTA", "San José de Cúcuta"),
        ("mocoa", "Mocoa"),
        ("17001", "Manizales"),
        ("villamaria", "Villamaría"),
    ],
)
def test_search_and_resolve_know_what_people_say(typed: str, name: str) -> None:
    assert divipola.search(typed)[0].name == name
    assert (label_of(typed) or "").startswith(name)


@pytest.mark.parametrize("typed", ["", "  ", "?!", "🙂"])
def test_searching_for_nothing_finds_nothing(typed: str) -> None:
    assert divipola.search(typed) == []
    assert divipola.resolve(typed).certainty is Certainty.UNKNOWN


def test_every_municipio_is_found_and_resolved_by_its_own_label() -> None:
    for place in divipola.all_municipios():
        assert place in divipola.search(place.label), place.label
        for typed in (place.label, f"{place.name} ({place.departamento.upper()})", fold(place.label), place.code, place.code.lstrip("0")):
            assert divipola.resolve(typed).municipio == place, typed
        assert divipola.resolve(place.name.upper(), departamento=place.departamento).municipio == place


def test_no_shared_name_is_ever_resolved_by_itself() -> None:
    names = Counter(fold(place.name) for place in divipola.all_municipios())
    shared = [name for name, count in names.items() if count > 1]
    assert len(shared) >= 66
    for name in shared:
        match = divipola.resolve(name)
        assert match.certainty is Certainty.AMBIGUOUS, name
        assert len(match.candidates) >= 2
        assert match.municipio is None


@pytest.mark.parametrize(
    "typed",
    ["Riosucio, Caldas", "Riosucio (Caldas)", "RIOSUCIO - CALDAS", "riosucio caldas", "Caldas, Riosucio", "Riosucio, Caldas, Colombia"],
)
def test_a_departamento_told_with_the_name_settles_it(typed: str) -> None:
    assert label_of(typed) == "Riosucio, Caldas"


def test_riosucio_alone_is_settled_only_by_what_is_said_beside_it() -> None:
    alone = divipola.resolve("Riosucio", prefer_departamento=None)
    assert (alone.certainty, [place.code for place in alone.candidates]) == (Certainty.AMBIGUOUS, ["17614", "27615"])
    assert label_of("Riosucio", departamento="17") == "Riosucio, Caldas"
    assert label_of("Riosucio", departamento=" chocó ") == "Riosucio, Chocó"
    assert label_of("Riosucio", prefer_departamento="17") == "Riosucio, Caldas"
    assert label_of("Riosucio, Chocó", prefer_departamento="17") == "Riosucio, Chocó"


def test_columns_that_contradict_each_other_decide_nothing() -> None:
    assert divipola.resolve("Riosucio, Chocó", departamento="17").certainty is Certainty.AMBIGUOUS
    assert divipola.resolve("Riosucio", departamento="Caldaz").certainty is Certainty.AMBIGUOUS
    elsewhere = divipola.resolve("Medellín", departamento="17")
    assert (elsewhere.certainty, [place.name for place in elsewhere.candidates]) == (Certainty.UNKNOWN, ["Medellín"])


@pytest.mark.parametrize("typed", ["Caldas", "Risaralda", "Boyacá", "Colombia"])
def test_the_name_of_a_departamento_is_not_taken_for_a_municipio(typed: str) -> None:
    assert divipola.resolve(typed).certainty is Certainty.AMBIGUOUS


def test_the_departamento_settles_even_such_names() -> None:
    assert label_of("Risaralda", departamento="17") == "Risaralda, Caldas"
    assert label_of("Risaralda", prefer_departamento="17") == "Risaralda, Caldas"
    assert divipola.resolve("Caldas", prefer_departamento="17").municipio is None
    assert label_of("Bogotá") == label_of("Bogotá D.C.") == "Bogotá, D.C."
    assert label_of("Colombia", departamento="Huila") == "Colombia, Huila"


@pytest.mark.parametrize(
    ("typed", "departamento", "label"),
    [
        ("El Peñol", "05", "Peñol, Antioquia"),
        ("Peñol", "Nariño", "El Peñol, Nariño"),
        ("Victoria", "Valle", "La Victoria, Valle del Cauca"),
        ("Victoria", "", "Victoria, Caldas"),
        ("Villa María", "", "Villamaría, Caldas"),
        ("Municipio de La Dorada", "", "La Dorada, Caldas"),
        ("5001", "", "Medellín, Antioquia"),
        ("17001.0", "", "Manizales, Caldas"),
    ],
)
def test_loose_spellings_resolve_where_only_one_place_answers(typed: str, departamento: str, label: str) -> None:
    assert label_of(typed, departamento=departamento) == label


def test_a_misspelt_name_is_unknown_with_suggestions() -> None:
    match = divipola.resolve("Manisales")
    assert match.certainty is Certainty.UNKNOWN
    assert [place.name for place in match.candidates][:1] == ["Manizales"]
    assert divipola.resolve("Atlántida").municipio is None
    assert divipola.resolve("x" * 100_000).candidates == ()
    assert divipola.resolve("99999").certainty is Certainty.UNKNOWN
