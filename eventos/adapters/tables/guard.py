"""What an uploaded table may be: its shape, its size, and the refusal that says how to mend it, before any parser sees a byte."""

import io
import re
import time
import zipfile
import zlib
from dataclasses import dataclass
from typing import Literal

from eventos.kernel.errors import InvalidInput

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_MEMBERS = 2_000
MAX_INFLATED = 200 * 1024 * 1024
MAX_RATIO = 100
# Below this size a high ratio is only a short file full of blanks, and does no harm.
RATIO_FREE_BYTES = 1024 * 1024
# Parts that openpyxl loads whole (styles, workbook, relations); sheets and shared strings are streamed.
MAX_WHOLE_PART = 8 * 1024 * 1024
READING_SECONDS = 30.0

Kind = Literal["csv", "xlsx"]
ParserFaults: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, KeyError, IndexError, ValueError, TypeError, AttributeError,
    SyntaxError, OverflowError, ArithmeticError, AssertionError, RuntimeError,
)  # fmt: skip
"""All that zipfile, zlib, expat, lxml and openpyxl were seen to raise on broken packages: none of it is a fault of ours."""

SAVE_AS = "Ábralo en Excel o LibreOffice y guárdelo como XLSX o CSV."
DAMAGED = "El archivo está dañado o incompleto. Vuelva a guardarlo en Excel o LibreOffice como XLSX y súbalo otra vez."
BOMB = "El archivo se expande más de lo permitido al abrirlo. Copie los datos a un libro nuevo y guárdelo como XLSX o CSV."

_CHUNK = 1024 * 1024
_STREAMED = re.compile(
    r"^xl/(worksheets/[^/]+\.xml|sharedStrings\.xml|media/|pivotCache/|calcChain|comments|threadedComments|embeddings/|tables/)"
)
_OVERRIDE = re.compile(rb"<(?:\w+:)?Override\b[^>]*>")
_WHOLE_TYPE = re.compile(rb"\.main\+xml|chartsheet\+xml|styles\+xml|theme\+xml")
_PART_NAME = re.compile(rb"PartName\s*=\s*[\"']/([^\"']+)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_DTD_WORDS = (word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be"))
_DTD = re.compile(b"|".join(map(re.escape, _DTD_WORDS)))

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (
        b"%PDF",
        "El archivo es un PDF, y de un PDF no se leen filas con seguridad. Busque la hoja de cálculo original y guárdela como CSV o XLSX.",
    ),
    (b"\x89PNG", "El archivo es una imagen. Suba la lista como CSV o XLSX."),
    (b"\xff\xd8\xff", "El archivo es una imagen. Suba la lista como CSV o XLSX."),
    (b"GIF8", "El archivo es una imagen. Suba la lista como CSV o XLSX."),
    (b"{\\rtf", "El archivo es un documento de texto. Copie la tabla a una hoja de cálculo y guárdela como CSV o XLSX."),
    (b"\x1f\x8b", "El archivo está comprimido. Descomprímalo y suba el CSV o XLSX que contiene."),
    (b"7z\xbc\xaf", "El archivo está comprimido. Descomprímalo y suba el CSV o XLSX que contiene."),
    (b"Rar!", "El archivo está comprimido. Descomprímalo y suba el CSV o XLSX que contiene."),
)


class UnreadableTable(InvalidInput):
    """The upload is not a table this product can read. `fields["file"]` repeats the sentence, to show it beside the field."""

    code = "unreadable_table"
    message = "No se pudo leer el archivo. Guárdelo como CSV o XLSX."

    def __init__(self, message: str | None = None, *, detail: str | None = None) -> None:
        super().__init__(message, fields={"file": message or self.message}, detail=detail)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as text. `rows` are as wide as `headers`; `numbers[i]` is the row number a person sees in Excel for `rows[i]`."""

    headers: tuple[str, ...]
    rows: list[tuple[str, ...]]
    kind: Kind
    sheet: str
    encoding: str
    delimiter: str
    sheets: tuple[str, ...]
    header_row: int
    numbers: list[int]


class TimedBytes(io.BytesIO):
    """A file whose reading runs out of time, so that no parser fed from it can run for ever."""

    def __init__(self, content: bytes, *, seconds: float = READING_SECONDS) -> None:
        super().__init__(content)
        self._deadline = time.monotonic() + seconds

    def check(self) -> None:
        if time.monotonic() > self._deadline:
            raise UnreadableTable("El archivo tarda demasiado en leerse. Divídalo en partes más pequeñas o guárdelo como CSV.")

    def read(self, size: int | None = -1, /) -> bytes:
        self.check()
        return super().read(size)


def kind_of(content: bytes) -> Kind:
    """Tell CSV from XLSX by content, never by name; raises UnreadableTable for everything else, naming what it is."""
    if len(content) > MAX_BYTES:
        raise UnreadableTable("El archivo pesa más de 10 MB. Divídalo en partes, o quite las hojas e imágenes que no hacen falta.")
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableTable("El archivo está vacío. Revise que eligió el correcto y que se guardó con sus datos.")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableTable("El libro está protegido con contraseña. Quítele la contraseña, guárdelo como XLSX y súbalo otra vez.")
        raise UnreadableTable(f"El archivo usa el formato antiguo de Excel (.xls). {SAVE_AS}")
    for magic, message in _MAGIC:
        if content.startswith(magic):
            raise UnreadableTable(message)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        raise UnreadableTable("El archivo es una imagen. Suba la lista como CSV o XLSX.")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "xlsx"
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise UnreadableTable(f"El archivo es una página web o un XML con nombre de hoja de cálculo. {SAVE_AS}")
    return "csv"


def check_package(content: bytes) -> None:
    """Inflate every member of an XLSX once, counting, and refuse bombs, DTDs and other packages. Headers are not trusted."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_members(package, whole=len(content))
    except ParserFaults as fault:
        raise UnreadableTable(DAMAGED, detail=type(fault).__name__) from fault


