"""Write a cycle down: its name, whom it expects, who works in it."""

from datetime import datetime

from sqlalchemy import delete, true
from sqlalchemy.orm import Session

from eventos.cycles.models import Cycle, CycleMunicipio, CycleStaff
from eventos.cycles.rules import SaveCycle, check_cycle
from eventos.cycles.service.addresses import free_slug
from eventos.kernel import audit
from eventos.kernel.audit import Actor


def save_cycle(db: Session, command: SaveCycle, *, by: Actor, now: datetime, demo: bool = False) -> Cycle:
    """Begin a cycle. Raises InvalidInput."""
    check_cycle(command)
    slug = free_slug(db, Cycle.slug, command.name, otherwise="ciclo", apart_from=true())
    cycle = Cycle(slug=slug, created_at=now, demo=demo)
    db.add(cycle)
    _write(db, cycle, command)
    audit.record(db, by, "cycles.save_cycle", "cycle", cycle.id)
    return cycle


def edit_cycle(db: Session, cycle: Cycle, command: SaveCycle, *, by: Actor) -> Cycle:
    """Change a cycle; its address stays. Raises InvalidInput."""
    check_cycle(command)
    _write(db, cycle, command)
    audit.record(db, by, "cycles.edit_cycle", "cycle", cycle.id)
    return cycle


def _write(db: Session, cycle: Cycle, command: SaveCycle) -> None:
    cycle.name, cycle.description = command.name, command.description
    known = {row.divipola: row for row in cycle.expected}
    cycle.expected = [known.get(code) or CycleMunicipio(divipola=code) for code in sorted(set(command.expected))]
    db.flush()
    db.execute(delete(CycleStaff).where(CycleStaff.cycle_id == cycle.id))
    db.add_all(CycleStaff(cycle_id=cycle.id, staff_id=staff_id) for staff_id in sorted(set(command.staff_ids)))
    db.flush()
