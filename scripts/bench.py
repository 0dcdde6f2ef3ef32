"""Measures what the product costs, as `make bench` prints it: one JSON object a line, `name, value, unit, floor, ratio, budget, ok`.

For what a browser asks, the value is the CPU time that the server's processes spend on one answer (user and system time from /proc, all its
threads), over many answers on one kept-alive connection after a warm start; the floor is a bare Flask view in the same server, database,
pragmas and run (`bench_app.py`): nothing but text for pages; for writes what no durable registration does without: the same form read, one
row with what it says, unique by document and by code, inserted by SQLAlchemy Core and committed, a redirect. `ratio` is value / floor and
`budget` is what the ratio may be, so a slower machine moves both. Where there is no floor the budget is in the unit of the value.
It ends with status 1 when something is over its budget (`ok` is false) or could not be measured, and names it on the last line of stderr.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import bench_door, bench_scene
from scripts.bench_door import Door
from scripts.bench_scene import Scene
from tests.support.databases import ROOT, environment
from tests.support.ports import free_port
from tests.support.visitor import Answer, Visitor

TICK = os.sysconf("SC_CLK_TCK")
WARM = 15
ENOUGH_CPU = 1.0  # seconds: a tick of the clock in /proc is 10 ms, so this is right to one percent
ENOUGH_TIME = 12.0  # seconds an item may take by the wall

broken: list[str] = []  # what was over its budget in this run


@dataclass(frozen=True)
class Item:
    """One thing a browser asks for. `ask(n)` asks it the n-th time; `budget` is the ratio to its floor, of one of the `of` that it does."""

    name: str
    floor: str
    budget: float
    ask: Callable[[int], Answer]
    status: int = 200
    most: int = 5000
    warm: int = WARM
    of: int = 1


# Budgets of pages: twice what was measured on the two cores where this was written, so that a query a row or a lost cache shows and a
# noisy neighbour does not. The floor is a tenth of a millisecond, so tables of 114 rows cost many floors, and still 10 to 20 ms.
# The registration's budget is what the house wants of it, five times the write floor; it says where we stand, over it or not.
def items(scene: Scene, public: Visitor, staff: Visitor) -> Iterator[Item]:
    """Every page and picture that is measured, floors apart."""
    event, office = f"/eventos/{scene.open_slug}", f"/escritorio/eventos/{scene.full_slug}"
    yield Item("agenda page", "page", 50, lambda _n: public.get("/"))
    yield Item("event page", "page", 55, lambda _n: public.get(event))
    yield Item("event .ics", "page", 45, lambda _n: public.get(f"{event}/evento.ics"))
    yield Item("registration form", "page", 150, lambda _n: public.get(f"{event}/inscripcion"))
    yield Item("municipios.json", "page", 26, lambda _n: public.get("/municipios.json?q=rio"))
    form = public.form(f"{event}/inscripcion")
    yield Item("registration POST", "write", 5, lambda n: public.send(form, **scene.registrant(n)), status=303, most=400)
    yield Item("Mi inscripción", "page", 110, lambda _n: public.get(f"/i/{scene.link}"))
    yield Item("QR as PNG", "page", 130, lambda _n: public.get(f"/i/{scene.link}/qr.png"))
    yield Item("ticket /q", "page", 75, lambda _n: public.get(f"/q/{scene.ticket}"))
    yield Item("attendance overview of 114", "page", 200, lambda _n: staff.get(f"{office}/asistencia"))
    yield Item("roster of 114", "page", 270, lambda _n: staff.get(f"{office}/asistencia/lista"))
    sheet = staff.form(f"{office}/asistencia/lista", action="lista.csv")
    yield Item("roster of 114 as CSV", "page", 140, lambda _n: staff.send(sheet))
    yield Item("list of registrations", "page", 230, lambda _n: staff.get(f"{office}/inscripciones"))
    yield Item("page of the informe", "page", 200, lambda _n: staff.get(f"{office}/informe"))


def door_items(door: Door, phone: Visitor) -> Iterator[Item]:
    """What the phones at a door send: the house wants three write floors for a scan, and less than a third of one in a batch."""
    yield Item("online scan", "write", 3, lambda n: door.scan(phone, n), most=1000)
    yield Item("scan in a batch of 1,000", "write", 0.3, lambda n: door.batch(phone, n), most=10, warm=2, of=bench_door.BATCH)


def say(
    name: str, value: float | None, unit: str, *, floor: float | None = None, budget: float | None = None, why: str = "", most: bool = True
) -> None:
    """One line. `most`: the budget is the most it may be, else the least. A value that could not be measured says why."""
    ratio = value / floor if floor and value is not None else None
    judged = ratio if floor else value
    ok = None if budget is None else judged is not None and (judged <= budget if most else judged >= budget)
    if ok is False:
        broken.append(name)
    line = {
        "name": name,
        "value": None if value is None else round(value, 3),
        "unit": unit,
        "floor": floor and round(floor, 3),
        "ratio": ratio and round(ratio, 2),
        "budget": budget,
        "ok": ok,
    }
    print(json.dumps({**line, **({"error": why} if why else {})}, ensure_ascii=False), flush=True)


def family(pid: int) -> Iterator[int]:
    """A process and all it started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from family(int(child))


