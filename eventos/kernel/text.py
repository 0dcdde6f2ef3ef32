"""What people type, made safe and comparable: cleaning, keys, masks and normal forms; forms and imports pass through here first.

Normal forms raise `ValueError` with a Spanish sentence a form can print beside the field; the masks are the only ones in the product.
"""

import re
import unicodedata

from eventos.kernel.vocabulary import DocumentType

_ZWNJ, _ZWJ, _VS16 = "\u200c", "\u200d", "\ufe0f"
_VISIBLE_FORMATS = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2\u0890\u0891\U000110bd\U000110cd")
_INVISIBLE_LETTERS = set("\u115f\u1160\u2800\u3164\uffa0")
_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_FLAG_TAGS = re.compile("(\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f")
_UNFOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_APOSTROPHES = re.compile("['’‘`´ʼ]")
_PARTICLES = frozenset(["de", "del", "la", "las", "los", "y", "e", "da", "do", "dos", "das", "di", "van", "von", "der"])
_ROMAN = re.compile(r"(?=[IVX])X{0,3}(IX|IV|V?I{0,3})")
_WORD_JOINTS = re.compile(r"([-./(]|(?<=^\w)['’])")  # an apostrophe after one letter: O'Higgins, D'Eluyar
_PHONE = re.compile(r"(?P<main>.*?)(?:\s*(?:extensi[oó]n|ext|x)[.:\s]*(?P<extension>[0-9]{1,6}))?", re.IGNORECASE)
_DOTS = "···"


def clean(text: str) -> str:
    """One line of text: NFC, single spaces, without control, zero-width or bidi-override characters.

    Letters of every script survive, and so do emoji with their joiners; idempotent. "" means nothing visible was typed.
    """
    return " ".join(unicodedata.normalize("NFC", _visible(" ".join(text.split()))).split())


def clean_lines(text: str) -> str:
    """Like `clean`, keeping line breaks as "\\n" and at most one empty line between paragraphs."""
    lines = "\n".join(clean(line) for line in _LINE_ENDS.split(text))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _visible(text: str) -> str:
    if text.isprintable() and _INVISIBLE_LETTERS.isdisjoint(text):
        return text  # Nearly every text: no control, format, surrogate or unassigned character is printable.
    flags = {index for match in _FLAG_TAGS.finditer(text) for index in range(*match.span())}
    kept: list[str] = []
    for index, char in enumerate(text):
        if char in (_ZWJ, _ZWNJ):
            before = kept[-2:-1] if kept[-1:] == [_VS16] else kept[-1:]
            stays = _joins("".join(before), char, text[index + 1 : index + 2])
        else:
            stays = _is_visible(char) or index in flags
        if stays:
            kept.append(char)
    return "".join(kept)


def _is_visible(char: str) -> bool:
    if char in _VISIBLE_FORMATS:
        return True
    noncharacter = ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF
    return not noncharacter and char not in _INVISIBLE_LETTERS and unicodedata.category(char) not in ("Cc", "Cf", "Cs")


def _joins(before: str, joiner: str, after: str) -> bool:
    """Whether an invisible joiner does its lawful work: inside an emoji, or between two letters of the Arabic script (RFC 5892, A.1)."""
    if not before or not after:
        return False
    if joiner == _ZWJ and _is_pictograph(before) and _is_pictograph(after):
        return True
    return unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL" and after.isalpha()


def _is_pictograph(char: str) -> bool:
    return unicodedata.category(char) == "So" or "\U0001f3fb" <= char <= "\U0001f3ff" or char in "↔↕"


def fold(text: str) -> str:
    """The key under which spellings are equal, whatever their accents, case and punctuation: "Peñol, El " → "penol el"."""
    plain = unicodedata.normalize("NFKC", _APOSTROPHES.sub("", clean(text)))
    decomposed = unicodedata.normalize("NFKD", plain.casefold()).casefold().translate(_UNFOLDED)
    categories = [(char, unicodedata.category(char)) for char in decomposed]
    letters = "".join(char if kind[0] in "LN" or kind == "Mc" else " " for char, kind in categories if kind not in ("Mn", "Me", "Cf"))
    return unicodedata.normalize("NFC", " ".join(letters.split()))


