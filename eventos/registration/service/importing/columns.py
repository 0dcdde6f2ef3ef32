"""Which column of a sheet is which of our fields: guessed from its heading, corrected by the organiser, remembered for the next sheet."""

import hashlib
import re
from collections.abc import Mapping, Sequence

from eventos.kernel.errors import InvalidInput
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import Word


class Field(Word):
    """What a column can tell us; the value is also the name of its select in the form."""

    DOCUMENT_TYPE = "document_type", "Tipo de documento"
    DOCUMENT_NUMBER = "document_number", "Número de documento"
    FULL_NAME = "full_name", "Nombre completo"
    GIVEN_NAMES = "given_names", "Nombres"
    FAMILY_NAMES = "family_names", "Apellidos"
    EMAIL = "email", "Correo electrónico"
    PHONE = "phone", "Celular o teléfono"
    ENTITY = "entity", "Entidad"
    DEPENDENCY = "dependency", "Dependencia"
    POST = "post", "Cargo"
    LINK_KIND = "link_kind", "Vinculación"
    MUNICIPIO = "municipio", "Municipio"
    DEPARTAMENTO = "departamento", "Departamento"
    COUNTRY = "country", "País"
    CITY = "city", "Ciudad (fuera de Colombia)"
    MODALITY = "modality", "Modalidad"
    ATTENDED = "attended", "Asistió"


Columns = Mapping[Field, int]

# Headings as offices write them, folded. A heading that equals one of these is taken first.
_WHOLE: dict[Field, tuple[str, ...]] = {
    Field.DOCUMENT_TYPE: ("tipo", "tipo de documento", "tipo documento", "tipo doc", "tipo de identificacion", "tipo id", "t d"),
    Field.DOCUMENT_NUMBER: (
        *("documento", "no de documento", "numero de documento", "no documento", "n de documento", "n documento", "num documento"),
        *("cedula", "no de cedula", "numero de cedula", "no cedula", "n cedula", "cc", "c c", "no cc", "documento de identidad"),
        *("cedula de ciudadania", "identificacion", "no de identificacion", "numero de identificacion", "no identificacion", "nit"),
        *("no doc", "numero documento", "doc identidad", "document", "id number"),
    ),
    Field.FULL_NAME: (
        *("nombre completo", "nombres y apellidos", "nombre y apellidos", "nombre y apellido", "nombres y apellido", "apellidos y nombres"),
        *("nombre", "participante", "asistente", "nombre del participante", "nombre del asistente", "nombre funcionario", "funcionario"),
        *("nombre del funcionario", "nombres completos", "apellidos y nombre", "nombre s y apellido s", "full name", "name"),
    ),
    Field.GIVEN_NAMES: ("nombres", "primer nombre", "nombre s", "first name", "given names"),
    Field.FAMILY_NAMES: ("apellidos", "apellido", "apellido s", "primer apellido", "last name", "family names"),
    Field.EMAIL: (
        *("correo", "correo electronico", "e mail", "email", "mail", "correo institucional", "correo e", "direccion de correo"),
        *("direccion de correo electronico", "correo personal", "correo electronico institucional"),
    ),
    Field.PHONE: (
        *("celular", "telefono", "no de celular", "numero de celular", "movil", "no celular", "telefono celular", "tel", "cel"),
        *("numero de contacto", "contacto", "telefono de contacto", "celular o telefono", "telefono o celular", "whatsapp", "phone"),
    ),
    Field.ENTITY: (
        *("entidad", "institucion", "organizacion", "entidad u organizacion", "nombre de la entidad", "empresa", "entidad que representa"),
        *("entidad a la que pertenece", "entidad o institucion", "alcaldia", "organization"),
    ),
    Field.DEPENDENCY: (
        "dependencia",
        "area",
        "secretaria",
        "oficina",
        "dependencia o area",
        "area o dependencia",
        "secretaria o dependencia",
    ),
    Field.POST: ("cargo", "cargo o rol", "puesto", "rol", "ocupacion", "empleo", "profesion", "cargo que desempena"),
    Field.LINK_KIND: ("vinculacion", "tipo de vinculacion", "tipo vinculacion", "clase de vinculacion", "tipo de contrato"),
    Field.MUNICIPIO: (
        *("municipio", "municipio de procedencia", "mpio", "municipio de origen", "municipio de residencia", "municipio o ciudad"),
        *(
            "ciudad municipio",
            "municipio ciudad",
            "ciudad o municipio",
            "divipola",
            "codigo divipola",
            "codigo dane",
            "lugar de procedencia",
        ),
    ),
    Field.DEPARTAMENTO: ("departamento", "depto", "dpto", "departamento de procedencia", "dto"),
    Field.COUNTRY: ("pais", "pais de procedencia", "country"),
    Field.CITY: ("ciudad", "ciudad de procedencia", "ciudad de residencia", "ciudad extranjera", "ciudad fuera de colombia", "city"),
    Field.MODALITY: ("modalidad", "modalidad de asistencia", "modalidad de participacion", "forma de participacion"),
    Field.ATTENDED: ("asistio", "asistencia", "firma", "asistio si no", "presente", "asiste", "participo", "asistencia si no", "attended"),
}
# Words that give a longer heading away, tried in this order: "Correo electrónico donde quiere recibir las memorias".
_INSIDE: tuple[tuple[str, Field], ...] = (
    (r"\bno?m?b?r?e?s? .*\by apellidos?\b|\bapellidos? y nombres?\b|\bnombres? completos?\b", Field.FULL_NAME),
    (r"\btipo (?:de )?(?:documento|identificacion)\b", Field.DOCUMENT_TYPE),
    (r"\bcorreo\b|\be ?mail\b", Field.EMAIL),
    (r"\bcelular\b|\btelefono\b|\bmovil\b", Field.PHONE),
    (r"\bcedula\b|\bdocumento\b|\bidentificacion\b", Field.DOCUMENT_NUMBER),
    (r"\bvinculacion\b", Field.LINK_KIND),
    (r"\bcargo\b", Field.POST),
    (r"\bdependencia\b", Field.DEPENDENCY),
    (r"\bentidad\b|\binstitucion\b|\borganizacion\b", Field.ENTITY),
    (r"\bmunicipio\b", Field.MUNICIPIO),
    (r"\bdepartamento\b", Field.DEPARTAMENTO),
    (r"\bpais\b", Field.COUNTRY),
    (r"\bmodalidad\b", Field.MODALITY),
    (r"\basisti(?:o|eron)\b|\bfirma\b|\basistencia\b", Field.ATTENDED),
    (r"\bapellidos?\b", Field.FAMILY_NAMES),
    (r"\bnombres?\b", Field.GIVEN_NAMES),
)


