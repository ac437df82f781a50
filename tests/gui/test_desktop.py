"""Files in drags and on the clipboard."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from bowerbird.gui.desktop import copy_path, paths_of, url_of


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text_survive_a_drag(qapp: QApplication) -> None:
    path = Path(os.fsdecode(b"/tmp/caf\xe9 #1?.jpg"))
    mime = QMimeData()
    mime.setUrls([url_of(os.fspath(path))])
    assert paths_of(mime) == (path,)


def test_addresses_elsewhere_are_no_files(qapp: QApplication) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.jpg"), url_of(os.path.abspath("a.jpg"))])
    assert paths_of(mime) == (Path("a.jpg").absolute(),)
    mime.clear()
    assert paths_of(mime) == ()


def test_a_copied_path_is_on_the_clipboard(qapp: QApplication) -> None:
    copy_path(Path("/photos/a b.jpg"))
    assert QGuiApplication.clipboard().text() == str(Path("/photos/a b.jpg"))
