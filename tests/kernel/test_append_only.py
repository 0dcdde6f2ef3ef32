"""The database itself refuses to rewrite evidence, consents and the audit."""

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventos.kernel import audit
from eventos.kernel.audit import SYSTEM, AuditEntry


@pytest.mark.both_databases
@pytest.mark.parametrize("rewrite", [update(AuditEntry).values(action="other"), delete(AuditEntry)], ids=["UPDATE", "DELETE"])
def test_an_audit_entry_can_be_neither_changed_nor_removed(db: Session, rewrite: object) -> None:
    audit.record(db, SYSTEM, "test.done", "thing", 1)
    db.flush()
    with pytest.raises(DBAPIError, match="append-only"), db.begin_nested():
        db.execute(rewrite)  # type: ignore[call-overload]
    assert db.query(AuditEntry).filter_by(action="test.done").count() == 1
