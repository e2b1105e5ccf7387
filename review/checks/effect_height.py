"""The effect seen in the pixels may not be higher than the parameter that caps it."""

import pint

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding, Severity
from review.observe.records import AtLeast, CannotMeasure, Measured, Observation

RULE = "effect_height"


def effect_height(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Within the cap (told), above it (blocked), or not measurable (a person looks)."""
    cap = facts.effect_cap()
    if cap is None or facts.effect.kind == "none":
        return []
    try:
        limit = cap.limits("m")[1]
    except pint.DimensionalityError:
        return [_unknown(f"The cap {cap.name} is given in {cap.unit}, which is no height.", cap.name)]
    seen = observation.effect
    if isinstance(seen, CannotMeasure):
        return [_unknown(seen.reason, cap.name, limit, seen.second)]
    if isinstance(seen, AtLeast):
        return [_leaving(seen, limit, cap.name)]
    if seen.value == 0.0 and _plans_effect(spec):
        message = "No water was seen to move, though an effect is planned: the audit may be blind here."
        return [_unknown(message, cap.name, limit, seen.ruler.second)]
    return [_measured(seen, limit, cap.name)]


def _measured(seen: Measured, limit: float, parameter: str) -> Finding:
    told = f"{seen.value:.2f} m ± {seen.uncertainty:.2f} (second method: {seen.second_opinion:.2f} m)"
    if seen.value - seen.uncertainty > limit:
        message = f"The {_noun(parameter)} measures {told}; at most {limit:.3g} m is allowed."
        return _finding("block", message, seen, limit, parameter)
    if seen.value > limit:
        message = f"The {_noun(parameter)} measures {told}: too close to the limit of {limit:.3g} m to decide."
        return _finding("person", message, seen, limit, parameter)
    return _finding("info", f"The {_noun(parameter)} measures {told}, within {limit:.3g} m.", seen, limit, parameter)


def _leaving(seen: AtLeast, limit: float, parameter: str) -> Finding:
    if seen.value - seen.uncertainty > limit:
        message = (
            f"The {_noun(parameter)} is at least {seen.value:.2f} m; at most {limit:.3g} m is allowed. {seen.reason}"
        )
        return _finding("block", message, seen, limit, parameter)
    message = f"The {_noun(parameter)} is at least {seen.value:.2f} m, how much more cannot be seen. {seen.reason}"
    return _finding("person", message, seen, limit, parameter)


def _finding(severity: Severity, message: str, seen: Measured | AtLeast, limit: float, parameter: str) -> Finding:
    return Finding(
        rule=RULE,
        severity=severity,
        message=message,
        parameter=parameter,
        allowed=round(limit, 4),
        measured=seen.value,
        uncertainty=seen.uncertainty,
        unit="m",
        second=seen.ruler.second,
        fix="" if severity == "info" else "regenerate_with_cap",
    )


def _unknown(message: str, parameter: str, limit: float | None = None, second: float | None = None) -> Finding:
    return Finding(
        rule=RULE,
        severity="person",
        message=f"Cannot measure. {message}",
        parameter=parameter,
        allowed=limit,
        unit="m",
        second=second,
        fix="real_footage",
    )


def _plans_effect(spec: VideoSpec | None) -> bool:
    return spec is None or any(shot.effect.height_m > 0 for shot in spec.shots)


def _noun(parameter: str) -> str:
    return parameter.replace("_", " ")
