"""Every answer of every route carries the headers of its class: nothing sniffed, framed, inlined or cached by mistake."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from eventos.kernel import http

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def path_of(rule: Rule) -> str:
    """An address of this route, of something that does not exist."""
    return re.sub(r"<(?:int[^>]*):[^>]+>", "999999", re.sub(r"<(?!int)[^>]+>", "no-existe", rule.rule))


@pytest.fixture
def answers(app: Flask) -> list[tuple[Rule, TestResponse]]:
    """What a visitor is told at each address that can be looked at."""
    app.config["PROPAGATE_BUGS"] = False  # a page that fails is told by its 500, beside the others
    visitor = app.test_client()
    return [(rule, visitor.get(path_of(rule))) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())]


def test_every_answer_carries_the_common_headers(answers: list[tuple[Rule, TestResponse]]) -> None:
    lacking = {
        f"{rule.rule} {name}": answer.headers.get(name)
        for rule, answer in answers
        for name, value in ALWAYS.items()
        if answer.headers.get(name) != value
    }
    assert lacking == {}


def test_no_policy_lets_inline_code_run(answers: list[tuple[Rule, TestResponse]]) -> None:
    policies = {rule.rule: answer.headers.get("Content-Security-Policy", "") for rule, answer in answers}
    assert {rule: policy for rule, policy in policies.items() if "default-src 'none'" not in policy or "unsafe-" in policy} == {}


def test_no_look_of_a_visitor_is_a_server_error(answers: list[tuple[Rule, TestResponse]]) -> None:
    assert {rule.rule: answer.status_code for rule, answer in answers if answer.status_code >= 500} == {}


def test_only_public_pages_may_be_cached_and_none_sets_a_cookie(app: Flask, answers: list[tuple[Rule, TestResponse]]) -> None:
    for rule, answer in answers:
        entry = http.entry_of(app, rule.endpoint)
        assert entry is not None, rule.rule
        is_public = entry.audience is http.Audience.PUBLIC
        assert is_public or answer.headers["Cache-Control"] == "no-store", rule.rule
        assert not is_public or "Set-Cookie" not in answer.headers, rule.rule


def test_an_address_that_does_not_exist_is_a_page_with_the_same_headers(app: Flask) -> None:
    answer = app.test_client().get("/no-existe/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS


def test_another_hosts_name_is_refused(app: Flask) -> None:
    assert app.test_client().get("/", headers={"Host": "pesca.example"}).status_code == 400
