"""What a command answers, as JSON and as text for people. Nothing here prints, or looks anything up."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bowerbird.core.answers import DuplicateFile, DuplicateGroup, Hit, Results
from bowerbird.core.search.query import Problem
from bowerbird.core.state import Check, Failure, Folder, IndexReport, ModelState, SavedSearchState, Status
from bowerbird.core.types import Kind, Locator
from bowerbird.core.words import clock

_INDENT = " " * 6
_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")  # Unicode Standard Annex 9
_TIMES = ("total", "encode", "retrieve", "rank")
_MODEL_FIELDS = (
    "id", "title", "installed", "used", "built", "recommended", "ms", "licence", "quality", "size_bytes", "problem",
    "remedy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Output:
    """``value`` is for ``--json``, made of what JSON knows; ``lines`` are for people; ``notice`` goes beside them."""

    value: Any
    lines: tuple[str, ...]
    notice: str = ""


def printable(text: str | Path) -> str:
    """A text or a file's name without what cannot be printed, and without what would steer a terminal."""
    encodable = str(text).encode("utf-8", "replace").decode()
    return "".join(" " if _steers(character) else character for character in encodable)


def _steers(character: str) -> bool:
    """Control characters and line ends, and what turns the direction of all the text that follows."""
    turns = unicodedata.bidirectional(character) in _TURNS
    return turns or unicodedata.category(character) in ("Cc", "Zl", "Zp")


def labelled(**values: str | int) -> Output:
    """A few values with their names."""
    return Output(values, tuple(f"{name}: {printable(str(value))}" for name, value in values.items()))


# files and folders


def describe_index_report(report: IndexReport) -> Output:
    """What a run of indexing came to."""
    counts = ", ".join(f"{number:,} {name}" for name, number in report.files.items() if number)
    failures = len(report.failures)
    return Output(
        {
            "files": dict(report.files),
            "segments": report.segments,
            "took_s": round(report.took_s, 3),
            "changing": report.changing,
            "failures": [_failure_json(failure) for failure in report.failures],
        },
        (
            f"{counts or 'no files'}; {report.took_s:.1f} s",
            *([f"{failures:,} could not be read: see bowerbird failures"] if failures else []),
            *_changing(report.changing),
        ),
    )


def _changing(files: int) -> Iterable[str]:
    if files:
        what = "1 file is still changing and is" if files == 1 else f"{files:,} files are still changing and are"
        yield f"{what} looked at again later"


def _in_part(files: int) -> Iterable[str]:
    if files:
        what = "1 file was" if files == 1 else f"{files:,} files were"
        yield f"{what} read in part: the preview says what was left out"


def describe_status(status: Status) -> Output:
    """The library at a glance."""
    value = {
        "library": str(status.directory),
        "files": {str(kind): number for kind, number in status.counts.items()},
        "folders": [_folder_json(folder) for folder in status.folders],
        "waiting": status.progress.total - status.progress.done,
        "segments": status.segments,
        "failed": status.failures,
        "skipped": status.skipped,
        "changing": status.changing,
        "in_part": status.in_part,
        "spaces": [space.id for space in status.spaces],
        "notices": list(status.notices),
    }
    return Output(value, tuple(_status_lines(status, value)))


def _status_lines(status: Status, value: Mapping[str, Any]) -> Iterable[str]:
    yield f"library: {printable(status.directory)}"
    yield f"files: {_counts(status.counts)}"
    yield from (f"folder: {_folder_line(folder)}" for folder in status.folders)
    yield from (f"{name}: {value[name]:,}" for name in ("waiting", "segments", "failed", "skipped"))
    yield from _changing(status.changing)
    yield from _in_part(status.in_part)
    yield f"spaces: {', '.join(value['spaces']) or 'none'}"
    yield from (f"notice: {printable(notice)}" for notice in status.notices)


