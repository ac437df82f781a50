"""A layout that wraps: widgets side by side, continued on the next line where there is no room."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem


class FlowLayout(QLayout):
    """A layout for a few buttons."""

    def __init__(self, gap: int = 8) -> None:
        """``gap`` is the space between widgets, in pixels, horizontally and vertically."""
        super().__init__()
        self._gap = gap
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max((rect.bottom() + 1 for rect in self._rects(width)), default=0)

    def sizeHint(self) -> QSize:
        """All side by side."""
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in shown) + self._gap * max(0, len(shown) - 1)
        return QSize(width, max((size.height() for size in shown), default=0))

    def minimumSize(self) -> QSize:
        sizes = [item.sizeHint() for item in self._items]
        return QSize(
            max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0)
        )

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        for item, item_rect in zip(self._items, self._rects(rect.width()), strict=True):
            item.setGeometry(item_rect.translated(rect.topLeft()))

    def _rects(self, width: int) -> list[QRect]:
        """A rectangle an item, each in the middle of its line; of a hidden widget, which takes no space, a null one."""
        rects, top = dict[int, QRect](), 0
        for line in self._lines(width):
            left, height = 0, max(self._items[number].sizeHint().height() for number in line)
            for number in line:
                size = self._items[number].sizeHint()
                rects[number] = QRect(QPoint(left, top + (height - size.height()) // 2), size)
                left += size.width() + self._gap
            top += height + self._gap
        return [rects.get(number, QRect()) for number in range(len(self._items))]

    def _lines(self, width: int) -> Iterator[list[int]]:
        """The numbers of the items that stand side by side."""
        line, left = list[int](), 0
        for number, item in enumerate(self._items):
            if item.isEmpty():
                continue
            if line and left + item.sizeHint().width() > width:
                yield line
                line, left = [], 0
            line.append(number)
            left += item.sizeHint().width() + self._gap
        if line:
            yield line
