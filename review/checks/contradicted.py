"""A number that the specification allows, but that more buyers contradict than confirm, is decided by a person."""

from catalog.facts import Evidence, ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding
from review.checks.numeric_claims import numeric_claims
from review.observe.records import Observation

RULE = "contradicted"
REVIEWS = 2
"""Reviews that say otherwise from which on they count; a refund counts alone."""


def contradicted(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Every claim that its parameter allows is held against what was said about that parameter."""
    findings: dict[tuple[str, str], Finding] = {}
    for claim in numeric_claims(facts, spec, observation):
        against = _against(facts, claim.parameter) if claim.severity == "info" and claim.parameter else ()
        if against:
            findings.setdefault((claim.parameter, claim.claim), _finding(claim, against))
    return list(findings.values())


def _against(facts: ProductFacts, parameter: str) -> tuple[Evidence, ...]:
    """Buyers who contradict the parameter, refunds first, if there are enough and more than those who confirm it.

    An earlier audit is no such voice: it says what a video showed, not what the product does.
    """
    rows = [row for row in facts.evidence if row.parameter == parameter and row.kind in ("refund", "review")]
    confirming = sum(row.stance == "supports" for row in rows)
    hard = [row for row in rows if row.stance == "contradicts" and row.kind == "refund"]
    soft = [row for row in rows if row.stance == "contradicts" and row.kind == "review"]
    is_heard = (hard or len(soft) >= REVIEWS) and len(hard) + len(soft) > confirming
    return (*hard, *soft) if is_heard else ()


def _finding(claim: Finding, against: tuple[Evidence, ...]) -> Finding:
    words = ", ".join(f"{row.kind} {row.id}: “{row.text}”" for row in against[:3])
    more = f" and {len(against) - 3} more" if len(against) > 3 else ""
    name = claim.parameter.replace("_", " ")
    return Finding(
        rule=RULE,
        severity="person",
        message=f"The specification allows this {name}, but it is contradicted ({words}{more}).",
        claim=claim.claim,
        parameter=claim.parameter,
        measured=claim.measured,
        unit=claim.unit,
        second=claim.second,
        until=claim.until,
        fix="change_claim",
    )
