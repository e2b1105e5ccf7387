"""The words heard are the words that were planned: a file with another video's voice is stopped."""

from catalog.facts import ProductFacts
from generation.specs import Line, VideoSpec
from review.checks.base import Finding, Severity
from review.checks.wording import coverage, resemblance, tokens
from review.observe.records import Observation, Word
from review.observe.speech import HEARD

RULE = "speech_match"
MATCHES = {"en": 0.80, "fr": 0.70}
"""Share of a planned sentence that must be heard, by language: the recogniser's own slips are allowed for."""
DIFFERS = 0.5
EARLY = 0.6
"""Seconds a word may come before or after its planned time."""
FEWEST = 3
"""Words heard without any plan from which on somebody is taken to be speaking."""


def speech_match(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Compare every planned sentence with the words heard in its time, and the words heard with the plan."""
    if spec is None:
        return []
    language = spec.locale.split("-")[0]
    if not spec.narration:
        return _unplanned(observation)
    if language not in HEARD or not observation.sound.speech_language:
        return [_say("person", f"Cannot measure. Speech in {language!r} was not listened to.")]
    if language not in MATCHES:
        return [
            _say("person", f"Cannot measure. Speech in {language!r} is heard too roughly to be compared word by word.")
        ]
    findings = [finding for line in spec.narration if (finding := _missing(line, observation, MATCHES[language]))]
    findings += _foreign(spec, observation)
    return findings or [_say("info", f"All {len(spec.narration)} spoken sentences heard as planned.")]


def _missing(line: Line, observation: Observation, needed: float) -> Finding | None:
    heard = [word for word in observation.words if word.end > line.start - EARLY and word.start < line.end + EARLY]
    share = max(coverage(line.text, _joined(heard)), resemblance(line.text, _joined(heard)))
    if share >= needed:
        return None
    said = _joined(heard) or "nothing"
    message = f"Planned speech “{line.text}”; heard “{said}” ({share:.0%} of it)."
    severity: Severity = "block" if share < DIFFERS else "person"
    return _say(severity, message, claim=said, shares=(share, needed), span=(line.start, line.end))


def _foreign(spec: VideoSpec, observation: Observation) -> list[Finding]:
    """More that nobody planned than that somebody planned is being said."""
    heard = _joined(observation.words)
    share = coverage(heard, " ".join(line.text for line in spec.narration))
    if len(tokens(heard)) < FEWEST or share >= DIFFERS:
        return []
    message = f"Only {share:.0%} of the words heard were planned: “{heard}”."
    return [_say("block", message, claim=heard, shares=(share, DIFFERS))]


def _unplanned(observation: Observation) -> list[Finding]:
    heard = _joined([word for word in observation.words if word.probability > 0.4])
    if len(tokens(heard)) < FEWEST:
        return []
    return [_say("block", f"Speech is heard, but none was planned: “{heard}”.", claim=heard)]


def _joined(words: list[Word] | tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def _say(
    severity: Severity,
    message: str,
    *,
    claim: str = "",
    shares: tuple[float, float] | None = None,
    span: tuple[float, float] | None = None,
) -> Finding:
    return Finding(
        rule=RULE,
        severity=severity,
        message=message,
        claim=claim,
        measured=round(shares[0], 3) if shares else None,
        allowed=shares[1] if shares else None,
        second=span[0] if span else None,
        until=span[1] if span else None,
        fix="" if severity == "info" else "regenerate_with_cap",
    )
