"""What the demonstration says: the office, the cycle, the events and the table of the third informe."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from eventos.cycles.rules import DayGiven, HostGiven, PresenceRule, ProgrammeGiven, SaveCycle, SaveEvent, SpeakerGiven
from eventos.entities.rules import SaveOffice
from eventos.kernel import clock, divipola, holidays
from eventos.kernel.vocabulary import CountKind, EntityKind, EventKind, HostRole, LinkExposure, Modality, SpeakerRole

OFFICE = SaveOffice(
    name="Oficina de Gobierno Abierto",
    parent="Secretaría Privada",
    entity="Gobernación de Caldas",
    address="Carrera 00 n.º 00-00, Manizales, Caldas",
    hours="Lunes a viernes, de 8:00 a. m. a 4:00 p. m.",
    phone="(606) 000 00 00",
    email="gobierno.abierto@caldas.example",
    data_email="datos@caldas.example",
    departamento="17",
    process="Gobierno abierto",
    format_code="DEMO-F-000",
    format_version="1",
    format_date="1 de julio de 2021",
)

CYCLE = SaveCycle(
    name="Ciclo de asistencias técnicas — Pacto por la Transparencia",
    description=(
        "Sesiones para los 27 municipios de Caldas sobre los compromisos del Pacto por la Transparencia, "
        "con la Secretaría de Transparencia, MinTIC y Función Pública."
    ),
    expected=tuple(municipio.code for municipio in divipola.of_departamento("17")),
)

# 227 characters with five commas: the form such links had, kept byte for byte.
TEAMS_LINK = (
    "https://teams.microsoft.com/join/19%3ademo,0,ficticia,quinta,a1b2c3,DEMO"
    + "0123456789abcdef" * 5
    + "0123456789abcdef012?mode=read&tenantId=00000000-0000-4000-8000-000000000000"
)

NORMS = (
    "Ley 1712 de 2014, de transparencia y del derecho de acceso a la información pública",
    "Ley 1757 de 2015, de promoción y protección del derecho a la participación democrática",
)

HOSTS = (
    HostGiven("Oficina de Gobierno Abierto", HostRole.HOST, EntityKind.PUBLIC),
    HostGiven("Secretaría de Transparencia de la Presidencia de la República", HostRole.PARTNER, EntityKind.PUBLIC),
    HostGiven("Ministerio de Tecnologías de la Información y las Comunicaciones", HostRole.PARTNER, EntityKind.PUBLIC),
    HostGiven("Departamento Administrativo de la Función Pública", HostRole.SPONSOR, EntityKind.PUBLIC),
    HostGiven("Veeduría Ficticia del Eje", HostRole.PARTNER, EntityKind.CIVIL_SOCIETY),
    HostGiven("Corporación Ejemplo Ciudadano", HostRole.PARTNER, EntityKind.CIVIL_SOCIETY),
)

SPEAKERS = (
    SpeakerGiven("Aurora Ejemplo Guadual", SpeakerRole.EXPOSITOR, "Asesora", "Secretaría de Transparencia"),
    SpeakerGiven("Benito Ficticio Robledal", SpeakerRole.EXPOSITOR, "Profesional especializado", "Función Pública"),
    SpeakerGiven("Camila Muestra Yarumal", SpeakerRole.MODERADOR, "Profesional universitaria", "Oficina de Gobierno Abierto"),
)

FIFTH_NOTE = "El desglose por municipio y por entidad de esta sesión es inventado; los totales son los del informe que le sirve de modelo."

FIFTH = SaveEvent(
    topic="Gobierno Abierto",
    kind=EventKind.ASISTENCIA_TECNICA,
    number=5,
    summary="Cómo publicar, escuchar y rendir cuentas desde la alcaldía, con casos de los municipios de Caldas.",
    description=(
        "Esta sesión continúa el ciclo de asistencias técnicas para el cumplimiento del Pacto por la Transparencia. Veremos qué pide "
        "la ley, qué funciona en otras alcaldías y qué puede hacer su municipio antes de terminar el año.\n\n"
        "Está dirigida a los enlaces de transparencia, control interno, planeación y sistemas de los 27 municipios del departamento. "
        "Pueden participar servidores públicos de otros departamentos."
    ),
    objective=(
        "Fortalecer las capacidades de las administraciones municipales para publicar, dialogar y rendir cuentas como práctica permanente."
    ),
    context=(
        "La Oficina de Gobierno Abierto continúa el ciclo de asistencias técnicas que adelanta con los 27 municipios del departamento de "
        "Caldas para el cumplimiento del Pacto por la Transparencia. Esta quinta sesión, dedicada al gobierno abierto, trató "
        "la publicación de información, la participación de la ciudadanía y la rendición de cuentas como práctica permanente "
        "de las alcaldías.\n\n"
        "La convocatoria se envió a los enlaces municipales el 19 de julio de 2021."
    ),
    norms=NORMS,
    days=(DayGiven(date(2021, 7, 29), time(8, 0), time(10, 0)),),
    modality=Modality.VIRTUAL,
    capacity_virtual=200,
    link=TEAMS_LINK,
    link_exposure=LinkExposure.PERSONAL,
    hosts=HOSTS,
    programme=(
        ProgrammeGiven("Apertura y compromisos del ciclo", "08:00", "Oficina de Gobierno Abierto"),
        ProgrammeGiven("Gobierno abierto en la alcaldía", "08:15", "Aurora Ejemplo Guadual"),
        ProgrammeGiven("Datos abiertos que la gente usa", "09:00", "Benito Ficticio Robledal"),
        ProgrammeGiven("Preguntas de los municipios", "09:35", "Modera Camila Muestra Yarumal"),
    ),
    speakers=SPEAKERS,
    intensity_hours=Decimal(2),
    presence=PresenceRule(),
    prepared_by="Equipo de Gobierno Abierto",
)

# (pregunta, quién la hizo, respuesta, quién respondió); sin respuesta, quedó pendiente.
QUESTIONS = (
    (
        "¿Qué se publica primero cuando la alcaldía no tiene quien mantenga la página web?",
        "Enlace de transparencia de Aguadas",
        "Lo que pide el artículo 9 de la Ley 1712 de 2014: estructura, presupuesto, contratación y trámites.",
        "Aurora Ejemplo Guadual",
    ),
    (
        "¿Los datos abiertos del municipio deben ir en un portal propio?",
        "Oficina de sistemas de Chinchiná",
        "No: pueden publicarse en el portal nacional de datos abiertos y enlazarse desde la página de la alcaldía.",
        "Benito Ficticio Robledal",
    ),
    ("¿Habrá una sesión sobre rendición de cuentas para concejos municipales?", "Control interno de Supía", "", ""),
)

SLIDES = (
    (
        "Lo que pide la ley",
        ("Publicar sin que lo pidan", "Responder a tiempo y completo", "Escuchar antes de decidir", "Rendir cuentas todo el año"),
    ),
    ("Datos abiertos que la gente usa", ("Contratos y presupuesto", "Trámites y horarios", "Un archivo por tema, con fecha y responsable")),
    (
        "Compromisos del municipio",
        ("Nombrar un enlace de transparencia", "Revisar el botón de transparencia", "Publicar el plan y su avance"),
    ),
)

THIRD = SaveEvent(
    topic="Autodiagnóstico del Pacto por la Transparencia",
    kind=EventKind.ASISTENCIA_TECNICA,
    number=3,
    summary="Los municipios respondieron el cuestionario de los 18 compromisos del Pacto y recibieron asesoría personalizada.",
    objective="Conocer el avance de cada administración municipal en los 18 compromisos del Pacto por la Transparencia.",
    context=(
        "Durante la primavera de 2021 la Oficina de Gobierno Abierto envió a los 27 municipios el cuestionario de autodiagnóstico de los "
        "compromisos del Pacto por la Transparencia. No se conserva la fecha exacta de la sesión ni el número de asistentes."
    ),
    norms=NORMS[:1],
    date_note="Primavera de 2021",
    modality=Modality.VIRTUAL,
    hosts=HOSTS[:2],
    prepared_by="Equipo de Gobierno Abierto",
    count_kind=CountKind.UNKNOWN,
)

THIRD_SECTIONS = (
    (
        "Envío del cuestionario",
        (
            "El cuestionario se envió por correo a los buzones institucionales de los 27 municipios, con el formato en Excel como anexo.",
            "Respondieron 23 de los 27 municipios convocados (cobertura 23/27); las respuestas se resumen en la tabla anexa. "
            "No respondieron Marulanda, Norcasia, San José y Victoria.",
        ),
    ),
    (
        "Asesoría personalizada",
        (
            "Tres municipios pidieron orientación por teléfono sobre la publicación de todos los contratos en SECOP II y sobre el botón de "
            "transparencia de su página web.",
        ),
    ),
)

COMMITMENTS = (
    ("Procedimientos anticorrupción documentados", 19, 4),
    ("Evidencia de que esos procedimientos se aplican", 19, 4),
    ("Plan de actividades para el Pacto", 7, 16),
    ("Informe de seguimiento de ese plan, con mejoras", 7, 16),
    ("Plan dado a conocer a la ciudadanía", 11, 12),
    ("Rendición de cuentas más allá de la audiencia pública", 17, 6),
    ("Eventos de participación", 22, 1),
    ("Declaraciones de bienes y de conflictos de interés publicadas", 13, 10),
    ("Riesgos de corrupción publicados, con planes de acción", 19, 4),
    ("Canal seguro para denunciar el fraude", 11, 12),
    ("Lineamientos para tramitar las denuncias", 12, 11),
    ("Enlace de transparencia designado", 19, 4),
    ("Todos los contratos en SECOP II", 9, 14),
    ("Botón de transparencia en la página web", 19, 4),
    ("Plan de gestión documental", 13, 10),
    ("Comité de MIPG, con actas", 18, 5),
    ("Estrategias de buena relación con el concejo municipal", 17, 6),
    ("La transparencia en el plan de desarrollo de cuatro años", 22, 1),
)

THIRD_NOTE = (
    "La fecha y el número de asistentes de esta sesión no se conservan. La tabla es la del informe que le sirve de modelo; los nombres "
    "de los cuatro municipios que no respondieron son inventados."
)


def commitments_table() -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The result table of the third session (headers, rows): 18 commitments and their totals, over 23 answers of 27 convened."""
    rows = [(str(n), text, str(yes), str(no), "", "") for n, (text, yes, no) in enumerate(COMMITMENTS, start=1)]
    totals = ("", "Total", str(sum(row[1] for row in COMMITMENTS)), str(sum(row[2] for row in COMMITMENTS)), "", "")
    return ("N.º", "Compromiso", "SÍ", "NO", "POR MEJORAR", "OBSERVACIONES"), (*rows, totals)