def headers_key(headers: Sequence[str]) -> str:
    """What tells one kind of sheet from another: its headings in their order, whatever their accents, case and signs."""
    return hashlib.sha256("\x1f".join(fold(header) for header in headers).encode()).hexdigest()


def guess(headers: Sequence[str]) -> dict[Field, int]:
    """Field → position of the column whose heading says so; each column serves one field. What is not recognised is left out."""
    folded = [fold(header) for header in headers]
    found: dict[Field, int] = {}
    taken: set[int] = set()
    for field, names in _WHOLE.items():
        for position, heading in sorted(enumerate(folded), key=lambda pair: names.index(pair[1]) if pair[1] in names else len(names)):
            if heading in names and position not in taken:
                found[field] = position
                taken.add(position)
                break
    for pattern, field in _INSIDE:
        for position, heading in enumerate(folded):
            if field not in found and position not in taken and re.search(pattern, heading):
                found[field] = position
                taken.add(position)
    return _one_way_to_name(found, folded)


def _one_way_to_name(found: dict[Field, int], folded: Sequence[str]) -> dict[Field, int]:
    """A sheet names people in one column or in two: "Nombre" beside "Apellidos" holds the given names alone."""
    if Field.FULL_NAME not in found:
        if Field.GIVEN_NAMES in found and Field.FAMILY_NAMES not in found:
            found[Field.FULL_NAME] = found.pop(Field.GIVEN_NAMES)
        return found
    if Field.FAMILY_NAMES in found:
        is_whole = "apellido" in folded[found[Field.FULL_NAME]] or "completo" in folded[found[Field.FULL_NAME]]
        if not is_whole and Field.GIVEN_NAMES not in found:
            found[Field.GIVEN_NAMES] = found.pop(Field.FULL_NAME)
            return found
        if not is_whole:
            del found[Field.FULL_NAME]
            return found
    found.pop(Field.GIVEN_NAMES, None)
    found.pop(Field.FAMILY_NAMES, None)
    return found


def recall(remembered: Mapping[str, int] | None, headers: Sequence[str]) -> dict[Field, int]:
    """A mapping kept as plain data, as one of ours; what no longer fits the headings is dropped."""
    known = {field.value for field in Field}
    return {Field(name): position for name, position in (remembered or {}).items() if name in known and 0 <= position < len(headers)}


def check(mapping: Columns, headers: Sequence[str]) -> None:
    """Refuse a mapping that cannot name people, or that reads one column twice. Raises InvalidInput with the select to mend."""
    fields: dict[str, str] = {}
    users: dict[int, Field] = {}
    for field, position in mapping.items():
        if not 0 <= position < len(headers):
            fields[field.value] = "Esa columna ya no está en el archivo: elija otra."
        elif position in users:
            fields[field.value] = f"La columna «{headers[position]}» ya está en uso para «{users[position].label}»."
        else:
            users[position] = field
    if Field.FULL_NAME in mapping and (Field.GIVEN_NAMES in mapping or Field.FAMILY_NAMES in mapping):
        fields.setdefault(Field.FULL_NAME.value, "Elija «Nombre completo», o «Nombres» y «Apellidos», pero no las dos formas.")
    if Field.FULL_NAME not in mapping and Field.GIVEN_NAMES not in mapping:
        fields.setdefault(Field.FULL_NAME.value, "Diga en qué columna está el nombre de cada persona.")
    if Field.DOCUMENT_TYPE in mapping and Field.DOCUMENT_NUMBER not in mapping:
        fields.setdefault(Field.DOCUMENT_NUMBER.value, "Diga también en qué columna está el número del documento.")
    if fields:
        raise InvalidInput("Revise qué columna es cuál.", fields=fields)