def _counts(counts: Mapping[Kind, int]) -> str:
    return ", ".join(f"{number:,} {kind}{'s' if number != 1 else ''}" for kind, number in counts.items()) or "none"


def describe_folders(folders: Sequence[Folder]) -> Output:
    """The watched folders, and how each stands."""
    return Output(
        [{**_folder_json(folder), "waiting": folder.pending} for folder in folders],
        tuple(_folder_line(folder) for folder in folders),
    )


def _folder_json(folder: Folder) -> dict[str, Any]:
    return {
        "path": str(folder.path),
        "state": str(folder.state),
        "files": folder.files,
        "away": [str(mount_point) for mount_point in folder.away],
    }


def _folder_line(folder: Folder) -> str:
    away = f"; not connected: {', '.join(printable(mount_point) for mount_point in folder.away)}" if folder.away else ""
    return f"{printable(folder.path)}  {folder.state}, {folder.files:,} files{away}"


def describe_failures(failures: Sequence[Failure]) -> Output:
    """The files that could not be read, and why."""
    return Output(
        [_failure_json(failure) for failure in failures],
        tuple(f"{printable(failure.path)}\n{_INDENT}{printable(failure.explanation)}" for failure in failures),
    )


def _failure_json(failure: Failure) -> dict[str, str]:
    return {"path": str(failure.path), "reason": failure.reason}


# hits


def describe_results(results: Results, problems: Sequence[Problem] = ()) -> Output:
    """The hits of a search, best first, and what of the question was left out."""
    value = {
        "took_ms": {name: round(getattr(results.took, name), 3) for name in _TIMES},
        "hits": [_hit_json(hit) for hit in results.hits],
        **({"notice": results.notice} if results.notice else {}),
        **({"corrected": {each.typed: each.shown for each in results.corrected}} if results.corrected else {}),
        **({"problems": [asdict(problem) for problem in problems]} if problems else {}),
        **({"phrases_found": results.phrases_found} if results.phrases_found is not None else {}),
    }
    notice = " ".join(filter(None, (*(problem.sentence for problem in problems), results.notice)))
    return Output(value, tuple(line for hit in results.hits for line in _hit_lines(hit)), notice)


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "path": str(hit.path),
        "kind": hit.kind,
        "score": round(hit.score, 6),
        "strong": hit.strong,
        "named": hit.named,
        "why": _why(hit),
        "moment": _moment_json(hit.moment),
        "snippet": hit.snippet,
        "parts": [{"path": str(part.path), "role": part.role} for part in hit.parts],
        "copies": [str(path) for path in hit.copies],
    }


def _why(hit: Hit) -> str:
    return "; ".join(reason.text for reason in hit.reasons)


def _moment_json(moment: Locator | None) -> dict[str, Any] | None:
    if moment is None:
        return None
    if moment.start_s is not None:
        return {"start_s": moment.start_s, "end_s": moment.end_s}
    return {"page": moment.page} if moment.page is not None else None


def _hit_lines(hit: Hit) -> Iterable[str]:
    yield f"{hit.score:.2f}  {printable(hit.path)}{_place(hit.moment)}"
    yield f"{_INDENT}{printable(_why(hit))}"
    if hit.parts:
        yield f"{_INDENT}with {', '.join(printable(part.path.name) for part in hit.parts)}"
    if hit.copies:
        yield f"{_INDENT}same as {', '.join(printable(path) for path in hit.copies)}"
    if hit.snippet:
        yield f"{_INDENT}{printable(hit.snippet)}"


def _place(moment: Locator | None) -> str:
    if moment and moment.page:
        return f", page {moment.page}"
    return f", {clock(moment.start_s)}" if moment and moment.start_s is not None else ""


# duplicates, saved searches and the last questions


