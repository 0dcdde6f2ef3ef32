"""The work behind "Generar": one job for each informe that is asked for."""

from eventos.kernel.outbox import task
from eventos.reports import export


@task("reports.build")
def build(report_id: int) -> None:
    """Make the informe; idempotent."""
    export.make(report_id)
