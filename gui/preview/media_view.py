"""A recording or clip in the window: picture or loudness, the player, its scenes, its moments, what is said."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from bowerbird.core.answers import Hit, Preview
from bowerbird.core.types import Kind
from bowerbird.core.words import clock
from bowerbird.gui.preview.picture_view import PictureView
from bowerbird.gui.preview.player import Player
from bowerbird.gui.preview.time_bar import Filmstrip, Waveform
from bowerbird.gui.preview.transcript import Transcript
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.widgets import button, label, tool
from bowerbird.gui.wording import count

_TILE_SIDE = 160


class Screen(PictureView):
    """The picture; a click plays or pauses."""

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()


class MediaView(QWidget):
    """Hidden until there is a recording or clip to show."""

    def __init__(self, session: SearchSession, *, picture: int, text: int) -> None:
        """``picture`` and ``text`` are the heights that picture and transcript may take."""
        super().__init__()
        self._session = session
        self._hit: Hit | None = None
        self._length_s = 0.0
        self._part = (0.0, 0.0)
        self.player = Player(self)
        self.picture = Screen(picture)
        self.waveform, self.filmstrip = Waveform(session.theme), Filmstrip(session.theme)
        self._play = tool("Play", self.player.toggle, 16)
        self._clock = label("", "small")
        self.similar = button("Find similar to this part", self._find_part, "link")
        self._moments = label("", "small", wrap=True)
        self._problem = label("", "small", wrap=True)
        self.said = label("Said", "section")
        self.transcript = Transcript(session.theme, text)
        self.apart = (self._moments, self.said, self.transcript)
        """What may stand apart from the player."""
        self._place()
        self._listen()

    def _place(self) -> None:
        self._moments.setTextFormat(Qt.TextFormat.RichText)
        self._moments.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByKeyboard | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._play)
        row.addWidget(self._clock)
        row.addStretch(1)
        row.addWidget(self.similar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.picture, self.waveform, self.filmstrip):
            column.addWidget(part)
        column.addLayout(row)
        column.addWidget(self._problem)

    def _listen(self) -> None:
        player = self.player
        for part in (self.waveform, self.filmstrip):
            player.moved.connect(part.follow)
            part.sought.connect(self.play_from)
            part.chosen.connect(self._choose)
        player.moved.connect(self.transcript.follow)
        player.moved.connect(self._tell)
        player.playing_changed.connect(lambda _: self._draw())
        player.frame_ready.connect(self.picture.show_image)
        player.failed.connect(self._fail)
        self.picture.clicked.connect(player.toggle)
        self.transcript.sought.connect(self.play_from)
        self._moments.linkActivated.connect(lambda second: self.play_from(float(second)))
        self._session.theme.changed.connect(self._draw)
        self._draw()

    # what is shown

    def show_media(self, hit: Hit, preview: Preview, image: QImage) -> None:
        """Show this one, at its moment; nothing plays by itself."""
        again = self._hit is not None and self._hit.path == hit.path and self._hit.moment == hit.moment
        clip = preview.kind is Kind.CLIP
        self._hit, self._length_s = hit, preview.duration_s or 0.0
        self.transcript.show_lines(preview.lines)
        self.transcript.setVisible(bool(preview.lines))
        self.said.setVisible(bool(preview.lines))
        self._show_moments()
        if again:  # the results were refreshed under it
            self.player.moved.emit(self.player.at_s)
            return
        self._problem.hide()
        self.picture.setVisible(not image.isNull())
        self.picture.show_image(image)
        self.waveform.setVisible(not clip)
        self.filmstrip.setVisible(clip and len(preview.scenes) > 1)
        self._show_bars(preview)
        self._choose(0.0, 0.0)
        self.player.take(hit.path, self.moments()[0] if self.moments() else 0.0)

    def _show_bars(self, preview: Preview) -> None:
        for part in (self.waveform, self.filmstrip):
            part.show_length(self._length_s, self.moments())
        self.waveform.show_loudness(preview.waveform)
        if not self.filmstrip.isHidden():
            for number, start_s in enumerate(self.filmstrip.show_scenes(preview.scenes)):
                self._ask_picture(number, start_s, preview)

    def _ask_picture(self, number: int, start_s: float, preview: Preview) -> None:
        hit = self._hit
        moment = next(one for one in preview.scenes if (one.start_s or 0.0) == start_s)

        def draw(image: QImage) -> None:
            if self._hit is hit:
                self.filmstrip.show_picture(number, image)

        self._session.bridge.call(
            lambda library: QImage.fromData(QByteArray(library.frame_jpeg(preview.path, moment, _TILE_SIDE))),
            draw,
            lambda _: None,
        )

    def moments(self) -> list[float]:
        """Where the file matches, in seconds, best first."""
        found = (self._hit.moment, *self._hit.moments) if self._hit else ()
        return [one.start_s for one in found if one is not None and one.start_s is not None]

    def _show_moments(self) -> None:
        times = sorted(self.moments())
        blue = self._session.theme.colours.blue
        style = f'style="color:{blue};text-decoration:none"'
        links = ", ".join(f'<a href="{time_s}" {style}>{clock(time_s)}</a>' for time_s in times)
        self._moments.setText(f"{count(len(times), 'moment')}: {links}")
        self._moments.setVisible(len(times) > 1)

    # playing

    def play_from(self, at_s: float) -> None:
        """Play from there."""
        self.player.play(at_s)

    def next_moment(self, step: int) -> None:
        """Play the next moment that matches, or the one before."""
        times = sorted(self.moments())
        later = [time_s for time_s in times if time_s > self.player.at_s + 0.5]
        earlier = [time_s for time_s in times if time_s < self.player.at_s - 1.5]
        if step > 0 and times:
            self.play_from(later[0] if later else times[0])
        elif times:
            self.play_from(earlier[-1] if earlier else times[-1])

    def stop(self) -> None:
        """Stop, and let go of the file."""
        self._hit = None
        self.player.stop()

    def _tell(self, at_s: float) -> None:
        self._clock.setText(f"{clock(at_s)} / {clock(self._length_s)}" if self._length_s else clock(at_s))

    def _fail(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.show()

    def _draw(self) -> None:
        says = "Pause" if self.player.playing else "Play"
        self._play.setIcon(self._session.theme.icon(says.lower()))
        self._play.setToolTip(says)
        self._play.setAccessibleName(says)
        self._show_moments()

    # a part

    def _choose(self, first_s: float, last_s: float) -> None:
        self._part = first_s, last_s
        self.similar.setVisible(last_s > first_s)

    def _find_part(self) -> None:
        if self._hit is not None:
            self._session.find_similar(self._hit.path, *self._part)
