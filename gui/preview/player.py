"""Plays a recording or clip, from the moment that matters. It opens nothing before it is asked to play."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from bowerbird.gui.desktop import url_of

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaPlayer, QVideoFrame

_CANNOT = "This computer cannot play this file here; open it with its own program."


class Player(QObject):
    """One file at a time. Qt's own player, which takes a moment to load, comes with the first file played."""

    moved = Signal(float)
    """The place now played, in seconds."""
    playing_changed = Signal(bool)
    pictured = Signal(QImage)
    failed = Signal(str)
    """A sentence, when the file cannot be played."""

    def __init__(self, parent: QObject) -> None:
        """Nothing to play yet."""
        super().__init__(parent)
        self._media: QMediaPlayer | None = None
        self.path: Path | None = None
        """The file it is ready to play."""
        self._opened = False
        self._wanted_s: float | None = None
        self.at_s = 0.0

    @property
    def playing(self) -> bool:
        """Whether it plays now."""
        return self._media is not None and self._media.isPlaying()

    def take(self, path: Path, at_s: float) -> None:
        """Be ready to play this file from there; whatever was played stops and is let go of."""
        self.stop()
        self.path, self.at_s = path, at_s
        self.moved.emit(at_s)

    def stop(self) -> None:
        """Stop, and let go of the file."""
        self.path, self._wanted_s = None, None
        if self._media is not None and self._opened:
            self._opened = False
            self._media.stop()
            self._media.setSource("")

    def toggle(self) -> None:
        """Play, or pause."""
        if self.playing and self._media is not None:
            self._media.pause()
        else:
            self.play()

    def play(self, at_s: float | None = None) -> None:
        """Play from there, or on from where it is."""
        if self.path is None:
            return
        try:
            media = self._loaded()
        except ImportError:  # a bare system may lack what Qt's player needs
            self.failed.emit(_CANNOT)
            return
        if at_s is not None:
            self.seek(at_s)
        media.play()

    def seek(self, at_s: float) -> None:
        """Go there; play on if it plays."""
        self.at_s = at_s
        self.moved.emit(at_s)
        if self._media is not None and self._opened:
            self._wanted_s = at_s
            self._go()

    def _loaded(self) -> QMediaPlayer:
        media = self._media or self._made()
        if not self._opened and self.path is not None:
            self._opened, self._wanted_s = True, self.at_s
            media.setSource(url_of(str(self.path)))
        return media

    def _made(self) -> QMediaPlayer:
        from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer, QVideoSink

        media = self._media = QMediaPlayer(self)
        media.setAudioOutput(QAudioOutput(media))
        sink = QVideoSink(media)
        media.setVideoSink(sink)
        sink.videoFrameChanged.connect(self._picture)
        media.positionChanged.connect(self._moved)
        media.playingChanged.connect(self.playing_changed)
        media.mediaStatusChanged.connect(lambda _: self._go())
        media.errorOccurred.connect(lambda *_: self.failed.emit(_CANNOT))
        return media

    def _go(self) -> None:
        """Go to the place that was asked for, once the file is open: before that, Qt forgets it."""
        from PySide6.QtMultimedia import QMediaPlayer

        status = QMediaPlayer.MediaStatus
        ready = (status.LoadedMedia, status.BufferedMedia, status.BufferingMedia, status.EndOfMedia)
        if self._media is not None and self._wanted_s is not None and self._media.mediaStatus() in ready:
            wanted_s, self._wanted_s = self._wanted_s, None
            self._media.setPosition(round(wanted_s * 1000))

    def _moved(self, position_ms: int) -> None:
        if self._opened and self._wanted_s is None:
            self.at_s = position_ms / 1000
            self.moved.emit(self.at_s)

    def _picture(self, frame: QVideoFrame) -> None:
        if self._opened and frame.isValid() and self._wanted_s is None:
            self.pictured.emit(frame.toImage())
