"""The blueprint of this room, who decides and who only looks, and what its pages say after a change."""

from eventos.kernel.http import Audience, Door
from eventos.kernel.vocabulary import StaffRole

DECIDERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
READERS = (*DECIDERS, StaffRole.READER)
URL = "/escritorio/eventos/<slug>/asistencia"

door = Door("attendance", __name__, audience=Audience.STAFF, roles=READERS)

NOTICES = {
    "attendance-decided": ("success", "La decisión quedó guardada con su nombre y el motivo. Puede quitar la marca cuando quiera."),
    "attendance-taken-back": ("success", "Se quitó la marca: vuelve a contar lo que diga la lista importada."),
    "roster-closed": ("success", "El acta quedó cerrada. Ya se pueden expedir las constancias."),
    "roster-corrected": ("success", "Quedó cerrada otra versión del acta, con la diferencia y su motivo."),
    "part-assigned": ("success", "Quedó guardado qué parte tuvo en el evento."),
}
