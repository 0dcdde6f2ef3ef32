"""The closed lists of words every room shares: the value is stored, the Spanish `label` is what a person reads."""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A stored word with a Spanish label; members are written `NAME = value, label`."""

    _value_: str
    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, label) in the order they are declared, as WTForms wants them."""
        return [(member.value, member.label) for member in cls]


class Modality(Word):
    VIRTUAL = "virtual", "Virtual"
    ONSITE = "presencial", "Presencial"
    HYBRID = "hibrida", "Híbrida"


class LinkExposure(Word):
    """Who sees the link de ingreso of an event (trap 7 of the domain: it is shown byte for byte, or not at all)."""

    PUBLIC = "public", "Público: cualquiera lo ve en la página del evento"
    REGISTERED = "registered", "Para inscritos: llega en el correo de confirmación"
    PERSONAL = "personal", "Personal: cada quien entra por su propio vínculo"


class DocumentType(Word):
    CC = "CC", "Cédula de ciudadanía"
    CE = "CE", "Cédula de extranjería"
    TI = "TI", "Tarjeta de identidad"
    RC = "RC", "Registro civil"
    PA = "PA", "Pasaporte"
    PPT = "PPT", "Permiso por protección temporal"
    PEP = "PEP", "Permiso especial de permanencia"
    NIT = "NIT", "NIT"


class LinkKind(Word):
    """How a person belongs to the entity they come from (not a hyperlink, and not the entity's liaison)."""

    PLANTA = "planta", "Servidor o servidora de planta"
    CONTRATISTA = "contratista", "Contratista"
    OTRA = "otra", "Otra vinculación"


class EventKind(Word):
    ASISTENCIA_TECNICA = "asistencia_tecnica", "Asistencia técnica"
    FORO = "foro", "Foro"
    SESION = "sesion", "Sesión"
    REUNION = "reunion", "Reunión"
    OTRO = "otro", "Otro evento"


class EventState(Word):
    DRAFT = "draft", "Borrador"
    PUBLISHED = "published", "Publicado"
    CANCELLED = "cancelled", "Cancelado"


class RegistrationState(Word):
    """Where a registration stands. Active, offered and unconfirmed ones hold a seat; nobody is counted before being active."""

    ACTIVE = "active", "Inscrita"
    WAITLISTED = "waitlisted", "En lista de espera"
    OFFERED = "offered", "Cupo ofrecido"
    UNCONFIRMED = "unconfirmed", "Falta su autorización"
    PENDING = "pending", "Por aprobar"
    REJECTED = "rejected", "No aprobada"
    CANCELLED = "cancelled", "Cancelada"

    @property
    def is_open(self) -> bool:
        """It stands or may still come to stand; rejected and cancelled ones do not."""
        return self not in (RegistrationState.REJECTED, RegistrationState.CANCELLED)

    @property
    def tone(self) -> str:
        """The tone of its badge; the word is the label."""
        match self:
            case RegistrationState.ACTIVE:
                return "success"
            case RegistrationState.CANCELLED | RegistrationState.REJECTED:
                return "error"
            case RegistrationState.PENDING:
                return "info"
            case _:
                return "warning"


class HostRole(Word):
    """The part an entity takes in one event; the label is the verb that follows its name."""

    HOST = "host", "Organiza"
    CO_HOST = "co_host", "Coorganiza"
    PARTNER = "partner", "En alianza con"
    SPONSOR = "sponsor", "Apoya"


class EntityKind(Word):
    PUBLIC = "public", "Entidad pública"
    CIVIL_SOCIETY = "civil_society", "Organización de la sociedad civil"
    ACADEMIA = "academia", "Academia"
    PRIVATE = "private", "Empresa o entidad privada"
    INTERNATIONAL = "international", "Organismo internacional"


class SpeakerRole(Word):
    EXPOSITOR = "expositor", "Expositor(a)"
    MODERADOR = "moderador", "Moderador(a)"
    PANELISTA = "panelista", "Panelista"

    @property
    def verb(self) -> str:
        """What they do at the event, the same for women and men."""
        return {SpeakerRole.EXPOSITOR: "Expone", SpeakerRole.MODERADOR: "Modera"}.get(self, self.label)


class StaffRole(Word):
    ADMINISTRATOR = "administrator", "Administra"
    ORGANISER = "organiser", "Organiza"
    DOOR = "door", "Puerta"
    READER = "reader", "Consulta"


class ApiScope(Word):
    """What a token of the API may do, within the cycles of whoever made it."""

    EVENTS_READ = "events:read", "Ver eventos"
    EVENTS_WRITE = "events:write", "Crear, cambiar, publicar y cancelar eventos"
    REGISTRATIONS_READ = "registrations:read", "Ver inscripciones, con sus datos personales"
    REGISTRATIONS_WRITE = "registrations:write", "Inscribir, cambiar y cancelar inscripciones"
    IMPORT_WRITE = "import:write", "Importar listas de inscritos"


class Source(Word):
    """Where a registration or a fact about a person came from."""

    FORM = "form", "Formulario"
    IMPORT = "import", "Importación"
    WALK_IN = "walk_in", "En la puerta"
    STAFF = "staff", "Equipo organizador"


class CountKind(Word):
    """How well a number is known: a figure is printed with its kind, never guessed into exactness."""

    EXACT = "exact", "Exacto"
    APPROXIMATE = "approximate", "Aproximado"
    UNKNOWN = "unknown", "Sin dato"


class ReportState(Word):
    PENDING = "pending", "Preparando"
    READY = "ready", "Listo"
    ERROR = "error", "Con error"


class QuestionState(Word):
    PENDING = "pending", "Pendiente"
    ANSWERED = "answered", "Respondida"
    SET_ASIDE = "set_aside", "Apartada"


class QuestionMoment(Word):
    BEFORE = "before", "Antes del evento"
    SESSION = "session", "En la sesión"


class MaterialKind(Word):
    SLIDES = "slides", "Diapositivas"
    FILE = "file", "Archivo"


class MakingState(Word):
    """Where something that a worker makes stands: flyers, materials."""

    PENDING = "pending", "Preparando"
    READY = "ready", "Listo"
    ERROR = "error", "Con error"
