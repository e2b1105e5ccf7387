"""The notice that AI made the video must be readable in the finished picture, in its language, for long enough."""

from catalog.facts import ProductFacts
from generation.placements.labels import LabelRule, rule_for
from generation.specs import VideoSpec
from review.checks.base import Finding, Severity
from review.checks.wording import coverage
from review.observe.records import Observation, TextLine

RULE = "ai_label"
WORDINGS = {
    "en": ("AI-generated", "Made with AI", "Created with AI"),
    "fr": ("généré par IA", "créé avec l'IA", "générée par IA", "généré par l'IA", "générée par l'IA"),
    "de": ("KI-generiert", "Mit KI erstellt"),
    "es": ("generado con IA", "generada por IA", "creado con IA"),
    "zh": ("AI生成", "人工智能生成", "AI合成"),
    "ja": ("AI生成", "AIで生成", "AIにより生成"),
}
"""What counts as the notice where no plan says its words."""
SECONDS = 2.0
"""Shortest time on screen where neither plan nor market says one."""
LETTERS = 0.72
"""Height of the letters as a share of the box that the reader draws around a line."""
MARGIN = 0.85
"""A measured height counts from this share of the rule on: the reader's boxes are not exact."""
FOUND = 0.85


def ai_label(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Find the notice among the text that was read; block when it is missing, too short or too small."""
    language = observation.locale.split("-")[0]
    planned = [label for label in spec.labels if label.kind == "ai"] if spec else []
    wordings = tuple(label.text for label in planned) or WORDINGS.get(language, ())
    if not wordings:
        return [_say("person", f"Cannot measure. No wording of the AI label is known in {language!r}.")]
    shown = [line for line in observation.texts if any(coverage(text, line.text) >= FOUND for text in wordings)]
    if not shown:
        return [_say("block", f"No AI label ({wordings[0]}) is to be read in the picture.")]
    rule = rule_for(observation.locale)
    needed = 0.8 * sum(label.end - label.start for label in planned)
    needed = needed or min(max(SECONDS, rule.minimum_seconds), observation.seconds)
    seconds = _seconds(shown)
    if seconds + 0.1 < needed:
        return [
            _say("block", f"The AI label stays {seconds:.1f} s; {needed:.1f} s are needed.", seconds, needed, shown[0])
        ]
    return [_height(shown, observation, rule)]


def _height(shown: list[TextLine], observation: Observation, rule: LabelRule) -> Finding:
    tallest = max(shown, key=lambda line: line.box.height)
    shorter = min(observation.picture.width, observation.picture.height)
    share, needed = LETTERS * tallest.box.height / shorter, rule.minimum_share
    if share < MARGIN * needed:
        message = f"The AI label is {share:.1%} of the shorter side high; {rule.market} asks for {needed:.1%}."
        return _say("block", message, round(share, 4), needed, tallest)
    message = f"AI label “{tallest.text}” is shown for {_seconds(shown):.1f} s, {share:.1%} of the shorter side high."
    return _say("info", message, round(share, 4), needed, tallest)


def _seconds(lines: list[TextLine]) -> float:
    """Time in which at least one of the lines is shown."""
    total, reached = 0.0, 0.0
    for line in sorted(lines, key=lambda each: each.start):
        total += max(0.0, line.end - max(line.start, reached))
        reached = max(reached, line.end)
    return total


def _say(
    severity: Severity,
    message: str,
    measured: float | None = None,
    allowed: float | None = None,
    line: TextLine | None = None,
) -> Finding:
    return Finding(
        rule=RULE,
        severity=severity,
        message=message,
        claim=line.text if line else "",
        measured=measured,
        allowed=allowed,
        second=line.start if line else 0.0,
        fix="" if severity == "info" else "regenerate_with_cap",
    )
