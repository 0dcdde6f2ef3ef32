"""CSV as offices really save it: UTF-8, UTF-16 or Windows-1252; semicolons, commas, tabs or bars; any line ending."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from eventos.adapters.tables.guard import SAVE_AS, UnreadableTable

DELIMITERS = (";", ",", "\t", "|")
_SAMPLE = 64 * 1024
_SAMPLE_ROWS = 200
_LOOKED_AT = 1024 * 1024  # bytes in which accents are counted
_SIGNS = {"cp1252": "", "mac_roman": "íóñ", "cp850": "áí"}  # letters whose byte is ’ — – or a hard space and ¡ in Windows-1252
_SPOKEN = "áéíóúüñÁÉÍÓÚÜÑ"
_ACCENTED = re.compile(rf"(?<=[A-Za-z])[{_SPOKEN}]|[{_SPOKEN}](?=[A-Za-z])")


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. A byte-order mark decides; then strict UTF-8; then where the accents fall."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if content.startswith(mark):
            return _decode_strictly(content[len(mark) :], encoding), encoding
    start = content[:4096]
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[0::2])):
        if zeros and zeros.count(0) > 0.6 * len(zeros) and start.count(0) < 1.2 * zeros.count(0):
            return _decode_strictly(content, encoding), encoding
    try:
        text, encoding = content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = _one_byte_a_letter(content)
    return _refuse_binary(text), encoding


def _one_byte_a_letter(content: bytes) -> tuple[str, str]:
    """Windows-1252, unless Excel for Mac (Mac Roman) or "CSV (MS-DOS)" (code page 850) explains more accents inside words.

    Two different letters are asked for, and one of them no sign that Windows users type: the apostrophe of O’Brien is an í in Mac Roman.
    """
    found = {name: _ACCENTED.findall(content[:_LOOKED_AT].decode(name, "replace")) for name in _SIGNS}
    likely = max(found, key=lambda name: len(found[name]))  # the first of equals
    letters = set(found[likely])
    if likely != "cp1252" and len(letters) > 1 and letters - set(_SIGNS[likely]):
        return content.decode(likely), likely
    try:
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:  # five bytes have no meaning in Windows-1252; Latin-1 gives each of them one
        return content.decode("latin-1"), "latin-1"


def _decode_strictly(content: bytes, encoding: str) -> str:
    try:
        return _refuse_binary(content.decode(encoding))
    except UnicodeDecodeError as fault:
        raise UnreadableTable(
            "El archivo tiene letras dañadas. Vuelva a guardarlo como «CSV UTF-8» o como XLSX.", detail=f"{encoding} at byte {fault.start}"
        ) from fault


def _refuse_binary(text: str) -> str:
    start = text[:_SAMPLE]
    strange = sum(1 for sign in start if (sign < " " and sign not in "\t\r\n\f\x1a") or sign == "\x7f")
    if "\x00" in text or strange > max(8, len(start) // 50):
        raise UnreadableTable(f"El archivo no es una tabla de texto ni un libro de Excel. {SAVE_AS}")
    return text.rstrip("\x1a")


def delimiter_of(text: str) -> tuple[str, int]:
    """The delimiter that gives most rows one same width, and how many characters of a `sep=` line to skip."""
    first = text[:8].splitlines()[0] if text else ""
    if len(first) == 5 and first.lower().startswith("sep="):
        rest = text[5:]
        return first[4], 5 + (2 if rest.startswith("\r\n") else 1)
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    return max(DELIMITERS, key=lambda delimiter: _consistency(sample, delimiter)), 0


def _consistency(sample: str, delimiter: str) -> tuple[float, int]:
    widths: Counter[int] = Counter()
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                widths[len(row)] += 1
            if widths.total() >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return 0.0, 0
    wide = {width: times for width, times in widths.items() if width >= 2}
    if not wide:
        return 0.0, 0
    width, times = max(wide.items(), key=lambda item: (item[1], item[0]))
    return times / widths.total(), width


def rows_of(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each row with the number of the line it begins on; raises UnreadableTable where quotes never close."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    odd_quotes = text.count('"') % 2 == 1
    line, held_line = 1, 1
    held: tuple[str, ...] = ()
    try:
        for row in reader:
            held, held_line = tuple(row), line
            yield line, held
            line = reader.line_num + 1
    except csv.Error as fault:
        raise UnreadableTable(_unclosed(line), detail=str(fault)) from fault
    if odd_quotes and any("\n" in cell or "\r" in cell for cell in held):
        raise UnreadableTable(_unclosed(held_line), detail="odd number of quotes")


def _unclosed(line: int) -> str:
    return f"Unas comillas que se abren en la línea {line} no se cierran. Corríjalas, o abra el archivo en Excel y guárdelo como XLSX."
