"""Files staff hand in (slides, documents, pictures, tables, audio): told by content, never by name; refused when they could do harm."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import Final

from eventos.adapters import pictures
from eventos.adapters.raster import MAX_PDF_BYTES
from eventos.kernel.errors import InvalidInput

OFFICE_BYTES: Final = 50 * 1024 * 1024
TABLE_BYTES: Final = 10 * 1024 * 1024
AUDIO_BYTES: Final = 25 * 1024 * 1024
MAX_MEMBERS: Final = 2_000
MAX_INFLATED: Final = 200 * 1024 * 1024
MAX_RATIO: Final = 100
RATIO_FREE_BYTES: Final = 1024 * 1024

_OFFICE: Final = (
    ("word/document.xml", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/workbook.xml", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/presentation.xml", "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_PICTURES: Final = {"PNG": ("png", "image/png"), "JPEG": ("jpg", "image/jpeg"), "WEBP": ("webp", "image/webp")}
# The first bytes of each kind of recording, and where they stand.
_AUDIO: Final = (
    (0, b"OggS", "ogg", "audio/ogg"),
    (0, b"ID3", "mp3", "audio/mpeg"),
    (0, b"\xff\xfb", "mp3", "audio/mpeg"),
    (0, b"\xff\xf3", "mp3", "audio/mpeg"),
    (4, b"ftypM4A ", "m4a", "audio/mp4"),
    (8, b"WAVE", "wav", "audio/wav"),
)
_MARKUP: Final = re.compile(rb"<\s*(?:!doctype|html|script|svg|iframe|body)\b", re.IGNORECASE)
_UNSAFE_NAME: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')

TAKEN = "Se aceptan PDF, Word (docx), Excel (xlsx), PowerPoint (pptx), CSV, imágenes PNG, JPEG o WebP y notas de voz MP3, M4A, OGG o WAV."


class UnusableFile(InvalidInput):
    """The upload is not a file this product keeps; `fields["file"]` repeats why, to show it beside the field."""

    code = "unusable_file"

    def __init__(self, message: str, *, detail: str | None = None) -> None:
        super().__init__(message, fields={"file": message}, detail=detail)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a file is: `kind` is pdf, docx, xlsx, pptx, csv, picture or audio; `suffix` is the one its name gets."""

    kind: str
    suffix: str
    media_type: str


def tell(content: bytes) -> Paper:
    """What this file is, by its content. Raises UnusableFile with a sentence that says how to mend it."""
    if not content:
        raise UnusableFile("El archivo está vacío. Revise que eligió el correcto.")
    if content.startswith(b"%PDF-"):
        _at_most(content, MAX_PDF_BYTES, "El PDF", 50)
        return Paper("pdf", "pdf", "application/pdf")
    if (picture := pictures.kind_of(content)) is not None:
        _at_most(content, pictures.MAX_BYTES, "La imagen", 15)
        suffix, media_type = _PICTURES[picture]
        return Paper("picture", suffix, media_type)
    for at, start, suffix, media_type in _AUDIO:
        if content.startswith(start, at):
            _at_most(content, AUDIO_BYTES, "El audio", 25)
            return Paper("audio", suffix, media_type)
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnusableFile("El archivo usa un formato antiguo de Office o está protegido con contraseña. Guárdelo como docx, xlsx o pptx.")
    if b"%PDF-" in content[:1024]:
        raise UnusableFile("El archivo trae otra cosa antes del PDF. Vuelva a exportarlo y súbalo otra vez.")
    return _table(content)


def safe_name(name: str, suffix: str) -> str:
    """The name a file is downloaded with: the person's words without folders, control or direction characters, and the true suffix."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem = last.rpartition(".")[0] or last
    stem = _UNSAFE_NAME.sub(" ", stem).strip(" .")
    return f"{' '.join(stem.split())[:100].strip(' .') or 'archivo'}.{suffix}"


def _office(content: bytes) -> Paper:
    """A package of Office without macros, of bounded size however it inflates (ECMA-376, part 2)."""
    _at_most(content, OFFICE_BYTES, "El archivo", 50)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            names = {member.filename for member in members}
            if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_INFLATED or any(map(_swells, members)):
                raise UnusableFile("El archivo se expande más de lo permitido al abrirlo. Guárdelo otra vez con menos contenido.")
            if any(member.flag_bits & 1 for member in members):
                raise UnusableFile("El archivo está protegido con contraseña. Quítele la protección y súbalo otra vez.")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, RuntimeError, NotImplementedError) as fault:
        raise UnusableFile("El archivo está dañado o incompleto. Guárdelo otra vez y súbalo de nuevo.") from fault
    if any(name.lower().endswith(("vbaproject.bin", ".exe", ".js", ".vbs", ".ps1")) for name in names):
        raise UnusableFile("El archivo trae macros o programas. Guárdelo sin macros (docx, xlsx o pptx) y súbalo otra vez.")
    if any(name.startswith("/") or ".." in name.replace("\\", "/").split("/") for name in names):
        raise UnusableFile("El archivo está mal formado. Ábralo en Office o LibreOffice, guárdelo y súbalo otra vez.")
    for part, suffix, media_type in _OFFICE:
        if part in names and "[Content_Types].xml" in names:
            if suffix == "xlsx":
                _at_most(content, TABLE_BYTES, "El libro", 10)
            return Paper(suffix, suffix, media_type)
    raise UnusableFile(f"El archivo es un ZIP que no es de Office. {TAKEN}")


def _swells(member: zipfile.ZipInfo) -> bool:
    return member.file_size > RATIO_FREE_BYTES and member.file_size > MAX_RATIO * max(1, member.compress_size)


def _table(content: bytes) -> Paper:
    """Plain text of a table; a page or a program by another name is none."""
    if len(content) > TABLE_BYTES or b"\0" in content or _MARKUP.search(content):
        is_svg = b"<svg" in content[:4096].lower()
        raise UnusableFile(pictures.SVG_REFUSED if is_svg else f"No reconocemos este archivo. {TAKEN}")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        head = text[:20_000]
        if any(sign in head for sign in (",", ";", "\t")) and not any(ord(char) < 32 and char not in "\t\r\n" for char in head):
            return Paper("csv", "csv", "text/csv")
        break
    raise UnusableFile(f"No reconocemos este archivo. {TAKEN}")


def _at_most(content: bytes, most: int, what: str, megabytes: int) -> None:
    if len(content) > most:
        raise UnusableFile(f"{what} pesa más de {megabytes} MB. Redúzcalo o divídalo en partes.")
