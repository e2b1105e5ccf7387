"""The clips of the evaluation: two kinds of prompts on every view that was kept from training."""

from dataclasses import replace

from model.training.clips import Clip, make_clip
from model.training.directions import WATER_WORDS, WIND_WORDS
from model.training.prepare import Sources
from model.training.scenes import View

FIRST_CLIP = 5000
"""Clip numbers of the evaluation start here; training uses low ones."""
PLAIN_CLIP = 6000
STATISTICS_CLIP = 4000
OTHER_DRAW = 7000
MAX_DRAWS = 20


def asks_for_more(clip: Clip) -> bool:
    """Whether the prompt names anything besides a camera move: light, water, wind, an effect or a sound."""
    phrases = [phrase for table in (WATER_WORDS, WIND_WORDS) for way in ("gentle", "strong") for phrase in table[way]]
    named = any(phrase in clip.prompt for phrase in [*phrases, "Sound:"])
    return clip.direction.light != "steady" or clip.direction.effect != "none" or named


def clips_with_more(sources: Sources, count: int) -> list[Clip]:
    """At least one clip a view, `count` in all, each asking for more than a camera move; every frame is exact.

    Every second prompt goes without the scene's tags, so that a sound is known by its own words alone.
    """
    views, bank = _views(sources), sources.bank(held_out=True)

    def drawn(view: View, number: int) -> Clip:
        quiet = replace(view, tags=()) if number % 2 else view
        for attempt in range(MAX_DRAWS):
            clip = make_clip(quiet, FIRST_CLIP + MAX_DRAWS * number + attempt, bank)
            if asks_for_more(clip):
                return clip
        raise ValueError(f"{MAX_DRAWS} draws for {view.name} asked for a camera move alone")

    return [drawn(views[i % len(views)], i) for i in range(count)]


def clips_of_camera_alone(sources: Sources, count: int) -> list[Clip]:
    """Clips whose prompts ask for a camera move and nothing else: steady light, still air and water, no effect."""
    views, bank = _views(sources), sources.bank(held_out=True)
    return [make_clip(views[2 * i % len(views)], PLAIN_CLIP + i, bank, plain=True) for i in range(count)]


def other_draw(sources: Sources, count: int) -> list[Clip]:
    """As many exact clips of the same views under other prompts: how far apart two draws of the truth are."""
    views, bank = _views(sources), sources.bank(held_out=True)
    return [make_clip(views[i % len(views)], OTHER_DRAW + i, bank, stride=4) for i in range(count)]


def training_statistics(sources: Sources, rounds: int = 2) -> list[Clip]:
    """Fresh clips of the training views: what baselines are fitted on, and the scale of every error."""
    views, bank = list(sources.views(held_out=False)), sources.bank(held_out=False)
    return [make_clip(view, STATISTICS_CLIP + i, bank, stride=4) for i in range(rounds) for view in views]


def _views(sources: Sources) -> list[View]:
    views = list(sources.views(held_out=True))
    if not views:
        raise ValueError("there are no held-out views: render the scene families of model/training/scenes.py first")
    return views
