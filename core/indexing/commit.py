"""What became of files is written to the catalog, in one transaction for many."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.extractors.pictures.sidecars import described
from bowerbird.core.faults import Fault, failure_of, fault_of
from bowerbird.core.files.changes import Change, FileChange
from bowerbird.core.files.identity import facts_of, is_unchanged
from bowerbird.core.indexing.item import Outcome
from bowerbird.core.indexing.scans import ScanQueue
from bowerbird.core.paths import LibraryPaths, keep_thumbnail
from bowerbird.core.types import FileFacts, FileState

log = logging.getLogger(__name__)

_THUMBNAILS = "The folder of thumbnails"
_TRIES = 3  # for a file that crashes its decoder, which may have been killed for another's fault
_MISTAKE = "Bowerbird made a mistake with this file; the log has the details."


class Committer:
    """Runs on the indexer's thread."""

    def __init__(self, paths: LibraryPaths, catalog: Catalog, scans: ScanQueue) -> None:
        """``scans`` takes what must be looked at again."""
        self._paths, self._catalog, self._scans = paths, catalog, scans
        self.indexed = 0
        """Files read with success since the start, but for those that are looked at again."""
        self.problem = ""
        """Why thumbnails cannot be kept, for the user, or empty."""

    def commit(self, outcomes: Sequence[Outcome]) -> int:
        """Write them; how many files are done with.

        Raises:
            sqlite3.Error: the catalog cannot be written; nothing of them is.
            OSError: the disk is full; nothing of them is.
        """
        for outcome in outcomes:
            self._keep_thumbnail(outcome)
        with self._catalog.transaction():
            return sum(self._write(outcome) for outcome in outcomes)

    def drop_orphans(self, grace_s: float = 0.0) -> None:
        """Forget contents that no file has had for so many seconds, and their thumbnails."""
        for fingerprint in self._catalog.drop_orphans(grace_s):
            with self._thumbnails():
                self._paths.thumbnail(fingerprint).unlink(missing_ok=True)

    def _keep_thumbnail(self, outcome: Outcome) -> None:
        if outcome.content and outcome.thumbnail:
            with self._thumbnails():
                keep_thumbnail(self._paths.thumbnail(outcome.content.fingerprint), outcome.thumbnail)

    @contextmanager
    def _thumbnails(self) -> Iterator[None]:
        """Files are found without thumbnails too: but for a full disk, what keeps those from being written is said."""
        try:
            yield
            self.problem = ""
        except OSError as error:
            if fault_of(error) is Fault.FULL:
                raise
            problem = str(failure_of(error, _THUMBNAILS) or f"{_THUMBNAILS} cannot be used: {error}.")
            if problem != self.problem:
                log.warning("%s", problem, exc_info=True)
            self.problem = problem

    def _write(self, outcome: Outcome) -> int:
        """How many files an outcome ends. One that cannot be written for a mistake of ours costs no other file."""
        try:
            with self._catalog.transaction():
                return self._write_files(outcome)
        except Exception as error:
            if fault_of(error) is not Fault.BUG:
                raise
            log.exception("%s cannot be written", outcome.facts.path)
        return self._write_files(Outcome(outcome.facts, FileState.FAILED, _MISTAKE, copies=outcome.copies))

    def _write_files(self, outcome: Outcome) -> int:
        known = [facts for facts in (outcome.facts, *outcome.copies) if self._catalog.files.facts(facts.path)]
        before = outcome.content.extends if outcome.content else outcome.content_id
        if before is not None and not (known and self._is_as_it_was(before, outcome)):
            return 0  # forgotten meanwhile, or grown; a copy that is left has its job, and is read anew
        if not known:  # what was read may turn up under another name
            self._catalog.files.may_leave_orphans = True
        content_id = self._catalog.contents.put(outcome.content) if outcome.content else outcome.content_id
        return sum(self._write_file(facts, outcome, content_id) for facts in known)

    def _is_as_it_was(self, content_id: int, outcome: Outcome) -> bool:
        """Whether a content is still what it was when it was found, and may grow if it is to."""
        contents, new = self._catalog.contents, outcome.content
        if new is None or contents.is_there(content_id, new.fingerprint):
            return contents.is_there(content_id, outcome.fingerprint)
        taken = contents.find(new.fingerprint) is not None or contents.is_shared(content_id)
        return contents.is_there(content_id, b"") and not taken

    def _write_file(self, facts: FileFacts, outcome: Outcome, content_id: int | None) -> int:
        again = self._is_looked_at_again(facts, outcome)
        if outcome.state is FileState.PENDING:
            if again:
                self._look_later(facts, outcome.reason)
            return 0
        self._catalog.files.update_facts(facts)
        if outcome.partial:
            assert content_id is not None
            self._catalog.files.finish_part(facts.path, content_id, again=again)
            return 0
        self._catalog.files.finish(facts.path, outcome.state, reason=outcome.reason, content_id=content_id, again=again)
        if described(facts.path.name)[0]:
            self._catalog.files.put_name(facts.path, hidden=outcome.accompanies)
        self.indexed += outcome.state is FileState.INDEXED and not again
        return 1

    def _is_looked_at_again(self, facts: FileFacts, outcome: Outcome) -> bool:
        """Whether this look was not enough: another one may find more, or the file is no longer as it was read."""
        if outcome.partial and outcome.grown:
            return False  # what was read of it stays as it was read, and is read on now
        if outcome.again:
            return outcome.state is not FileState.FAILED or self._catalog.jobs.tries(facts.path) + 1 < _TRIES
        return outcome.state is not FileState.PENDING and not is_unchanged(facts, facts_of(facts.path))

    def _look_later(self, facts: FileFacts, reason: str) -> None:
        present = facts_of(facts.path)
        if present is None:
            self._scans.apply([FileChange(facts.path, Change.GONE)])
        if self._catalog.files.facts(facts.path):  # it is there, or nothing can be said of it
            self._catalog.files.postpone(present or facts, reason)
