"""The product in the video is the product in the photo: there, alike, not re-coloured, not stretched, and alone."""

import statistics

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding, Severity
from review.observe.records import Observation

RULE = "likeness"
PRESENT = 0.6
"""Share of the frames looked at in which the product has to be found."""
ALIKE = 0.50
"""Median likeness below which a person compares it with the photo."""
RECOLOURED, TINTED = 26.0, 8.0
"""Median CIEDE2000 that no light of our scenes reaches, and one that only a strong light does."""
STRETCHED = 0.15
"""Relative departure from the photo's height over width."""


def likeness(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Compare the sightings with the photo; without a photo a person has to."""
    if not observation.looked_at:
        return [_say("person", "Cannot measure. There is no cut-out photo of the product to compare with.")]
    seen = observation.sightings
    share = len(seen) / len(observation.looked_at)
    if not seen:
        return [_say("block", "The product of the photo is not to be seen in the video.", share, PRESENT)]
    if share < PRESENT:
        # Too few sightings to judge anything by them: a wrong match among them would be taken for the product.
        message = f"Cannot measure. The product is found in {share:.0%} of the frames looked at."
        return [_say("person", message, share, PRESENT, _first_gap(observation))]
    return _alike(observation) + _colour(observation) + _shape(observation) + _alone(observation)


def _alike(observation: Observation) -> list[Finding]:
    worst = min(observation.sightings, key=lambda sighting: sighting.likeness)
    median = statistics.median(sighting.likeness for sighting in observation.sightings)
    if median < ALIKE:
        message = f"The product resembles its photo only to {median:.2f} (1 is the same)."
        return [_say("person", message, median, ALIKE, worst.second)]
    return [
        _say("info", f"The product resembles its photo to {median:.2f} (1 is the same).", median, ALIKE, worst.second)
    ]


def _colour(observation: Observation) -> list[Finding]:
    worst = max(observation.sightings, key=lambda sighting: sighting.colour_difference)
    median = statistics.median(sighting.colour_difference for sighting in observation.sightings)
    if median <= TINTED:
        return []
    severity: Severity = "block" if median > RECOLOURED else "person"
    message = f"The product's colour differs from its photo by {median:.0f} (CIEDE2000, brightness evened out)."
    return [_say(severity, message, median, TINTED, worst.second)]


def _shape(observation: Observation) -> list[Finding]:
    aspect = statistics.median(sighting.aspect for sighting in observation.sightings)
    if abs(aspect - 1) <= STRETCHED:
        return []
    message = f"The product is {'taller' if aspect > 1 else 'flatter'} than in its photo, by {abs(aspect - 1):.0%}."
    return [_say("block", message, aspect, 1 + STRETCHED, observation.sightings[0].second)]


def _alone(observation: Observation) -> list[Finding]:
    """More than one product, in most of the frames that were counted: a single frame's look-alike (a leaf) is none."""
    counted = [(sighting.instances, sighting) for sighting in observation.sightings if sighting.instances is not None]
    usual = statistics.median_low([count for count, _ in counted] or [1])
    if usual <= 1:
        return []
    _, most = max(counted, key=lambda each: each[0])
    message = f"The product is shown {usual} times in one picture; one is sold."
    return [_say("block", message, usual, 1, most.second)]


def _first_gap(observation: Observation) -> float:
    found = {sighting.second for sighting in observation.sightings}
    return next((second for second in observation.looked_at if all(abs(second - f) > 0.01 for f in found)), 0.0)


def _say(
    severity: Severity,
    message: str,
    measured: float | None = None,
    allowed: float | None = None,
    second: float | None = None,
) -> Finding:
    return Finding(
        rule=RULE,
        severity=severity,
        message=message,
        measured=round(measured, 3) if measured is not None else None,
        allowed=allowed,
        second=second,
        fix="real_footage" if severity in ("block", "person") else "",
    )
