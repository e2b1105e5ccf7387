"""Numbers with units that are shown or said must agree with a parameter of the product."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pint

from catalog.facts import Parameter, ProductFacts, units
from generation.specs import VideoSpec
from review.checks.base import Finding, Severity
from review.checks.quantities import CURRENCIES, Quantity, claimed
from review.checks.subjects import Candidates, spoken_of
from review.checks.wording import coverage
from review.observe.languages import numbers_heard
from review.observe.records import Observation, Word

PLANNED = 0.8
"""Share of a planned sentence that makes a statement that sentence."""
_PAUSE = 0.7
"""Seconds of silence that end a spoken sentence."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A sentence that was read or heard, and when."""

    text: str
    start: float
    end: float
    heard: bool


def statements(observation: Observation) -> Iterator[Statement]:
    """Everything that was read, and what was heard cut into sentences at pauses and full stops."""
    for line in observation.texts:
        yield Statement(text=line.text, start=line.start, end=line.end, heard=False)
    sentence: list[Word] = []
    for word in observation.words:
        if sentence and (word.start - sentence[-1].end > _PAUSE or sentence[-1].text.endswith((".", "!", "?", "。"))):
            yield _spoken(sentence)
            sentence = []
        sentence.append(word)
    if sentence:
        yield _spoken(sentence)


def numeric_claims(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Block a number that its parameter does not allow; ask a person about one that no parameter speaks of."""
    language = observation.locale.split("-")[0]
    findings: list[Finding] = []
    for statement in statements(observation):
        cited = _cited(statement.text, spec)
        told = [_judged(quantity, statement, facts, cited) for quantity in claimed(statement.text, language)]
        is_sure = not statement.heard or language in numbers_heard()
        findings += told if is_sure else [_doubted(finding) for finding in told]
    return findings


def _doubted(finding: Finding) -> Finding:
    """A number that may have been misheard blocks nothing: a person listens."""
    if finding.severity != "block":
        return finding
    return replace(finding, severity="person", message=f"Cannot measure. {finding.message} It may have been misheard.")


def _cited(text: str, spec: VideoSpec | None) -> frozenset[str]:
    """Evidence that the plan gives for this sentence, if it was planned: whole, or as a line of a longer one."""
    lines = (*spec.captions, *spec.narration) if spec else ()
    planned = [row for row in lines if max(coverage(row.text, text), coverage(text, row.text)) >= PLANNED]
    return frozenset(name for row in planned for name in row.evidence)


def _spoken(words: list[Word]) -> Statement:
    text = " ".join(word.text for word in words)
    return Statement(text=text, start=words[0].start, end=words[-1].end, heard=True)


def _judged(quantity: Quantity, statement: Statement, facts: ProductFacts, cited: frozenset[str]) -> Finding:
    if quantity.unit in CURRENCIES:
        return _price(quantity, statement, facts)
    comparable = [parameter for parameter in facts.parameters if _comparable(parameter, quantity.unit)]
    meant = [parameter for parameter in comparable if parameter.id in cited]
    found = Candidates(meant=meant) if meant else spoken_of(statement.text, comparable)
    candidates = found.meant
    how = "Heard" if statement.heard else "Shown"
    if not candidates:
        message = f"{how}: “{quantity.words}”. No parameter of the product speaks of such a quantity."
        return _finding("person", message, quantity, statement)
    fitting = [parameter for parameter in candidates if _agrees(parameter, quantity)]
    if not fitting:
        return _refused(quantity, statement, found)
    proven = [parameter for parameter in fitting if not _beyond_proof(parameter, quantity)]
    if not proven:
        message = f"{how}: “{quantity.words}”. {_specification(fitting[0])} proves less than that."
        return _finding("person", message, quantity, statement, fitting[0])
    nearest = _nearest(proven, quantity)
    message = f"{how}: “{quantity.words}”. {_specification(nearest)} agrees."
    return _finding("info", message, quantity, statement, nearest)


def _refused(quantity: Quantity, statement: Statement, found: Candidates) -> Finding:
    """Untrue, unless it speaks of something else with a similar name: then a person reads the sentence."""
    nearest = _nearest(found.meant, quantity)
    message = (
        f"{'Heard' if statement.heard else 'Shown'}: “{quantity.words}”. {_specification(nearest)} does not allow it"
    )
    other = next((parameter for parameter in found.near if _agrees(parameter, quantity)), None)
    if other is None:
        return _finding("block", f"{message}.", quantity, statement, nearest)
    message = f"{message}; the {_specification(other)[4:]} would. Say which of them is meant."
    return _finding("person", message, quantity, statement, nearest)


def _nearest(parameters: Sequence[Parameter], quantity: Quantity) -> Parameter:
    return min(parameters, key=lambda parameter: abs(parameter.in_unit(quantity.unit) - quantity.value))


def _price(quantity: Quantity, statement: Statement, facts: ProductFacts) -> Finding:
    if facts.price_minor is None or facts.currency != quantity.unit:
        return _finding("person", f"“{quantity.words}” is a price the catalog does not know.", quantity, statement)
    price = facts.price_minor / 100
    if abs(price - quantity.value) < 0.005:
        return _finding("info", f"“{quantity.words}” is the price in the catalog.", quantity, statement)
    message = f"“{quantity.words}” is not the price in the catalog, {price:.2f} {facts.currency}."
    return _finding("block", message, quantity, statement)


def _comparable(parameter: Parameter, unit: str) -> bool:
    if "percent" in (unit, parameter.unit) or "count" in (unit, parameter.unit):
        return unit == parameter.unit  # Pint takes both for plain numbers, and a pH as well.
    try:
        return bool(units().Quantity(1, parameter.unit or "dimensionless").is_compatible_with(unit))
    except (pint.UndefinedUnitError, pint.DefinitionSyntaxError):
        return False


def _agrees(parameter: Parameter, quantity: Quantity) -> bool:
    return parameter.allows(quantity.value, quantity.unit)


def _beyond_proof(parameter: Parameter, quantity: Quantity) -> bool:
    """A "minimum 8 h" proves no claim of 10 h, though it does not contradict one."""
    if parameter.bound != "min":
        return False
    return quantity.value > parameter.in_unit(quantity.unit) * (1 + parameter.tolerance) + 1e-9


def _specification(parameter: Parameter) -> str:
    word = {"max": "at most ", "min": "at least ", "exact": "", "range": ""}[parameter.bound]
    low = f"{parameter.lower:g}–" if parameter.bound == "range" and parameter.lower is not None else ""
    slack = f" ±{parameter.tolerance:.0%}" if parameter.tolerance else ""
    value = f"{word}{low}{parameter.value:g} {parameter.unit}".rstrip()
    return f"The specification ({parameter.name.replace('_', ' ')}: {value}{slack})"


def _finding(
    severity: Severity, message: str, quantity: Quantity, at: Statement, parameter: Parameter | None = None
) -> Finding:
    return Finding(
        rule="numeric_claims",
        severity=severity,
        message=message,
        claim=at.text,
        parameter=parameter.name if parameter else "",
        allowed=_bound(parameter, quantity) if parameter else None,
        measured=quantity.value,
        unit=quantity.unit,
        second=at.start,
        until=at.end,
        fix="" if severity == "info" else "change_claim",
    )


def _bound(parameter: Parameter, quantity: Quantity) -> float:
    """The limit that matters for this claim, in its unit."""
    low, high = parameter.limits(quantity.unit)
    edge = high if quantity.value > parameter.in_unit(quantity.unit) else low
    return round(edge if abs(edge) != float("inf") else parameter.in_unit(quantity.unit), 4)