def _check_members(package: zipfile.ZipFile, *, whole: int) -> None:
    members = package.infolist()
    if len(members) > MAX_MEMBERS:
        raise UnreadableTable(BOMB, detail=f"{len(members)} members")
    names = {member.filename for member in members}
    if len(names) != len(members):
        raise UnreadableTable(DAMAGED, detail="repeated member names")
    _check_is_workbook(package, names)
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableTable("El archivo está protegido con contraseña. Guárdelo sin contraseña y súbalo otra vez.")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise UnreadableTable(DAMAGED, detail="unexpected compression")
    small = _parts_loaded_whole(package)
    total = 0
    for member in members:
        limit = MAX_WHOLE_PART if member.filename in small or not _STREAMED.match(member.filename) else MAX_INFLATED
        total = _inflate(package, member, total=total, limit=limit, whole=whole)


def _check_is_workbook(package: zipfile.ZipFile, names: set[str]) -> None:
    if "mimetype" in names:
        with package.open("mimetype") as part:
            declared = part.read(100)
        if b"opendocument" in declared:
            raise UnreadableTable("El archivo es de LibreOffice (.ods u otro OpenDocument). Ábralo y guárdelo como CSV o XLSX.")
    if any(name.startswith("word/") for name in names):
        raise UnreadableTable("El archivo es un documento de Word. Copie la tabla a una hoja de cálculo y guárdela como CSV o XLSX.")
    if any(name.startswith("ppt/") for name in names):
        raise UnreadableTable("El archivo es una presentación. Suba la lista como CSV o XLSX.")
    if "xl/workbook.bin" in names:
        raise UnreadableTable(f"El libro está en formato binario (.xlsb). {SAVE_AS}")
    if "[Content_Types].xml" not in names:
        raise UnreadableTable("El archivo es un ZIP, no una hoja de cálculo. Descomprímalo y suba el CSV o XLSX que contiene.")


def _parts_loaded_whole(package: zipfile.ZipFile) -> set[str]:
    """The members that the package itself declares as workbook, styles or theme, whatever they are called."""
    with package.open("[Content_Types].xml") as part:
        types = part.read(MAX_WHOLE_PART)
    declared = (override for override in _OVERRIDE.findall(types) if _WHOLE_TYPE.search(override))
    return {found.group(1).decode("utf-8", "replace") for override in declared if (found := _PART_NAME.search(override))}


def _inflate(package: zipfile.ZipFile, member: zipfile.ZipInfo, *, total: int, limit: int, whole: int) -> int:
    size, rows, tail = 0, 0, b""
    is_xml = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    is_relations = member.filename.lower().endswith(".rels")
    with package.open(member) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            total += len(chunk)
            if total > MAX_INFLATED or size > limit:
                raise UnreadableTable(BOMB, detail=f"{member.filename}: {size} bytes")
            if size > RATIO_FREE_BYTES and size > MAX_RATIO * max(1, member.compress_size):
                raise UnreadableTable(BOMB, detail=f"{member.filename}: over {MAX_RATIO}:1")
            if total > RATIO_FREE_BYTES and total > MAX_RATIO * whole:
                raise UnreadableTable(BOMB, detail=f"package over {MAX_RATIO}:1")
            if is_xml:
                rows += len(_ROW.findall(chunk))
                if rows > MAX_ROWS + 100:
                    raise too_many_rows()
                if _DTD.search(tail + chunk):
                    raise UnreadableTable(DAMAGED, detail="document type or entity declared")
                tail = chunk[-32:]
            if is_relations and b"chartsheet" in chunk:
                raise UnreadableTable("El libro tiene hojas que son solo un gráfico. Bórrelas, guárdelo como XLSX y súbalo otra vez.")
    return total


def too_many_rows() -> UnreadableTable:
    return UnreadableTable("La hoja tiene más de 50.000 filas. Borre las filas vacías del final o divida la lista en varios archivos.")


def too_many_columns() -> UnreadableTable:
    return UnreadableTable("La hoja tiene más de 200 columnas. Deje solo las columnas de la lista y guárdela otra vez.")
