"""What became of files is written to the catalog, in one transaction for many."""

from __future__ import annotations

from collections.abc import Sequence

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.files.identity import is_unchanged
from bowerbird.core.indexing.item import Outcome
from bowerbird.core.indexing.scans import ScanQueue
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.types import FileFacts, FileState


class Committer:
    """Runs on the indexer's thread."""

    def __init__(self, paths: LibraryPaths, catalog: Catalog, scans: ScanQueue) -> None:
        """``scans`` takes what must be looked at again."""
        self._paths, self._catalog, self._scans = paths, catalog, scans
        self.indexed = 0
        """Files read with success since the start."""

    def commit(self, outcomes: Sequence[Outcome]) -> int:
        """Write them; how many files are done with.

        Raises:
            sqlite3.Error: the catalog cannot be written; nothing of them is.
            OSError: a thumbnail cannot be written; nothing of them is.
        """
        for outcome in outcomes:
            self._keep_thumbnail(outcome)
        with self._catalog.transaction():
            return sum(self._write(outcome) for outcome in outcomes)

    def drop_orphans(self, grace_s: float = 0.0) -> None:
        """Forget contents that no file has had for so many seconds, and their thumbnails."""
        for fingerprint in self._catalog.drop_orphans(grace_s):
            self._paths.thumbnail(fingerprint).unlink(missing_ok=True)

    def _keep_thumbnail(self, outcome: Outcome) -> None:
        if outcome.content and outcome.thumbnail:
            target = self._paths.thumbnail(outcome.content.fingerprint)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(outcome.thumbnail)

    def _write(self, outcome: Outcome) -> int:
        current = [facts for facts in (outcome.facts, *outcome.copies) if self._is_current(facts)]
        if not current:
            self._catalog.files.may_leave_orphans = True
            if outcome.content is None or outcome.content.extends is not None:
                return 0  # else what was read may turn up under another name, or is still there under other permissions
        content_id = self._catalog.contents.put(outcome.content) if outcome.content else outcome.content_id
        return sum(self._write_file(facts, outcome, content_id) for facts in current)

    def _is_current(self, facts: FileFacts) -> bool:
        """Whether a file is still as it was when it was taken; if not, it is gone, or queued again as it is now."""
        known = self._catalog.files.facts(facts.path)
        return known is not None and is_unchanged(facts, known.facts)

    def _write_file(self, facts: FileFacts, outcome: Outcome, content_id: int | None) -> int:
        if outcome.state is FileState.PENDING:
            self._scans.add(self._scans.scanner.look_again(facts.path))
            return 0
        if outcome.partial:
            assert content_id is not None
            self._catalog.files.finish_part(facts.path, content_id)
            return 0
        self._catalog.files.finish(facts.path, outcome.state, reason=outcome.reason, content_id=content_id)
        self.indexed += outcome.state is FileState.INDEXED
        return 1
