"""Where a market asks for it, a machine must find in the file's metadata that AI made the video."""

from catalog.facts import ProductFacts
from generation.placements.labels import rule_for
from generation.specs import VideoSpec
from review.checks.base import Finding
from review.observe.records import Observation

RULE = "hidden_label"
ASKED = {
    "CN": "China asks for the label AIGC in the metadata (GB 45438-2025)",
    "EU": "In the EU who generates a video marks it for machines (AI Act, Article 50(2))",
}
"""By market."""


def hidden_label(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Block a stranger's file without the label in China, remark on one without any mark in the EU.

    A file of ours is audited before it is signed, and gets both marks then.
    """
    if spec is not None:
        return [Finding(rule=RULE, severity="info", message="Label and seal are written when the file is signed.")]
    marks, market = observation.marks, rule_for(observation.locale).market
    found = [f"the AIGC label {marks.aigc!r} of {marks.producer or 'nobody named'}"] if marks.aigc else []
    found += ["a C2PA seal"] if marks.is_sealed else []
    told = f"The file carries {' and '.join(found)}." if found else "The file carries neither AIGC label nor C2PA seal."
    is_missing = not marks.aigc if market == "CN" else market in ASKED and not found
    if not is_missing:
        return [Finding(rule=RULE, severity="info", message=told)]
    return [Finding(rule=RULE, severity="block" if market == "CN" else "warn", message=f"{told} {ASKED[market]}.")]
