"""Getting models, using them, and using them no more."""

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
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.settings import STARTER
from bowerbird.core.state import Building, Check, Event, EventKind, ModelState
from bowerbird.core.types import Space

_STARTER_PACK = "starter"


class _Work:
    """What is being done with one model: its files are fetched, or it is tried out."""

    def __init__(self, title: str) -> None:
        self._title, self._over = title, False
        self.bytes: tuple[int, int] | None = None
        self._trial: Inference | None = None

    def told(self, done: int, whole: int) -> None:
        """So much has come.

        Raises:
            ModelUnavailable: the user has thought better of it.
        """
        self._go_on()
        self.bytes = done, whole

    def test(self, entry: Entry, folder: Path) -> Check:
        """The model in an Inference of its own: the one in use serves meanwhile. Raises as above."""
        self.bytes = None
        self._trial = Inference(folder, {entry.id, *entry.text_models.values()})
        try:
            self._go_on()
            check = self._trial.test(entry.id)
        except CancelledError:
            check = Check(entry.title, False)
        finally:
            self._trial.close()
        self._go_on()
        return check

    def _go_on(self) -> None:
        if self._over:
            raise ModelUnavailable(f"{self._title}: cancelled.")

    def end(self) -> None:
        self._over = True
        if self._trial:
            self._trial.close()


class ModelsInUse:
    """Which models the library reads with. Every method may block; a failure leaves the models as they were."""

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
        """``folder`` holds the models' files.

        ``building`` says which spaces are being built; ``apply``, given the spaces dropped, has the library read with
        what ``inference`` uses now; ``keep`` remembers which models are used.
        """
        self._folder, self._used = folder, tuple(used)
        self._inference, self._building, self._keep, self._on_event = inference, building, keep, on_event
        self._apply_to_library = apply
        self._works: dict[str, _Work] = {}
        self._results: dict[str, str] = {}
        self._lock, self._applying = threading.Lock(), threading.Lock()

    def states(self) -> tuple[ModelState, ...]:
        """Every model of the catalogue."""
        pairs = zip(self._inference.states(), load().values(), strict=True)
        return tuple(self._state(state, [space.id for space in entry.spaces]) for state, entry in pairs)

    def _state(self, state: ModelState, spaces: Sequence[str]) -> ModelState:
        progress, problems = (building := self._building()).progress, building.problems
        work = self._works.get(state.id)
        return replace(
            state,
            built=next((progress[space] for space in spaces if space in progress), None),
            problem=state.problem or next((problems[space] for space in spaces if space in problems), ""),
            busy=work is not None,
            fetched=work.bytes if work else None,
            result=self._results.get(state.id, ""),
        )

    @contextmanager
    def _work(self, entry: Entry) -> Iterator[_Work]:
        """One thing at a time is done with a model, and everybody can see which."""
        with self._lock:
            if entry.id in self._works:
                raise UsageError(f"{entry.title} is being fetched or tried already. Wait until that is done.")
            work = self._works[entry.id] = _Work(entry.title)
        self._results.pop(entry.id, None)
        self._on_event(Event(EventKind.MODELS))
        try:
            yield work
        except BowerbirdError as error:
            self._results[entry.id] = str(error)
            raise
        finally:
            with self._lock:
                del self._works[entry.id]
            self._on_event(Event(EventKind.MODELS))

    def cancel(self, name: str = "") -> None:
        """End fetching or trying this model, or all of them: whoever waits for it is told so."""
        with self._lock:
            for work in [work for one, work in self._works.items() if not name or one == name]:
                work.end()

    def get(self, name: str, origin: Path | None, on_bytes: Callable[[int, int], None]) -> None:
        """Fetch a model's files, from ``origin``, a folder or file, or from where the catalogue says.

        "starter" is all of the starter pack that is not here yet.

        Raises:
            UsageError: there is no such model.
            ModelUnavailable: they cannot be had, or are not what they should be; what was there stays.
        """
        from bowerbird.core.models.registry.fetch import fetch

        for one in self._missing() if name == _STARTER_PACK else (name,):
            with self._work(_entry(one)) as work:

                def told(done: int, whole: int, work: _Work = work) -> None:
                    work.told(done, whole)
                    on_bytes(done, whole)

                fetch(_entry(one), self._folder, origin, told, used=one in self._used)
                if one in self._used:
                    self._apply()

    def _missing(self) -> list[str]:
        here = {state.id for state in self._inference.states() if state.installed}
        return [name for name in STARTER if name not in here]

    def use(self, name: str) -> None:
        """Use a model that is here: its spaces are built in the background beside those that are searched.

        Raises:
            UsageError: there is no such model.
            ModelUnavailable: it is not here, or gives wrong results; the models in use stay as they are.
        """
        entry = _entry(name)
        with self._work(entry) as work:
            if not Sources(self._folder).installed(entry):
                raise ModelUnavailable(f"The model {name} is not here: {entry.how_to_get}")
            check = work.test(entry, self._folder)
            if not check.ok:
                raise ModelUnavailable(check.detail)
            self._apply(added=entry)

    def verify(self, name: str = "") -> tuple[Check, ...]:
        """Hash the files of a model, or of all that are here, again, and test it.

        Raises:
            UsageError: there is no such model.
        """
        here = [state.id for state in self._inference.states() if state.installed or state.used]
        return tuple(self._verified(_entry(one)) for one in ([name] if name else here))

    def _verified(self, entry: Entry) -> Check:
        try:
            with self._work(entry) as work:
                Sources(self._folder).files(entry, again=True)
                check = work.test(entry, self._folder)
        except BowerbirdError as error:
            return Check(entry.title, False, str(error))
        self._results[entry.id] = f"Its files and results are right: {check.detail}." if check.ok else check.detail
        return replace(check, name=entry.title)

    def remove(self, name: str) -> None:
        """Use a model no longer, forget its vectors, and delete its files unless they are of an installed package.

        Raises:
            UsageError: there is no such model.
        """
        entry = _entry(name)
        with self._work(entry):
            if name in self._used:
                self._apply(dropped=entry)
            self._inference.wait_for_old_hosts()  # Windows deletes no file that is open
            made = self._folder.glob(f"{name}-{'[0-9a-f]' * 8}*")  # what was exported of it, by its hash
            for left in (self._folder / name, self._folder / f"{name}.new", *made):
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink(missing_ok=True)

    def _apply(self, *, added: Entry | None = None, dropped: Entry | None = None) -> None:
        """Work with one model more or less from now on, and remember it once that is so."""
        with self._applying:
            names = tuple(name for name in self._used if name not in [one.id for one in (added, dropped) if one])
            names = (*names, added.id) if added else names
            self._inference.use(names)
            try:
                self._apply_to_library(dropped.spaces if dropped else ())
            except Exception:
                self._inference.use(self._used)
                raise
            self._used = names
            self._keep(names)


def _entry(name: str) -> Entry:
    if name not in (known := load()):
        raise UsageError(f"There is no model {name!r}. There are: {', '.join(known)}.")
    return known[name]
