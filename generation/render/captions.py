"""Text on the picture: label, captions and end card as finished layers with a place and a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.formats import Format
from generation.placements import labels
from generation.render import layers, lettering
from generation.render.errors import NoRoomForText, RenderError
from generation.render.layers import Window
from generation.render.layout import Box, room, safe_box, unit_of
from generation.render.lettering import Style
from generation.render.scene import Picture
from generation.render.timeline import Cue

Floats = NDArray[np.float32]
LARGEST, SMALLEST = 58, 25
"""Caption sizes in pixels of a 720p frame."""
COMFORTABLE = 32
"""From this size on a text is read at a glance; the preferred place gets it."""
RISE = 9
"""Pixels that text travels upwards while it appears."""
LIGHT = np.array([1.0, 1.0, 1.0], np.float32)
DARK = np.array([0.055, 0.063, 0.078], np.float32)
CALM_MEAN, CALM_SPREAD = 172, 26
"""Grey levels: a background as bright and as even as this takes dark letters."""
READABLE_GREY = 112
"""White letters have a contrast of five to one on this grey; brighter spots behind them are shaded down to it."""


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """A premultiplied layer (height, width, 4), its top left on the frame, and the cue that times it."""

    rgba: Floats
    left: int
    top: int
    cue: Cue

    @property
    def box(self) -> Box:
        """What it covers when it has settled."""
        return Box(self.left, self.top, self.left + self.rgba.shape[1], self.top + self.rgba.shape[0])

    def draw(self, frame: Picture, second: float) -> None:
        """Draw it into a frame in place, as far as it is present at that second."""
        presence = self.cue.presence(second)
        if presence <= 0:
            return
        height, width = self.rgba.shape[:2]
        sink = 0 if self.cue.kind == "label" else round(RISE * (1 - presence) * frame.shape[0] / 720)
        whole = Window(left=self.left, top=self.top + sink, right=self.left + width, bottom=self.top + sink + height)
        window = whole.clipped((frame.shape[1], frame.shape[0]))
        part = self.rgba[window.top - whole.top :, window.left - whole.left :][: window.size[1], : window.size[0]]
        layers.lay_over(frame, part, window, opacity=presence)


@dataclass(frozen=True, kw_only=True)
class Page:
    """The frame that text is set for."""

    format: Format
    size: tuple[int, int]
    locale: str

    @property
    def unit(self) -> float:
        """Pixels of this frame for one pixel at 720p."""
        return unit_of(self.size)


@dataclass(frozen=True, kw_only=True)
class Tone:
    """Colour of the letters, and of the soft shade behind them with its greatest coverage."""

    ink: Floats
    shade: Floats
    strength: float


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Text that has its size, lines and place, but no colour yet."""

    cue: Cue
    lines: list[str]
    style: Style
    left: int
    top: int
    size: tuple[int, int]
    """Width and height in pixels."""

    def part_of(self, picture: Picture) -> Picture:
        """What a frame shows behind it."""
        return picture[max(self.top, 0) : self.top + self.size[1], max(self.left, 0) : self.left + self.size[0]]

    def drawn(self, tone: Tone) -> Overlay:
        """The finished layer."""
        pad = round(self.style.size * 1.1)
        rgba = _block(self.lines, self.cue.detail, self.style, pad, tone=tone)
        return Overlay(rgba=rgba, left=self.left - pad, top=self.top - pad, cue=self.cue)


def overlays(
    cues: Sequence[Cue],
    page: Page,
    obstacles: Sequence[Box],
    *,
    at_worst: Sequence[Sequence[Box]] = (),
    behind: Sequence[Picture],
) -> tuple[Overlay, ...]:
    """Set every cue inside the safe margins, never over an obstacle, in letters that `behind`, some frames, lets read.

    A text for which the obstacles leave no room keeps clear of the first of `at_worst` that leave it some. Raises
    NoRoomForText naming the text for which there is none then.
    """
    safe = safe_box(page.format, page.size)
    badges = _stacked_labels([cue for cue in cues if cue.kind == "label"], page, safe)
    below = Box(safe.left, safe.top, safe.left, max((badge.box.bottom for badge in badges), default=safe.top))
    rooms = [room(page.format, safe, unit=page.unit, label=below, obstacles=boxes) for boxes in (obstacles, *at_worst)]
    settings = [_set(cue, page, rooms) for cue in cues if cue.kind != "label"]
    tone = tone_for([setting.part_of(picture) for setting in settings for picture in behind])
    return (*(setting.drawn(tone) for setting in settings), *badges)


