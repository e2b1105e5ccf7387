"""Nobody is shown without their consent, and a person that AI made is disclosed: whoever is seen goes to a person."""

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding
from review.observe.records import Observation

RULE = "people"
DISCLOSURE = {
    "US": "In New York an advertisement must say so when its performer is synthetic (General Business Law 396-b).",
    "KR": "In Korea a virtual person in an advertisement must be labelled.",
    "CN": "In China a generated person needs the label, and a real one's written consent.",
}
"""What a market asks for besides consent."""


def people(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Tell when faces are seen; consent is a paper, so no picture can show that it was given."""
    seen = observation.faces
    if not seen:
        return [Finding(rule=RULE, severity="info", message="No face is seen; people from behind would not be.")]
    first, last = min(face.second for face in seen), max(face.second for face in seen)
    planned = "" if spec is None or spec.cast != "none" else " The plan has no person in it."
    market = DISCLOSURE.get(observation.locale.partition("-")[2], "")
    message = (
        f"A face is seen from {first:.1f} s to {last:.1f} s.{planned} Say in your reason whose consent covers this"
        f" video and until when. {market}"
    )
    return [
        Finding(
            rule=RULE,
            severity="person",
            message=message.strip(),
            measured=len(seen),
            allowed=0.0,
            second=first,
            until=last,
            fix="real_footage",
        )
    ]
