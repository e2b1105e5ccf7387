"""Words that a market forbids or ties to proof, in anything read or heard; `terms/<market>.toml` lists them."""

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding
from review.checks.numeric_claims import Statement, statements
from review.checks.term_lists import Term, TermList, list_for
from review.checks.wording import plain, says
from review.observe.records import Observation

RULE = "absolute_terms"
_WHY = {"block": "may not be claimed", "person": "needs proof", "warn": "is easily misunderstood"}


def absolute_terms(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Each listed term once: blocked, given to a person unless the facts prove it, or only told."""
    terms = list_for(observation.locale)
    if terms is None:
        message = f"Cannot measure. Nobody has written a list of terms for {observation.locale}."
        return [Finding(rule=RULE, severity="person", message=message, fix="change_claim")]
    findings: dict[str, Finding] = {}
    for statement in statements(observation):
        text = _without_allowed(statement.text, terms.allow)
        for term in terms.terms:
            if term.phrase not in findings and says(text, term.phrase) and not _proven(term, facts):
                findings[term.phrase] = _finding(term, statement, terms)
    if findings:
        return list(findings.values())
    return [Finding(rule=RULE, severity="info", message=f"No term of the list {terms.name} is shown or said.")]


def _without_allowed(text: str, allowed: tuple[str, ...]) -> str:
    """The text less the neutral uses of a listed word, such as ``best before``."""
    text = plain(text)
    for phrase in allowed:
        text = text.replace(plain(phrase), " ")
    return text


def _proven(term: Term, facts: ProductFacts) -> bool:
    """Whether a supporting evidence row, not a mere opinion, says the same words; nothing proves what is forbidden."""
    return term.severity == "person" and any(
        row.stance == "supports" and row.kind != "review" and says(row.text, term.phrase) for row in facts.evidence
    )


def _finding(term: Term, statement: Statement, terms: TermList) -> Finding:
    how = "heard" if statement.heard else "shown"
    message = f"“{term.phrase}” {_WHY[term.severity]} ({term.kind}, list {terms.name}); {how} in “{statement.text}”."
    return Finding(
        rule=RULE,
        severity=term.severity,
        message=message,
        claim=statement.text,
        second=statement.start,
        until=statement.end,
        fix="change_claim",
    )