def tone_for(parts: Sequence[Picture]) -> Tone:
    """One tone for all texts of a cut: dark on what is bright and even throughout, else white on a shade."""
    greys = [cv2.cvtColor(part, cv2.COLOR_RGB2GRAY) for part in parts if part.size]
    if greys and all(grey.mean() > CALM_MEAN and grey.std() < CALM_SPREAD for grey in greys):
        return Tone(ink=DARK, shade=LIGHT, strength=0.25)
    brightest = max((float(np.quantile(grey, 0.95)) for grey in greys), default=255.0)
    strength = (brightest - READABLE_GREY) / (brightest - 255 * float(DARK.mean()))
    return Tone(ink=LIGHT, shade=DARK, strength=float(np.clip(strength, 0.34, 0.66)))


def _stacked_labels(cues: Sequence[Cue], page: Page, safe: Box) -> list[Overlay]:
    badges: list[Overlay] = []
    top = safe.top
    for cue in cues:
        rgba = _badge(cue.text, page)
        if rgba.shape[1] > safe.width:
            raise RenderError(f"The label “{cue.text}” is wider than the safe area of the {page.format} frame.")
        badges.append(Overlay(rgba=rgba, left=round(safe.left), top=round(top), cue=cue))
        top += rgba.shape[0] + 8 * page.unit
    return badges


def _badge(text: str, page: Page) -> Floats:
    """The label: quiet, but as tall as its market asks."""
    style = _label_style(text, page)
    pad = round(style.size * 0.42)
    coverage = lettering.drawn([text], style, padding=pad)
    pill = _rounded(coverage.shape, radius=coverage.shape[0] / 2)
    return _over(_painted(coverage * 0.96, LIGHT), _painted(pill * 0.58, DARK))


def _label_style(text: str, page: Page) -> Style:
    wanted = labels.rule_for(page.locale).minimum_share * min(page.size)
    size = 12
    while lettering.cap_height(Style(size, 560, page.locale), text) < wanted:
        size += 1
    return Style(size, 560, page.locale)


def _set(cue: Cue, page: Page, rooms: Sequence[Sequence[Box]]) -> Setting:
    """In the first room that takes it: the largest setting in the first place that can take it well, else in the
    place that can take it largest."""
    for size, place in (each for places in rooms for each in _tries(places)):
        setting = _fitted(cue, page, place, round(size * page.unit))
        if setting is not None:
            return setting
    raise NoRoomForText(
        f"No room for “{cue.text}” beside the product in the {page.format} frame: shorten it or take a wider scene."
    )


def _tries(places: Sequence[Box]) -> list[tuple[int, Box]]:
    well = [(size, place) for place in places for size in range(LARGEST, COMFORTABLE - 1, -1)]
    return well + [(size, place) for size in range(COMFORTABLE - 1, SMALLEST - 1, -1) for place in places]


def _fitted(cue: Cue, page: Page, place: Box, size: int) -> Setting | None:
    lines = lettering.broken(cue.text, Style(size, 640, page.locale), place.width)
    if lines is None:
        return None
    style = Style(size, 640, page.locale)
    height, width = _block_size(lines, cue.detail, style)
    if height > place.height or width > place.width + 2:
        return None
    # Beside a product the eye rests a little above the middle; above one, text hangs from the label.
    slack = place.height - height
    top = place.top + (slack * 0.42 if place.height > 2.4 * height else min(slack, 0.2 * height))
    return Setting(
        cue=cue, lines=lines, style=style, left=round(place.left), top=round(top), size=(round(width), round(height))
    )


