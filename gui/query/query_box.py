"""The one loud thing: words and examples, typed, dropped, pasted or picked."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QIcon,
    QImage,
    QKeyEvent,
    QKeySequence,
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
from bowerbird.gui.question import Question
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.painting import fill_rounded
from bowerbird.gui.widgets.widgets import remove, tool
from bowerbird.gui.wording import name_of, part_of, shown

_HEIGHT = 48
_ASKS = "Describe what you are looking for"
_THUMB = 30
_HINT_FITS = 560


class QueryEdit(QLineEdit):
    """The line one types in; it hands on the keys that are not for it."""

    down = Signal()
    erased = Signal()
    """Backspace at the very beginning."""
    pasted = Signal()
    """Paste, of something that is not text."""
    focused = Signal(bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Backspace and self.cursorPosition() == 0 and not self.hasSelectedText():
            self.erased.emit()
        elif event.matches(QKeySequence.StandardKey.Paste) and carries_example():
            self.pasted.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)


class QueryBox(QFrame):
    """Shows the session's text and examples, and changes them."""

    down = Signal()
    """Down or Enter: on to the results."""
    pick_wanted = Signal()

    def __init__(self, session: SearchSession) -> None:
        """Show this session's question."""
        super().__init__()
        self.setObjectName("query")
        self._session = session
        self.chips: dict[Example, QToolButton] = {}
        self._sign = QLabel()
        self._sign.setFixedSize(18, 18)
        self.edit = QueryEdit()
        self.edit.setPlaceholderText(_ASKS)
        self.edit.setAccessibleName("Search")
        self.edit.setAcceptDrops(False)  # a dropped file is an example: the window takes it
        self._hint = tool("Choose a file to search by (Ctrl+O), drop one, or paste one", self.pick_wanted)
        self._place()
        self._listen()
        self._draw()

    def _place(self) -> None:
        self._hint.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._hint.setObjectName("hint")
        self._hint.setText(" drop a file to search by it")
        self.setFixedHeight(_HEIGHT)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 0, 10, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self._sign)
        self._row.addWidget(self.edit, 1)
        self._row.addWidget(self._hint)
        self._shadow = QGraphicsDropShadowEffect(self)
        self._shadow.setBlurRadius(24)
        self._shadow.setOffset(0, 6)
        self.setGraphicsEffect(self._shadow)

    def _listen(self) -> None:
        self.edit.textEdited.connect(self._session.type_text)
        self.edit.textChanged.connect(self._typed)
        self.edit.down.connect(self.down)
        self.edit.erased.connect(self._drop_last)
        self.edit.pasted.connect(self.paste)
        self.edit.focused.connect(self._light)
        self._session.question_changed.connect(self._follow)
        self._session.theme.changed.connect(self._draw)

    def fit(self, width: int) -> None:
        """Say less where there is less room."""
        roomy = width >= _HINT_FITS
        style = Qt.ToolButtonStyle
        self._hint.setToolButtonStyle(style.ToolButtonTextBesideIcon if roomy else style.ToolButtonIconOnly)

    def take_focus(self) -> None:
        """Let the user type over what is there."""
        self.edit.setFocus()
        self.edit.selectAll()

    def paste(self) -> None:
        """Search by what the clipboard holds."""
        carried = QGuiApplication.clipboard().mimeData()
        if files := tuple(path for path in paths_of(carried) if path.is_file()):
            self._session.add_examples(files)
        elif carried.hasImage():
            self.take_image(carried)
        elif carried.hasText():
            self.edit.setFocus()
            self.edit.paste()

    def take_image(self, carried: QMimeData) -> None:
        """Search by a picture that is no file yet."""
        image = QImage(carried.imageData())
        if not image.isNull():
            self._session.bridge.call(
                lambda library: library.paste_example(_png(image)), lambda path: self._session.add_examples((path,))
            )

    def _typed(self, text: str) -> None:
        if text != self._session.question.text:
            self._session.type_text(text)

    def _drop_last(self) -> None:
        if self._session.question.like:
            self._session.drop_example(self._session.question.like[-1])

    def _light(self, active: bool) -> None:
        self.setProperty("active", active)
        self.style().unpolish(self)
        self.style().polish(self)

    def _draw(self) -> None:
        theme = self._session.theme
        self._sign.setPixmap(theme.icon("search").pixmap(QSize(16, 16), self.devicePixelRatio()))
        self._hint.setIcon(theme.icon("drop", theme.colours.muted))
        self._shadow.setColor(QColor(0, 0, 0, 110 if theme.colours.dark else 26))

    # examples

    def _follow(self, question: Question) -> None:
        if self.edit.text() != question.text:
            self.edit.setText(question.text)
        for gone in [example for example in self.chips if example not in question.like]:
            remove(self.chips.pop(gone))
        for example in question.like:
            if example not in self.chips:
                self._add_chip(example)
        self.edit.setPlaceholderText("and words, if you like" if question.like else _ASKS)

    def _add_chip(self, example: Example) -> None:
        path, part = example.path, part_of(example)
        chip = tool(f"Example {name_of(path)} {part}, remove", lambda: self._session.drop_example(example), _THUMB)
        chip.setObjectName("example")
        chip.setText(f" like {part or 'this'} ×")
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setIcon(self._session.theme.icon("file", self._session.theme.colours.blue))
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        chip.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        chip.setToolTip(f"{shown(str(path))}\nClick to search by it no more")
        self._row.insertWidget(1 + len(self.chips), chip)
        self.chips[example] = chip
        self._picture(example, chip)

    def _picture(self, example: Example, chip: QToolButton) -> None:
        """Ask the library for a picture: a decoder child reads the file, never this process."""

        def draw(preview: Preview) -> None:
            image = QImage.fromData(QByteArray(preview.image))
            if self.chips.get(example) is chip and not image.isNull():
                chip.setIcon(QIcon(_square(image, round(_THUMB * self.devicePixelRatio()))))

        moment = Locator(start_s=example.start_s, end_s=example.end_s)
        self._session.bridge.call(
            lambda library: library.preview(example.path, Query(), moment, 128), draw, lambda _: None
        )


def carries_example() -> bool:
    """Whether the clipboard holds files or a picture."""
    carried = QGuiApplication.clipboard().mimeData()
    return bool(paths_of(carried)) or (carried.hasImage() and not carried.hasText())


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
    written = QBuffer()
    written.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(written, "PNG")  # type: ignore[call-overload]
    return bytes(written.data().data())
