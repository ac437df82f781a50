"""A dialog that lists the models and lets the user fetch, use, check and remove them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QVBoxLayout, QWidget

from bowerbird.core.state import ModelState
from bowerbird.core.types import Modality
from bowerbird.gui.dialogs.model_row import ModelActions, ModelRow
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, fit_to_screen, label, on_click, remove, scroll_area, single_shot
from bowerbird.gui.wording import size

if TYPE_CHECKING:
    from bowerbird.core.library import Library

_POLL_MS = 500  # while a model is fetched or reads what is there
_GROUPS: Mapping[Modality, str] = {
    Modality.TEXT: "For what documents say",
    Modality.IMAGE: "For photos, and pictures of clips",
    Modality.SOUND: "For recordings, and the sound of clips",
    Modality.SCENE: "For clips",
}


class ModelsDialog(QDialog):
    """A row a model, in groups by what they read. Work started here goes on when the dialog is closed."""

    def __init__(self, session: SearchSession, parent: QWidget | None = None) -> None:
        """Show the models of this session's library."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self.setWindowTitle("Models")
        fit_to_screen(self, 680, 640)
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(0)
        self.rows: dict[str, ModelRow] = {}
        self._actions = ModelActions(self._get, self._use, self._check, self._drop, self._cancel)
        self._poll_timer = single_shot(self, _POLL_MS, self.refresh)
        self._place_widgets()
        session.library.models_changed.connect(self.refresh)
        self.finished.connect(self._disconnect)
        self.refresh()

    def _place_widgets(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        column.addWidget(label("Models", "title"))
        introduction = "They read your files on this computer. The better they are, the better Bowerbird finds."
        column.addWidget(label(introduction, "muted", wrap=True))
        column.addWidget(scroll_area(self._content), 1)
        column.addWidget(button("Close", self.accept), 0, Qt.AlignmentFlag.AlignRight)

    def refresh(self) -> None:
        """Ask the library for the state of its models."""
        self._session.bridge.latest("models", lambda library: library.models(), self._show_models)

    def _disconnect(self) -> None:
        self._session.library.models_changed.disconnect(self.refresh)
        self._poll_timer.stop()
        self._session.bridge.forget("models")

    def _show_models(self, models: tuple[ModelState, ...]) -> None:
        if set(self.rows) != {model.id for model in models}:
            self._create_rows(models)
        for model in models:
            self.rows[model.id].show_state(model)
        if any(model.built or model.busy for model in models):
            self._poll_timer.start()

    def _create_rows(self, models: tuple[ModelState, ...]) -> None:
        while item := self._column.takeAt(0):
            if widget := item.widget():
                remove(widget)
        self.rows = {model.id: ModelRow(model, self._actions) for model in models}
        for modality, title in _GROUPS.items():
            group = [model for model in models if model.modalities[0] is modality]
            if group:
                self._column.addSpacing(10)
                self._column.addWidget(label(title, "section"))
            for model in sorted(group, key=lambda model: (not model.used, not model.recommended)):
                self._column.addWidget(self.rows[model.id])
        self._column.addStretch(1)

    # what the buttons do

    def _get(self, model: ModelState) -> None:
        if not model.source:
            self._choose_origin(model)
            return
        about = f"About {size(model.size_bytes)}" if model.size_bytes else "A size that only its source knows"
        details = f"{about}, from {model.source}. Nothing about your files is sent. Licence: {model.licence}."
        actions = {
            "Get it": lambda: self._fetch(model, None),
            "From a folder…": lambda: self._choose_origin(model),
        }
        self._confirm(f"Get {model.title} over the network?", details, actions)

    def _choose_origin(self, model: ModelState) -> None:
        """Let the user choose the model's folder or file on this computer."""
        if model.source:
            origin = QFileDialog.getExistingDirectory(self, f"The folder with {model.title}", str(Path.home()))
        else:
            origin, _ = QFileDialog.getOpenFileName(self, f"The file of {model.title}", str(Path.home()))
        if origin:
            self._fetch(model, Path(origin))

    def _fetch(self, model: ModelState, origin: Path | None) -> None:
        """Fetch from a folder or file, or from the model's source on the network if there is none."""
        self._start(model, "getting it…", lambda library: library.get_model(model.id, origin))

    def _use(self, model: ModelState) -> None:
        self._start(model, "trying it out…", lambda library: library.use_model(model.id))

    def _check(self, model: ModelState) -> None:
        self._start(model, "checking it…", lambda library: library.verify_model(model.id))

    def _drop(self, model: ModelState) -> None:
        if model.used:
            question, answer = f"Stop using {model.title}?", "Stop using it"
            details = (
                "What it read from your files is forgotten, and what it took on the disk is freed. Your files stay."
            )
        else:
            question, answer = f"Delete the files of {model.title}?", "Delete them"
            details = "It can be fetched again. Your files stay."
        self._confirm(question, details, {answer: lambda: self._remove(model)})

    def _remove(self, model: ModelState) -> None:
        self._start(model, "removing it…", lambda library: library.remove_model(model.id))

    def _cancel(self, model: ModelState) -> None:
        self._session.bridge.call(lambda library: library.cancel_model(model.id))

    def _confirm(self, question: str, details: str, actions: Mapping[str, Callable[[], None]]) -> None:
        """Ask a question with a button for each action and one to cancel."""
        box = QMessageBox(QMessageBox.Icon.NoIcon, "Models", question, parent=self)
        box.setInformativeText(details)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, action in actions.items():
            on_click(box.addButton(text, QMessageBox.ButtonRole.AcceptRole), action)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.open()

    def _start(self, model: ModelState, work: str, op: Callable[[Library], object]) -> None:
        """Run ``op`` in a thread. Its progress and result come with the model's state, also to a later dialog."""
        self.rows[model.id].begin(work)
        self._poll_timer.start()
        self._session.bridge.call(op, slow=True)
