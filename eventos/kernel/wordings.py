"""The mails that a cycle may word in its own way: what each says by default, and the fields «{nombre}» that may stand in it.

Pure, and nothing typed here is ever run: a field is looked for in a list and replaced by plain text, once. Dates, place, QR, buttons and
the legal notice of a mail are not here: they are ours and always there.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from eventos.kernel import filling
from eventos.kernel.spanish import join_and
from eventos.kernel.text import fold

LONGEST_SUBJECT, LONGEST_BODY, MOST_FIELDS = 150, 4000, 40

# field: (what it stands for, a sample)
FIELDS: dict[str, tuple[str, str]] = {
    "nombre": ("los nombres de la persona", "Elvira"),
    "nombre_completo": ("sus nombres y apellidos", "Elvira Cedral Pinares"),
    "evento": ("el nombre del evento", "Quinta asistencia técnica: Gobierno Abierto"),
    "fecha": ("el día o los días", "25 de julio de 2030"),
    "hora": ("la hora", "8:00 a. m. a 10:00 a. m."),
    "lugar": ("dónde es, o «Virtual»", "Virtual"),
    "ciclo": ("el nombre del ciclo", "Ciclo de asistencias técnicas"),
    "oficina": ("el nombre de su oficina", "Oficina de Gobierno Abierto"),
    "motivo": ("el motivo que escribió su equipo", "El auditorio no está disponible."),
    "plazo": ("hasta cuándo puede responder", "22 de julio de 2030, 5:00 p. m."),
    "quien_inscribe": ("quién la inscribió", "Ramiro Guadua Palma"),
    "falta": ("cuánto falta para empezar", "mañana"),
}
COMMON = ("nombre", "nombre_completo", "evento", "fecha", "hora", "lugar", "ciclo", "oficina")


@dataclass(frozen=True)
class Kind:
    """A mail: its key, how an office calls it, when it goes out, its heading, and the words it has while nobody changed them."""

    key: str
    name: str
    when: str
    heading: str
    subject: str
    body: str
    own_fields: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return COMMON + self.own_fields


@dataclass(frozen=True)
class Wording:
    """The subject and the text of one kind of mail, with their fields unfilled. Version 0 is the default."""

    subject: str
    body: str
    version: int = 0


@dataclass(frozen=True)
class Worded:
    """A wording with its fields filled in: one line of subject, the text as it was written, and its paragraphs of lines of pieces."""

    subject: str
    text: str
    paragraphs: filling.Paragraphs


def _kind(key: str, name: str, when: str, heading: str, body: str, *own: str) -> Kind:
    return Kind(key, name, when, heading, f"{heading}: {{evento}}, {{fecha}}", f"Hola, {{nombre}}:\n\n{body}", own)


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        _kind(
            "confirmed",
            "Confirmación",
            "Al inscribirse y quedar con cupo.",
            "Inscripción confirmada",
            "Su inscripción está confirmada.",
        ),
        _kind(
            "repeat",
            "Ya estaba inscrita",
            "Cuando alguien inscrito llena otra vez el formulario, o usted reenvía el correo.",
            "Su inscripción",
            "Usted ya está inscrito. Le enviamos otra vez lo que necesita para asistir.",
        ),
        _kind(
            "waitlisted",
            "Lista de espera",
            "Al inscribirse cuando ya no hay cupos.",
            "En lista de espera",
            "Por ahora no hay cupos: usted está en la lista de espera. Si se libera uno, le escribimos a este correo de inmediato.",
        ),
        _kind(
            "promoted",
            "Pasó de la lista de espera",
            "Cuando se libera un cupo y queda inscrita.",
            "Ya tiene cupo",
            "Se liberó un cupo y es suyo: su inscripción está confirmada.",
        ),
        _kind(
            "offered",
            "Cupo ofrecido",
            "Cuando se libera un cupo y debe aceptarlo antes de un plazo.",
            "Hay un cupo para usted",
            "Se liberó un cupo y se lo guardamos hasta el {plazo}. Acéptelo desde su inscripción; si no, pasa a la siguiente persona.",
            "plazo",
        ),
        _kind(
            "pending",
            "Solicitud recibida",
            "Al inscribirse en un evento en el que su equipo aprueba cada solicitud.",
            "Solicitud recibida",
            "Recibimos su solicitud. El equipo organizador la revisará y le responderá a este correo.",
        ),
        _kind(
            "approved",
            "Solicitud aprobada",
            "Cuando su equipo aprueba la solicitud.",
            "Solicitud aprobada",
            "Su solicitud fue aprobada: su inscripción está confirmada.",
        ),
        _kind(
            "rejected",
            "Solicitud no aprobada",
            "Cuando su equipo no aprueba la solicitud. El motivo va siempre.",
            "Solicitud no aprobada",
            "Su solicitud no fue aprobada.",
            "motivo",
        ),
        _kind(
            "invited",
            "Alguien la inscribió",
            "A cada persona que un colega inscribe en grupo: debe autorizar sus datos y confirmar.",
            "Confirme su inscripción",
            "{quien_inscribe} le inscribió en este evento. Para asistir, revise sus datos y autorice su tratamiento antes del {plazo}.",
            *("plazo", "quien_inscribe"),
        ),
        _kind(
            "changed",
            "Cambio de la inscripción",
            "Cuando la persona o su equipo cambia la inscripción.",
            "Cambió su inscripción",
            "Su inscripción quedó como usted la cambió.",
        ),
        _kind(
            "reissued",
            "Código QR nuevo",
            "Cuando su equipo cambia el código QR de una persona.",
            "Su código QR cambió",
            "Le dimos un código QR nuevo. El anterior ya no abre la puerta: presente el de este correo.",
        ),
        _kind(
            "rescheduled",
            "Cambio del evento",
            "Cuando cambian la fecha, la hora, el lugar o el link. También a quienes están en lista de espera.",
            "Cambió el evento",
            "El evento cambió. Esto es lo que vale ahora.",
        ),
        _kind(
            "postponed",
            "Evento aplazado",
            "Cuando el evento se aplaza sin fecha. También a quienes están en lista de espera.",
            "Evento aplazado",
            "El evento se aplazó. Su inscripción sigue guardada: le escribiremos cuando haya una nueva fecha.",
        ),
        _kind(
            "reminder",
            "Recordatorio",
            "En los momentos que usted programe en cada evento.",
            "Recordatorio",
            "Le recordamos el evento en el que está inscrito. Empieza {falta}.",
            "falta",
        ),
        _kind(
            "cancelled",
            "Inscripción cancelada",
            "Cuando la persona o su equipo cancela una inscripción con cupo.",
            "Inscripción cancelada",
            "Su inscripción quedó cancelada y su cupo queda libre para otra persona.",
        ),
        _kind(
            "left",
            "Salió de la lista de espera",
            "Cuando se cancela una inscripción que no tenía cupo.",
            "Fuera de la lista de espera",
            "Usted salió de la lista de espera.",
        ),
        _kind(
            "withdrawn",
            "Solicitud retirada",
            "Cuando se retira una solicitud que esperaba aprobación.",
            "Solicitud retirada",
            "Su solicitud quedó retirada.",
        ),
        _kind(
            "declined",
            "Cupo no aceptado",
            "Cuando alguien no acepta el cupo que se le guardó.",
            "Cupo libre para otra persona",
            "Usted no tomó el cupo que le guardamos: queda libre para otra persona.",
        ),
        _kind(
            "expired",
            "Pasó el plazo",
            "Cuando nadie responde a un cupo guardado antes de su plazo.",
            "Pasó el plazo para responder",
            "El plazo para responder pasó y el cupo que le guardamos quedó libre para otra persona.",
        ),
        _kind(
            "review",
            "Vuelve a revisión",
            "Cuando alguien aprobado cambia sus datos y su equipo debe revisarlos otra vez.",
            "Su inscripción vuelve a revisión",
            "Sus datos cambiaron: el equipo organizador los revisará y le responderá a este correo.",
        ),
        _kind(
            "event_cancelled",
            "Evento cancelado",
            "Cuando usted cancela el evento. El motivo va siempre.",
            "Evento cancelado",
            "El evento fue cancelado.",
            "motivo",
        ),
        _kind(
            "thanks",
            "Agradecimiento y constancia",
            "Después de cerrar el acta, a quienes asistieron, cuando usted lo envíe.",
            "Gracias por asistir",
            "Gracias por asistir. Su constancia ya está disponible en su inscripción.",
        ),
        _kind(
            "absent",
            "No asistió",
            "Después de cerrar el acta, a quienes no llegaron, solo si usted lo envía.",
            "Le esperábamos",
            "Usted estaba inscrito y no vimos su asistencia. Si asistió, cuéntenoslo respondiendo este correo.",
        ),
    )
}


def default(key: str) -> Wording:
    return Wording(KINDS[key].subject, KINDS[key].body)


def faults(kind: Kind, subject: str, body: str) -> dict[str, str]:
    """What is wrong with a wording, by field of its form, in a sentence each; {} when it may be kept."""
    found: dict[str, str] = {}
    for name, text, longest in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        if not text.strip():
            found[name] = "Escriba el asunto." if name == "subject" else "Escriba el texto."
        elif len(text) > longest:
            found[name] = f"Escriba como máximo {longest} caracteres."
        elif fault := _fault(kind, text):
            found[name] = fault
    if "subject" not in found and len(subject.splitlines()) > 1:
        found["subject"] = "Escriba el asunto en un solo renglón."
    return found


def _fault(kind: Kind, text: str) -> str:
    named = filling.FIELD.findall(text)
    for name in named:
        if name not in kind.fields:
            return f"No conocemos el campo «{{{name[:60]}}}» en este correo.{_nearest(kind, name)}"
    if filling.has_loose_brace(text):
        return "Hay una llave suelta. Un campo se escribe así: {nombre}."
    if len(named) > MOST_FIELDS:
        return f"Use como máximo {MOST_FIELDS} campos."
    if any(ord(sign) < 32 and sign not in "\n\r\t" for sign in text):
        return "Hay signos que no se pueden enviar por correo. Escríbalo de nuevo."
    return ""


def _nearest(kind: Kind, name: str) -> str:
    """A suggestion: the field whose name looks most like what was typed, else all there are."""
    close = difflib.get_close_matches(fold(name[:60]).replace(" ", "_"), kind.fields, n=1, cutoff=0.5)
    if close:
        return f" ¿Quiso decir «{{{close[0]}}}»?"
    return f" Los que hay: {join_and([f'{{{each}}}' for each in kind.fields])}."


def fill(wording: Wording, values: Mapping[str, str]) -> Worded:
    """The wording with each field's value in its place."""
    body = wording.body.replace("\r\n", "\n").strip()
    subject = " ".join(filling.fill(wording.subject, values).split())
    return Worded(subject, filling.fill(body, values), filling.paragraphs(body, values))


def samples(kind: Kind) -> dict[str, str]:
    """A value for each field, to look at a wording without anybody's data."""
    return {name: FIELDS[name][1] for name in kind.fields}
