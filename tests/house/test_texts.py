"""What no file of ours may hold: inline styles and scripts, unescaped output, unlocked requirements, loose ends."""

import configparser
import re

from eventos.kernel.settings import Settings
from tests.house.sources import ROOT, files, lines_with, name, text

# Mail programs ignore linked style sheets, so mail alone may carry its styles inside.
PAGES = [file for file in files("templates/**/*.html") if not name(file).startswith("templates/mail/")]

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def test_no_template_prints_what_it_was_given_unescaped() -> None:
    assert lines_with(r"\|\s*safe\b|autoescape\s+false|Markup\(", files("templates/**")) == []


def test_no_python_marks_text_as_safe_html() -> None:
    # A QR code is an SVG of our own drawing, and the icons are a fixed list: those two adapters may say so.
    allowed = {"eventos/adapters/qr.py"}
    found = [file for file in files("eventos/**/*.py") if name(file) not in allowed]
    assert lines_with(r"\bMarkup\((?!\))", found) == []


def test_no_page_carries_inline_style_or_script() -> None:
    inline = re.compile(
        r"<style\b|<[a-z][^<>]*\sstyle\s*=|<[a-z][^<>]*\son[a-z]+\s*=|javascript:|<script(?![^>]*\bsrc=)(?![^>]*type=.application/(?:ld\+)?json)",
        re.IGNORECASE,
    )
    found = {name(file): inline.findall(JINJA.sub("", text(file))) for file in PAGES}
    assert {page: places for page, places in found.items() if places} == {}


WRITES_MARKUP = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|setHTMLUnsafe|\beval\(|new Function"


def test_no_script_writes_markup() -> None:
    """What the server says is put in as text; `poll.js` reads a page of ours and takes parts of it, whose scripts do not run."""
    assert lines_with(WRITES_MARKUP, files("static/js/**/*.js", "static/js/*.js")) == []
    assert all(re.search(WRITES_MARKUP, line) for line in ("a.innerHTML = b", "eval(b)", "x.insertAdjacentHTML('beforeend', b)"))


def test_no_page_asks_another_origin_for_anything() -> None:
    assert lines_with(r"(?:src|srcset)\s*=\s*[\"'](?:https?:)?//|<link[^>]+href\s*=\s*[\"'](?:https?:)?//", PAGES) == []
    assert lines_with(r"url\(\s*[\"']?(?:https?:)?//|@import", files("static/css/**")) == []


def test_message_authentication_codes_are_compared_in_constant_time() -> None:
    secret = r"(?:mac|signature|digest|token_hash|csrf\w*|hmac\w*)"
    assert (
        lines_with(rf"\b\w*{secret}(?:\(\))?\s*[!=]=|[!=]=\s*\w*{secret}\b(?!\.)", files("eventos/kernel/*.py", "eventos/accounts/*.py"))
        == []
    )


def test_no_loose_ends() -> None:
    marks = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3 + ":"))
    ours = [
        file for file in files("**") if name(file) not in {"LICENSE"} and not name(file).startswith(("static/fonts/", "static/vendor/"))
    ]
    # Spanish has the word too ("TODO EL DEPARTAMENTO"): only the mark, in capitals and followed by a colon, a bracket or nothing.
    assert lines_with(rf"\b(?:{marks})(?:\b\s*[:(]|\s*$)|\b{'FIX' + 'ME'}\b", ours) == []


def test_every_requirement_is_pinned_with_its_hash() -> None:
    for list_name in ("requirements.txt", "requirements-dev.txt"):
        written = text(ROOT / list_name).replace("\\\n", " ")
        for line in written.splitlines():
            requirement = line.partition(" #")[0].strip()
            if requirement and not requirement.startswith("#"):
                assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", requirement), f"{list_name}: {requirement[:80]}"
                assert "--hash=sha256:" in requirement, f"{list_name}: {requirement[:80]}"


def test_requirements_come_from_the_one_configured_index() -> None:
    everything = files("requirements*", "setup.cfg", "pyproject.toml", "Makefile", "scripts/*", ".ci/*")
    assert lines_with(r"--(?:extra-)?index-url|--find-links|--trusted-host|^-[if] ", everything) == []


def test_tests_and_the_product_run_on_the_same_versions() -> None:
    pins = [
        dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", text(ROOT / f), re.MULTILINE))
        for f in ("requirements.txt", "requirements-dev.txt")
    ]
    assert {package: (version, pins[1].get(package)) for package, version in pins[0].items() if pins[1].get(package) != version} == {}


def test_each_setting_is_documented_in_the_readme() -> None:
    readme = text(ROOT / "README.md")
    assert [variable for variable, _default, _meaning in Settings.documentation() if variable not in readme] == []


def test_each_setting_says_what_it_means() -> None:
    assert [variable for variable, _default, meaning in Settings.documentation() if len(meaning) < 15] == []


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    known = {variable for variable, _default, _meaning in Settings.documentation()}
    named = set(re.findall(r"\bEVENTOS_[A-Z_]+\b", text(ROOT / "README.md")))
    assert {setting for setting in named - known if not setting.startswith("EVENTOS_TEST_")} == set()


def test_the_licence_is_the_one_that_is_declared() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    assert setup["metadata"]["license"] == "AGPL-3.0-or-later"
    assert text(ROOT / "LICENSE").startswith("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007")


def test_an_hour_ends_a_sentence_with_one_full_stop() -> None:
    """ "8:00 a. m." has its stop already: `|sentence` knows, a stop written after it does not."""
    twice = {
        name(file): found
        for file in files("templates/**/*.html", "templates/**/*.txt")
        if (found := re.findall(r"\|(?:moment|hour) *\}\}\.", text(file)))
    }
    assert twice == {}


def test_a_hyperlink_is_a_vinculo_because_an_enlace_is_a_person() -> None:
    asked = re.compile(r"\benlaces?\b(?! municipal| de transparencia)", re.IGNORECASE)
    assert {name(file): found for file in files("templates/**/*.html", "templates/**/*.txt") if (found := asked.findall(text(file)))} == {}
