"""The text on screen is the text that was planned: a file with another video's captions is stopped."""

from catalog.facts import ProductFacts
from generation.specs import Line, VideoSpec
from review.checks.base import Finding, Severity
from review.checks.wording import coverage, resemblance, tokens
from review.observe.records import Observation, TextLine
from review.observe.text import READABLE

RULE = "caption_match"
MATCHES = 0.9
"""Share of a planned caption that must be read while it is shown: the reader misses nearly nothing."""
DIFFERS = 0.6
"""Share below which another sentence stands there."""
FOREIGN = 12
"""Letters of a line nobody planned, from which on it is told."""


def caption_match(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Compare every planned caption with what was read in its time, and every line read with the plan."""
    if spec is None:
        return []
    language = spec.locale.split("-")[0]
    if language not in READABLE:
        return [_say("person", f"Cannot measure. Text in {language!r} cannot be read by the audit.")]
    findings = [finding for line in spec.captions if (finding := _missing(line, observation))]
    planned = _planned(spec)
    findings += [finding for line in observation.texts if (finding := _unplanned(line, planned, facts))]
    if findings:
        return findings
    return [_say("info", f"All {len(spec.captions)} captions read as planned.")] if spec.captions else []


def _missing(caption: Line, observation: Observation) -> Finding | None:
    shown = [
        line for line in observation.texts if _overlap(line, caption) >= min(0.4, 0.4 * (caption.end - caption.start))
    ]
    read = " ".join(line.text for line in sorted(shown, key=lambda line: (line.box.y, line.box.x)))
    share = coverage(caption.text, read)
    if share >= MATCHES:
        return None
    severity: Severity = "block" if share < DIFFERS else "person"
    return _say(
        severity,
        f"Planned caption “{caption.text}” is not what can be read there ({share:.0%} of it).",
        share,
        claim=read,
        span=(caption.start, caption.end),
    )


def _unplanned(line: TextLine, planned: str, facts: ProductFacts) -> Finding | None:
    """Writing that belongs neither to the plan nor, word by word, to the product's own facts."""
    letters = sum(len(word) for word in tokens(line.text))
    if letters < FOREIGN or max(coverage(line.text, planned), resemblance(line.text, planned)) >= DIFFERS:
        return None
    if coverage(line.text, f"{facts.brand} {' '.join(facts.title.values())}") >= DIFFERS:
        return None
    message = f"“{line.text}” is shown, but was not planned."
    return _say("person", message, claim=line.text, span=(line.start, line.end))


def _planned(spec: VideoSpec) -> str:
    parts = [caption.text for caption in spec.captions] + [label.text for label in spec.labels]
    return " ".join([*parts, spec.title, spec.call_to_action])


def _overlap(line: TextLine, caption: Line) -> float:
    return min(line.end, caption.end) - max(line.start, caption.start)


def _say(
    severity: Severity,
    message: str,
    share: float | None = None,
    *,
    claim: str = "",
    span: tuple[float, float] | None = None,
) -> Finding:
    return Finding(
        rule=RULE,
        severity=severity,
        message=message,
        claim=claim,
        measured=round(share, 3) if share is not None else None,
        allowed=MATCHES if share is not None else None,
        second=span[0] if span else None,
        until=span[1] if span else None,
        fix="change_claim" if severity == "person" else "regenerate_with_cap" if severity == "block" else "",
    )
