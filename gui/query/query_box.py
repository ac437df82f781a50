"""The query box: words above, and below them, once it is opened, the well of examples."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from bowerbird.core.questions import Example
from bowerbird.gui.desktop import paths_in, paths_of
from bowerbird.gui.query.example_chip import ExampleChip
from bowerbird.gui.query.example_well import ExampleWell, matched
from bowerbird.gui.query.query_edit import PLACEHOLDER, PLACEHOLDER_BESIDE, QueryEdit
from bowerbird.gui.query.save_button import SaveButton
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import describe, remove, restyle, tool

_HEIGHT = 48
_HINT_TEXT_WIDTH = 560  # with less room the hint is an icon only, and so are examples
_LEAST_WORDS = 450  # pixels of the box that chips leave free
_CHIP_WIDTH, _NARROW_CHIP = 158, 62


class QueryBox(QFrame):
    """Shows the text and the examples of the session's question, and changes them."""

    left_downwards = Signal()
    """The focus should go to the results."""
    entered = Signal()
    """Enter: the best result is wanted."""
    pick_requested = Signal()
    """The user wants to choose a file to search by."""

    def __init__(self, session: SearchSession) -> None:
        """Follow this session's question; the well is folded."""
        super().__init__()
        self.setObjectName("query")
        self._session = session
        self._narrow = False
        self.chips: list[ExampleChip] = []
        self._search_icon = QLabel()
        self._search_icon.setFixedSize(18, 18)
        self.edit = QueryEdit()
        self.more = tool("", self.open_well)
        self.clear_button = tool("Clear words and examples (Escape twice)", self._clear)
        self.save_button = SaveButton(session)
        self.hint = tool("", self.toggle_well)
        self.well = ExampleWell(session)
        self._place_widgets()
        self._connect_signals()
        self._draw_icons()
        self._show_question(session.question)
        self._show_well(False)

    def _place_widgets(self) -> None:
        self.more.setObjectName("hint")
        self.hint.setObjectName("hint")
        self.hint.setText(" search by example")
        self.hint.setCheckable(True)
        words = QWidget()
        words.setFixedHeight(_HEIGHT)
        self._row = QHBoxLayout(words)
        self._row.setContentsMargins(14, 0, 10, 0)
        self._row.setSpacing(8)
        for widget in (self._search_icon, self.more, self.edit, self.clear_button, self.save_button, self.hint):
            self._row.addWidget(widget, int(widget is self.edit))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column.addWidget(words)
        column.addWidget(self.well)
        self._shadow = QGraphicsDropShadowEffect(self)
        self._shadow.setBlurRadius(24)
        self._shadow.setOffset(0, 6)
        self.setGraphicsEffect(self._shadow)

    def _connect_signals(self) -> None:
        self.edit.textChanged.connect(self._on_text_changed)
        self.edit.left_downwards.connect(self.left_downwards)
        self.edit.entered.connect(self.entered)
        self.edit.cleared.connect(self._clear)
        self.edit.backspace_at_start.connect(self._remove_last_example)
        self.edit.paste_requested.connect(self.paste)
        self.edit.focus_changed.connect(self._show_focus)
        self.well.pick_requested.connect(self.pick_requested)
        self._session.question_changed.connect(self._show_question)
        self._session.recent_changed.connect(self._load_recent)
        self._session.theme.changed.connect(self._draw_icons)

    def fit(self, width: int) -> None:
        """Adapt to a pane of this width, in pixels."""
        self._narrow = width < _HINT_TEXT_WIDTH
        style = Qt.ToolButtonStyle
        self.hint.setToolButtonStyle(style.ToolButtonIconOnly if self._narrow else style.ToolButtonTextBesideIcon)
        self._fit_chips()

    def take_focus(self) -> None:
        """Take the keyboard focus, with the text selected."""
        self.edit.setFocus()
        self.edit.selectAll()

    # words

    def paste(self) -> None:
        """Search by the files, the picture or the text on the clipboard."""
        mime = QGuiApplication.clipboard().mimeData()
        if files := tuple(path for path in paths_of(mime) if path.is_file()):
            self._session.examples.add(files)
        elif mime.hasImage():
            self.take_image(mime)
        elif mime.hasText():
            self.edit.setFocus()
            self.edit.paste()

    def take_image(self, mime: QMimeData) -> None:
        """Search by a picture that has no path: the library saves it as a file first."""
        image = QImage(mime.imageData())
        if not image.isNull():
            self._session.bridge.call(
                lambda library: library.paste_example(_png(image)), lambda path: self._session.examples.add((path,))
            )

    def _on_text_changed(self, text: str) -> None:
        before = self._session.question.text
        if text == before:  # it was the session that set the text
            return
        if files := _pasted_files(before, text):
            self.edit.setText(before)
            self._session.examples.add(files)
        else:
            self._session.set_text(text)

    def _clear(self) -> None:
        self._session.clear()
        self.edit.setFocus()

    def _show_focus(self, active: bool) -> None:
        if active:
            self._load_recent()
        self.setProperty("active", active)
        restyle(self)

    def _load_recent(self) -> None:
        self._session.bridge.latest(
            "recent", lambda library: library.recent_questions(), self.edit.offers.use_recent, lambda _: None
        )

    def _draw_icons(self) -> None:
        theme = self._session.theme
        self._search_icon.setPixmap(theme.icon("search").pixmap(QSize(16, 16), self.devicePixelRatio()))
        self.hint.setIcon(theme.icon("drop", theme.colours.muted))
        self.clear_button.setIcon(theme.icon("close", theme.colours.muted))
        self._shadow.setColor(QColor(0, 0, 0, 110 if theme.colours.dark else 26))

    # examples

    def toggle_well(self) -> None:
        """Open the well and go there, or fold it into chips and go back to the words."""
        self._show_well(self.well.isHidden())
        if self.well.isHidden():
            self.edit.setFocus()
        else:
            self.well.take_focus()

    def open_well(self) -> None:
        """Show the examples as cards."""
        self._show_well(True)

    def _show_well(self, shown: bool) -> None:
        self.well.setVisible(shown)
        self.hint.setChecked(shown)
        describe(
            self.hint, f"{'Fold the examples' if shown else 'Search by example: open the place for files'} (Ctrl+E)"
        )
        self._fit_chips()

    def _remove_last_example(self) -> None:
        if self._session.question.like:
            self._session.examples.remove(self._session.question.like[-1])

    def _show_question(self, question: Question) -> None:
        if self.edit.text() != question.text:
            self.edit.setText(question.text)
        self.chips, gone = matched(self.chips, question.like, self._chip)
        for chip in gone:
            remove(chip)
        for place, chip in enumerate(self.chips):
            self._row.insertWidget(1 + place, chip)
        self.clear_button.setVisible(bool(question.text or question.like))
        self.edit.setPlaceholderText(PLACEHOLDER_BESIDE if question.like else PLACEHOLDER)
        self._fit_chips()

    def _chip(self, example: Example) -> ExampleChip:
        chip = ExampleChip(self._session, example)
        chip.opened.connect(self.open_well)
        return chip

    def _fit_chips(self) -> None:
        """Show as many chips as leave room for words, and how many more there are; none while they are cards.

        Where not all have room with their names, they are pictures alone.
        """
        room = self.width() - _LEAST_WORDS
        narrow = self._narrow or len(self.chips) > room // _CHIP_WIDTH
        shown = min(len(self.chips), max(1, room // _NARROW_CHIP)) if self.well.isHidden() else 0
        for place, chip in enumerate(self.chips):
            chip.narrow(narrow)
            chip.setVisible(place < shown)
        left = len(self.chips) - shown
        self.more.setVisible(bool(left) and self.well.isHidden())
        self.more.setText(f"+{left}")
        describe(self.more, f"{left} more examples: show all")


def _pasted_files(before: str, after: str) -> tuple[Path, ...]:
    """The files whose paths were put into a text at once, as pasting does and typing does not."""
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    inserted = after[start : len(after) - end]
    return paths_in(inserted) if len(inserted) > 1 else ()


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
