"""Words that a market forbids or ties to proof, in anything read or heard. The lists are data: terms.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding, Severity
from review.checks.numeric_claims import Statement, statements
from review.checks.wording import plain, says
from review.observe.records import Observation

RULE = "absolute_terms"
_SEVERITY: dict[str, Severity] = {"block": "block", "needs_evidence": "person", "warn": "warn"}


def absolute_terms(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Each listed term once: blocked, given to a person unless the facts prove it, or only told."""
    lists = _terms().get(observation.locale.split("-")[0], {})
    findings: dict[str, Finding] = {}
    for statement in statements(observation):
        text = _without_allowed(statement.text, lists.get("allow", []))
        for kind, severity in _SEVERITY.items():
            for term in lists.get(kind, []):
                if (
                    says(text, term)
                    and term not in findings
                    and not (kind == "needs_evidence" and _proven(term, facts))
                ):
                    findings[term] = _finding(term, severity, statement)
    return list(findings.values())


def _without_allowed(text: str, allowed: list[str]) -> str:
    """The text less the neutral uses of a listed word, such as ``first use``."""
    text = plain(text)
    for phrase in allowed:
        text = text.replace(plain(phrase), " ")
    return text


def _proven(term: str, facts: ProductFacts) -> bool:
    """Whether a supporting evidence row, not a mere opinion, says the same words."""
    return any(row.stance == "supports" and row.kind != "review" and says(row.text, term) for row in facts.evidence)


def _finding(term: str, severity: Severity, statement: Statement) -> Finding:
    why = {"block": "may not be claimed here", "person": "needs proof", "warn": "is easily misunderstood"}[severity]
    return Finding(
        rule=RULE,
        severity=severity,
        message=f"“{term}” {why}; it is {'heard' if statement.heard else 'shown'} in “{statement.text}”.",
        claim=statement.text,
        second=statement.start,
        until=statement.end,
        fix="change_claim",
    )


@cache
def _terms() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("terms.toml").read_text())
