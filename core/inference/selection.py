"""Which models the library reads and searches with: getting them, using them, checking them, removing them."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bowerbird.core.errors import BowerbirdError, ModelUnavailable, UsageError
from bowerbird.core.inference.client import Inference
from bowerbird.core.models.registry.entries import Entry, load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.settings import STARTER
from bowerbird.core.state import Building, Check, Event, EventKind, ModelState
from bowerbird.core.types import Space

_STARTER_PACK = "starter"


class _ModelTask:
    """A model being fetched, tested or removed, which can be cancelled from another thread."""

    def __init__(self, title: str) -> None:
        self._title, self._cancelled = title, False
        self.bytes: tuple[int, int] | None = None
        """While it is fetched: bytes that have come, and of how many."""
        self._trial: Inference | None = None

    def on_bytes(self, done: int, total: int) -> None:
        """Note how much has been fetched.

        Raises:
            ModelUnavailable: it was cancelled.
        """
        self._raise_if_cancelled()
        self.bytes = done, total

    def test(self, entry: Entry, folder: Path) -> Check:
        """Test the model in an Inference of its own, while the one in use goes on serving. Raises as above."""
        self.bytes = None
        self._trial = Inference(folder, {entry.id, *entry.text_models.values()})
        try:
            self._raise_if_cancelled()
            check = self._trial.tests.run(entry.id)
        except CancelledError:
            check = Check(entry.title, False)
        finally:
            self._trial.close()
        self._raise_if_cancelled()
        return check

    def _raise_if_cancelled(self) -> None:
        if self._cancelled:
            raise ModelUnavailable(f"{self._title}: cancelled.")

    def cancel(self) -> None:
        self._cancelled = True
        if self._trial:
            self._trial.close()


class ModelSelection:
    """The models in use, and the ones that could be. Every method may block; a failure leaves the models as they were.

    Safe from any thread.
    """

    def __init__(
        self,
        folder: Path,
        used: Sequence[str],
        inference: Inference,
        building: Callable[[], Building],
        apply: Callable[[Sequence[Space]], None],
        keep: Callable[[Sequence[str]], None],
        on_event: Callable[[Event], None],
    ) -> None:
        """Begin with the models that the settings name.

        Args:
            folder: the models' files.
            used: ids of the models in use.
            inference: what runs them.
            building: says which spaces are being filled.
            apply: has the library read with what ``inference`` uses now; it is given the spaces dropped.
            keep: remembers the ids of the models in use.
            on_event: told that models changed; called from whichever thread changed them.
        """
        self._folder, self._used = folder, tuple(used)
        self._inference, self._building, self._on_event = inference, building, on_event
        self._apply_to_library, self._keep = apply, keep
        self._tasks: dict[str, _ModelTask] = {}
        self._results: dict[str, str] = {}
        self._lock, self._switching = threading.Lock(), threading.Lock()

    def states(self) -> tuple[ModelState, ...]:
        """Every model of the registry, in its order."""
        pairs = zip(self._inference.states(), load().values(), strict=True)
        return tuple(
            self._state(state, [*(space.id for space in entry.spaces), *filter(None, [entry.reader])])
            for state, entry in pairs
        )

    def _state(self, state: ModelState, spaces: Sequence[str]) -> ModelState:
        """``spaces``: what its progress is known by."""
        progress, problems = (building := self._building()).progress, building.problems
        task = self._tasks.get(state.id)
        return replace(
            state,
            built=next((progress[space] for space in spaces if space in progress), None),
            problem=state.problem or next((problems[space] for space in spaces if space in problems), ""),
            busy=task is not None,
            fetched=task.bytes if task else None,
            result=self._results.get(state.id, ""),
        )

    @contextmanager
    def _task(self, entry: Entry) -> Iterator[_ModelTask]:
        """The only thing done with a model at a time; ``states`` shows it, and what came of it.

        Raises:
            UsageError: something is being done with the model already.
        """
        with self._lock:
            if entry.id in self._tasks:
                raise UsageError(f"{entry.title} is being fetched or tried already. Wait until that is done.")
            task = self._tasks[entry.id] = _ModelTask(entry.title)
        self._results.pop(entry.id, None)
        self._on_event(Event(EventKind.MODELS))
        try:
            yield task
        except BowerbirdError as error:
            self._results[entry.id] = str(error)
            raise
        finally:
            with self._lock:
                del self._tasks[entry.id]
            self._on_event(Event(EventKind.MODELS))

    def cancel(self, name: str = "") -> None:
        """Cancel what is being done with a model, or with all of them: whoever waits gets ``ModelUnavailable``."""
        with self._lock:
            for model, task in self._tasks.items():
                if name in ("", model):
                    task.cancel()

    def get(self, name: str, origin: Path | None, on_bytes: Callable[[int, int], None]) -> None:
        """Fetch a model's files, from ``origin``, a folder or file, or from where the registry says.

        "starter" is all of the starter pack that is not here yet. ``on_bytes`` is given how many bytes have come, and
        of how many, 0 if nobody knows.

        Raises:
            UsageError: there is no such model, or something is being done with it already.
            ModelUnavailable: they cannot be had, or are not what they should be, or that was cancelled; what was there
                stays.
        """
        for model in self._missing() if name == _STARTER_PACK else (name,):
            entry = _entry(model)
            with self._task(entry) as task:

                def progress(done: int, total: int, task: _ModelTask = task) -> None:
                    task.on_bytes(done, total)
                    on_bytes(done, total)

                fetch(entry, self._folder, origin, progress, used=model in self._used)
                if model in self._used:
                    self._switch()

    def _missing(self) -> list[str]:
        installed = {state.id for state in self._inference.states() if state.installed}
        return [name for name in STARTER if name not in installed]

    def use(self, name: str) -> None:
        """Use a model that is here: its spaces are built in the background beside those that are searched.

        Raises:
            UsageError: there is no such model, or something is being done with it already.
            ModelUnavailable: it is not here, or gives wrong results; the models in use stay as they are.
        """
        entry = _entry(name)
        with self._task(entry) as task:
            if not Sources(self._folder).installed(entry):
                raise ModelUnavailable(f"The model {name} is not here: {entry.how_to_get}")
            check = task.test(entry, self._folder)
            if not check.ok:
                raise ModelUnavailable(check.detail)
            self._switch(added=entry)

    def verify(self, name: str = "") -> tuple[Check, ...]:
        """Hash the files of a model, or of all that are here, again, and test it.

        Raises:
            UsageError: there is no such model.
        """
        here = [state.id for state in self._inference.states() if state.installed or state.used]
        return tuple(self._verified(_entry(model)) for model in ([name] if name else here))

    def _verified(self, entry: Entry) -> Check:
        try:
            with self._task(entry) as task:
                Sources(self._folder).files(entry, again=True)
                check = task.test(entry, self._folder)
        except BowerbirdError as error:
            return Check(entry.title, False, str(error))
        self._results[entry.id] = f"Its files and results are right: {check.detail}." if check.ok else check.detail
        return replace(check, name=entry.title)

    def remove(self, name: str) -> None:
        """Use a model no longer, forget its vectors, and delete its files unless they are of an installed package.

        Raises:
            UsageError: there is no such model, or something is being done with it already.
        """
        entry = _entry(name)
        with self._task(entry):
            if name in self._used:
                self._switch(dropped=entry)
            self._inference.wait_for_old_hosts()  # Windows deletes no file that is open
            exports = self._folder.glob(f"{name}-{'[0-9a-f]' * 8}*")  # by the hash of the weights
            for path in (self._folder / name, self._folder / f"{name}.new", *exports):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def _switch(self, *, added: Entry | None = None, dropped: Entry | None = None) -> None:
        """Work with one model more or less, or with new files, from now on, and remember it once that is so."""
        with self._switching:
            changed = {entry.id for entry in (added, dropped) if entry}
            names = tuple(name for name in self._used if name not in changed)
            names = (*names, added.id) if added else names
            self._inference.use(names)
            try:
                self._apply_to_library(dropped.spaces if dropped else ())
            except BaseException:
                self._inference.use(self._used)
                raise
            self._used = names
            self._keep(names)


def _entry(name: str) -> Entry:
    if name not in (known := load()):
        raise UsageError(f"There is no model {name!r}. There are: {', '.join(known)}.")
    return known[name]
