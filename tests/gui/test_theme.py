"""The colour schemes."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bowerbird.gui.theme import DARK, LIGHT, Colours, Theme


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_text_has_contrast(colours: Colours) -> None:
    grounds = (colours.background, colours.card, colours.panel)
    pairs = [(text, ground) for text in (colours.ink, colours.muted, colours.blue) for ground in grounds]
    pairs += [(colours.straw, colours.strawwash), (colours.blue, colours.wash), (colours.onblue, colours.blue)]
    assert min(_contrast(*pair) for pair in pairs) >= 4.5  # WCAG 2.1, level AA


def _contrast(first: str, second: str) -> float:
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_chosen_scheme_is_applied_and_announced_once(theme: Theme, qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.choose("dark")
    assert theme.colours == DARK
    assert qapp.palette().window().color().name() == DARK.background
    assert DARK.panel in qapp.styleSheet()
    assert "@panel" not in qapp.styleSheet()
    with qtbot.assertNotEmitted(theme.changed):
        theme.choose("dark")
