"""The forms of an informe's own texts and tables."""

from typing import Any

from wtforms import FileField, TextAreaField

from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine
from eventos.reports.queries import SectionView
from eventos.reports.sections import LONGEST_TEXT, LONGEST_TITLE, Grid, SaveSection, grid_of, paragraphs_of, typed


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
