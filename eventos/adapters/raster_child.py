"""The child that opens strangers' PDFs: limits first, then the active content is cut, then each page becomes a picture.

Run as `python -m eventos.adapters.raster_child FOLDER WIDTH`: reads FOLDER/in.pdf, writes out.pdf and 0001.png …, and says on its
standard output, in JSON, how many pages there are and what was cut, or why it refuses.
"""

import contextlib
import ctypes
import json
import resource
import signal
import sys
from pathlib import Path
from typing import Any

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 90
LARGEST_FILE = 128 * 1024 * 1024
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl(2)

# What may act, reach out or hide inside a PDF (ISO 32000-2, 12.6 actions, 7.11.4 embedded files, 12.7.8 XFA, 13 multimedia).
ACTIVE_KEYS = ("/OpenAction", "/AA", "/JS", "/JavaScript", "/EmbeddedFiles", "/EmbeddedFile", "/AF", "/XFA", "/RichMedia", "/Collection")
ACTIVE_ACTIONS = frozenset(
    ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound", "/RichMediaExecute")
)
ACTIVE_ANNOTATIONS = frozenset(("/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"))


def limit() -> None:
    """Little memory, time and disk; and no life beyond the worker that started it, even when that one is killed."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def defuse(source: Path, target: Path) -> dict[str, Any]:
    """Write a copy without active content; answers what was cut, or the refusal."""
    import pikepdf

    from eventos.adapters.raster import MAX_PAGES

    try:
        document = pikepdf.open(source)
    except pikepdf.PasswordError:
        return {"refusal": "locked"}
    with document:
        if len(document.pages) > MAX_PAGES:
            return {"refusal": "pages"}
        if not document.pages:
            return {"refusal": "empty"}
        cut: set[str] = set()
        _cut(document.trailer, cut)
        _cut(document.Root, cut)
        for each in document.objects:
            _cut(each, cut)
        # What nothing refers to any more is not written at all.
        document.remove_unreferenced_resources()
        document.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True)
        return {"pages": len(document.pages), "cut": sorted(cut)}


def _cut(found: Any, cut: set[str]) -> None:
    """Cut from an object and from what it holds directly; what it refers to comes by itself, as an object of the file."""
    import pikepdf

    waiting = [found]
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Array):
            waiting.extend(_direct(item) for item in each)
            continue
        if not isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            continue
        for key in ACTIVE_KEYS:
            if key in each:
                del each[key]
                cut.add(key)
        for key in ("/A", "/PA", "/Next"):
            action = each.get(key)
            if isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in ACTIVE_ACTIONS:
                cut.add(str(action["/S"]))
                del each[key]
        if str(each.get("/S", "")) in ACTIVE_ACTIONS:
            cut.add(str(each["/S"]))
            del each["/S"]
        if "/Annots" in each and isinstance(each["/Annots"], pikepdf.Array):
            _cut_annotations(each["/Annots"], cut)
        waiting.extend(_direct(each[key]) for key in each.keys())  # noqa: SIM118 - a pikepdf object is no dict


def _direct(item: Any) -> Any:
    return None if getattr(item, "is_indirect", False) else item


def _cut_annotations(annotations: Any, cut: set[str]) -> None:
    for place in reversed(range(len(annotations))):
        kind = str(annotations[place].get("/Subtype", "")) if hasattr(annotations[place], "get") else ""
        if kind in ACTIVE_ANNOTATIONS:
            del annotations[place]
            cut.add(kind)


def draw(copy: Path, folder: Path, width: int) -> None:
    """Each page as a PNG."""
    import pypdfium2

    from eventos.adapters.raster import page_scale

    document = pypdfium2.PdfDocument(copy)
    for number in range(len(document)):
        page = document[number]
        scale = page_scale(page.get_width(), page.get_height(), width_px=width)
        image = page.render(scale=scale, may_draw_forms=False, rev_byteorder=True).to_pil().convert("RGB")
        image.save(folder / f"{number + 1:04}.png", "PNG")
        page.close()
    document.close()


def main(folder: Path, width: int) -> dict[str, Any]:
    import pikepdf
    import pypdfium2

    limit()
    try:
        answer = defuse(folder / "in.pdf", folder / "out.pdf")
        if "refusal" not in answer:
            draw(folder / "out.pdf", folder, width)
        return answer
    except MemoryError:
        return {"refusal": "heavy"}
    except (pikepdf.PdfError, pypdfium2.PdfiumError, ValueError, TypeError, KeyError, AttributeError, OSError, RuntimeError) as fault:
        # All that the two libraries were seen to raise on broken files: none of it is a fault of ours.
        return {"refusal": "damaged", "detail": type(fault).__name__}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