def forum(today: date) -> SaveEvent:
    """A hybrid forum in fourteen days, or on the next business day, open for registration."""
    on_date = holidays.add_business_days(today + timedelta(days=13), 1)
    return SaveEvent(
        topic="Participación ciudadana en lo local",
        kind=EventKind.FORO,
        summary="Un foro para alcaldías y organizaciones: cómo abrir espacios de participación que se usen.",
        description="Panel y conversación abierta. Puede asistir en el auditorio de la biblioteca o conectarse por Microsoft Teams.",
        objective="Compartir experiencias municipales de participación y acordar temas para el plan de acción del próximo año.",
        norms=NORMS[1:],
        days=(DayGiven(on_date, time(8, 0), time(11, 30)),),
        modality=Modality.HYBRID,
        venue_name="Auditorio de la Biblioteca Ejemplo",
        venue_address="Calle 00 n.º 00-00",
        venue_divipola="17001",
        capacity_virtual=None,
        capacity_onsite=80,
        link="https://teams.microsoft.com/l/meetup-join/19%3ademo_foro%40thread.v2/0?context=%7b%22Tid%22%3a%2200000000%22%7d",
        link_exposure=LinkExposure.REGISTERED,
        hosts=HOSTS[:5],
        programme=(
            ProgrammeGiven("Bienvenida", "08:00", "Oficina de Gobierno Abierto"),
            ProgrammeGiven("Panel: lo que aprendimos convocando", "08:30", "Aurora Ejemplo Guadual y Benito Ficticio Robledal"),
            ProgrammeGiven("Conversación con los municipios", "10:00", "Modera Camila Muestra Yarumal"),
        ),
        speakers=SPEAKERS,
        intensity_hours=Decimal("3.5"),
        prepared_by="Equipo de Gobierno Abierto",
    )


