"""Files are told by content: what is taken, what is refused and why, and what is left of a stranger's PDF or picture."""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from eventos.adapters import papers, pictures, raster
from eventos.adapters.papers import UnusableFile
from eventos.adapters.pictures import UnusablePicture
from eventos.adapters.raster import MAX_PAGE_PIXELS, UnusablePdf
from tests.cycles.papers import (
    ACTIVE,
    a_deep_pdf,
    a_huge_png,
    a_pdf,
    a_picture,
    a_picture_with_a_position,
    an_active_pdf,
    an_office_file,
)


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (a_pdf(), "pdf"),
        (an_office_file("word/document.xml"), "docx"),
        (an_office_file("xl/workbook.xml"), "xlsx"),
        (an_office_file("ppt/presentation.xml"), "pptx"),
        (a_picture("PNG"), "png"),
        (a_picture("JPEG"), "jpg"),
        (a_picture("WEBP"), "webp"),
        ("Municipio;Asistentes\nPácora;3\n".encode(), "csv"),
        ("Municipio;Asistentes\nPácora;3\n".encode("cp1252"), "csv"),
        (b"OggS\0\x02" + bytes(60) + b"OpusHead", "ogg"),
        (b"ID3\x04\0" + bytes(60), "mp3"),
        (b"\xff\xfb\x90\x64" + bytes(60), "mp3"),
        (b"\0\0\0\x1cftypM4A \0\0\0\0", "m4a"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "wav"),
    ],
)
def test_a_file_is_told_by_its_content(content: bytes, suffix: str) -> None:
    assert papers.tell(content).suffix == suffix


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vacío"),
        (b"MZ\x90\0programa", "No reconocemos"),
        (b"<html><script>alert(1)</script>,;", "No reconocemos"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "SVG"),
        (b"GIF89a, %PDF-1.7", "antes del PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "formato antiguo"),
        (b"\0\0\0\x1cftypisom" + bytes(60), "No reconocemos"),
        (b"RIFF\x24\0\0\0AVI LIST" + bytes(60), "No reconocemos"),
        (b"OggS" + bytes(papers.AUDIO_BYTES), "más de 25 MB"),
        (an_office_file("otra/cosa.xml"), "ZIP que no es de Office"),
        (an_office_file(**{"ppt/vbaProject.bin": b"macro"}), "macros"),
        (an_office_file(**{"../../etc/cron.d/x": b"*"}), "mal formado"),
        (an_office_file(**{"ppt/media/x.xml": b"\0" * 60_000_000}), "se expande"),
        (an_office_file()[:-30], "dañado"),
    ],
)
def test_what_could_do_harm_is_refused_with_a_reason(content: bytes, words: str) -> None:
    with pytest.raises(UnusableFile) as refusal:
        papers.tell(content)
    assert words in refusal.value.fields["file"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Diapositivas quinta sesión.PDF", "Diapositivas quinta sesión.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\win.ini", "win.pdf"),
        ("informe\r\nSet-Cookie: a=b.pdf", "informe Set-Cookie a=b.pdf"),
        ("factura\u202efdp.exe", "factura fdp.pdf"),
        ("....", "archivo.pdf"),
        ("", "archivo.pdf"),
        ("a" * 300 + ".pdf", "a" * 100 + ".pdf"),
    ],
)
def test_a_name_keeps_its_words_and_loses_its_tricks(name: str, kept: str) -> None:
    assert papers.safe_name(name, "pdf") == kept


def test_a_picture_is_written_anew_without_its_metadata() -> None:
    given = a_picture_with_a_position()
    assert b"CANARIO" in given
    made = pictures.rewrite(given + b"<script>polyglot</script>")
    assert (made.width, made.height) == (640, 360)
    for left_behind in (b"CANARIO", b"canario", b"polyglot", b"Exif", b"eXIf"):
        assert left_behind not in made.png
    with Image.open(io.BytesIO(made.png)) as image:
        assert image.format == "PNG"
        assert not image.getexif()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (a_huge_png(), "50 megapíxeles"),
        (a_picture("PNG")[:200], "dañada"),
        (b"\xff\xd8\xff" + b"nada" * 50, "dañada"),
        (b"<svg/>", "SVG"),
        (a_pdf(1), "no es una imagen"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * pictures.MAX_BYTES, "15 MB"),
    ],
)
def test_a_picture_that_is_a_bomb_or_none_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(UnusablePicture) as refusal:
        pictures.rewrite(content)
    assert words in refusal.value.fields["file"]


def size_of(page: Path) -> tuple[int, int]:
    with Image.open(page) as image:
        return image.size


def test_each_page_of_a_pdf_becomes_a_picture() -> None:
    with raster.opened(a_pdf(3), width=1280) as opened:
        sizes = [size_of(page) for page in opened.pages]
        assert opened.cut == ()
    assert sizes == [(1280, 720)] * 3


def test_what_a_pdf_could_run_or_hide_is_gone_from_the_copy() -> None:
    given = an_active_pdf()
    with raster.opened(given, width=640) as opened:
        copy = opened.copy.read_bytes()
    with pikepdf.open(io.BytesIO(given)) as before, pikepdf.open(io.BytesIO(copy)) as after:
        plain = io.BytesIO()
        before.save(plain, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        assert [word for word in ACTIVE[:-1] if word not in plain.getvalue()] == []
        assert before.attachments
        links = [str(each.A.URI) for each in after.pages[0].Annots if "/A" in each]
        assert links == ["https://caldas.example/"]
        assert not after.attachments
    assert [word for word in ACTIVE if word in copy] == []


def test_a_page_of_five_metres_stays_within_its_pixels() -> None:
    with raster.opened(a_pdf(1, size=(14_400, 14_400)), width=8_000) as opened:
        width, height = size_of(opened.pages[0])
    assert width * height <= MAX_PAGE_PIXELS * 1.01


def _locked() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf(1))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="dueño", user="clave"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7\nnada", "dañado"),
        (a_pdf(1)[:120], "dañado"),
        (_locked(), "contraseña"),
        (a_pdf(raster.MAX_PAGES + 1), "más de 200 páginas"),
    ],
)
def test_a_pdf_that_cannot_be_opened_says_why(content: bytes, words: str) -> None:
    with pytest.raises(UnusablePdf) as refusal, raster.opened(content, width=320):
        pass
    assert words in refusal.value.message


def test_a_pdf_that_eats_time_or_memory_dies_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster, "WALL_SECONDS", 3)
    with pytest.raises(UnusablePdf, match="pide demasiado"), raster.opened(a_deep_pdf(), width=1280):
        pass
