"""Every door says who may enter, and every job that is promised has somebody who does it."""

import ast
import re
from importlib import import_module

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from eventos.app import ROOMS
from eventos.kernel import http, outbox
from tests.house.sources import files, name, text


def test_every_route_declares_its_audience(app: Flask) -> None:
    silent = sorted({rule.endpoint for rule in app.url_map.iter_rules() if http.entry_of(app, rule.endpoint) is None})
    assert silent == []


def test_a_route_without_audience_is_not_served(app: Flask) -> None:
    app.add_url_rule("/sin-publico", "undeclared", lambda: "secret")
    with pytest.raises(RuntimeError, match="declares no audience"):
        app.test_client().get("/sin-publico")


def _example(converter: BaseConverter) -> str | int:
    """A value that the part of a route takes."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "x"


def test_no_staff_route_opens_to_a_visitor(app: Flask) -> None:
    visitor = app.test_client()
    for rule in app.url_map.iter_rules():
        entry = http.entry_of(app, rule.endpoint)
        if entry is None or entry.audience is not http.Audience.STAFF:
            continue
        path = rule.build({argument: _example(rule._converters[argument]) for argument in rule.arguments}, append_unknown=False)
        assert path is not None
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = visitor.open(path[1], method=method)
            assert answer.status_code in {302, 303, 400, 403}, f"{method} {rule.rule}: {answer.status_code}"
            if answer.status_code in {302, 303}:
                assert "/ingresar" in answer.location or "ingres" in answer.location, f"{method} {rule.rule}: {answer.location}"


def test_no_two_rooms_share_the_code_of_a_notice() -> None:
    """`?aviso=` codes are one vocabulary: the later room would put its words in the mouth of the earlier one."""
    told = [code for room in ROOMS if room != "people" for code in getattr(import_module(f"eventos.{room}.web"), "NOTICES", {})]
    assert sorted(told) == sorted(set(told))


@pytest.mark.usefixtures("app")
def test_every_promised_job_has_a_handler() -> None:
    call = re.compile(r"(?:enqueue|enqueue_many|hold)\(\s*db,\s*\"([a-z_.]+)\"")
    promised = {(job, name(file)) for file in files("eventos/**/*.py") for job in call.findall(text(file))}
    handled = set(outbox.handlers())
    assert {(job, file) for job, file in promised if job not in handled} == set()


@pytest.mark.usefixtures("app")
def test_every_fact_subscribed_to_is_announced_somewhere() -> None:
    subscribed = {handler.split(" > ")[0] for handler in outbox.handlers() if " > " in handler}
    announced = {fact for file in files("eventos/**/*.py") for fact in re.findall(r"announce\(\s*db,\s*\"([a-z_.]+)\"", text(file))}
    assert subscribed - announced == set()


def opened_by_a_look(source: str) -> list[str]:
    """The functions behind a GET of one module that open a transaction to answer, themselves or through another function of the module."""
    functions = {each.name: each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.FunctionDef)}
    writing: set[str] = set()
    while found := {one for one, body in functions.items() if one not in writing and _called(body) & ({"transaction"} | writing)}:
        writing |= found
    return [one for one in sorted(writing) if any(re.match(r"\w+\.get\(", ast.unparse(each)) for each in functions[one].decorator_list)]


def _called(body: ast.AST) -> set[str]:
    """What is called on the way; not where a guess is counted, so that nobody tries them all."""
    if isinstance(body, ast.ExceptHandler) or (isinstance(body, ast.With) and "limits.spend" in ast.unparse(body.body[0])):
        return set()
    own = {body.func.id} if isinstance(body, ast.Call) and isinstance(body.func, ast.Name) else set()
    return own.union(*(_called(each) for each in ast.iter_child_nodes(body)))


def test_no_get_opens_a_transaction_but_to_count_guesses() -> None:
    assert [f"{name(file)} {one}" for file in files("eventos/*/*.py", "eventos/*/web/*.py") for one in opened_by_a_look(text(file))] == []
    through = 'def _file():\n    with transaction() as db:\n        pass\n@door.get("/x")\ndef x():\n    return _file()\n'
    assert opened_by_a_look(through) == ["x"]
    assert opened_by_a_look(through.replace("door.get", "door.post")) == []
    guess = (
        '@door.get("/x")\ndef x():\n    try:\n        look()\n    except NotFound:\n        with transaction() as db:\n            pass\n'
    )
    assert opened_by_a_look(guess) == []
