"""The blueprints of this room, who may write, and what its pages say after a change."""

from eventos.kernel.http import Audience, Door
from eventos.kernel.vocabulary import StaffRole

WRITERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
FORM_BODY = 64 * 1024
URL = "/escritorio/eventos/<slug>/correos"
WORDINGS = "/escritorio/ciclos/<slug>/correos"

door = Door("mailings", __name__, audience=Audience.STAFF, roles=(*WRITERS, StaffRole.READER))
wordings_door = Door("wordings", __name__, audience=Audience.STAFF, roles=WRITERS)

NOTICES = {
    "wording-saved": ("success", "El correo quedó guardado: así saldrá desde ahora en este ciclo."),
    "wording-restored": ("success", "El correo volvió al texto original."),
    "reminder-added": ("success", "El recordatorio quedó programado."),
    "reminder-dropped": ("success", "El recordatorio quedó retirado: nadie lo recibirá."),
    "reminder-gone": ("info", "Ese recordatorio ya había salido: no se puede retirar."),
    "after-sent": ("success", "Los correos están saliendo, uno por persona. Esta página dice cómo van."),
    "after-nobody": ("info", "No falta nadie por escribirle: no salió ningún correo."),
    "after-planned": ("success", "Desde ahora, al cerrar el acta salen los agradecimientos."),
    "after-unplanned": ("success", "Cerrar el acta ya no envía nada: usted decide cuándo."),
}