def _block(lines: list[str], action: str, style: Style, pad: int, *, tone: Tone) -> Floats:
    """Lines over a soft scrim and, for an end card, the call to action as a pill below."""
    text = lettering.drawn(lines, style, padding=pad)
    if action:
        pill = _pill(action, _pill_style(style), tone)
        height = text.shape[0] + _pill_gap(style) + pill.shape[0]
        width = max(text.shape[1], pill.shape[1] + 2 * pad)
        text = _canvas(text, (height, width), (0, 0))
        button = _canvas(pill, (height, width), (text.shape[0] - pad - pill.shape[0], pad))
        return _over(button, _legible(text, tone, also=button[..., 3]))
    return _legible(text, tone)


def _block_size(lines: list[str], action: str, style: Style) -> tuple[int, int]:
    """Height and width of what `_block` will draw inside its padding."""
    height, width = lettering.measured(lines, style)
    if not action:
        return height, width
    pad = _pill_pad(_pill_style(style))
    tall, wide = lettering.measured([action], _pill_style(style))
    return height + _pill_gap(style) + tall + 2 * pad, max(width, wide + 2 * pad + 2 * (pad // 2))


def _pill_style(style: Style) -> Style:
    return replace(style, size=max(round(style.size * 0.62), 18), weight=620)


def _pill_gap(style: Style) -> int:
    return round(style.size * 0.42)


def _pill_pad(style: Style) -> int:
    return round(style.size * 0.55)


def _pill(action: str, style: Style, tone: Tone) -> Floats:
    pad = _pill_pad(style)
    coverage = lettering.drawn([action], style, padding=pad)
    wide = np.pad(coverage, ((0, 0), (pad // 2, pad // 2)))
    letters = LIGHT if tone.ink is DARK else DARK
    return _over(_painted(wide, letters), _painted(_rounded(wide.shape, radius=wide.shape[0] / 2) * 0.97, tone.ink))


def _legible(text: Floats, tone: Tone, *, also: Floats | None = None) -> Floats:
    """Letters on a shade so soft that it reads as light, not as a box, with a tight one at the strokes."""
    body = text if also is None else np.maximum(text, also)
    size = max(body.shape[0] / 12, 3)
    filled = cv2.morphologyEx(body, cv2.MORPH_CLOSE, np.ones((9, round(size * 4)), np.uint8))
    wider = cv2.dilate(filled, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(size) + 1, 2 * round(size) + 1)))
    shade = np.clip(cv2.GaussianBlur(wider, (0, 0), size) * 1.25, 0, 1) * tone.strength
    shade = np.maximum(shade, np.clip(cv2.GaussianBlur(text, (0, 0), 2.2) * 0.9, 0, 1) * (tone.strength + 0.04))
    return _over(_painted(text, tone.ink), _painted(_edge_faded(shade), tone.shade))


def _edge_faded(shade: Floats) -> Floats:
    height, width = shade.shape
    across = np.minimum(1, np.minimum(np.arange(width), np.arange(width)[::-1]) / 16)
    down = np.minimum(1, np.minimum(np.arange(height), np.arange(height)[::-1]) / 16)
    return np.asarray(shade * across * down[:, None], np.float32)


def _painted(coverage: Floats, colour: Floats) -> Floats:
    return np.dstack([coverage[..., None] * colour, coverage]).astype(np.float32)


def _over(top: Floats, bottom: Floats) -> Floats:
    return np.asarray(top + bottom * (1 - top[..., 3:]), np.float32)


def _canvas(layer: Floats, shape: tuple[int, int], at: tuple[int, int]) -> Floats:
    whole = np.zeros((*shape, *layer.shape[2:]), np.float32)
    whole[at[0] : at[0] + layer.shape[0], at[1] : at[1] + layer.shape[1]] = layer
    return whole


def _rounded(shape: tuple[int, ...], *, radius: float) -> Floats:
    """Coverage of a rounded rectangle that fills the shape, its edge smooth."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    inner_x = np.clip(x, radius, max(shape[1] - radius, radius))
    inner_y = np.clip(y, radius, max(shape[0] - radius, radius))
    return np.asarray(np.clip(radius - np.hypot(x - inner_x, y - inner_y) + 0.5, 0, 1), np.float32)
