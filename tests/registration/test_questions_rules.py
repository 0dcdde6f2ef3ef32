"""What an answer means, who is asked what, and how a question may be said: no database."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from eventos.kernel.errors import InvalidInput
from eventos.registration.rules_answers import FEWEST_TOLD, is_shown, read, shown, told_counts, words
from eventos.registration.rules_questions import (
    DependsOnThis,
    Option,
    Question,
    QuestionKind,
    SaveQuestion,
    ShownIf,
    check,
    check_order,
)

TODAY = date(2026, 11, 22)
TWO = (Option("1", "Sí quiero"), Option("2", "No quiero"))


def asked(kind: QuestionKind, key: str = "a", position: int = 1, **said: Any) -> Question:
    return Question(position, key, 1, position, 10 * position, 1, False, SaveQuestion(kind, f"Pregunta {key}", **said))


@pytest.mark.parametrize(
    ("kind", "said", "told", "kept"),
    [
        (QuestionKind.TEXT, {}, "Excel", "Excel"),
        (QuestionKind.TEXT, {}, "", None),
        (QuestionKind.NUMBER, {}, "1.234,5", "1234.5"),
        (QuestionKind.NUMBER, {}, "12.5", "12.5"),
        (QuestionKind.NUMBER, {}, "1.000", "1000"),
        (QuestionKind.NUMBER, {}, "-3", "-3"),
        (QuestionKind.NUMBER, {}, "0,0", "0"),
        (QuestionKind.DATE, {}, "29 de julio de 2021", "2021-07-29"),
        (QuestionKind.DATE, {}, "2021-07-29", "2021-07-29"),
        (QuestionKind.CHOICE, {"options": TWO}, "2", "2"),
        (QuestionKind.MULTIPLE, {"options": TWO}, ["2", "1", "2"], ["2", "1"]),
        (QuestionKind.MULTIPLE, {"options": TWO}, [], None),
        (QuestionKind.MUNICIPIO, {}, ("Dorada", ""), "17380"),
        (QuestionKind.MUNICIPIO, {}, ("Riosucio, Chocó", "27615"), "27615"),
        (QuestionKind.ENTITY, {}, "Alcaldía de Neira", "Alcaldía de Neira"),
        (QuestionKind.YES_NO, {}, "si", "si"),
    ],
)
def test_an_answer_is_kept_in_its_normal_form(kind: QuestionKind, said: dict[str, Any], told: Any, kept: Any) -> None:
    assert read(asked(kind, **said), told, today=TODAY) == kept


@pytest.mark.parametrize(
    ("kind", "said", "told", "sentence"),
    [
        (QuestionKind.TEXT, {"required": True}, "", "Responda «Pregunta a»."),
        (QuestionKind.TEXT, {"most": "5"}, "seis letras", "como máximo 5"),
        (QuestionKind.LONG_TEXT, {"least": "20"}, "poco", "al menos 20"),
        (QuestionKind.NUMBER, {}, "doce", "Escriba solo un número"),
        (QuestionKind.NUMBER, {"least": "1", "most": "10"}, "11", "hasta 10"),
        (QuestionKind.NUMBER, {"least": "1"}, "0", "desde 1"),
        (QuestionKind.DATE, {}, "30 de febrero de 2027", "no existe"),
        (QuestionKind.DATE, {"most": "2026-12-31"}, "2027-01-01", "hasta el 31 de diciembre de 2026"),
        (QuestionKind.CHOICE, {"options": TWO}, "3", "de la lista"),
        (QuestionKind.CHOICE, {"options": (*TWO, Option("3", "Vieja", retired=True))}, "3", "de la lista"),
        (QuestionKind.MULTIPLE, {"options": TWO, "most": "1"}, ["1", "2"], "como máximo 1"),
        (QuestionKind.MULTIPLE, {"options": TWO, "required": True}, [], "Elija al menos una"),
        (QuestionKind.MUNICIPIO, {}, ("Riosucio", ""), "Hay más de un municipio"),
        (QuestionKind.MUNICIPIO, {}, ("Atlántida Perdida", ""), "No encontramos"),
        (QuestionKind.ENTITY, {}, "https://mal.example", "sin vínculos"),
        (QuestionKind.YES_NO, {}, "quizá", "de la lista"),
        (QuestionKind.YES_NO, {"required": True}, "", "Elija sí o no"),
    ],
)
def test_what_cannot_be_meant_says_how_to_mend_it(kind: QuestionKind, said: dict[str, Any], told: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read(asked(kind, **said), told, today=TODAY)


def test_an_option_without_seats_is_refused_unless_one_holds_its_seat() -> None:
    question = asked(QuestionKind.CHOICE, options=TWO)
    with pytest.raises(ValueError, match="Ya no quedan cupos en «Sí quiero»"):
        read(question, "1", today=TODAY, full=["1"])
    assert read(question, "1", today=TODAY, full=["1"], kept=["1"]) == "1"
    assert read(question, "2", today=TODAY, full=["1"]) == "2"


def test_a_question_is_asked_of_whom_its_condition_fits_and_hidden_ones_answer_nothing() -> None:
    first = asked(QuestionKind.CHOICE, options=TWO)
    second = asked(QuestionKind.YES_NO, "b", 2, shown_if=ShownIf("a", ("1",)))
    third = asked(QuestionKind.TEXT, "c", 3, shown_if=ShownIf("b", ("si",)))
    form = [first, second, third]
    assert [one.key for one in shown(form, {"a": "1", "b": "si"})] == ["a", "b", "c"]
    assert [one.key for one in shown(form, {"a": "1", "b": "no"})] == ["a", "b"]
    assert [one.key for one in shown(form, {"a": "2", "b": "si"})] == ["a"], "what a hidden question would say shows nothing"
    assert is_shown(second, {"a": ["2", "1"]}), "one of several that were ticked is enough"


def test_an_answer_reads_as_the_version_it_answered() -> None:
    before = asked(QuestionKind.CHOICE, options=(Option("1", "Taller de mañana"), Option("2", "Taller de tarde")))
    after = replace(before, said=replace(before.said, options=(Option("2", "Taller"), Option("1", "Taller de mañana", retired=True))))
    assert words(before, "1") == "Taller de mañana"
    assert words(after, "1") == "Taller de mañana"
    assert words(asked(QuestionKind.NUMBER), "1234.5") == "1.234,5"
    assert words(asked(QuestionKind.YES_NO), "no") == "No"
    assert words(asked(QuestionKind.MUNICIPIO), "17380") == "La Dorada, Caldas"


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (SaveQuestion(QuestionKind.TEXT, "  "), "label"),
        (SaveQuestion(QuestionKind.CHOICE, "¿Cuál?", options=(Option("", "Una"),)), "options"),
        (SaveQuestion(QuestionKind.CHOICE, "¿Cuál?", options=(Option("", "Sí"), Option("", "SI"))), "options"),
        (SaveQuestion(QuestionKind.TEXT, "¿Qué apoyos necesita?", sensitive=True), "sensitive"),
        (SaveQuestion(QuestionKind.CHOICE, "¿Se reconoce?", sensitive=True, options=(Option("", "A", 3), Option("", "B"))), "options"),
        (SaveQuestion(QuestionKind.NUMBER, "¿Cuántos?", least="9", most="3"), "most"),
        (SaveQuestion(QuestionKind.TEXT, "¿Qué?", least="cero"), "least"),
        (SaveQuestion(QuestionKind.TEXT, "¿Qué?", shown_if=ShownIf("zz", ("1",))), "shown_if"),
        (SaveQuestion(QuestionKind.TEXT, "¿Qué?", shown_if=ShownIf("a", ("9",))), "shown_if"),
    ],
)
def test_a_question_that_cannot_be_asked_so_is_refused_by_field(command: SaveQuestion, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(command, [asked(QuestionKind.CHOICE, options=TWO)])
    assert list(refused.value.fields) == [field]


def test_a_sensitive_question_is_never_required() -> None:
    said = check(SaveQuestion(QuestionKind.YES_NO, "¿Vive con alguna discapacidad?", required=True, sensitive=True), [])
    assert not said.required


def test_a_question_stays_behind_the_one_it_depends_on() -> None:
    first, second = asked(QuestionKind.CHOICE, options=TWO), asked(QuestionKind.TEXT, "b", 2, shown_if=ShownIf("a", ("1",)))
    check_order([first, second])
    for wrong in ([second, first], [second], [replace(first, said=replace(first.said, options=TWO[1:])), second]):
        with pytest.raises(DependsOnThis):
            check_order(wrong)


def test_a_small_count_is_not_told_and_the_total_does_not_give_it_away() -> None:
    question = asked(QuestionKind.YES_NO, sensitive=True)
    few = told_counts(question, {"si": FEWEST_TOLD - 1, "no": 30}, 34)
    assert (few.lines, few.answered) == ((("Sí", None), ("No", 30)), None)
    many = told_counts(question, {"si": FEWEST_TOLD, "no": 30}, 35)
    assert (many.lines, many.answered) == ((("Sí", 5), ("No", 30)), 35)
    nobody = told_counts(question, {"no": 30}, 30)
    assert nobody.lines[0] == ("Sí", None), "that nobody chose it is told neither"
    listed = asked(QuestionKind.MULTIPLE, sensitive=True, options=(*TWO, Option("3", "Retirada", retired=True)))
    left = told_counts(listed, {"1": 9, "2": 8, "3": 1}, 18)
    assert (left.lines[2], left.answered) == (("Retirada", None), None), "an option that was taken away does not give its people away"
