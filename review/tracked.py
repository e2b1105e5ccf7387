"""Where the product is at each moment of a film, and where the allowed and the measured height lie above it.

The player draws this over the picture. The audit measured the height in one frame; the lines follow the product to the
other frames by how it was sighted there, so they are where the limit would be in that frame.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from review.models import Audit, Finding

HEIGHT = "effect_height"


@dataclass(frozen=True, kw_only=True)
class Point:
    """The product in one frame, in pixels of the full size; `x, y` is where its effect begins."""

    second: float
    x: float
    y: float
    pixels_per_metre: float
    box: tuple[float, float, float, float]

    def as_list(self) -> list[float]:
        return [round(value, 3) for value in (self.second, self.x, self.y, self.pixels_per_metre, *self.box)]


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """What the player draws. Heights in metres; None where the rule said nothing about a height."""

    points: tuple[Point, ...]
    worst: float
    """The second to look at first: where the gravest finding was seen, else where the product was sighted first."""
    allowed: float | None = None
    measured: float | None = None
    uncertainty: float = 0.0
    is_at_least: bool = False
    exceeds: bool = False

    @property
    def track(self) -> str:
        """The points as JSON rows: second, x, y, pixels per metre, box x, y, width, height."""
        return json.dumps([point.as_list() for point in self.points], separators=(",", ":"))


def tracked_of(audit: Audit, problems: Iterable[Finding]) -> Tracked | None:
    """What there is to draw over an audited file; None when its product was not sighted."""
    sightings, effect = audit.observation.get("sightings") or (), audit.observation.get("effect") or {}
    ruler = effect.get("ruler")
    points = tuple(_points(sightings, ruler))
    if not points:
        return None
    seconds = [row.second for row in problems if row.second is not None]
    worst = seconds[0] if seconds else ruler["second"] if ruler else points[0].second
    said = next((row for row in audit.findings.all() if row.rule == HEIGHT and row.allowed is not None), None)
    if said is None or said.measured is None or ruler is None:
        return Tracked(points=points, worst=worst)
    return Tracked(
        points=points,
        worst=worst,
        allowed=said.allowed,
        measured=said.measured,
        uncertainty=said.uncertainty or 0.0,
        is_at_least=is_at_least(audit),
        exceeds=said.severity == Finding.Severity.BLOCK,
    )


def is_at_least(audit: Audit) -> bool:
    """Whether the effect leaves the picture, so that its measured height is a lower bound."""
    return (audit.observation.get("effect") or {}).get("kind") == "AtLeast"


def _points(sightings: Iterable[dict[str, Any]], ruler: dict[str, Any] | None) -> Iterable[Point]:
    """Every sighting, with the ruler of the measured frame carried over to it."""
    rows = list(sightings)
    near = min(rows, key=lambda row: abs(row["second"] - ruler["second"])) if rows and ruler else None
    for row in rows:
        box = row["box"]
        x, y, scale = box["x"] + box["width"] / 2, box["y"], 0.0
        if ruler and near:
            grown = row["scale"] / near["scale"]
            x = box["x"] + (ruler["x"] - near["box"]["x"]) * grown
            y = box["y"] + (ruler["y"] - near["box"]["y"]) * grown
            scale = ruler["pixels_per_metre"] * grown
        yield Point(
            second=row["second"],
            x=x,
            y=y,
            pixels_per_metre=scale,
            box=(box["x"], box["y"], box["width"], box["height"]),
        )
