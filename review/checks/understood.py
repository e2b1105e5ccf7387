"""Words in a language that the audit was not measured to understand go to a person, whatever it makes of them."""

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding
from review.observe.languages import measured, numbers_heard
from review.observe.records import Observation

RULE = "understood"


def understood(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """One finding for the picture and one for the sound, where their language is outside the measured table."""
    language = observation.locale.split("-")[0]
    findings = []
    if language not in measured("text"):
        findings.append(_say(f"Text in {language!r} was never measured to be read well: read it yourself."))
    if language not in measured("speech") and _may_speak(spec, observation):
        findings.append(_say(f"Speech in {language!r} was never measured to be understood: listen to it yourself."))
    elif spec is None and observation.words and language not in numbers_heard():
        findings.append(_say(f"Numbers that are said in {language!r} are often misheard: listen for them yourself."))
    return findings


def _may_speak(spec: VideoSpec | None, observation: Observation) -> bool:
    """A planned silence in which no word is heard needs nobody; any other sound may hold words."""
    if observation.sound.loudness is None:
        return False
    return spec is None or bool(spec.narration or observation.words)


def _say(message: str) -> Finding:
    return Finding(rule=RULE, severity="person", message=f"Cannot measure. {message}")
