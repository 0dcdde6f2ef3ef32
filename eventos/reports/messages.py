"""An informe as a Word document: the frozen values poured into the house's template."""

from eventos.adapters import docx
from eventos.adapters.docx import CoreProperties
from eventos.kernel.settings import ROOT
from eventos.reports.service import Frozen

TEMPLATE = ROOT / "templates" / "docx" / "informe.docx"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def as_word(frozen: Frozen) -> bytes:
    """The DOCX; equal for equal frozen values. Raises TemplateFault."""
    core = CoreProperties(title=frozen.context["title"], author=frozen.author, created_at=frozen.asked_at)
    return docx.render(TEMPLATE, frozen.context, core=core)
