"""No more than three flashes in any second, so that no photosensitive viewer is harmed (WCAG 2.3.1, ITU-R BT.1702)."""

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding
from review.observe.records import Observation

RULE = "flashing"
MOST = 3


def flashing(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Block the second with the most flashes when it has more than three."""
    if observation.picture.flashes is None:
        message = "Cannot measure. Too few pictures a second were looked at to tell whether the video flashes."
        return [Finding(rule=RULE, severity="person", message=message, fix="real_footage")]
    ends = observation.picture.flashes
    within = [sum(start - 1e-6 <= end < start + 1.0 for end in ends) for start in ends]
    most = max(within, default=0)
    if most <= MOST:
        told = f"{most} flashes in the worst second; {MOST} are allowed." if most else "Nothing flashes."
        return [Finding(rule=RULE, severity="info", message=told, measured=most, allowed=MOST)]
    start = ends[within.index(most)]
    message = f"{most} flashes within a second; {MOST} are allowed: this can harm photosensitive viewers."
    return [
        Finding(
            rule=RULE,
            severity="block",
            message=message,
            measured=most,
            allowed=MOST,
            second=start,
            until=start + 1.0,
            fix="trim",
        )
    ]
