"""The blueprint of this room, who writes and who only reads, and what its pages say after a change."""

from eventos.kernel.http import Audience, Door
from eventos.kernel.vocabulary import StaffRole

WRITERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
READERS = (*WRITERS, StaffRole.READER)
URL = "/escritorio/eventos/<slug>/informe"

door = Door("reports", __name__, audience=Audience.STAFF, roles=READERS)

NOTICES = {
    "words-saved": ("success", "Los textos del informe quedaron guardados."),
    "section-saved": ("success", "Esa parte del informe quedó guardada."),
    "section-removed": ("success", "Esa parte ya no saldrá en el informe."),
    "section-raised": ("success", "Esa parte quedó más arriba."),
}
