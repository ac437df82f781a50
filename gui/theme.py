"""Colours, fonts and icons: one style sheet in a light and a dark scheme, changed while the window is open."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QImage, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

_TEXT_PX = 13


@dataclass(frozen=True, slots=True)
class Colours:
    """A colour scheme. Blue is for what is active, straw for what matched or needs attention."""

    background: str
    panel: str
    card: str
    side: str
    ink: str
    muted: str
    line: str
    blue: str
    bluehover: str
    onblue: str
    wash: str
    straw: str
    strawwash: str
    green: str
    dark: bool


LIGHT = Colours(
    background="#faf9f6",
    panel="#f3f1ec",
    card="#ffffff",
    side="#ffffff",
    ink="#1d1e22",
    muted="#6b6d76",
    line="#e4e1d9",
    blue="#2b50e0",
    bluehover="#2445c6",
    onblue="#ffffff",
    wash="#e8ecfd",
    straw="#85590a",
    strawwash="#f8edd6",
    green="#3f9b5f",
    dark=False,
)
DARK = Colours(
    background="#141518",
    panel="#1a1c20",
    card="#202227",
    side="#202227",
    ink="#ecebe6",
    muted="#9a9ca6",
    line="#2c2f36",
    blue="#8aa2ff",
    bluehover="#9fb3ff",
    onblue="#141518",
    wash="#232b4d",
    straw="#e6bb62",
    strawwash="#3a3220",
    green="#5cb87d",
    dark=True,
)


class Theme(QObject):
    """Applies a colour scheme to the whole application."""

    changed = Signal()
    """``colours`` has changed."""

    def __init__(self, application: QApplication) -> None:
        """Style the application, in the system's scheme until ``choose``."""
        super().__init__(application)
        self._application = application
        self._choice = "system"
        application.setStyle("Fusion")
        self.font = text_font(application.font())
        application.setFont(self.font)
        application.styleHints().colorSchemeChanged.connect(self._update)
        self.colours = self._chosen_colours()
        self._apply()

    def choose(self, choice: str) -> None:
        """Use a scheme from now on: ``system``, ``light`` or ``dark``."""
        self._choice = choice
        self._update()

    def icon(self, name: str, colour: str = "") -> QIcon:
        """One of our icons in a colour, that of text by default."""
        return drawn_icon(name, colour or self.colours.ink)

    def _chosen_colours(self) -> Colours:
        if self._choice != "system":
            return DARK if self._choice == "dark" else LIGHT
        scheme = self._application.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT

    def _update(self) -> None:
        colours = self._chosen_colours()
        if colours != self.colours:
            self.colours = colours
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        self._application.setPalette(_palette(self.colours))
        self._application.setStyleSheet(_style(self.colours))


def text_font(base: QFont) -> QFont:
    """The system's font at our size, with digits of equal width."""
    font = QFont(base)
    font.setPixelSize(_TEXT_PX)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def sized(font: QFont, pixels: int, *, bold: bool = False) -> QFont:
    """A copy of a font in another size."""
    resized = QFont(font)
    resized.setPixelSize(pixels)
    resized.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return resized


@lru_cache(maxsize=256)
def drawn_icon(name: str, colour: str) -> QIcon:
    """One of our icons in a colour, sharp at every scale of the screen."""
    icon = QIcon()
    for size in (16, 32, 48):
        icon.addPixmap(QPixmap.fromImage(_render(name, colour, size)))
    return icon


def application_icon() -> QIcon:
    """The application's icon."""
    icon = QIcon()
    for size in (16, 32, 64, 256):
        icon.addPixmap(QPixmap.fromImage(_render("bowerbird", "", size)))
    return icon


def _render(name: str, colour: str, size: int) -> QImage:
    svg = resources.files("bowerbird.resources").joinpath("icons", f"{name}.svg").read_text("utf-8")
    svg = svg.replace("currentColor", colour)
    svg = re.sub(r'width="\d+" height="\d+" viewBox', f'width="{size}" height="{size}" viewBox', svg, count=1)
    image = QImage.fromData(svg.encode())
    return image.scaled(QSize(size, size)) if image.width() != size else image


def _style(colours: Colours) -> str:
    template = resources.files("bowerbird.resources").joinpath("styles", "window.qss").read_text("utf-8")
    values = asdict(colours) | {"icons": _icons_folder(), "scheme": "dark" if colours.dark else "light"}
    return re.sub(r"@([a-z]+)", lambda name: str(values[name[1]]) if name[1] in values else name[0], template)


def _icons_folder() -> str:
    """The folder that the style sheet takes pictures from. Wheels are installed unpacked, so it has a path."""
    return Path(str(resources.files("bowerbird.resources").joinpath("icons"))).as_posix()


def _palette(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(colours.panel))
    for colour_role, colour in (
        (role.Window, colours.background),
        (role.WindowText, colours.ink),
        (role.Base, colours.card),
        (role.AlternateBase, colours.panel),
        (role.Text, colours.ink),
        (role.Button, colours.card),
        (role.ButtonText, colours.ink),
        (role.Highlight, colours.blue),
        (role.HighlightedText, colours.onblue),
        (role.PlaceholderText, colours.muted),
        (role.Link, colours.blue),
        (role.ToolTipBase, colours.card),
        (role.ToolTipText, colours.ink),
    ):
        palette.setColor(colour_role, QColor(colour))
    return palette
