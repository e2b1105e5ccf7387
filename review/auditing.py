"""The whole audit of one file without any database: observe, check, decide, and draw what a person should see."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks import registry
from review.checks.base import Finding, Verdict, verdict
from review.observe import media, overlay
from review.observe.observer import Progress, Subject, Track, observe
from review.observe.overlay import Height
from review.observe.photo import Photo
from review.observe.records import AtLeast, Box, Measured, Observation


@dataclass(frozen=True, kw_only=True)
class Question:
    """What an audit compares a file with. The spec is None for a stranger's file."""

    facts: ProductFacts
    photo: Photo | None
    locale: str
    spec: VideoSpec | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """The answer: verdict, findings, everything observed, evidence pictures (JPEG by name) and processor seconds."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    observation: Observation
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    seconds: float = 0.0


def audit(file: Path, question: Question, progress: Progress, *, heard: Track | None = None) -> Report:
    """Audit one file; raises `review.observe.media.MediaError` when it is no readable video."""
    started = time.process_time()
    subject = Subject(facts=question.facts, photo=question.photo, locale=question.locale)
    observation = observe(file, subject, progress, heard=heard)
    findings = registry.run(question.facts, question.spec, observation)
    pictures: dict[str, bytes] = {}
    shown = []
    for number, finding in enumerate(findings):
        picture = _picture(file, finding, observation)
        name = f"{number:02d}-{finding.rule}.jpg" if picture else ""
        pictures |= {name: picture} if picture else {}
        shown.append(replace(finding, image=name))
    return Report(
        verdict=verdict(findings),
        findings=tuple(shown),
        observation=observation,
        pictures=pictures,
        seconds=round(time.process_time() - started, 2),
    )


def _picture(file: Path, finding: Finding, observation: Observation) -> bytes | None:
    """The frame a finding is about, with what matters marked; None when there is nothing to point at."""
    seen = observation.effect
    if finding.rule == "effect_height" and isinstance(seen, Measured | AtLeast) and finding.allowed is not None:
        height = Height(
            ruler=seen.ruler,
            allowed=finding.allowed,
            measured=seen.value,
            uncertainty=seen.uncertainty,
            exceeds=finding.severity == "block",
            at_least=isinstance(seen, AtLeast),
        )
        return overlay.height_picture(_frame(file, seen.ruler.second, observation), height)
    if finding.severity == "info" or finding.second is None:
        return None
    place = _place(finding, observation)
    if place is None:
        return None
    second, box, caption = place
    return overlay.place_picture(_frame(file, second, observation), box, caption, good=False)


def _place(finding: Finding, observation: Observation) -> tuple[float, Box, str] | None:
    """Second, box and words of what a finding points at."""
    for line in observation.texts:
        if finding.claim and line.text in finding.claim and line.end > (finding.second or 0.0) - 0.01:
            return (line.start + line.end) / 2, line.box, _TITLES.get(finding.rule, "Look here")
    if finding.rule == "people":
        surest = max(observation.faces, key=lambda face: face.score)
        return surest.second, surest.box, _TITLES["people"]
    if finding.rule == "likeness":
        for sighting in observation.sightings:
            if abs(sighting.second - (finding.second or 0.0)) < 0.01:
                return sighting.second, sighting.box, _TITLES["likeness"]
    return None


_TITLES = {
    "likeness": "Compare with the photo",
    "numeric_claims": "This number",
    "absolute_terms": "This wording",
    "caption_match": "Not as planned",
    "ai_label": "The AI label",
    "people": "Whose consent?",
}


def _frame(file: Path, second: float, observation: Observation) -> media.Frame:
    shown = observation.picture
    streams = media.Streams(
        seconds=observation.seconds, width=shown.width, height=shown.height, fps=shown.fps,
        video_codec=shown.codec, audio_codec=observation.sound.codec,
    )  # fmt: skip
    return media.frame_at(file, second, streams)
