"""Plays a recording or clip from a given moment. Nothing is opened before the user presses play."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from bowerbird.gui.desktop import url_of

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer, QVideoFrame

_CANNOT_PLAY = "This computer cannot play this file here; open it with its own program."


class Player(QObject):
    """One file at a time. Qt's own player, which takes a moment to load, is created with the first file played."""

    moved = Signal(float)
    """The playing position, in seconds."""
    playing_changed = Signal(bool)
    frame_ready = Signal(QImage)
    failed = Signal(str)
    """The file cannot be played: a sentence for the user."""

    def __init__(self, parent: QObject) -> None:
        """No file yet."""
        super().__init__(parent)
        self._media: QMediaPlayer | None = None
        self._source_set = False
        self._pending_seek_s: float | None = None
        self.path: Path | None = None
        """The file that ``play`` would play."""
        self.at_s = 0.0

    @property
    def playing(self) -> bool:
        """True while it plays."""
        return self._media is not None and self._media.isPlaying()

    def take(self, path: Path, at_s: float) -> None:
        """Replace the file; ``play`` starts at ``at_s`` seconds. The file played before is stopped and closed."""
        self.stop()
        self.path, self.at_s = path, at_s
        self.moved.emit(at_s)

    def stop(self) -> None:
        """Stop playing and close the file."""
        self.path, self._pending_seek_s = None, None
        if self._media is not None and self._source_set:
            self._source_set = False
            self._media.stop()
            self._media.setSource("")

    def pause(self) -> None:
        """Stop playing, and stay where it is."""
        if self.playing and self._media is not None:
            self._media.pause()

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def play(self, at_s: float | None = None) -> None:
        """Play from ``at_s`` seconds, or on from where it is; without a file, do nothing."""
        if self.path is None:
            return
        try:
            media = self._opened_media(self.path)
        except ImportError:  # a bare system may lack libraries that Qt's player needs
            self.failed.emit(_CANNOT_PLAY)
            return
        if at_s is not None:
            self.seek(at_s)
        media.play()

    def seek(self, at_s: float) -> None:
        """Move to ``at_s`` seconds, playing or not."""
        self.at_s = at_s
        self.moved.emit(at_s)
        if self._media is not None and self._source_set:
            self._pending_seek_s = at_s
            self._seek_if_open()

    def _opened_media(self, path: Path) -> QMediaPlayer:
        media = self._media or self._create_media()
        if not self._source_set:
            self._source_set, self._pending_seek_s = True, self.at_s
            media.setSource(url_of(str(path)))
        return media

    def _create_media(self) -> QMediaPlayer:
        from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer, QVideoSink

        media = self._media = QMediaPlayer(self)
        audio, video = QAudioOutput(media), QVideoSink(media)
        _resolve_disconnect_notify(audio)
        media.setAudioOutput(audio)
        media.setVideoSink(video)
        video.videoFrameChanged.connect(self._on_frame)
        media.positionChanged.connect(self._on_position)
        media.playingChanged.connect(self.playing_changed)
        media.mediaStatusChanged.connect(self._seek_if_open)
        media.errorOccurred.connect(self._on_error)
        return media

    def _seek_if_open(self) -> None:
        """Do the pending seek once the file is open: Qt forgets a position set earlier."""
        from PySide6.QtMultimedia import QMediaPlayer

        status = QMediaPlayer.MediaStatus
        is_open = (status.LoadedMedia, status.BufferedMedia, status.BufferingMedia, status.EndOfMedia)
        if self._media is not None and self._pending_seek_s is not None and self._media.mediaStatus() in is_open:
            seek_s, self._pending_seek_s = self._pending_seek_s, None
            self._media.setPosition(round(seek_s * 1000))

    def _on_position(self, position_ms: int) -> None:
        if self._source_set and self._pending_seek_s is None:
            self.at_s = position_ms / 1000
            self.moved.emit(self.at_s)

    def _on_frame(self, frame: QVideoFrame) -> None:
        if self._source_set and frame.isValid() and self._pending_seek_s is None:
            self.frame_ready.emit(frame.toImage())

    def _on_error(self) -> None:
        self.failed.emit(_CANNOT_PLAY)


def _resolve_disconnect_notify(audio: QAudioOutput) -> None:
    """Have PySide look up now, in the UI thread, whether Python overrides ``disconnectNotify`` of ``audio``.

    Whenever playing ends, Qt's audio thread destroys what it had connected to ``audio``. ``~QObject`` calls
    ``audio.disconnectNotify`` meanwhile, under one of the mutexes that guard all of Qt's connections, and the first
    such call of an object created in Python takes the GIL, to look for an override. If the UI thread holds the GIL and
    needs that mutex (to connect, to destroy, or within ``QMediaPlayer.stop``), both wait for ever. PySide keeps the
    answer with the object and asks no second time. To call the player without the GIL would not help: any other
    Python code that touches a connection at that moment waits in the same way.
    """

    def ignore(volume: float) -> None:
        """A slot, for there to be a connection to end."""

    audio.volumeChanged.connect(ignore)
    audio.volumeChanged.disconnect(ignore)
