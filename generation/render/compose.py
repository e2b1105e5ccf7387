"""A spec, its scenes, its motion and the product's photo become finished files: one cut for each format."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from catalog.facts import ProductImage
from generation.formats import FRAME_SIZES, Format
from generation.render import captions, effect, encode, product, rigid, shadow, sound, speech, timeline, warp
from generation.render.captions import Overlay, Page
from generation.render.clip import Motion
from generation.render.errors import CannotWrite
from generation.render.layout import Box, unit_of
from generation.render.outlet import Outlet
from generation.render.product import Sprite
from generation.render.scene import Picture, Scene
from generation.render.shadow import Shadow
from generation.render.speech import Utterance
from generation.render.standing import Standing
from generation.specs import VideoSpec

Progress = Callable[[float], None]
POSTER_SHARE = 0.45
"""The poster is a frame about this share into the clip: the effect stands at full height, a caption is shown."""
WHOLE = 0.99
"""Opacity from which a caption counts as shown."""
HEADROOM = 0.02
"""Share of the frame's height that stays free above a product."""
AIR = 44
"""Pixels at 720p above an effect where no words stand: who measures it must see that it ends there."""
CALMER = (1.0, 0.7, 0.4, 0.15, 0.0)
"""Shares of its motion that a clip may keep, tried in turn until the camera does not cut off the product's top."""


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


@dataclass(frozen=True, kw_only=True)
class Cutout:
    """The product's photo without its background, and what is known about that photo."""

    rgba: NDArray[np.uint8]
    """(height, width, 4), the photo's own size."""
    photo: ProductImage
    shadow: NDArray[np.uint8] | None = None
    """(height, width) light, of 255, that the product takes from the ground of its photo; None where unknown."""

    def own_shadow(self, sprite: Sprite, surface: str) -> Shadow | None:
        """The shadow to use where the photo's angle is unknown; None where it can be drawn."""
        if self.photo.pitch_deg is not None or surface == "water":
            return None
        if self.shadow is None:
            return shadow.under_contour(sprite)
        return shadow.photographed(self.shadow, self.photo, sprite)


def render(
    spec: VideoSpec,
    scene: Mapping[Format, Scene],
    motion: Mapping[Format, Motion],
    *,
    cutout: Cutout,
    out: Path,
    progress: Progress = lambda share: None,
) -> tuple[RenderedCut, ...]:
    """Make ``out/<format>.mp4`` and ``.jpg`` for every format in `scene`; the narration is spoken once.

    Raises RenderError that names the cause and the way out; a file that exists is complete.
    """
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    said, notes = _narration(spec)
    spoken = time.monotonic() - started
    cuts = []
    for number, (frame_format, place) in enumerate(scene.items()):
        cut = Cut(spec, place, motion[frame_format], cutout=cutout)
        part = _part(progress, number, len(scene))
        cuts.append(_write(cut, said, out=out, timings={"speech": spoken}, notes=notes, progress=part))
    return tuple(cuts)


