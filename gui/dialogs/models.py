"""The models: what each is good for, whether it is here, getting and using it. The one place for their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QVBoxLayout, QWidget

from bowerbird.core.state import ModelState
from bowerbird.core.types import Modality
from bowerbird.gui.dialogs.model_row import Acts, ModelRow
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, label, once, remove, scrolling
from bowerbird.gui.wording import size

if TYPE_CHECKING:
    from bowerbird.core.library import Library

_AGAIN_MS = 500  # while something is fetched or built
_GROUPS: Mapping[Modality, str] = {
    Modality.TEXT: "For what documents say",
    Modality.IMAGE: "For photos, and pictures of clips",
    Modality.SOUND: "For recordings, and the sound of clips",
    Modality.SCENE: "For clips",
}


class ModelsDialog(QDialog):
    """A row per model, in groups by what they read."""

    def __init__(self, session: SearchSession, parent: QWidget | None = None) -> None:
        """Show the models of this session's library."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self.setWindowTitle("Models")
        self.resize(680, 640)
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(0)
        self.rows: dict[str, ModelRow] = {}
        self._acts = Acts(self._get, self._use, self._check, self._drop, self._cancel)
        self._again = once(self, _AGAIN_MS, self.refresh)
        self._place()
        session.models_changed.connect(self.refresh)
        self.finished.connect(self._leave)
        self.refresh()

    def _place(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        column.addWidget(label("Models", "title"))
        says = "They read your files on this computer. The better they are, the better Bowerbird finds."
        column.addWidget(label(says, "muted", wrap=True))
        column.addWidget(scrolling(self._inside), 1)
        column.addWidget(button("Close", self.accept), 0, Qt.AlignmentFlag.AlignRight)

    def refresh(self) -> None:
        """Ask again which models there are."""
        self._session.bridge.latest("models", lambda library: library.models(), self._show)

    def _leave(self) -> None:
        """What was begun here goes on without it."""
        self._session.models_changed.disconnect(self.refresh)
        self._again.stop()
        self._session.bridge.forget("models")

    def _show(self, models: tuple[ModelState, ...]) -> None:
        if set(self.rows) != {model.id for model in models}:
            self._fill(models)
        for model in models:
            self.rows[model.id].show_state(model)
        if any(model.built or model.busy for model in models):
            self._again.start()

    def _fill(self, models: tuple[ModelState, ...]) -> None:
        while item := self._column.takeAt(0):
            if widget := item.widget():
                remove(widget)
        self.rows = {model.id: ModelRow(model, self._acts) for model in models}
        for modality, title in _GROUPS.items():
            mine = [model for model in models if model.modalities[0] is modality]
            if mine:
                self._column.addSpacing(10)
                self._column.addWidget(label(title, "section"))
            for model in sorted(mine, key=lambda model: (not model.used, not model.recommended)):
                self._column.addWidget(self.rows[model.id])
        self._column.addStretch(1)

    # what the buttons do

    def _get(self, model: ModelState) -> None:
        if not model.source:
            self._choose(model)
            return
        about = f"About {size(model.size_bytes)}" if model.size_bytes else "A size that only its source knows"
        more = f"{about}, from {model.source}. Nothing about your files is sent. Licence: {model.licence}."
        own = {"From a folder…": lambda: self._choose(model)}
        self._confirm(f"Get {model.title} over the network?", more, {"Get it": lambda: self._fetch(model, None), **own})

    def _choose(self, model: ModelState) -> None:
        """Let the user point at files that are here already."""
        if model.source:
            chosen = QFileDialog.getExistingDirectory(self, f"The folder with {model.title}", str(Path.home()))
        else:
            chosen, _ = QFileDialog.getOpenFileName(self, f"The file of {model.title}", str(Path.home()))
        if chosen:
            self._fetch(model, Path(chosen))

    def _fetch(self, model: ModelState, origin: Path | None) -> None:
        self._do(model, "getting it…", lambda library: library.get_model(model.id, origin))

    def _use(self, model: ModelState) -> None:
        self._do(model, "trying it out…", lambda library: library.use_model(model.id))

    def _check(self, model: ModelState) -> None:
        self._do(model, "checking it…", lambda library: library.verify_model(model.id))

    def _drop(self, model: ModelState) -> None:
        forgotten = "What it read from your files is forgotten, and what it took on the disk is freed. Your files stay."
        deleted = "It can be fetched again. Your files stay."
        asked = f"Stop using {model.title}?" if model.used else f"Delete the files of {model.title}?"
        acts = {"Stop using it" if model.used else "Delete them": lambda: self._remove(model)}
        self._confirm(asked, forgotten if model.used else deleted, acts)

    def _remove(self, model: ModelState) -> None:
        self._do(model, "removing it…", lambda library: library.remove_model(model.id))

    def _cancel(self, model: ModelState) -> None:
        self._session.bridge.call(lambda library: library.cancel_model(model.id))

    def _confirm(self, asked: str, more: str, acts: Mapping[str, Callable[[], None]]) -> None:
        """Ask, with a button for each thing one can do, and one for nothing."""
        box = QMessageBox(QMessageBox.Icon.NoIcon, "Models", asked, parent=self)
        box.setInformativeText(more)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, act in acts.items():
            box.addButton(name, QMessageBox.ButtonRole.AcceptRole).clicked.connect(act)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.open()

    def _do(self, model: ModelState, doing: str, op: Callable[[Library], object]) -> None:
        """What comes of it the model's state tells, also to a page that is opened later."""
        self.rows[model.id].begin(doing)
        self._again.start()
        self._session.bridge.call(op, slow=True)