def cpu(pid: int) -> float:
    """Seconds of CPU, user and system, that a process and all it started have used (proc(5), fields 14 and 15 of stat)."""
    spent = 0
    for member in family(pid):
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        spent += int(fields[11]) + int(fields[12])
    return spent / TICK


def measure(pid: int, item: Item) -> float:
    """Milliseconds of CPU for one answer. Raises RuntimeError when an answer is not the one that was meant."""
    for number in range(item.warm):
        _check(item, item.ask(number))
    asked, before, began = item.warm, cpu(pid), time.monotonic()
    while asked < item.most and time.monotonic() - began < ENOUGH_TIME:
        for _ in range(min(20, item.most - asked)):
            _check(item, item.ask(asked))
            asked += 1
        if cpu(pid) - before >= ENOUGH_CPU:
            break
    return (cpu(pid) - before) / (asked - item.warm) / item.of * 1000


def _check(item: Item, answer: Answer) -> None:
    if answer.status != item.status:
        raise RuntimeError(f"{item.name}: answered {answer.status} instead of {item.status}")


def measure_pages(data_dir: Path, scene: Scene) -> None:
    """Start the server, measure the floors first, then every item against its own."""
    port = free_port()
    log = (data_dir / "bench.log").open("ab")
    server = subprocess.Popen(
        [sys.executable, "-m", "scripts.bench_app"], cwd=ROOT, env=environment(data_dir=data_dir, port=str(port)), stdout=log, stderr=log
    )
    try:
        public = Visitor(f"http://127.0.0.1:{port}")
        staff = Visitor(public.url, cookies={"eventos": scene.cookie})
        _wait(public)
        page = Item("bare page", "", 0, lambda _n: public.get("/_floor/page"))
        insert = Item("bare insert", "", 0, lambda _n: public.post("/_floor/insert", []))
        write = Item("bare registration", "", 0, lambda n: public.post("/_floor/write", scene.registrant(n).items()), status=303)
        floors = {"page": measure(server.pid, page), "write": measure(server.pid, write)}
        say("floor: bare Flask page", floors["page"], "ms")
        say("floor: bare insert of one word and commit", measure(server.pid, insert), "ms")
        say("floor: bare registration", floors["write"], "ms")
        for item in (*_all_items(scene, public, staff), *door_items(scene.door, public)):
            try:
                say(item.name, measure(server.pid, item), "ms", floor=floors[item.floor], budget=item.budget)
            except RuntimeError as fault:
                say(item.name, None, "ms", floor=floors[item.floor], budget=item.budget, why=str(fault))
        bench_door.tell_of_the_manifest(
            scene.door, public, say=say, cpu=lambda: cpu(server.pid), memory=lambda: bench_door.most_memory(family(server.pid))
        )
        public.close()
        staff.close()
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _all_items(scene: Scene, public: Visitor, staff: Visitor) -> Iterator[Item]:
    try:
        yield from items(scene, public, staff)
    except AssertionError as fault:
        say("the registration form", None, "ms", budget=1, why=str(fault)[:200])


def _wait(visitor: Visitor) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            if visitor.get("/healthz").status == 200:
                return
        except ConnectionError:
            visitor.close()
        if time.monotonic() > deadline:
            raise RuntimeError("the server did not answer in 30 s")
        time.sleep(0.05)


def main() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="eventos-bench-") as folder:
        data_dir = Path(folder)
        scene = bench_scene.prepare(data_dir)
        measure_pages(data_dir, scene)
        for name, value, unit, budget, most in bench_scene.work(data_dir, scene):
            say(name, value, unit, budget=budget, most=most)
    say("the whole bench", time.monotonic() - began, "s", budget=600)
    return verdict()


def verdict() -> int:
    """The status to end with."""
    if broken:
        sys.stderr.write(f"over budget: {', '.join(broken)}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
