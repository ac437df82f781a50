"""Which changes of a file's facts are changes of the file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.files.identity import facts_of, is_unchanged
from bowerbird.core.files.scanner import Scanner
from bowerbird.core.types import FileFacts
from tests.core.files.scanning import apply, read_all, scan, write
from tests.makers import eventually


def test_a_time_that_is_not_known_is_no_change() -> None:
    facts = FileFacts(Path("/a"), 1, 2, 3)
    assert is_unchanged(facts, facts) and not is_unchanged(facts, None)
    for changed in (replace(facts, size=9), replace(facts, mtime_ns=9), replace(facts, ctime_ns=9)):
        assert not is_unchanged(facts, changed) and not is_unchanged(changed, facts)
    unknown = replace(facts, ctime_ns=None)
    assert is_unchanged(unknown, facts) and is_unchanged(facts, unknown)
    assert not is_unchanged(replace(unknown, size=9), facts)


def test_an_edit_that_keeps_size_and_date_is_noticed(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    write(files / "a.txt", files / "b.txt")
    scan(scanner, files)
    read_all(catalog)
    edit_in_secret(files / "a.txt")
    scan(scanner, files)
    assert read_all(catalog) == [files / "a.txt"]
    edit_in_secret(files / "b.txt")
    apply(scanner, files / "b.txt")
    catalog.jobs.hurry()  # it changes soon after it was read
    assert read_all(catalog) == [files / "b.txt"]


def edit_in_secret(path: Path) -> None:
    """Other words of the same length, under the old date."""
    before = path.stat()

    def edit() -> bool:
        path.write_text("y")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return path.stat().st_ctime_ns != before.st_ctime_ns  # the clock of files ticks a few hundred times a second

    eventually(edit)
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def test_a_file_that_is_numbered_anew_is_not_read_again(catalog: Catalog, scanner: Scanner, files: Path) -> None:
    """As on a share that was mounted anew. Its new number is known then."""
    write(files / "a.txt")
    scan(scanner, files)
    read_all(catalog)
    catalog._db.execute("UPDATE files SET inode = inode + 1")
    scan(scanner, files)
    known, now = catalog.files.facts(files / "a.txt"), facts_of(files / "a.txt")
    assert read_all(catalog) == [] and known and now and known.facts.inode == now.inode
    assert "device" not in {row[1] for row in catalog._db.execute("PRAGMA table_info(files)")}


def test_a_file_that_is_changed_under_one_of_its_names_is_changed_under_all(
    catalog: Catalog, scanner: Scanner, files: Path
) -> None:
    write(files / "a.txt", files / "copy.txt")
    (files / "b.txt").hardlink_to(files / "a.txt")
    scan(scanner, files)
    read_all(catalog)
    (files / "a.txt").write_text("other words")
    apply(scanner, files / "a.txt")
    catalog.jobs.hurry()  # it changes soon after it was read
    assert set(read_all(catalog)) == {files / "a.txt", files / "b.txt"}


def test_a_file_that_is_changed_under_a_new_name_is_changed_under_the_known_one(
    catalog: Catalog, scanner: Scanner, files: Path
) -> None:
    write(files / "a.txt", files / "copy.txt")
    scan(scanner, files)
    read_all(catalog)
    (files / "new.txt").hardlink_to(files / "a.txt")
    (files / "new.txt").write_text("other words")
    apply(scanner, files / "new.txt")
    catalog.jobs.hurry()  # it changes soon after it was read
    assert set(read_all(catalog)) == {files / "a.txt", files / "new.txt"}
