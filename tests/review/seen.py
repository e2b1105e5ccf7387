"""Plain functions that make observations and plans; each test says what matters to it."""

from typing import Any

from generation.specs import EffectSpec, Label, Line, Shot, VideoSpec
from review.observe.records import Box, Measured, Observation, Picture, Ruler, Sighting, Sound, TextLine, Word

RULER = Ruler(second=2.0, x=640, y=600, pixels_per_metre=560)


def text(words: str, start: float = 0.0, end: float = 6.0, height: float = 32) -> TextLine:
    return TextLine(text=words, start=start, end=end, box=Box(x=60, y=60, width=300, height=height), score=0.99)


def words(sentence: str, start: float = 0.5) -> tuple[Word, ...]:
    """The words of a sentence, a third of a second each."""
    return tuple(
        Word(text=word, start=start + i / 3, end=start + (i + 1) / 3, probability=0.9)
        for i, word in enumerate(sentence.split())
    )


def sighting(**changes: Any) -> Sighting:
    values = {
        "second": 1.0, "box": Box(x=600, y=590, width=90, height=50), "scale": 0.14, "likeness": 0.7,
        "colour_difference": 4.0,
    }  # fmt: skip
    return Sighting(**{**values, **changes})


def measured(value: float, uncertainty: float = 0.02) -> Measured:
    return Measured(value=value, uncertainty=uncertainty, second_opinion=value, ruler=RULER)


def observation(**changes: Any) -> Observation:
    """A flawless English file of six seconds."""
    values: dict[str, Any] = {
        "sha256": "a" * 64,
        "locale": "en-US",
        "seconds": 6.0,
        "picture": Picture(width=1280, height=720, fps=24, codec="h264"),
        "sound": Sound(codec="aac", loudness=-16.0, peak=-1.0, speech_language="en"),
        "texts": (text("AI-generated scene"), text("Runs on sunlight alone", 0.4, 2.6)),
        "words": words("Runs on sunlight alone."),
        "sightings": (sighting(), sighting(second=2.0)),
        "looked_at": (1.0, 2.0),
        "effect": measured(0.45),
    }
    return Observation(**{**values, **changes})


def plan(**changes: Any) -> VideoSpec:
    """The plan that `observation` fulfils."""
    effect = EffectSpec(kind="jet", height_m=0.45, cap_parameter="spray_height", cap_m=0.495)
    values: dict[str, Any] = {
        "sku": "PUMP-1",
        "facts_version": "",
        "scenario": "garden",
        "locale": "en-US",
        "shots": (Shot(start=0, end=6, scene="x", prompt="", camera="", light="", effect=effect),),
        "captions": (Line(start=0.3, end=2.7, text="Runs on sunlight alone"),),
        "narration": (Line(start=0.4, end=2.5, text="Runs on sunlight alone."),),
        "labels": (Label(text="AI-generated scene", start=0, end=6),),
    }
    return VideoSpec(**{**values, **changes})
