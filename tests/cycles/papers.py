"""Files to hand in, sound and hostile, made here byte by byte."""

import io
import struct
import zipfile
import zlib

import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image

ACTIVE = (b"/JavaScript", b"/Launch", b"/OpenAction", b"/EmbeddedFile", b"/AA", b"app.alert", b"secreto-adjunto")


def a_pdf(pages: int = 2, *, size: tuple[float, float] = (720, 405)) -> bytes:
    """Slides with a line of text on each page."""
    document = pikepdf.new()
    for number in range(pages):
        document.add_blank_page(page_size=size)
        page = document.pages[-1]
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = document.make_stream(f"BT /F1 48 Tf 60 200 Td (Diapositiva {number + 1}) Tj ET".encode())
    return _saved(document)


def an_active_pdf() -> bytes:
    """A PDF that runs a script when it opens, launches a program, and carries a file inside."""
    document = pikepdf.open(io.BytesIO(a_pdf(1)))
    script = Dictionary(S=Name.JavaScript, JS="app.alert('hola')")
    document.Root.OpenAction = document.make_indirect(script)
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=pikepdf.Array(["uno", script])))
    document.pages[0].AA = Dictionary(O=Dictionary(S=Name.Launch, F="/bin/sh"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 99, 99], A=Dictionary(S=Name.Launch, F="calc.exe"))
    web = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.URI, URI="https://caldas.example/"))
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(link), document.make_indirect(web)])
    document.attachments["nota.txt"] = b"secreto-adjunto"
    return _saved(document)


def a_deep_pdf() -> bytes:
    """One page whose content inflates from a few kilobytes to 150 MB of drawing."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(720, 405))
    squeezed = zlib.compressobj(9)
    content = b"".join(squeezed.compress(b"0 0 m 700 400 l S\n" * 60_000) for _ in range(150)) + squeezed.flush()
    stream = pikepdf.Stream(document, content)
    stream.Filter = Name.FlateDecode
    document.pages[0].Contents = stream
    return _saved(document)


def an_office_file(part: str = "ppt/presentation.xml", **members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(part, "<p/>")
        for name, content in members.items():
            package.writestr(name, content)
    return out.getvalue()


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (640, 360), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (0, 72, 132)).save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def a_picture_with_a_position() -> bytes:
    """A JPEG that says where it was taken, and by which phone."""
    exif = Image.Exif()
    exif[0x0110] = "TELEFONO-CANARIO"
    exif.get_ifd(0x8825)[2] = (5.0, 4.0, 0.0)
    return a_picture(exif=exif, comment=b"comentario-canario")


def a_huge_png() -> bytes:
    """A PNG of a few bytes whose header says 50,000 by 50,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def _saved(document: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
