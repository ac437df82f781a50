"""The query box: words that are typed, and example files that are dropped, pasted or picked."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QIcon,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
)

from bowerbird.core.answers import Preview
from bowerbird.core.types import Example, Locator, Query
from bowerbird.gui.desktop import paths_of
from bowerbird.gui.query.completion import FilterCompleter
from bowerbird.gui.query.save_button import SaveButton
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.jpeg import image_of
from bowerbird.gui.widgets.painting import fill_rounded
from bowerbird.gui.widgets.widgets import remove, restyle, tool
from bowerbird.gui.wording import name_of, part_of, shown

_HEIGHT = 48
_PLACEHOLDER = "Describe what you are looking for"
_THUMB_PX = 30
_PREVIEW_SIDE = 128
_HINT_TEXT_WIDTH = 560  # with less room the hint is an icon only


class QueryEdit(QLineEdit):
    """The text field. Keys that concern the examples or the results become signals."""

    left_downwards = Signal()
    """Down or Enter."""
    backspace_at_start = Signal()
    paste_requested = Signal()
    """Paste, while the clipboard holds files or a picture."""
    focus_changed = Signal(bool)

    def __init__(self) -> None:
        """Offers filters as one types."""
        super().__init__()
        self.offers = FilterCompleter(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.offers.takes(event.key()):
            event.ignore()
        elif event.key() == Qt.Key.Key_Down and self.offers.offer_recent():
            event.accept()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left_downwards.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Backspace and self.cursorPosition() == 0 and not self.hasSelectedText():
            self.backspace_at_start.emit()
        elif event.matches(QKeySequence.StandardKey.Paste) and clipboard_has_example():
            self.paste_requested.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.offers.offer_recent()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)


class QueryBox(QFrame):
    """Shows the text and the examples of the session's question, and changes them."""

    left_downwards = Signal()
    """Down or Enter: the focus should go to the results."""
    pick_requested = Signal()
    """The user wants to choose a file to search by."""

    def __init__(self, session: SearchSession) -> None:
        """Follow this session's question."""
        super().__init__()
        self.setObjectName("query")
        self._session = session
        self.chips: dict[Example, QToolButton] = {}
        self._search_icon = QLabel()
        self._search_icon.setFixedSize(18, 18)
        self.edit = QueryEdit()
        self.edit.setPlaceholderText(_PLACEHOLDER)
        self.edit.setAccessibleName("Search")
        self.edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)  # as high as the box
        self.edit.setAcceptDrops(False)  # a dropped file is an example: the window takes it
        self._hint = tool("Choose a file to search by (Ctrl+O), drop one, or paste one", self.pick_requested)
        self.save_button = SaveButton(session)
        self._place_widgets()
        self._connect_signals()
        self._draw_icons()

    def _place_widgets(self) -> None:
        self._hint.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._hint.setObjectName("hint")
        self._hint.setText(" drop a file to search by it")
        self.setFixedHeight(_HEIGHT)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 0, 10, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self._search_icon)
        self._row.addWidget(self.edit, 1)
        self._row.addWidget(self.save_button)
        self._row.addWidget(self._hint)
        self._shadow = QGraphicsDropShadowEffect(self)
        self._shadow.setBlurRadius(24)
        self._shadow.setOffset(0, 6)
        self.setGraphicsEffect(self._shadow)

    def _connect_signals(self) -> None:
        self.edit.textChanged.connect(self._on_text_changed)
        self.edit.left_downwards.connect(self.left_downwards)
        self.edit.backspace_at_start.connect(self._remove_last_example)
        self.edit.paste_requested.connect(self.paste)
        self.edit.focus_changed.connect(self._show_focus)
        self._session.question_changed.connect(self._show_question)
        self._session.recent_changed.connect(self._load_recent)
        self._session.theme.changed.connect(self._draw_icons)

    def fit(self, width: int) -> None:
        """Adapt to a pane of this width, in pixels."""
        style = Qt.ToolButtonStyle
        has_room = width >= _HINT_TEXT_WIDTH
        self._hint.setToolButtonStyle(style.ToolButtonTextBesideIcon if has_room else style.ToolButtonIconOnly)

    def take_focus(self) -> None:
        """Take the keyboard focus, with the text selected."""
        self.edit.setFocus()
        self.edit.selectAll()

    def paste(self) -> None:
        """Search by the files, the picture or the text on the clipboard."""
        mime = QGuiApplication.clipboard().mimeData()
        if files := tuple(path for path in paths_of(mime) if path.is_file()):
            self._session.add_examples(files)
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
                lambda library: library.paste_example(_png(image)), lambda path: self._session.add_examples((path,))
            )

    def _on_text_changed(self, text: str) -> None:
        if text != self._session.question.text:  # else it was the session that set the text
            self._session.set_text(text)

    def _remove_last_example(self) -> None:
        if self._session.question.like:
            self._session.remove_example(self._session.question.like[-1])

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
        self._hint.setIcon(theme.icon("drop", theme.colours.muted))
        self._shadow.setColor(QColor(0, 0, 0, 110 if theme.colours.dark else 26))

    # examples

    def _show_question(self, question: Question) -> None:
        if self.edit.text() != question.text:
            self.edit.setText(question.text)
        for removed in [example for example in self.chips if example not in question.like]:
            remove(self.chips.pop(removed))
        for example in question.like:
            if example not in self.chips:
                self._add_chip(example)
        self.edit.setPlaceholderText("and words, if you like" if question.like else _PLACEHOLDER)

    def _add_chip(self, example: Example) -> None:
        path, part = example.path, part_of(example)
        description = f"Example {name_of(path)} {part}, remove"
        chip = tool(description, lambda: self._session.remove_example(example), _THUMB_PX)
        chip.setObjectName("example")
        chip.setText(f" like {part or 'this'} ×")
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setIcon(self._session.theme.icon("file", self._session.theme.colours.blue))
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        chip.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        chip.setToolTip(f"{shown(str(path))}\nClick to search by it no more")
        self._row.insertWidget(1 + len(self.chips), chip)
        self.chips[example] = chip
        self._load_picture(example, chip)

    def _load_picture(self, example: Example, chip: QToolButton) -> None:
        """Have the library decode a picture of the example, in a child process: this one never opens the file."""

        def show_icon(preview: Preview) -> None:
            image = image_of(preview.image)
            if self.chips.get(example) is chip and not image.isNull():
                chip.setIcon(QIcon(_square(image, round(_THUMB_PX * self.devicePixelRatio()))))

        moment = Locator(start_s=example.start_s, end_s=example.end_s)
        self._session.bridge.call(
            lambda library: library.preview(example.path, Query(), moment, _PREVIEW_SIDE), show_icon, lambda _: None
        )


def clipboard_has_example() -> bool:
    """True if the clipboard holds files, or a picture and no text."""
    mime = QGuiApplication.clipboard().mimeData()
    return bool(paths_of(mime)) or (mime.hasImage() and not mime.hasText())


def _square(image: QImage, side: int) -> QPixmap:
    scaled = image.scaled(
        side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    square = QPixmap(side, side)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill_rounded(painter, QRectF(0, 0, side, side), QPixmap.fromImage(scaled), side / 5)
    painter.end()
    return square


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
