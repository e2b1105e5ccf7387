"""A plan, its shots and the product's photo become finished files: one cut for each format."""

import hashlib
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from generation.formats import FRAME_SIZES, Format
from generation.render import captions, encode, sound, speech, timeline
from generation.render.captions import Overlay, Page
from generation.render.clip import Motion
from generation.render.errors import CannotWrite, NoRoomForText, RenderError
from generation.render.scene import Picture
from generation.render.speech import Utterance
from generation.render.view import Cutout, Take, View
from generation.specs import VideoSpec

Progress = Callable[[float], None]
POSTER_SHARE = 0.62
"""The poster is a frame about this share into the clip: the product is seen from near, a caption is shown."""
WHOLE = 0.99
"""Opacity from which a caption counts as shown."""


@dataclass(frozen=True, kw_only=True)
class RenderedCut:
    """One finished file. `timings` are wall seconds by stage; `notes` say what was left out and why."""

    path: Path
    poster: Path
    format: Format
    sha256: str
    seconds: float
    width: int
    height: int
    bytes: int
    timings: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def render(
    spec: VideoSpec,
    takes: Mapping[Format, Sequence[Take]],
    *,
    cutout: Cutout,
    out: Path,
    progress: Progress = lambda share: None,
) -> tuple[RenderedCut, ...]:
    """Make ``out/<format>.mp4`` and ``.jpg`` for every format in `takes`, shot by shot; the narration is spoken once.

    Raises RenderError that names the cause and the way out; a file that exists is complete.
    """
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    said, notes = _narration(spec)
    spoken = time.monotonic() - started
    cuts = []
    for number, shots in enumerate(takes.values()):
        cut, left_out = _cut(spec, shots, cutout)
        part = _part(progress, number, len(takes))
        told = (*notes, *left_out)
        cuts.append(_write(cut, said, out=out, timings={"speech": spoken}, notes=told, progress=part))
    return tuple(cuts)


def _cut(spec: VideoSpec, takes: Sequence[Take], cutout: Cutout) -> tuple["Cut", tuple[str, ...]]:
    """The cut, in its first shot alone if the words find no room in the others; and what a person is told of that."""
    try:
        return Cut(spec, takes, cutout=cutout), ()
    except NoRoomForText as error:
        if len(takes) == 1:
            raise
        return Cut(spec, takes[:1], cutout=cutout), (f"It stays in its first shot: {error}",)


class Cut:
    """One format of a video: draws any frame by its number. Its ambience is that of the first take's motion.

    A moment is a frame of the motion, with those that a person cut out; a frame is one that is shown.
    """

    def __init__(
        self, spec: VideoSpec, takes: Sequence[Take], *, cutout: Cutout, size: tuple[int, int] | None = None
    ) -> None:
        if not takes:
            raise RenderError(f"The plan for {spec.sku} has no shot, so there is nothing to draw.")
        self.spec, self.format, self.motion = spec, takes[0].scene.format, takes[0].motion
        self.size = size or FRAME_SIZES[self.format]
        self._moments = spec.shown(len(self.motion))
        self._starts = [round(take.start * self.motion.fps) for take in takes]
        self.views = [
            View(
                take.scene, take.motion.part(start, end), spot=take.spot, cutout=cutout, size=self.size, seed=spec.seed
            )
            for take, start, end in zip(takes, self._starts, self._ends(), strict=True)
        ]
        self.texts = self._written()

    @property
    def frames(self) -> int:
        """Number of frames that are shown."""
        return len(self._moments)

    @property
    def ambience(self) -> Motion:
        """The motion with the sound of the frames that are shown."""
        return sound.joined(self.motion, self._moments)

    def notes(self) -> tuple[str, ...]:
        """What a person should know about this cut."""
        top = min(view.swept().top for view in self.views)
        return (f"The product is taller than the {self.format} picture has room for.",) if top < 0 else ()

    def poster_index(self) -> int:
        """The frame near `POSTER_SHARE` of the clip that shows a whole caption."""
        wanted = round(POSTER_SHARE * self.frames)
        captions_shown = [text.cue for text in self.texts if text.cue.kind == "caption"]
        readable = [
            index
            for index in range(self.frames)
            if any(cue.presence(index / self.motion.fps) > WHOLE for cue in captions_shown)
        ]
        return min(readable, key=lambda index: abs(index - wanted), default=wanted)

    def frame(self, index: int) -> Picture:
        """RGB frame (height, width, 3)."""
        moment = self._moments[index]
        shot = bisect_right(self._starts, moment) - 1
        picture = self.views[shot].frame(moment - self._starts[shot])
        for text in self.texts:
            text.draw(picture, index / self.motion.fps)
        return picture

    def _written(self) -> tuple[Overlay, ...]:
        """Everything written on the picture, set in each shot beside what that shot shows."""
        page, cues = Page(format=self.format, size=self.size, locale=self.spec.locale), timeline.cues(self.spec)
        texts: list[Overlay] = []
        for view, start, end in zip(self.views, self._starts, self._ends(), strict=True):
            first, last = bisect_left(self._moments, start), bisect_left(self._moments, end)
            if first == last:
                continue
            behind = [view.backdrop(self._moments[index] - start) for index in (first, last - 1)]
            rooms = view.obstacles()
            shown = timeline.within(cues, *((edge - 0.5) / self.motion.fps for edge in (first, last)))
            texts += captions.overlays(shown, page, rooms[0], at_worst=rooms[1:], behind=behind)
        return tuple(texts)

    def _ends(self) -> list[int]:
        """The moment at which each shot gives way to the next."""
        return [*self._starts[1:], len(self.motion)]


def _narration(spec: VideoSpec) -> tuple[list[Utterance], tuple[str, ...]]:
    if spec.narration and not speech.has_voice(spec.locale):
        return [], (f"No voice for {spec.locale}: captions only.",)
    return [speech.speak(line, spec.locale) for line in spec.narration], ()


def _write(
    cut: Cut,
    said: list[Utterance],
    *,
    out: Path,
    timings: dict[str, float],
    notes: tuple[str, ...],
    progress: Progress,
) -> RenderedCut:
    started = time.monotonic()
    audio = sound.mix(cut.ambience, said, cut.frames / cut.motion.fps)
    mixed = time.monotonic()
    path, poster = out / f"{cut.format}.mp4", out / f"{cut.format}.jpg"
    encoding = encode.Encoding(size=cut.size, fps=cut.motion.fps)
    encode.encode(_drawn(cut, poster, progress), audio, path, encoding)
    return RenderedCut(
        path=path,
        poster=poster,
        format=cut.format,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        seconds=cut.frames / cut.motion.fps,
        width=cut.size[0],
        height=cut.size[1],
        bytes=path.stat().st_size,
        timings={**timings, "sound": mixed - started, "draw and encode": time.monotonic() - mixed},
        notes=(*notes, *cut.notes()),
    )


def _drawn(cut: Cut, poster: Path, progress: Progress) -> Iterator[Picture]:
    chosen = cut.poster_index()
    for index in range(cut.frames):
        frame = cut.frame(index)
        if index == chosen:
            _save_poster(frame, poster)
        yield frame
        if index % 12 == 11:
            progress((index + 1) / cut.frames)


def _save_poster(frame: Picture, path: Path) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        Image.fromarray(frame).save(part, "JPEG", quality=90, subsampling=0)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CannotWrite(f"Cannot write {path}: {error.strerror or error}. Free space on that disk.") from error


def _part(progress: Progress, number: int, count: int) -> Progress:
    return lambda share: progress((number + share) / count)