class Cut:
    """One format of a video: draws any frame by its number."""

    def __init__(
        self, spec: VideoSpec, scene: Scene, motion: Motion, *, cutout: Cutout, size: tuple[int, int] | None = None
    ) -> None:
        self.spec, self.format = spec, scene.format
        self.size = size or FRAME_SIZES[scene.format]
        shot = timeline.only_scene(spec)
        spot = scene.spot(shot.spot)
        self._sprite = product.sprite(cutout.rgba, cutout.photo, scene=scene, spot=spot, frame_size=self.size)
        radius_m = self._sprite.footprint_radius() / self._sprite.pixels_per_metre
        settled = warp.fit_inside(rigid.settled(motion, scene, spot, radius_m=radius_m))
        for calm in CALMER:
            self.motion = warp.softened(settled, calm)
            self.track = self._followed(scene, spot.xyz)
            if self._stays_whole():
                break
        self._backdrop = warp.Backdrop(scene, self.motion, self.size)
        own = cutout.own_shadow(self._sprite, spot.surface)
        self._standing = Standing(self._sprite, scene=scene, spot=spot, track=self.track, own_shadow=own)
        self.outlet = Outlet(self._sprite, self.track, scene=scene, spot=spot, width=self.size[0])
        self._effect = effect.Effect(self.motion, self.outlet, seed=spec.seed)
        self._shown = spec.shown(len(self.motion))
        self._texts = self._captioned()

    @property
    def frames(self) -> int:
        """Number of frames that are shown."""
        return len(self._shown)

    @property
    def ambience(self) -> Motion:
        """The motion with the sound of the frames that are shown."""
        return sound.joined(self.motion, self._shown)

    @property
    def texts(self) -> tuple[Overlay, ...]:
        """Everything written on the picture."""
        return self._texts

    def obstacles(self) -> list[Box]:
        """The product and its effect over the whole clip, in frame pixels."""
        return [*_swept(self._sprite, self.track), *self._effect.boxes()]

    def notes(self) -> tuple[str, ...]:
        """What a person should know about this cut."""
        top = min(box.top for box in _swept(self._sprite, self.track))
        return (f"The product is taller than the {self.format} picture has room for.",) if top < 0 else ()

    def poster_index(self) -> int:
        """The frame near `POSTER_SHARE` of the clip that shows a whole caption."""
        wanted = round(POSTER_SHARE * self.frames)
        captions_shown = [text.cue for text in self._texts if text.cue.kind == "caption"]
        readable = [
            index
            for index in range(self.frames)
            if any(cue.presence(index / self.motion.fps) > WHOLE for cue in captions_shown)
        ]
        return min(readable, key=lambda index: abs(index - wanted), default=wanted)

    def frame(self, index: int) -> Picture:
        """RGB frame (height, width, 3)."""
        moment = self._shown[index]
        picture = self._backdrop.frame(moment)
        self._effect.draw_under(picture, moment)
        self._standing.draw(picture, moment)
        self._effect.draw(picture, moment)
        for text in self._texts:
            text.draw(picture, index / self.motion.fps)
        return picture

    def _followed(self, scene: Scene, xyz: NDArray[np.float64]) -> warp.Track:
        pixel = (scene.to_frame(scene.camera.project(xyz)) + 1) / 2 * self.size
        reach = max(self._sprite.footprint_radius() / self._sprite.oversampling, 4.0)
        return warp.follow(self.motion, pixel, size=self.size, reach=reach)

    def _stays_whole(self) -> bool:
        """Whether the product, if frame 0 shows all of it, is never cut by the upper edge later."""
        (box,) = _swept(self._sprite, self.track)
        first = float(self.track.pixels[0, 1]) + self._sprite.box()[1]
        return box.top >= min(HEADROOM * self.size[1], first)

    def _captioned(self) -> tuple[Overlay, ...]:
        page, cues = Page(format=self.format, size=self.size, locale=self.spec.locale), timeline.cues(self.spec)
        behind = [self._backdrop.frame(index) for index in (self._shown[0], self._shown[-1])]
        product, touched, air = _swept(self._sprite, self.track), self.obstacles(), AIR * unit_of(self.size)
        free = [Box(box.left, box.top - air, box.right, box.bottom) for box in self._effect.boxes()]
        # An effect that fills the frame may be written over by what finds no other room; the product may not.
        return captions.overlays(cues, page, [*product, *free], at_worst=(touched, product), behind=behind)


def _swept(sprite: Sprite, track: warp.Track) -> list[Box]:
    left, top, right, bottom = sprite.box()
    x, y, scale = track.pixels[:, 0], track.pixels[:, 1], track.scale
    return [
        Box(
            float((x + left * scale).min()),
            float((y + top * scale).min()),
            float((x + right * scale).max()),
            float((y + bottom * scale).max()),
        )
    ]


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