def starting_now(now: datetime) -> SaveEvent:
    """A face-to-face session that begins at the last quarter of an hour and lasts two hours (or until the day ends)."""
    here = clock.local(now)
    start = here.replace(minute=here.minute // 15 * 15, second=0, microsecond=0)
    end = min(start + timedelta(hours=2), start.replace(hour=23, minute=59))
    day = DayGiven(start.date(), start.time(), end.time())
    return SaveEvent(
        topic="Taller de datos abiertos",
        kind=EventKind.ASISTENCIA_TECNICA,
        number=6,
        summary="Un taller presencial que empieza ahora mismo, para probar la inscripción, la lista y la cuenta.",
        description="Use este evento para probar: inscríbase, busque su correo en la carpeta de correos y márquese como asistente.",
        norms=NORMS[:1],
        days=(day,),
        modality=Modality.ONSITE,
        venue_name="Sala de formación Ejemplo",
        venue_address="Carrera 00 n.º 00-00, piso 2",
        venue_divipola="17001",
        capacity_onsite=40,
        hosts=HOSTS[:2],
        programme=(ProgrammeGiven("Taller", start.strftime("%H:%M"), "Benito Ficticio Robledal"),),
        speakers=SPEAKERS[1:2],
        intensity_hours=Decimal(2),
        registration_closes_at=day.ends_at,
        prepared_by="Equipo de Gobierno Abierto",
    )


FORUM_PEOPLE = 18
CALL_SUBJECT = "Convocatoria: {evento}"
CALL_BODY = """{persona},
{entidad}

La {oficina} convoca a su entidad a {evento}, el {fecha}.

Por favor confirmen recibido y digan quiénes asistirán antes del {plazo}, en este vínculo propio de su entidad:
{confirmar}

Cordialmente,
{oficina}"""