def describe_duplicates(groups: Sequence[DuplicateGroup]) -> Output:
    """Files that hold or look the same, and the room that all but one of each group take."""
    freed = sum(group.freed for group in groups)
    number = f"{len(groups):,} group{'s' if len(groups) != 1 else ''}"
    total = f"{number}; without the others there would be {_size(freed)} more room"
    lines = [line for group in groups for line in _duplicate_lines(group)]
    return Output(
        {"freed": freed, "groups": [_group_json(group) for group in groups]},
        (*lines, total if groups else "no duplicates"),
    )


def _group_json(group: DuplicateGroup) -> dict[str, Any]:
    return {
        "kind": group.kind,
        "freed": group.freed,
        "keep": _duplicate_json(group.keep),
        "others": [{**_duplicate_json(file), "identical": file.identical} for file in group.others],
    }


def _duplicate_json(file: DuplicateFile) -> dict[str, Any]:
    own = file.properties
    return {
        "path": str(file.path),
        "size": file.size,
        "modified": file.modified_at.isoformat(timespec="seconds"),
        "taken": own.taken_at and own.taken_at.isoformat(timespec="seconds"),
        "width": own.width,
        "height": own.height,
    }


def _duplicate_lines(group: DuplicateGroup) -> Iterable[str]:
    yield f"keep  {_duplicate_line(group.keep)}"
    for file in group.others:
        yield f"{'same' if file.identical else 'like'}  {_duplicate_line(file)}"


def _duplicate_line(file: DuplicateFile) -> str:
    own = file.properties
    pixels = f", {own.width} × {own.height}" if own.width and own.height else ""
    return f"{printable(file.path)}  {_size(file.size)}{pixels}, {file.modified_at:%Y-%m-%d %H:%M}"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size:,} bytes"


def describe_saved(searches: Sequence[SavedSearchState]) -> Output:
    """The saved searches; how many files each finds now."""
    return Output([asdict(each) for each in searches], tuple(line for each in searches for line in _saved_lines(each)))


def _saved_lines(search: SavedSearchState) -> Iterable[str]:
    yield f"{printable(search.name)}  {_found(search)}"
    yield f"{_INDENT}{printable(search.question)}"


def _found(search: SavedSearchState) -> str:
    if search.files is None:
        return "could not be counted"
    return f"{search.files:,}{' or more' if search.more else ''} file{'s' if search.files != 1 else ''}"


def describe_recent(questions: Sequence[str]) -> Output:
    """The last questions, a line each."""
    return Output(list(questions), tuple(printable(question) for question in questions))


# models and checks


def describe_models(models: Sequence[ModelState]) -> Output:
    """What models there are, and how each stands on this computer."""
    return Output(
        [_model_json(model) for model in models],
        tuple(line for model in models for line in _model_lines(model)),
    )


def _model_json(model: ModelState) -> dict[str, Any]:
    modalities = [str(modality) for modality in model.modalities]
    return {name: getattr(model, name) for name in _MODEL_FIELDS} | {"modalities": modalities}


def _model_lines(model: ModelState) -> Iterable[str]:
    size = f"{model.size_bytes / 1e6:,.0f} MB, " if model.size_bytes else ""
    yield f"{model.id}  {size}{model.licence}, {_model_state(model)}"
    yield f"{_INDENT}{model.purpose}"
    measured = f"{model.ms:,.0f} ms an item on this computer" if model.ms else ""
    best = "recommended for this computer" if model.recommended else ""
    if facts := "; ".join(filter(None, (best, measured, model.quality))):
        yield f"{_INDENT}{facts}"


def _model_state(model: ModelState) -> str:
    if model.problem:
        return printable(model.trouble)
    if model.built:
        return f"in use, {model.built[0]:,} of {model.built[1]:,} done"
    if model.used:
        return "in use"
    return f"here, not in use: bowerbird models use {model.id}" if model.installed else f"not here: {model.how_to_get}"


def describe_checks(checks: Sequence[Check]) -> Output:
    """A line for each thing that was tested."""
    return Output(
        [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks],
        tuple(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {printable(check.detail)}" for check in checks),
    )
