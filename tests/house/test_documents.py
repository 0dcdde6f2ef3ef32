"""The documents agree with the program: settings, verbs and pictures are as the README says, and every link leads somewhere."""

import re

from eventos.cli import _parser
from eventos.kernel.settings import Settings
from tests.house.sources import ROOT, files, name, text

PICTURE_LIMIT = 200_000
ACCENTS = str.maketrans("", "", "`*.,:;()¿?¡!«»/")


def anchors(markdown: str) -> set[str]:
    """The names under which the headings of a page can be linked."""
    return {heading.strip().lower().translate(ACCENTS).replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)}


def settings_table() -> list[str]:
    """The README's rows of settings, as `Settings` tells them."""
    rows = ["| variable | si no se dice | qué es |", "|---|---|---|"]
    for variable, default, meaning in Settings.documentation():
        rows.append(f"| `{variable}` | {f'`{default}`' if default else 'vacío'} | {meaning} |")
    return rows


def test_the_readme_gives_each_setting_its_default_and_meaning() -> None:
    table = text(ROOT / "README.md").partition("<!-- settings -->\n")[2].partition("\n<!-- /settings -->")[0]
    assert table.splitlines() == settings_table()


def test_the_readme_names_every_verb_of_the_command_line() -> None:
    readme = text(ROOT / "README.md")
    verbs = next(action.choices for action in _parser()._actions if isinstance(action.choices, dict))
    assert [verb for verb in verbs if f"| `{verb}" not in readme] == []


def test_every_make_verb_that_a_document_names_exists() -> None:
    verbs = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = {verb for file in files("*.md", "docs/**/*.md") for verb in re.findall(r"(?:`|^)make ([a-z-]+)", text(file), re.MULTILINE)}
    assert named - verbs == set()


def test_every_link_of_a_document_leads_somewhere() -> None:
    lost = []
    for file in files("*.md", "docs/**/*.md"):
        written = re.sub(r"```.*?```", "", text(file), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", written):
            address, _, anchor = (target[0] or target[1]).partition("#")
            if address.startswith(("https://", "mailto:")):
                continue
            goal = (file.parent / address).resolve() if address else file
            if not goal.exists() or (anchor and anchor not in anchors(text(goal))):
                lost.append(f"{name(file)}: {address}#{anchor}")
    assert lost == []


def test_pictures_are_small_and_each_is_shown() -> None:
    shown = "".join(text(file) for file in files("*.md", "docs/**/*.md"))
    pictures = sorted((ROOT / "docs" / "img").glob("*.png"))
    assert {picture.name: size for picture in pictures if (size := picture.stat().st_size) > PICTURE_LIMIT} == {}
    assert [picture.name for picture in pictures if f"img/{picture.name}" not in shown] == []


def test_decisions_are_numbered_and_say_context_decision_and_consequences() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04d}" for number in range(1, len(records) + 1)]
    for record in records:
        written = text(record)
        assert written.startswith(f"# {record.name[:4]}. "), record.name
        assert re.findall(r"^## (.+)$", written, re.MULTILINE) == ["Context", "Decision", "Consequences"], record.name
