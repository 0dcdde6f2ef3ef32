"""The vendored fonts and scripts: what is committed is what the script would take, and a package with another hash is refused."""

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import vendor


def pack(folder: Path, family: vendor.Family, without: str = "") -> Path:
    """A small tarball with the members of a family."""
    tarball = folder / "package.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        for member in vendor.members(family):
            if member != without:
                info = tarfile.TarInfo(member)
                info.size = 4
                archive.addfile(info, io.BytesIO(b"data"))
    return tarball


def test_every_file_the_script_takes_is_committed_with_its_licence() -> None:
    wanted = {name for family in vendor.FAMILIES for name in vendor.members(family).values()}
    assert wanted == {file.name for file in vendor.FONTS.iterdir()}
    assert all((vendor.FONTS / name).read_bytes()[:4] == b"wOF2" for name in wanted if name.endswith(".woff2"))
    assert all("SIL Open Font License" in (vendor.FONTS / f"{family.slug}-LICENSE.txt").read_text() for family in vendor.FAMILIES)


def test_every_script_the_script_takes_is_committed_with_its_licence() -> None:
    wanted = {name for package in vendor.READERS for name in vendor.members(package).values()}
    assert wanted == {file.name for file in vendor.SCRIPTS.iterdir()}
    assert all("MIT License" in (vendor.SCRIPTS / name).read_text() for name in wanted if name.endswith("LICENSE.txt"))
    assert (vendor.SCRIPTS / "zxing_reader.wasm").read_bytes()[:4] == b"\0asm"


def test_the_reader_is_given_the_very_assembly_it_was_built_with() -> None:
    assert vendor.READERS[1].version in (vendor.SCRIPTS / "barcode-detector.js").read_text(encoding="utf-8")


def test_the_style_sheet_asks_only_for_fonts_that_are_there() -> None:
    css = (vendor.FONTS.parent / "css" / "tokens.css").read_text(encoding="utf-8")
    asked = {piece.split('"')[0] for piece in css.split('url("../fonts/')[1:]}
    assert asked == {file.name for file in vendor.FONTS.glob("*.woff2")}


def test_a_package_with_the_recorded_hash_is_taken(tmp_path: Path) -> None:
    family = vendor.FAMILIES[0]
    tarball = pack(tmp_path, family)
    known = replace(family, integrity=vendor.integrity(tarball.read_bytes()))
    assert vendor.extract(known, tarball, tmp_path / "fonts") == sorted(vendor.members(family).values())


def test_a_package_with_another_hash_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    family = vendor.FAMILIES[0]
    with pytest.raises(ValueError, match="expected sha512-"):
        vendor.extract(family, pack(tmp_path, family), tmp_path / "fonts")
    assert not (tmp_path / "fonts").exists()


def test_a_package_that_lacks_a_file_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    family = vendor.FAMILIES[0]
    tarball = pack(tmp_path, family, without="package/LICENSE")
    known = replace(family, integrity=vendor.integrity(tarball.read_bytes()))
    with pytest.raises(ValueError, match="LICENSE is missing"):
        vendor.extract(known, tarball, tmp_path / "fonts")
    assert not (tmp_path / "fonts").exists()
