"""VideoSpec and its parts: what one video is asked to be, as frozen data that travels unchanged.

Stored on the variant, sent to the engine, the compositor and the audit: the same bytes all the way.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from catalog.facts import EffectKind, ProductFacts

Framing = Literal["whole", "close"]
"""How near a shot comes: the product with all of its effect and room around it, or the product itself."""
ENGINES = ("static", "parallax", "unified")
"""The ways to make motion, each a module of `generation.engines`."""


@dataclass(frozen=True, kw_only=True)
class EffectSpec:
    """The product's own effect, asked in metres and never above its cap.

    `spread_m` is the full width at the widest point, `density` in 0..1, `sway` in -1..1 (wind).
    """

    kind: EffectKind = "none"
    height_m: float = 0.0
    spread_m: float = 0.0
    density: float = 0.5
    sway: float = 0.0
    cap_parameter: str = ""
    cap_m: float | None = None
    """Largest permitted `height_m`: the parameter's bound with its tolerance. None when nothing caps it."""


def film_second(moment: float, left_out: Iterable[Sequence[float]]) -> float:
    """When a moment of the motion is shown in a film that leaves out these seconds of it, or would be shown."""
    return round(moment - sum(min(moment, end) - start for start, end in left_out if start < moment), 6)


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One continuous piece of picture, `start` to `end` in seconds of the motion (`film_second` names the film's)."""

    start: float
    end: float
    scene: str
    """Scene id of the pack, or ``photo:<sha256>`` for a merchant's own scene photo."""
    prompt: str
    camera: str
    light: str
    spot: int = 0
    effect: EffectSpec = EffectSpec()
    framing: Framing = "whole"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence shown (caption) or spoken (narration) from `start` to `end` seconds, with what proves it."""

    start: float
    end: float
    text: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Label:
    """A notice that must stay readable, such as the AI label. Seconds."""

    text: str
    start: float
    end: float
    kind: Literal["ai", "legal"] = "ai"


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """A limit the audit holds the file to: parameter `name` may not leave what the facts allow."""

    parameter: str
    clause: str


@dataclass(frozen=True, kw_only=True)
class VideoSpec:
    """One variant's plan. `seed` makes it repeatable; `hash` is the idempotency key of its job."""

    sku: str
    facts_version: str
    scenario: str
    locale: str
    hook: str = "benefit"
    cast: str = "none"
    placement: str = "shop"
    profile: str = "compact"
    seed: int = 0
    seconds: float = 6.0
    fps: int = 24
    shots: tuple[Shot, ...] = ()
    narration: tuple[Line, ...] = ()
    captions: tuple[Line, ...] = ()
    ambience: str = ""
    labels: tuple[Label, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    title: str = ""
    """Product title in the video's locale."""
    call_to_action: str = ""
    left_out: tuple[tuple[float, float], ...] = ()
    """Seconds from and to of the motion that are not shown: a person cut them out. `seconds` counts what is left."""
    version: int = field(default=1)

    @property
    def copy(self) -> str:
        """The words that sell: what is written on the picture, caption after caption."""
        return " ".join(line.text for line in self.captions)

    @property
    def market(self) -> str:
        """Country code it is made for; "" when its locale names none."""
        return self.locale.partition("-")[2]

    @property
    def whole_seconds(self) -> float:
        """Length of the motion, with what is not shown of it."""
        return round(self.seconds + sum(end - start for start, end in self.left_out), 6)

    def shown(self, frames: int) -> tuple[int, ...]:
        """Which of so many frames of motion are shown, in order."""
        gone = {
            frame for start, end in self.left_out for frame in range(round(start * self.fps), round(end * self.fps))
        }
        return tuple(frame for frame in range(frames) if frame not in gone)

    @property
    def use(self) -> Literal["shop", "ads"]:
        """What its placement is to the rights register."""
        return "shop" if self.placement.startswith("shop") else "ads"

    def alone(self, shot: Shot) -> "VideoSpec":
        """The same plan with one of its shots: what an engine is asked for it."""
        return dataclasses.replace(self, shots=(shot,))

    def pictures(self, facts: ProductFacts) -> frozenset[str]:
        """SHA-256 of the merchant's pictures it shows: the photo that is composited and its own places."""
        packshot = facts.packshot()
        own = {shot.scene.partition(":")[2] for shot in self.shots if shot.scene.startswith("photo:")}
        return frozenset(own | ({packshot.sha256} if packshot else set()))

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Canonical JSON: equal specs are equal bytes; what nothing was left out of does not name it."""
        rows = dataclasses.asdict(self)
        if not self.left_out:
            del rows["left_out"]
        return json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "VideoSpec":
        """The inverse of `to_json`; raises TypeError on unknown fields."""
        raw: dict[str, Any] = json.loads(text)
        raw["shots"] = tuple(Shot(**{**row, "effect": EffectSpec(**row["effect"])}) for row in raw["shots"])
        for name, kind in {"narration": Line, "captions": Line, "labels": Label, "constraints": Constraint}.items():
            raw[name] = tuple(_record(kind, row) for row in raw[name])
        raw["left_out"] = tuple((start, end) for start, end in raw.get("left_out", ()))
        return cls(**raw)


def _record(kind: type, row: dict[str, Any]) -> Any:
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})
