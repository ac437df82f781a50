"""Chooses the part of an example to search by: a frame on a picture or page, or a stretch of a recording or clip."""

from __future__ import annotations

from dataclasses import replace

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QHBoxLayout, QVBoxLayout, QWidget

from bowerbird.core.answers import Preview
from bowerbird.core.questions import Example, Query
from bowerbird.core.types import Kind, Locator
from bowerbird.gui.preview.crop_view import CropView
from bowerbird.gui.preview.media_view import load_scenes
from bowerbird.gui.preview.page_turner import PageTurner
from bowerbird.gui.preview.time_bar import Filmstrip, Waveform
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.jpeg import image_of
from bowerbird.gui.widgets.widgets import button, fit_to_screen, label
from bowerbird.gui.wording import name_of

_WIDTH, _HEIGHT = 720, 640
_AROUND = 168  # pixels that the margins, the name, the hint and the buttons take of the dialog's height
_SIDE = 1280  # of the picture, in pixels
_LONGEST_S = 100 * 3600.0  # of a recording whose length is not known: it is in no folder that is looked after


class PartDialog(QDialog):
    """Empty until the library has decoded the file."""

    chosen = Signal(object)
    """The ``Example`` with the part that was chosen."""

    def __init__(self, session: SearchSession, example: Example, parent: QWidget) -> None:
        """Start with the part that the example has."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Search by a part of {name_of(example.path)}")
        self._session, self._example = session, example
        self._page: int | None = None  # of a document, the one that is shown
        fit_to_screen(self, _WIDTH, _HEIGHT)
        self.crop = CropView(session.theme, max(120, self.height() - _AROUND))
        self.pages = PageTurner(session.theme)
        self.stretch = StretchChooser(session)
        self._hint = label("Opening it…", "muted", wrap=True)
        self._use = button("Search by this part", self._choose, "primary")
        self._use.setDefault(True)  # Enter in a number, too
        self._place_widgets()
        self.pages.page_requested.connect(self._turn_to)
        self._load()

    def _place_widgets(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(button("Take all of it", self._choose_all))
        buttons.addStretch(1)
        buttons.addWidget(button("Cancel", self.reject))
        buttons.addWidget(self._use)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        for widget in (self.crop, self.pages, self.stretch):
            column.addWidget(widget)
            widget.hide()
        column.addWidget(self._hint)
        column.addStretch(1)
        column.addLayout(buttons)

    def _load(self) -> None:
        path, moment = self._example.path, Locator(page=self._example.page)
        self._session.bridge.call(lambda library: library.preview(path, Query(), moment, _SIDE), self._show)

    def _show(self, preview: Preview) -> None:
        if not shiboken6.isValid(self):
            return
        if (preview.kind or _kind_by_name(self._example)) in (Kind.RECORDING, Kind.CLIP):
            self._show_stretch(preview)
        elif (image := image_of(preview.image)).isNull():
            self._hint.setText(preview.problem or "It has no parts to choose from.")
            self._use.setEnabled(False)
        else:
            self._show_picture(preview, image)

    def _show_picture(self, preview: Preview, image: QImage) -> None:
        self.crop.show_image(image)
        self.crop.choose(self._example.box)
        self._page = preview.page
        self.pages.show_pages(preview.page, preview.pages, ())
        turn = "Turn to the page that you mean. " if (preview.pages or 0) > 1 else ""
        self._hint.setText(f"{turn}Draw a frame round what you mean, or move one with the arrow keys.")
        self.crop.show()
        self.crop.setFocus()

    def _show_stretch(self, preview: Preview) -> None:
        self._hint.setText("Drag over what you mean, or type from when to when.")
        self.stretch.show()
        self.stretch.show_media(preview, self._example)
        self.stretch.first.setFocus()
        self.resize(self.width(), self.sizeHint().height())

    def _turn_to(self, page: Locator) -> None:
        self._example = replace(self._example, page=page.page, box=None)
        self._load()

    def _choose(self) -> None:
        if not self.stretch.isHidden():
            start_s, end_s = self.stretch.part()
            self._finish(replace(self._example, start_s=start_s, end_s=end_s))
        else:
            self._finish(replace(self._example, box=self.crop.box, page=self._page))

    def _choose_all(self) -> None:
        self._finish(replace(self._example, start_s=None, end_s=None, box=None, page=None))

    def _finish(self, example: Example) -> None:
        self.chosen.emit(example)
        self.accept()


class StretchChooser(QWidget):
    """A waveform or the scenes, to be dragged over, and the same in seconds, to be typed."""

    def __init__(self, session: SearchSession) -> None:
        """Of nothing until ``show_media``."""
        super().__init__()
        self._session = session
        self.waveform, self.filmstrip = Waveform(session.theme), Filmstrip(session.theme)
        self.first, self.last = _seconds("From"), _seconds("To")
        row = QHBoxLayout()
        for name, box in (("From", self.first), ("to", self.last)):
            row.addWidget(label(name))
            row.addWidget(box)
        row.addWidget(label("seconds"))
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for bar in (self.waveform, self.filmstrip):
            bar.part_selected.connect(self._take_part)
            column.addWidget(bar)
        column.addLayout(row)
        for box in (self.first, self.last):
            box.valueChanged.connect(self._mark_part)

    def show_media(self, preview: Preview, example: Example) -> None:
        """Show a file, and the part of it that an example has, or else all."""
        length_s = preview.duration_s or 0.0
        self.waveform.setVisible(bool(preview.waveform))
        self.waveform.show_loudness(preview.waveform)
        self.filmstrip.setVisible(len(preview.scenes) > 1)
        for bar in (self.waveform, self.filmstrip):
            bar.show_length(length_s, ())
        for box in (self.first, self.last):
            box.setMaximum(length_s or _LONGEST_S)
        self.first.setValue(example.start_s or 0.0)
        self.last.setValue(example.end_s if example.end_s is not None else length_s)
        if not self.filmstrip.isHidden():
            load_scenes(self._session, self.filmstrip, preview, lambda: shiboken6.isValid(self))

    def part(self) -> tuple[float | None, float | None]:
        """The chosen stretch in seconds; without an end, all of it."""
        first, last = sorted((self.first.value(), self.last.value()))
        whole = first == 0 and last in (0, self.last.maximum())
        return (None, None) if whole or first == last else (first, last)

    def _take_part(self, first_s: float, last_s: float) -> None:
        if last_s > first_s:
            self.first.setValue(first_s)
            self.last.setValue(last_s)

    def _mark_part(self) -> None:
        for bar in (self.waveform, self.filmstrip):
            bar.select_part(*sorted((self.first.value(), self.last.value())))


def _seconds(name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setDecimals(1)
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    box.setAccessibleName(f"{name}, in seconds")
    return box


def _kind_by_name(example: Example) -> Kind | None:
    from bowerbird.core.extractors import kind_of

    return kind_of(example.path)
