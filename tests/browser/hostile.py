"""Markup in every field where somebody may type, and how to tell that a page took it for its own."""

import json
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

MARK = "canario"
PAYLOAD = (
    f"\"'></textarea></title></option></script><{MARK} onload=alert(1)><img src=x onerror=alert(1)><script>alert(1)</script>{{{{7*7}}}}"
)

# Table → what people type there; in the columns marked so, a list of such words.
TYPED = {
    "cycle": "name description", "entity": "name", "device": "name", "consent_text": "body",
    "office": "name parent entity address hours phone email data_email process format_code format_version format_date",
    "person": "given_names family_names email phone", "staff": "name",
    "event": "topic summary description context objective norms* venue_name venue_address date_note prepared_by cancel_reason demo_note",
    "material": "title filename", "programme_item": "topic speaker", "speaker": "name post entity",
    "question": "asked_by body answer answered_by", "registrant_import": "filename headers*", "report": "error requested_by",
    "report_section": "title", "report_words": "context objective prepared_by reviewed_by approved_by", "roster": "reason closed_by_name",
    "registration": "entity_name dependency post city", "attendance_decision": "reason", "certificate": "revoke_reason error",
    "convened": "mailbox liaison_name liaison_post liaison_email phone note", "event_call": "subject body created_by sent_by",
    "event_call_recipient": "entity_name mailbox failure confirmed_by confirmed_post decline_reason", "event_call_entry": "by",
    "event_call_designee": "given_names family_names post email failure",
    "registrant_import_row": "raw* given_names family_names email phone entity_name dependency post city",
    "roster_entry": "entity_name", "scan": "reason", "mail_record": "recipient subject", "job": "last_error", "flyer": "error created_by",
}  # fmt: skip


def spoil(data_dir: Path) -> None:
    """Put the payload everywhere it can be typed, past every form and every guard of a copy of the demonstration."""
    with closing(sqlite3.connect(data_dir / "eventos.sqlite3")) as db, db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        for table, columns in TYPED.items():
            for column in columns.split():
                name = column.removesuffix("*")
                value = json.dumps([PAYLOAD, PAYLOAD]) if column.endswith("*") else PAYLOAD
                db.execute(f"UPDATE {table} SET {name} = ? WHERE {name} IS NOT NULL", (value,))


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        wrong = [name for name, _value in attributes if name.startswith("on")]
        if tag == MARK or wrong:
            self.found.append(f"<{tag} {' '.join(wrong)}>")


def taken_for_markup(source: str) -> list[str]:
    """Elements and handlers that nobody of ours wrote; and a template that was worked out."""
    reader = _Elements()
    reader.feed(source)
    return reader.found + ["{{7*7}} was worked out"] * (">49<" in source or "</script>49" in source)
