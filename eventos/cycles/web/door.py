"""The blueprint of this room, who may write, and what its pages say after a change."""

from eventos.kernel.http import Audience, Door
from eventos.kernel.vocabulary import StaffRole

door = Door("cycles", __name__, audience=Audience.STAFF)
WRITERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
FORM_BODY = 512 * 1024

NOTICES = {
    "cycle-saved": ("success", "El ciclo quedó guardado."),
    "event-created": ("success", "El borrador quedó guardado. Solo lo ve su equipo hasta que lo publique."),
    "event-saved": ("success", "Los cambios quedaron guardados."),
    "event-duplicated": ("success", "Esta es una copia en borrador. Revise el número y escriba los días."),
    "event-published": ("success", "El evento quedó publicado."),
    "event-postponed": ("success", "El evento quedó aplazado. Avisamos a las personas inscritas y retiramos la cita de su calendario."),
    "event-cancelled": ("success", "El evento quedó cancelado."),
    "material-added": ("success", "El material quedó guardado."),
    "material-saved": ("success", "Los cambios quedaron guardados."),
    "material-hidden": ("success", "El material ya no se ve en la página del evento. Puede volver a mostrarlo cuando quiera."),
    "material-shown": ("success", "El material se puede descargar en la página del evento, cuando el evento termine."),
    "material-raised": ("success", "El orden quedó guardado."),
}
