"""The blueprints of this room, who may write, and what its pages say after a change."""

from eventos.kernel.http import Audience, Door
from eventos.kernel.vocabulary import StaffRole

WRITERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
LARGEST_BODY = 13 * 1024 * 1024
FORM_BODY = 256 * 1024
URL = "/escritorio/eventos/<slug>/convocatoria"
ONE = f"{URL}/<public_id>"
CONVENED = "/escritorio/ciclos/<slug>/convocadas"
RECEIPT = "/convocatoria/<token>"

door = Door("calls", __name__, audience=Audience.STAFF, roles=(*WRITERS, StaffRole.READER))
convened_door = Door("convened", __name__, audience=Audience.STAFF, roles=(*WRITERS, StaffRole.READER))
receipt_door = Door("call_receipt", __name__, audience=Audience.PERSONAL)

NOTICES = {
    "convened-saved": ("success", "La entidad quedó entre las convocadas."),
    "convened-changed": ("success", "Los cambios quedaron guardados."),
    "convened-removed": ("success", "La entidad ya no está convocada. Puede volver a convocarla al final de esta página."),
    "convened-restored": ("success", "La entidad está convocada otra vez."),
    "convened-brought": ("success", "La lista entró completa."),
    "convened-same": ("info", "Todas las entidades de la lista ya estaban convocadas: no se repitió ninguna."),
    "convened-expected": ("success", "Quedaron convocadas las alcaldías de los municipios esperados. Falta el correo de cada una."),
    "call-saved": ("success", "El borrador quedó guardado. Nadie lo ha recibido todavía."),
    "call-discarded": ("success", "El borrador quedó descartado."),
    "annex-added": ("success", "El anexo quedó en la convocatoria."),
    "annex-dropped": ("success", "El anexo ya no va en la convocatoria."),
    "call-tested": ("success", "La prueba va en camino a su correo. Nadie más la recibe."),
    "call-sent": ("success", "La convocatoria está saliendo: un correo por entidad. El tablero dice cómo va cada una."),
    "call-printing": ("success", "Estamos preparando la constancia de la convocatoria en PDF."),
    "confirmation-recorded": ("success", "Quedó anotado que la entidad confirmó recibido. Puede deshacerlo aquí mismo."),
    "confirmation-undone": ("success", "La confirmación anotada quedó deshecha. El hilo conserva las dos cosas."),
    "deadline-extended": ("success", "El plazo quedó ampliado. Las entidades lo sabrán con el próximo recordatorio que usted envíe."),
    "receipt-confirmed": ("success", "Quedó confirmado que recibieron la convocatoria."),
    "receipt-again": ("info", "La convocatoria ya estaba confirmada: no hacía falta repetirlo."),
    "receipt-designated": ("success", "Quedaron designados. A cada persona le escribimos para que se inscriba y autorice sus datos."),
    "receipt-declined": ("success", "Recibimos su respuesta: nadie de la entidad asistirá. Puede cambiarla aquí mismo."),
    "receipt-withdrawn": ("success", "Esa persona ya no está designada."),
}
