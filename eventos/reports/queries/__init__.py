"""What informes are made of, the texts written for them, and the informes already asked for."""

from eventos.reports.queries.informes import ReportView, SectionView, WordsView, report_view, reports_of, section, sections, words
from eventos.reports.queries.parts import Acta, CalledView, FileView, FlyerView, Gathered, QuestionView, SlidesView, closed_count, gathered

__all__ = [
    "Acta",
    "CalledView",
    "FileView",
    "FlyerView",
    "Gathered",
    "QuestionView",
    "ReportView",
    "SectionView",
    "SlidesView",
    "WordsView",
    "closed_count",
    "gathered",
    "report_view",
    "reports_of",
    "section",
    "sections",
    "words",
]
