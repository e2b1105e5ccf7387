"""Nobody is shown without their consent, and a person that AI made is disclosed.

A face that the rights register covers is within it; one that only ended or narrower papers speak about exceeds it; who
anybody else is, no detector can say (it takes statues for people, too), so a person decides.
"""

from collections import Counter
from collections.abc import Sequence

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding, Severity
from review.checks.rights import named, rights_to
from review.observe.records import Face, Observation

RULE = "people"
DISCLOSURE = {
    "US": "In New York an advertisement must say so when its performer is synthetic (General Business Law 396-b).",
    "KR": "In Korea a virtual person in an advertisement must be labelled.",
    "CN": "In China a generated person needs the label, and a real one's written consent.",
}
"""What a market asks for besides consent."""


def people(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Compare the faces that are seen with the consents of the market the file is for."""
    seen = observation.faces
    if not seen:
        return [Finding(rule=RULE, severity="info", message="No face is seen; people from behind would not be.")]
    rights = rights_to("person", facts, spec, observation)
    together = max(Counter(face.second for face in seen).values())
    market = DISCLOSURE.get(observation.locale.partition("-")[2], "")
    if len(rights.covering) >= together:
        return [_finding(seen, "info", f"Covered by the consent of {named(rights.covering)}. {market}")]
    if rights.covering:
        why = f"{together} faces are seen at once, but consent is entered only for {named(rights.covering)}."
        return [_finding(seen, "person", f"{why} Enter the others under Rights and check again. {market}")]
    if rights.refused:
        way_out = "Enter the consent that holds now under Rights, or make the video without this person."
        return [_finding(seen, "block", f"{'; '.join(rights.refused)}. {way_out}")]
    planned = "" if spec is None or spec.cast != "none" else "The plan has no person in it. "
    ask = "No consent is entered for this product: enter it under Rights and check again, or say in your reason whose"
    return [_finding(seen, "person", f"{planned}{ask} consent covers this video and until when. {market}")]


def _finding(seen: Sequence[Face], severity: Severity, words: str) -> Finding:
    first, last = min(face.second for face in seen), max(face.second for face in seen)
    when = f"from {first:.1f} s to {last:.1f} s" if last > first else f"at {first:.1f} s"
    return Finding(
        rule=RULE,
        severity=severity,
        message=f"A face is seen {when}. {words}".strip(),
        measured=len(seen),
        allowed=0.0 if severity != "info" else None,
        second=first,
        until=last,
    )
