"""The PDF engine: nothing from outside its own document, fonts embedded, tagged, in both profiles; judged by veraPDF where it is."""

import os
import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from eventos.adapters import pdf, qr

CSS = "@page { size: A4 landscape } h1 { font: 800 30pt Montserrat } p { font-family: 'Work Sans', 'DejaVu Sans' } .qr { width: 30mm }"


def page(body: str) -> str:
    return f'<!doctype html><html lang="es-CO"><head><title>Constancia</title></head><body><h1>Señal</h1>{body}</body></html>'


def words(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    finally:
        document.close()


def check_profiles(content: bytes) -> None:
    """What can be checked without veraPDF: both identifiers, the structure, the language, the title, every font embedded, no fault."""
    with pikepdf.open(BytesIO(content)) as document:
        assert document.check_pdf_syntax() == []
        xmp = document.Root.Metadata.read_bytes()
        for said in (b'pdfaid:part="3"', b'pdfaid:conformance="A"', b"<pdfuaid:part>1</pdfuaid:part>"):
            assert said in xmp
        assert xmp.count(b"<rdf:RDF") == 1
        assert str(document.Root.Lang) == "es-CO"
        assert bool(document.Root.MarkInfo.Marked)
        assert document.Root.StructTreeRoot.K is not None
        assert str(document.docinfo["/Title"])
        fonts = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"]
        assert fonts
        assert all(set(one.keys()) & {"/FontFile", "/FontFile2", "/FontFile3"} for one in fonts)


def vera(folder: Path, *contents: bytes) -> None:
    """Have veraPDF judge both profiles; a named skip without it."""
    contracts = os.environ.get("EVENTOS_TEST_CONTRACTS")
    if not contracts:
        pytest.skip("EVENTOS_TEST_CONTRACTS is not set: veraPDF did not judge the profiles")
    tools = [Path(contracts).parent / "tools/vera/vera.sh", Path(contracts) / "tools/vera/vera.sh", Path("tools/vera/vera.sh")]
    script = next((one for one in tools if one.is_file()), None)
    if script is None:
        pytest.skip("EVENTOS_TEST_CONTRACTS leads to no tools/vera/vera.sh: veraPDF did not judge the profiles")
    files = []
    for number, content in enumerate(contents):
        files.append(folder / f"{number}.pdf")
        files[-1].write_bytes(content)
    for flavour in ("3a", "ua1"):
        judged = subprocess.run(["bash", str(script), flavour, *map(str, files)], capture_output=True, text=True, timeout=110, check=False)
        lines = [line for line in judged.stdout.splitlines() if line.startswith(("PASS", "FAIL", "ERROR"))]
        assert judged.returncode == 0, judged.stdout + judged.stderr
        assert len(lines) == len(files)
        assert all(line.startswith(f"PASS {flavour}") for line in lines), judged.stdout


def test_document_carries_both_profiles_its_language_and_its_fonts() -> None:
    content = pdf.render(page("<p>Año de prueba</p>" + qr.svg("https://eventos.example/q/abc", title="Código QR")), css=CSS)
    check_profiles(content)
    assert "Año de prueba" in words(content)


@pytest.mark.slow
def test_verapdf_passes_3a_and_ua1(tmp_path: Path) -> None:
    vera(tmp_path, pdf.render(page("<p>Año de prueba</p>" + qr.svg("https://eventos.example/q/abc", title="Código QR")), css=CSS))


def test_same_document_twice_is_the_same_bytes() -> None:
    assert pdf.render(page("<p>Igual</p>"), css=CSS) == pdf.render(page("<p>Igual</p>"), css=CSS)


def test_decomposed_letters_come_out_composed() -> None:
    assert "José Muñoz" in words(pdf.render(page("<p>Jose\u0301 Mun\u0303oz</p>"), css=CSS))


@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="file:///etc/passwd">',
        '<img src="FILE:///etc/passwd">',
        '<img src="http://127.0.0.1:1/x.png">',
        '<img src="//127.0.0.1/x.png">',
        '<img src="ftp://127.0.0.1/x.png">',
        '<img src="asset:nothing.png">',
        '<img src="asset:../../../etc/passwd">',
        '<img src="data:text/html,hola">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<a rel="attachment" href="file:///etc/passwd">x</a>',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<style>@import "file:///etc/passwd";</style>',
        '<style>p { background: url("file:///etc/passwd") }</style>',
        '<style>@font-face { font-family: x; src: url("http://127.0.0.1:1/x") }</style>',
        '<object data="file:///etc/passwd"></object>',
        '<embed src="file:///etc/passwd">',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><use href="file:///etc/passwd#x"/></svg>',
    ],
)
def test_nothing_outside_the_document_is_read(hostile: str) -> None:
    try:
        content = pdf.render(page(f"<p>Texto</p>{hostile}"), css=CSS)
    except pdf.ForbiddenResource:
        return
    assert "root:" not in words(content)
    with pikepdf.open(BytesIO(content)) as document:
        assert "/EmbeddedFiles" not in document.Root.get("/Names", {})
        assert not [one for one in document.objects if isinstance(one, pikepdf.Stream) and b"root:x:" in one.read_bytes()]


@pytest.mark.parametrize(
    "hostile", ["p { background: url(file:///etc/passwd) }", "@font-face { font-family: x; src: url(http://127.0.0.1:1/x) }"]
)
def test_a_style_sheet_reads_nothing_outside_either(hostile: str) -> None:
    with pytest.raises(pdf.ForbiddenResource):
        pdf.render(page("<p>Texto</p>"), css=CSS + hostile)


def test_pictures_handed_in_by_name_are_drawn() -> None:
    content = pdf.render(
        page('<img src="asset:codigo.png" alt="Código QR">'), css=CSS, assets={"codigo.png": qr.png("https://a.example", scale=4)}
    )
    check_profiles(content)
    with pikepdf.open(BytesIO(content)) as document:
        assert [one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
