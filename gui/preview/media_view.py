"""Shows and plays a recording or clip: picture or waveform, scenes, matching moments and transcript."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from bowerbird.core.answers import Hit, Preview
from bowerbird.core.types import Corners, Kind, Locator
from bowerbird.core.words import clock, sounds_in
from bowerbird.gui.preview.picture_view import PictureView
from bowerbird.gui.preview.player import Player
from bowerbird.gui.preview.time_bar import Filmstrip, Waveform
from bowerbird.gui.preview.transcript import Transcript
from bowerbird.gui.session import SearchSession
from bowerbird.gui.widgets.jpeg import image_of
from bowerbird.gui.widgets.widgets import button, describe, label, tool
from bowerbird.gui.wording import count

_SCENE_SIDE = 160
_CONTROLS = 104  # pixels that the scenes, the buttons and the time take below the picture
_LEAST_PICTURE = 80
_SAME_MOMENT_S = 0.5  # nearer to the playing position a moment is not the next one
_REPLAY_S = 1.5  # a moment that began longer ago than this is the previous one


class ClickablePicture(PictureView):
    """A picture that reports clicks."""

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()


class MediaView(QWidget):
    """Hidden until there is a recording or clip to show."""

    def __init__(self, session: SearchSession, *, picture_height: int, text_height: int) -> None:
        """Picture and transcript take at most these heights, in pixels."""
        super().__init__()
        self._session = session
        self._hit: Hit | None = None
        self._length_s = 0.0
        self._part_s = (0.0, 0.0)
        self.player = Player(self)
        self.picture = ClickablePicture(session.theme, picture_height)
        self.waveform, self.filmstrip = Waveform(session.theme), Filmstrip(session.theme)
        self._play_button = tool("Play", self.player.toggle, 16)
        self._clock = label("", "small")
        self.similar = button("Find similar to this part", self._find_part, "link")
        self._moments = label("", "small", wrap=True)
        self._problem = label("", "small", wrap=True)
        self.transcript_title = label("", "section")
        self.transcript = Transcript(session.theme, text_height)
        self.detached = (self._moments, self.transcript_title, self.transcript)
        """Widgets that are not in this one's layout: the owner places them."""
        self._place_widgets()
        self._connect_signals()

    def _place_widgets(self) -> None:
        self._moments.setTextFormat(Qt.TextFormat.RichText)
        self._moments.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByKeyboard | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._play_button)
        row.addWidget(self._clock)
        row.addStretch(1)
        row.addWidget(self.similar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.picture, self.waveform, self.filmstrip):
            column.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self._problem)

    def _connect_signals(self) -> None:
        player = self.player
        for bar in (self.waveform, self.filmstrip):
            player.moved.connect(bar.follow)
            bar.seek_requested.connect(self.play_from)
            bar.part_selected.connect(self._select_part)
        player.moved.connect(self.transcript.follow)
        player.moved.connect(self._show_time)
        player.playing_changed.connect(lambda _: self._update_controls())
        player.frame_ready.connect(self.picture.show_image)
        player.failed.connect(self._show_problem)
        self.picture.clicked.connect(player.toggle)
        self.transcript.seek_requested.connect(self.play_from)
        self._moments.linkActivated.connect(lambda second: self.play_from(float(second)))
        self._session.theme.changed.connect(self._update_controls)
        self._update_controls()

    def limit(self, height: int) -> None:
        """Be at most this high from now on, in pixels: a film leaves room for what plays it."""
        self.picture.limit(max(_LEAST_PICTURE, height - _CONTROLS))
        self.transcript.limit(max(_LEAST_PICTURE, height - _CONTROLS // 2))

    # what is shown

    def show_media(self, hit: Hit, preview: Preview, image: QImage) -> None:
        """Show a recording or clip at the moment that matched best, without playing it.

        If it is shown already, since results are refreshed while files come in, what plays plays on.
        """
        is_same = self._hit is not None and self._hit.path == hit.path and self._hit.moment == hit.moment
        is_clip = preview.kind is Kind.CLIP
        self._hit, self._length_s = hit, preview.duration_s or 0.0
        self.transcript.show_lines(preview.lines)
        self.transcript.setVisible(bool(preview.lines))
        spoken = any(not sounds_in(line.text) for line in preview.lines)
        self.transcript_title.setText("Said" if spoken else "Heard")
        self.transcript_title.setVisible(bool(preview.lines))
        self._show_moments()
        if is_same:
            self.player.moved.emit(self.player.at_s)
            return
        self._problem.hide()
        self.picture.setVisible(not image.isNull())
        self.picture.show_image(image)
        self.waveform.setVisible(not is_clip)
        self.filmstrip.setVisible(is_clip and len(preview.scenes) > 1)
        self._show_bars(preview)
        self._select_part(0.0, 0.0)
        self.player.take(hit.path, self.moments()[0] if self.moments() else 0.0)

    def show_motion_photo(self, hit: Hit, image: QImage, boxes: tuple[Corners, ...]) -> None:
        """Show a picture whose clip plays in its place; if it is shown already, what plays plays on."""
        is_same = self.shows(hit)
        self._hit, self._length_s = hit, 0.0
        if is_same:
            return
        for widget in (self._problem, self.waveform, self.filmstrip):
            widget.hide()
        self.picture.show()
        self.picture.show_image(image, boxes)
        self._select_part(0.0, 0.0)
        self.player.take(hit.path, 0.0, partial(self._read_clip, hit))

    def _read_clip(self, hit: Hit, success: Callable[[bytes], None]) -> None:
        from bowerbird.core.extractors.pictures.motion import clip

        length = hit.properties.clip_bytes or 0
        self._session.bridge.call(
            lambda _: clip(hit.path, length), success, lambda error: self._show_problem(str(error))
        )

    def shows(self, hit: Hit) -> bool:
        """Whether it is this file that can be played here."""
        return self._hit is not None and self._hit.path == hit.path

    def _show_bars(self, preview: Preview) -> None:
        for bar in (self.waveform, self.filmstrip):
            bar.show_length(self._length_s, self.moments())
        self.waveform.show_loudness(preview.waveform)
        if not self.filmstrip.isHidden():
            hit = self._hit
            load_scenes(self._session, self.filmstrip, preview, lambda: self._hit is hit)

    def moments(self) -> list[float]:
        """Where the file matches, in seconds, best first."""
        locators = (self._hit.moment, *self._hit.moments) if self._hit else ()
        return [locator.start_s for locator in locators if locator is not None and locator.start_s is not None]

    def _show_moments(self) -> None:
        times = list({clock(time_s): time_s for time_s in sorted(self.moments(), reverse=True)}.values())[::-1]
        blue = self._session.theme.colours.blue
        style = f'style="color:{blue};text-decoration:none"'
        links = ", ".join(f'<a href="{time_s}" {style}>{clock(time_s)}</a>' for time_s in times)
        self._moments.setText(f"{count(len(times), 'moment')}: {links}")
        self._moments.setVisible(len(times) > 1)

    # playing

    def play_from(self, at_s: float) -> None:
        """Play from a time in seconds."""
        self.player.play(at_s)

    def play_neighbour(self, step: int) -> None:
        """Play the next matching moment (``step`` is 1) or the previous one (-1), round the ends."""
        times = sorted(self.moments())
        later = [time_s for time_s in times if time_s > self.player.at_s + _SAME_MOMENT_S]
        earlier = [time_s for time_s in times if time_s < self.player.at_s - _REPLAY_S]
        if step > 0 and times:
            self.play_from(later[0] if later else times[0])
        elif times:
            self.play_from(earlier[-1] if earlier else times[-1])

    def stop(self) -> None:
        """Stop playing and close the file."""
        self._hit = None
        self.player.stop()

    def _show_time(self, at_s: float) -> None:
        self._clock.setText(f"{clock(at_s)} / {clock(self._length_s)}" if self._length_s else clock(at_s))

    def _show_problem(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.show()

    def _update_controls(self) -> None:
        action = "Pause" if self.player.playing else "Play"
        self._play_button.setIcon(self._session.theme.icon(action.lower()))
        describe(self._play_button, action)
        self._show_moments()

    # searching by a part

    def _select_part(self, first_s: float, last_s: float) -> None:
        self._part_s = first_s, last_s
        self.similar.setVisible(last_s > first_s)

    def _find_part(self) -> None:
        if self._hit is not None:
            self._session.examples.find_similar(self._hit.path, *self._part_s)


def load_scenes(session: SearchSession, filmstrip: Filmstrip, preview: Preview, still: Callable[[], bool]) -> None:
    """Show the scenes of a clip as the library decodes them, while ``still`` says that it is the one to be shown."""

    def show(number: int, image: QImage) -> None:
        if still():
            filmstrip.show_picture(number, image)

    def load(number: int, scene: Locator) -> None:
        session.bridge.call(
            lambda library: image_of(library.frame_jpeg(preview.path, scene, _SCENE_SIDE)),
            partial(show, number),
            lambda _: None,
        )

    for number, scene in enumerate(filmstrip.show_scenes(preview.scenes)):
        load(number, scene)
