"""Observation and its parts: what was seen, read, heard and measured in one finished file, as frozen data.

Pixels are of the full-size frame, (x, y) from its top left; seconds count from the start of the file.
"""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Box:
    """An upright rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of time in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class TextLine:
    """One line of text on screen and the time it stays. `score` in 0..1 is the reader's confidence."""

    text: str
    start: float
    end: float
    box: Box
    score: float


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word heard. `probability` in 0..1 is the recogniser's."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """The product found in one frame.

    `likeness` is the correlation of edge orientations with its photo (-1..1; 0.5 and more is the same thing),
    `scale` frame pixels per photo pixel, `colour_difference` the CIEDE2000 distance after brightness was matched,
    `aspect` height over width against the photo.
    """

    second: float
    box: Box
    scale: float
    likeness: float
    colour_difference: float
    aspect: float = 1.0
    instances: int | None = None
    """How often it stands in this frame; None where nobody counted."""


@dataclass(frozen=True, kw_only=True)
class Face:
    """A face seen in one frame. `score` in 0..1 is the detector's."""

    second: float
    box: Box
    score: float


@dataclass(frozen=True, kw_only=True)
class Ruler:
    """Where a height was measured: the effect's origin in one frame, and how many pixels a metre has there."""

    second: float
    x: float
    y: float
    pixels_per_metre: float

    def row(self, metres: float) -> float:
        """The row of the frame at that height above the origin."""
        return self.y - metres * self.pixels_per_metre


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A height in metres with the half-width of its 90 % interval, and what an independent method says."""

    value: float
    uncertainty: float
    second_opinion: float
    ruler: Ruler


@dataclass(frozen=True, kw_only=True)
class AtLeast:
    """The effect leaves the picture or runs behind a caption: it is this high or higher, in metres."""

    value: float
    uncertainty: float
    reason: str
    ruler: Ruler


@dataclass(frozen=True, kw_only=True)
class CannotMeasure:
    """No honest number can be given; `reason` says why, in words for a merchant."""

    reason: str
    second: float = 0.0


Extent = Measured | AtLeast | CannotMeasure


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The picture track: size, rate, codec, and the stretches that are black or stand still."""

    width: int
    height: int
    fps: float
    codec: str
    cuts: tuple[float, ...] = ()
    """Seconds at which a new shot begins; the first one, 0, is not listed."""
    black: tuple[Span, ...] = ()
    frozen: tuple[Span, ...] = ()
    flashes: tuple[float, ...] | None = ()
    """Seconds at which a harmful flash is complete; None when too few frames a second were looked at."""


@dataclass(frozen=True, kw_only=True)
class Sound:
    """The sound track. Loudness in LUFS (ITU-R BS.1770), peak in dB relative to full scale."""

    codec: str = ""
    loudness: float | None = None
    peak: float | None = None
    silent: tuple[Span, ...] = ()
    speech_language: str = ""
    """Language the words were listened for in; empty when nothing was listened to."""
    begins: tuple[float, ...] = ()
    """Seconds at which a voice, or something as loud, begins after a pause."""


@dataclass(frozen=True, kw_only=True)
class Sync:
    """By how many seconds the sound comes after what is seen (negative: before), how long a frame lasts, and how
    alike (0..1) what is seen and what is heard are once that is taken out."""

    late: float
    frame: float
    likeness: float


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What the container says about its making: the value and producer of an AIGC label ("" without one), and whether
    there is a C2PA seal."""

    aigc: str = ""
    producer: str = ""
    is_sealed: bool = False


@dataclass(frozen=True, kw_only=True)
class Observation:
    """Everything the checks may know about a file. `unread` says what could not be observed, and why."""

    sha256: str
    locale: str
    seconds: float
    picture: Picture
    sound: Sound
    texts: tuple[TextLine, ...] = ()
    words: tuple[Word, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    faces: tuple[Face, ...] = ()
    looked_at: tuple[float, ...] = ()
    """Seconds of the frames in which the product was searched for."""
    effect: Extent = CannotMeasure(reason="The effect was not looked for.")
    sync: Sync | None = None
    """None where nothing that is seen is heard as well."""
    marks: Marks = Marks()
    unread: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Canonical JSON."""
        return json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def to_dict(self) -> dict[str, Any]:
        return {
            **dataclasses.asdict(self),
            "effect": {"kind": type(self.effect).__name__, **dataclasses.asdict(self.effect)},
        }

    @classmethod
    def from_json(cls, text: str) -> "Observation":
        """The inverse of `to_json`; raises TypeError on unknown fields."""
        raw: dict[str, Any] = json.loads(text)
        raw["picture"] = _with_spans(Picture, raw["picture"], ("black", "frozen"))
        raw["sound"] = _with_spans(Sound, raw["sound"], ("silent",))
        raw["texts"] = tuple(TextLine(**{**row, "box": Box(**row["box"])}) for row in raw["texts"])
        raw["words"] = tuple(Word(**row) for row in raw["words"])
        raw["sightings"] = tuple(Sighting(**{**row, "box": Box(**row["box"])}) for row in raw["sightings"])
        raw["faces"] = tuple(Face(**{**row, "box": Box(**row["box"])}) for row in raw.get("faces", ()))
        raw["effect"] = _extent(raw["effect"])
        raw["marks"] = Marks(**raw.get("marks", {}))
        raw["sync"] = Sync(**raw["sync"]) if raw.get("sync") else None
        for name in ("looked_at", "unread"):
            raw[name] = tuple(raw[name])
        return cls(**raw)


def _with_spans(kind: type, row: dict[str, Any], names: tuple[str, ...]) -> Any:
    spans = {name: tuple(Span(**span) for span in row[name]) for name in names}
    plain = {name: tuple(row[name]) for name in ("cuts", "flashes", "begins") if row.get(name) is not None}
    return kind(**{**row, **spans, **plain})


def _extent(row: dict[str, Any]) -> Extent:
    kind = {each.__name__: each for each in (Measured, AtLeast, CannotMeasure)}[row.pop("kind")]
    if "ruler" in row:
        row["ruler"] = Ruler(**row["ruler"])
    extent: Extent = kind(**row)
    return extent
