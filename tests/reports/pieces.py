"""What an informe shows beside its words, written down for a test: a published pieza, slides, questions, a closed acta."""

import io
from datetime import date, datetime

import pypdfium2
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from eventos.adapters import storage
from eventos.attendance import service as attendance
from eventos.attendance.rules import CloseRoster, Others
from eventos.cycles.models import Event, Material
from eventos.dialogue.models import Question
from eventos.kernel import clock, tokens
from eventos.kernel.audit import Actor
from eventos.publicity.models import Flyer

TEAM = Actor("system", "Marina Ficticia")
AFTER = datetime(2030, 7, 25, 17, 0, tzinfo=clock.BOGOTA)


def a_picture(words: str, *, width: int = 1600, height: int = 900) -> str:
    """A PNG on the shelf; gives its SHA-256."""
    picture = Image.new("RGB", (width, height), "#002a52")
    ImageDraw.Draw(picture).text((width // 10, height // 3), words, fill="#ffab00")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return storage.shelf().put(out.getvalue()).sha256


def a_flyer(db: Session, event: Event, *, version: int = 1, published: bool = True) -> str:
    wide = a_picture(f"Pieza {version}", width=1200, height=630)
    published_at = datetime(2030, 7, 15, 9, 0, tzinfo=clock.BOGOTA) if published else None
    db.add(
        Flyer(
            public_id=tokens.public_id(), event_id=event.id, version=version, state="ready", fields={}, fields_hash="x",
            files={"wide": wide}, created_by="system", created_at=AFTER, published_at=published_at,
        )
    )  # fmt: skip
    db.flush()
    return wide


def some_slides(db: Session, event: Event, *, pages: int = 3, title: str = "Gobierno abierto", state: str = "ready") -> list[str]:
    """Slides with a picture for each page; beyond the first few the pages look alike."""
    keys = [a_picture(f"Diapositiva {min(n, 4)}") for n in range(1, min(pages, 4) + 1)]
    keys += keys[-1:] * (pages - len(keys))
    db.add(
        Material(
            public_id=tokens.public_id(), event_id=event.id, position=1, kind="slides", title=title, filename="a.pdf",
            media_type="application/pdf", file_sha256="0" * 64, size=1, state=state, pages=pages, page_images=keys, created_at=AFTER,
        )
    )  # fmt: skip
    db.flush()
    return keys


def a_file(db: Session, event: Event, title: str, *, filename: str, dated_on: date | None = None, kind: str = "file") -> None:
    db.add(
        Material(
            public_id=tokens.public_id(), event_id=event.id, position=9, kind=kind, title=title, filename=filename, dated_on=dated_on,
            media_type="application/octet-stream", file_sha256="f" * 64, size=1, state="ready", page_images=[], created_at=AFTER,
        )
    )  # fmt: skip
    db.flush()


def a_question(db: Session, event: Event, body: str, *, answer: str = "", state: str = "", **changes: object) -> None:
    given = {"asked_by": "", "answered_by": "", "moment": "session", "position": 1, **changes}
    said = state or ("answered" if answer else "pending")
    db.add(
        Question(
            public_id=tokens.public_id(),
            event_id=event.id,
            body=body,
            answer=answer,
            state=said,
            created_at=AFTER,
            updated_at=AFTER,
            **given,
        )
    )
    db.flush()


def close(db: Session, event: Event, *, version: int = 0, reason: str = "") -> None:
    attendance.close_roster(db, event.id, CloseRoster(version, Others.APART, reason), by=TEAM, now=AFTER)


def words_of_pdf(content: bytes) -> str:
    """What a reader takes out of a PDF, page by page."""
    document = pypdfium2.PdfDocument(content)
    try:
        pages = [document[number] for number in range(len(document))]
        texts_found = [page.get_textpage() for page in pages]
        said = "\n".join(each.get_text_bounded() for each in texts_found)
        for opened in (*texts_found, *pages):
            opened.close()
    finally:
        document.close()
    return " ".join(said.split())