def name_key(*parts: str) -> str:
    """The key of a person's name, given names and surnames in the order they are told.

    Order counts on purpose: José María and María José are two people. A name without letters (an emoji) keeps its own key.
    """
    whole = " ".join(parts)
    return fold(whole) or clean(whole).casefold()


def slugify(text: str, *, limit: int = 80) -> str:
    """An ASCII piece of an address, cut at a word: "Peñol & Cía." → "penol-cia"; "" when nothing of the text is Latin."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    slug = "-".join(words)
    if len(slug) <= limit:
        return slug
    return slug[: limit + 1].rpartition("-")[0] or slug[:limit]


def titled(name: str, *, follows: bool = False) -> str:
    """Gentle capitals for the name of a person or place typed ALL IN CAPITALS or all in small letters; mixed case is left alone.

    "MARÍA DE LOS RÍOS" → "María de los Ríos"; what `follows` a name, as family names do, begins small: "DE LOS RÍOS" → "de los Ríos".
    Not for organisations: their acronyms would suffer.
    """
    name = clean(name)
    if not (name.isupper() or name.islower()):
        return name
    was_upper = name.isupper()
    words = name.split(" ")
    return " ".join(_titled_word(word, first=index == 0 and not follows, was_upper=was_upper) for index, word in enumerate(words))


def _titled_word(word: str, *, first: bool, was_upper: bool) -> str:
    lowered = unicodedata.normalize("NFC", word.lower())
    if not first and lowered in _PARTICLES:
        return lowered
    if not first and was_upper and _ROMAN.fullmatch(word):
        return word
    return "".join(piece[:1].upper() + piece[1:] for piece in _WORD_JOINTS.split(lowered))


def names_refuse_links(text: str) -> bool:
    """True when a name carries a link or a mail address, so that our mails cannot be made to advertise it."""
    seen = unicodedata.normalize("NFKC", clean(text)).casefold()
    return "://" in seen or "www." in seen or "@" in seen


def normalise_email(address: str) -> str:
    """The form under which two spellings of an address are one mailbox: no spaces around it, all in small letters."""
    return clean(address).lower()


def normalise_phone(number: str) -> str:
    """A phone number as "+573001234567" (Colombian numbers of ten digits get the country), or seven local digits as they are.

    An extension stays: "+576068781234 ext. 123". Raises ValueError.
    """
    told = _PHONE.fullmatch(unicodedata.normalize("NFKC", clean(number)))
    main, extension = (told["main"], told["extension"]) if told else ("", None)
    digits = re.sub(r"[\s().\-–/]", "", main)
    international = digits.startswith(("+", "00"))
    digits = digits.removeprefix("+").removeprefix("00")
    if not re.fullmatch(r"[0-9]{7,15}", digits) or len(set(digits)) == 1:
        raise ValueError("Escriba un teléfono de 7 a 15 dígitos, por ejemplo 300 123 4567.")
    if not international and len(digits) == 10:
        digits = f"57{digits}"
    whole = f"+{digits}" if international or len(digits) > 10 else digits
    return f"{whole} ext. {extension}" if extension else whole


_SHAPES: dict[DocumentType, tuple[str, str]] = {
    DocumentType.CC: (r"[0-9]{3,10}", "La cédula de ciudadanía tiene entre 3 y 10 dígitos."),
    DocumentType.CE: (r"[0-9]{3,10}", "La cédula de extranjería tiene entre 3 y 10 dígitos."),
    DocumentType.TI: (r"[0-9]{10,11}", "La tarjeta de identidad tiene 10 u 11 dígitos."),
    DocumentType.RC: (r"(?=.*[0-9])[0-9A-Z]{6,11}", "El registro civil tiene entre 6 y 11 números o letras."),
    DocumentType.PA: (r"(?=.*[0-9])[0-9A-Z]{5,15}", "El pasaporte tiene entre 5 y 15 letras y números, sin signos."),
    DocumentType.PPT: (r"[0-9]{5,10}", "El permiso por protección temporal tiene entre 5 y 10 dígitos."),
    DocumentType.PEP: (r"[0-9]{9,15}", "El permiso especial de permanencia tiene entre 9 y 15 dígitos."),
}


def normalise_document(kind: DocumentType | str, number: str) -> str:
    """The number of an identity document as it is stored and compared: no dots or spaces, a NIT without its check digit.

    Accepts what people and spreadsheets write ("12.345.678", "12345678.0"). Raises ValueError with the sentence to print.
    """
    kind = _document_type(kind)
    typed = unicodedata.normalize("NFKC", _APOSTROPHES.sub("", clean(number))).upper()
    typed = re.sub(r"^([0-9]+)\.0{1,2}$", r"\1", typed)
    if kind is DocumentType.NIT:
        return _normalise_nit(re.sub(r"[\s.,]", "", typed).replace("–", "-"))
    bare = re.sub(r"[\s.,\-–]", "", typed)
    if kind is DocumentType.CE:
        bare = re.sub(r"^E(?=[0-9])", "", bare)
    if kind in (DocumentType.CC, DocumentType.CE):
        bare = bare.lstrip("0") if bare.isdigit() else bare
    shape, sentence = _SHAPES[kind]
    if not re.fullmatch(shape, bare) or not bare.strip("0"):
        raise ValueError(sentence if bare else "Escriba el número del documento.")
    return bare


def _document_type(kind: DocumentType | str) -> DocumentType:
    try:
        return DocumentType(kind)
    except ValueError:
        raise ValueError("Elija un tipo de documento de la lista: " + ", ".join(DocumentType) + ".") from None


def _normalise_nit(typed: str) -> str:
    """Nine or ten digits; a check digit is recognised after a hyphen, as the tenth digit of a company or as the eleventh."""
    match = re.fullmatch(r"([0-9]{5,10})-([0-9])", typed) or re.fullmatch(r"([89][0-9]{8}|[0-9]{10})([0-9])", typed)
    if match:
        base, given = match.group(1), int(match.group(2))
        if nit_check_digit(base) != given:
            raise ValueError(f"El dígito de verificación no corresponde al NIT {base}. Revise el número.")
        return base.lstrip("0")
    base = typed.lstrip("0")
    if not re.fullmatch(r"[0-9]{5,10}", base):
        raise ValueError("El NIT tiene entre 5 y 10 dígitos y, si lo desea, un guion y el dígito de verificación.")
    return base


def nit_check_digit(base: str) -> int:
    """The check digit of a NIT (DIAN, Orden Administrativa 4 de 1989: weights from the right, modulo 11)."""
    weights = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)
    rest = sum(int(digit) * weight for digit, weight in zip(reversed(base), weights, strict=False)) % 11
    return rest if rest < 2 else 11 - rest


def mask_document(kind: DocumentType | str, number: str) -> str:
    """ "CC ···678": the last three signs, or none of them when there are fewer than six."""
    bare = re.sub(r"\W", "", number)
    return f"{kind} {_DOTS}{bare[-3:] if len(bare) >= 6 else ''}"


def mask_email(address: str) -> str:
    """ "m···@entidad.example": the first letter (none when it is the only one) and the domain."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1] if len(local) > 1 else ''}{_DOTS}{at}{domain}" if at else _DOTS


def show_phone(number: str) -> str:
    """A phone as it is read aloud: Colombian ones without their country, "300 123 4567"; others as they are kept."""
    main, _, extension = number.partition(" ext. ")
    digits = main.removeprefix("+57")
    if re.fullmatch(r"[0-9]{10}", digits):
        main = f"{digits[:3]} {digits[3:6]} {digits[6:]}"
    elif re.fullmatch(r"[0-9]{7}", main):
        main = f"{main[:3]} {main[3:]}"
    return f"{main} ext. {extension}" if extension else main


def mask_phone(number: str) -> str:
    """ "···67": the last two digits of the number, extension apart, or none of them when there are fewer than six."""
    digits = re.sub(r"\D", "", number.partition("ext")[0])
    return f"{_DOTS}{digits[-2:] if len(digits) >= 6 else ''}"
