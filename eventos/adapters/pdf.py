"""PDF from our own HTML: PDF/A-3a and PDF/UA-1 in one file (ISO 19005-3, ISO 14289-1), with no way out to files or the network."""

import base64
import re
import threading
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import pikepdf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from eventos.kernel.errors import PermanentFailure
from eventos.kernel.settings import ROOT

FAMILIES: Final = {"Work Sans": (400, 500, 600), "Montserrat": (600, 700, 800)}
_LATIN = (
    "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, U+0308, U+0329, U+2000-206F, U+20AC, U+2122, U+2191, "
    "U+2193, U+2212, U+2215, U+FEFF, U+FFFD"
)
_LATIN_EXT = (
    "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, "
    "U+20AD-20C0, U+2113, U+2C60-2C7F, U+A720-A7FF"
)
_TYPES = {".woff2": "font/woff2", ".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}
_DATA = re.compile(r"data:(image/(?:png|jpeg|svg\+xml)|font/woff2)[;,]")
# Interpolated pictures are forbidden in PDF/A (ISO 19005-3, 6.2.8.3).
_BASE = "img { image-rendering: crisp-edges; }\n"
# The identifier of PDF/UA-1, with the extension schema that PDF/A asks for what it does not know itself (ISO 19005-3, 6.6.2.3).
_UA = b"""<rdf:Description rdf:about="" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" \
xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfuaid:part>1</pdfuaid:part><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>PDF/UA version identifier</pdfaProperty:description>\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
# WeasyPrint and fontconfig share state within a process: one document at a time.
_one_at_a_time = threading.Lock()


class ForbiddenResource(PermanentFailure):
    """A document asked for something outside itself."""

    code = "pdf_resource"
    message = "El documento pide un recurso que no es suyo, y no se produjo."


class _Own(URLFetcher):  # type: ignore[misc]
    """Serves our fonts, what the caller hands in by name, and `data:` pictures; anything else stops the document (never fetched)."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._assets = assets

    def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002 - the library's signature
        if _DATA.match(url):
            return _answer_data(url)
        name = url.removeprefix("asset:")
        if name == url or not (content := self._content(name)):
            raise FatalURLFetchingError(f"not ours: {url[:80]}")
        suffix = name[name.rfind(".") :] if "." in name else ".png"
        return URLFetcherResponse(url, content, {"Content-Type": _TYPES.get(suffix, "image/png")})

    def _content(self, name: str) -> bytes:
        return _fonts().get(name) or self._assets.get(name, b"")


def _answer_data(url: str) -> Any:
    head, _, body = url.partition(",")
    raw = unquote_to_bytes(body)
    content = base64.b64decode(raw) if head.endswith(";base64") else raw
    return URLFetcherResponse(url, content, {"Content-Type": head.removeprefix("data:").partition(";")[0]})


@lru_cache(maxsize=1)
def _fonts() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (ROOT / "static" / "fonts").glob("*.woff2")}


def _faces() -> str:
    rule = '@font-face {{ font-family: "{name}"; font-weight: {weight}; src: url("asset:{file}"); unicode-range: {span}; }}'
    return "\n".join(
        rule.format(name=name, weight=weight, file=name.lower().replace(" ", "-") + f"-{weight}{ext}.woff2", span=span)
        for name, weights in FAMILIES.items()
        for weight in weights
        for ext, span in (("-ext", _LATIN_EXT), ("", _LATIN))
    )


@lru_cache(maxsize=8)
def _sheet(css: str) -> tuple[Any, Any]:
    """A style sheet with its fonts, read once: it is more than half of what a page costs."""
    fonts = FontConfiguration()
    return CSS(string=_faces() + _BASE + css, url_fetcher=_Own({}), font_config=fonts), fonts


def render(html: str, *, css: str = "", assets: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of a whole HTML document (`<html lang>` and `<title>` are needed: they become its language and title).

    The fonts of the house ("Work Sans", "Montserrat") are there by name. `assets` are pictures the HTML asks for as `asset:<name>`, with
    their suffix in the name (none means PNG). Text is normalised to NFC. Raises ForbiddenResource when the document asks for more.
    """
    with _one_at_a_time:
        try:
            sheet, fonts = _sheet(css)
            page = HTML(string=unicodedata.normalize("NFC", html), base_url=None, url_fetcher=_Own(assets or {}))
            raw = page.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/a-3a", pdf_tags=True)
        except FatalURLFetchingError as fault:
            raise ForbiddenResource(detail=str(fault)) from fault
    return _accessible(raw)


def _accessible(raw: bytes) -> bytes:
    """The same file, saying in its first RDF block that it is PDF/UA-1 too (a second block would break PDF/A)."""
    with pikepdf.open(BytesIO(raw)) as document:
        metadata = document.Root.Metadata
        xmp = metadata.read_bytes()
        start = xmp.index(b">", xmp.index(b"<rdf:RDF")) + 1
        document.Root.Metadata = document.make_stream(xmp[:start] + _UA + xmp[start:], Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        out = BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def families_drawn() -> frozenset[str]:
    """The PostScript names of the fonts that one page of every kind of sign embeds here: "WorkSans", "DejaVuSans"… (for `doctor`)."""
    body = '<h1 style="font-family: Montserrat">Ñ</h1><p style="font-family: Work Sans, DejaVu Sans">ñ Ω Ж 🎓</p>'
    content = render(f'<html lang="es"><head><title>Letras</title></head><body>{body}</body></html>')
    with pikepdf.open(BytesIO(content)) as document:
        names = [str(font.BaseFont) for page in document.pages for font in page.Resources.Font.values()]
    return frozenset(name.lstrip("/").rpartition("+")[2].replace("-", "") for name in names)
