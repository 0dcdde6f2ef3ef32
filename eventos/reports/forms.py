"""The forms of an informe's own texts and tables."""

from dataclasses import asdict
from typing import Any

from wtforms import FileField, TextAreaField

from eventos.cycles.queries import EventView
from eventos.kernel.text import clean_lines
from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine
from eventos.reports.queries import SectionView, WordsView
from eventos.reports.sections import LONGEST_TEXT, LONGEST_TITLE, Grid, SaveSection, SaveWords, grid_of, paragraphs_of, typed


class WordsForm(BaseForm):
    """What the informe says in its own words, and who signs it."""

    context = TextAreaField("Contexto", [Max(LONGEST_TEXT)])
    objective = TextAreaField("Objetivo", [Max(LONGEST_TEXT)])
    prepared_by = TextLine("Elaborado por", [Max(LONGEST_TITLE)])
    reviewed_by = TextLine("Revisó", [Max(LONGEST_TITLE)])
    approved_by = TextLine("Aprobó", [Max(LONGEST_TITLE)])

    @classmethod
    def of(cls, event: EventView, words: WordsView) -> "WordsForm":
        """Filled with what the informe would say now: its own words, else the event's."""
        own = asdict(words)
        return cls(data={name: said or getattr(event, name, "") for name, said in own.items()})

    def to_command(self, event: EventView) -> SaveWords:
        """What differs from the event; equal words go on following it."""
        said = {name: clean_lines(self[name].data or "") for name in ("context", "objective", "prepared_by", "reviewed_by", "approved_by")}
        return SaveWords(**{name: "" if words == clean_lines(getattr(event, name, "")) else words for name, words in said.items()})


class TextForm(BaseForm):
    """A titled text."""

    kind = "text"
    title = TextLine("Título", [Needed("Escriba el título de esta parte."), Max(LONGEST_TITLE)])
    text = TextAreaField("Texto", [Needed("Escriba el texto."), Max(LONGEST_TEXT)])

    @classmethod
    def of(cls, section: SectionView) -> "TextForm":
        return cls(data={"title": section.title, "text": "\n\n".join(section.content.get("paragraphs", ()))})

    def to_command(self, _uploaded: Grid | None = None) -> SaveSection:
        return SaveSection("text", self.title.data, paragraphs=paragraphs_of(self.text.data))


class TableForm(BaseForm):
    """A titled table: typed or pasted, or read from a file."""

    kind = "table"
    title = TextLine("Título", [Needed("Escriba el título de esta tabla."), Max(LONGEST_TITLE)])
    # Not cleaned as other texts are: tabs part the cells, and each cell is cleaned by itself.
    table = TextAreaField("Tabla", [Max(200_000)])
    file = FileField("O tráigala de un archivo CSV o Excel")

    @classmethod
    def of(cls, section: SectionView) -> "TableForm":
        grid: tuple[Any, Any] = (section.content.get("headers", ()), section.content.get("rows", ()))
        return cls(data={"title": section.title, "table": typed(*grid) if grid[0] else ""})

    def to_command(self, uploaded: Grid | None = None) -> SaveSection:
        headers, rows = uploaded or grid_of(self.table.data or "")
        return SaveSection("table", self.title.data, headers=headers, rows=rows)
