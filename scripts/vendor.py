"""Fetch the browser files we serve but did not write (fonts, the reader of codes, Ed25519) from npm, pinned and with a recorded hash.

Run by hand when a version is raised: `python scripts/vendor.py`. What it writes under `static/` is committed, so nobody needs npm to
run or test the product. A tarball whose SHA-512 differs from the one recorded here is refused and nothing is written.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "static" / "fonts"
SCRIPTS = FONTS.parent / "vendor"


@dataclass(frozen=True)
class Family:
    """One npm package of a font family: its pinned version, its tarball's integrity (as a lock file writes it) and the weights we use."""

    package: str
    version: str
    integrity: str
    slug: str
    weights: tuple[int, ...]


@dataclass(frozen=True)
class Scripts:
    """One npm package of scripts: what is taken out of it, and the name it gets under `static/vendor/`."""

    package: str
    version: str
    integrity: str
    files: tuple[tuple[str, str], ...]


# The reader fetches its WebAssembly from a foreign host unless told otherwise: it must be of the version the reader was built with.
READERS = (
    Scripts(
        package="barcode-detector",
        version="3.2.2",
        integrity="sha512-/4QOrrNrCRmDSBWiiP4aC72dnkuXUEdcFRidHgbPRXUpy82XcCMvJssI6fEs6JT42LS7DvBVZO70qasJbYKyrA==",
        files=(
            ("package/dist/iife/ponyfill.js", "barcode-detector.js"),
            ("package/LICENSE", "barcode-detector-LICENSE.txt"),
        ),
    ),
    Scripts(
        package="zxing-wasm",
        version="3.1.3",
        integrity="sha512-3lC9BJk4fR5ZJxcGjb0hVnDFOW7KpLXHIebiBmVd4FDRQZVeObztoTKxRUPxlWwSgxrMRONK0u50hBD1aTYEKg==",
        files=(
            ("package/dist/reader/zxing_reader.wasm", "zxing_reader.wasm"),
            ("package/LICENSE", "zxing-wasm-LICENSE.txt"),
        ),
    ),
    # Verifies the codes on phones whose WebCrypto lacks Ed25519 (docs/decisions/0018).
    Scripts(
        package="@noble/ed25519",
        version="3.2.0",
        integrity="sha512-criDgRlnUA09hchYrTy/JUWPIEap5rZxQe6wDWzRx51oWWpDRcUpuNzlgPxDJaOK6AsW9c0wKcj3rKRv6t+bPQ==",
        files=(("package/index.js", "noble-ed25519.js"), ("package/LICENSE", "noble-ed25519-LICENSE.txt")),
    ),
)
FAMILIES = (
    Family(
        package="@fontsource/montserrat",
        version="5.3.0",
        integrity="sha512-iQPDtZOnmM5ih4JBGaMSXisRap0ixb9bAUw2hDtY7EjVfaqiiNlKtVuJl9XclxUwtwMMHNcWXfQR6zI9x05+Tg==",
        slug="montserrat",
        weights=(600, 700, 800),
    ),
    Family(
        package="@fontsource/work-sans",
        version="5.3.0",
        integrity="sha512-3cKV28+bEiLGdyOl0VgEGCFWE1XdZJu/K+nH4Jt76XC3T//XrRtm2EF7jA61GSMIy8sYp6ZFTE01nD3lLaBV9A==",
        slug="work-sans",
        weights=(400, 500, 600),
    ),
)
SUBSETS = {"latin": "", "latin-ext": "-ext"}


def integrity(data: bytes) -> str:
    """The hash of a tarball in the form npm records it: `sha512-` and base64."""
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode("ascii")


def members(family: Family | Scripts) -> dict[str, str]:
    """What to take out of the package: member name → file name under its folder of `static/`."""
    if isinstance(family, Scripts):
        return dict(family.files)
    wanted = {"package/LICENSE": f"{family.slug}-LICENSE.txt"}
    for weight in family.weights:
        for subset, suffix in SUBSETS.items():
            wanted[f"package/files/{family.slug}-{subset}-{weight}-normal.woff2"] = f"{family.slug}-{weight}{suffix}.woff2"
    return wanted


def extract(family: Family | Scripts, tarball: Path, into: Path) -> list[str]:
    """Check the tarball against its recorded integrity and write the wanted members; answers their names.

    Raises ValueError when the hash differs or a member is missing.
    """
    found = integrity(tarball.read_bytes())
    if found != family.integrity:
        raise ValueError(f"{family.package}@{family.version}: integrity is {found}, expected {family.integrity}")
    contents: dict[str, bytes] = {}
    with tarfile.open(tarball) as archive:
        for member, name in members(family).items():
            try:
                stream = archive.extractfile(member)
            except KeyError:
                stream = None
            if stream is None:
                raise ValueError(f"{family.package}@{family.version}: {member} is missing")
            contents[name] = stream.read()
    into.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        (into / name).write_bytes(data)
    return sorted(contents)


def fetch(family: Family | Scripts, folder: Path) -> Path:
    """Ask npm for the package's tarball; answers where it lies."""
    command = ["npm", "pack", f"{family.package}@{family.version}", "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return folder / done.stdout.strip().splitlines()[-1]


def main() -> int:
    """Fetch, check and write every package."""
    with tempfile.TemporaryDirectory() as folder:
        for family, into in [*((each, FONTS) for each in FAMILIES), *((each, SCRIPTS) for each in READERS)]:
            for name in extract(family, fetch(family, Path(folder)), into):
                sys.stdout.write(f"static/{into.name}/{name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
