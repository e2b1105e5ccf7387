"""What a clip shall show: the words a prompt may use, drawn at random and written as English sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

CAMERAS = (
    "static", "pan left", "pan right", "tilt up", "tilt down", "push in", "pull out", "orbit left", "orbit right",
)  # fmt: skip
LIGHTS = ("steady", "warming", "dimming", "brightening", "flicker")
STRENGTHS = ("calm", "gentle", "strong")
EFFECTS = ("none", "jet", "mist", "steam", "beam", "particles")

CAMERA_WORDS = {
    "static": ("static camera", "the camera is static", "locked-off static shot", "camera: static"),
    "pan left": ("pan left", "the camera pans left", "camera pan to the left", "camera: pan left"),
    "pan right": ("pan right", "the camera pans right", "camera pan to the right", "camera: pan right"),
    "tilt up": ("tilt up", "the camera tilts up", "camera: tilt up"),
    "tilt down": ("tilt down", "the camera tilts down", "camera: tilt down"),
    "push in": ("push in", "the camera pushes in", "camera moves closer, push in", "camera: push in"),
    "pull out": ("pull out", "the camera pulls out", "camera moves back, pull out", "camera: pull out"),
    "orbit left": ("orbit left", "the camera orbits left", "camera: orbit left"),
    "orbit right": ("orbit right", "the camera orbits right", "camera: orbit right"),
}
LIGHT_WORDS = {
    "steady": ("steady light", "the light is steady", "light: steady"),
    "warming": ("warming light", "the light is warming", "light: warming"),
    "dimming": ("dimming light", "the light is dimming", "light: dimming"),
    "brightening": ("brightening light", "the light is brightening", "light: brightening"),
    "flicker": ("flickering light", "the light flickers", "light: flicker", "candle flicker"),
}
WATER_WORDS = {
    "calm": ("calm water", "the water is calm", "still water"),
    "gentle": ("gentle water", "gentle ripples on the water", "water moves gently"),
    "strong": ("strong water", "strong waves on the water", "splashing water"),
}
WIND_WORDS = {
    "calm": ("no wind", "the leaves are still", "calm air"),
    "gentle": ("wind in leaves", "leaves in a light wind", "gentle wind in the leaves", "a light breeze"),
    "strong": ("strong wind in leaves", "strong wind", "leaves in a strong wind"),
}
EFFECT_WORDS = {
    "jet": ("water jet", "a jet of water rises", "fountain jet"),
    "mist": ("mist", "fine mist rises", "a soft mist"),
    "steam": ("steam", "steam rises", "warm steam"),
    "beam": ("light beam", "a beam of light", "beam"),
    "particles": ("particles", "particles drift", "floating particles"),
}


@dataclass(frozen=True, kw_only=True)
class Direction:
    """One draw of all words. `water` and `wind` are gentle when the prompt does not name them."""

    camera: str = "static"
    slow: bool = False
    handheld: bool = False
    light: str = "steady"
    water: str = "gentle"
    wind: str = "gentle"
    effect: str = "none"
    effect_starts: bool = False


def draw_direction(rng: np.random.Generator, cameras: tuple[str, ...] = CAMERAS) -> Direction:
    """A random direction; `cameras` limits the moves to those a view allows."""
    return Direction(
        camera=str(rng.choice(cameras)),
        slow=bool(rng.random() < 0.25),
        handheld=bool(rng.random() < 0.1),
        light=str(rng.choice(LIGHTS, p=[0.4, 0.15, 0.15, 0.15, 0.15])),
        water=str(rng.choice(STRENGTHS, p=[0.2, 0.5, 0.3])),
        wind=str(rng.choice(STRENGTHS, p=[0.2, 0.5, 0.3])),
        effect=str(rng.choice(EFFECTS, p=[0.4, 0.25, 0.08, 0.13, 0.07, 0.07])),
        effect_starts=bool(rng.random() < 0.4),
    )


def write_prompt(direction: Direction, tags: tuple[str, ...], *, present: set[str], rng: np.random.Generator) -> str:
    """Sentences in random order; water and wind are named where they are `present` (and a gentle one not always)."""

    def word(table: Mapping[str, tuple[str, ...]], key: str) -> str:
        return str(rng.choice(table[key]))

    camera = ("slow " if direction.slow else "") + word(CAMERA_WORDS, direction.camera)
    parts = [camera + (", handheld" if direction.handheld else "")]
    if direction.light != "steady" or rng.random() < 0.5:
        parts.append(word(LIGHT_WORDS, direction.light))
    if "water" in present and (direction.water != "gentle" or rng.random() < 0.6):
        parts.append(word(WATER_WORDS, direction.water))
    if present & {"foliage", "cloth"} and (direction.wind != "gentle" or rng.random() < 0.6):
        parts.append(word(WIND_WORDS, direction.wind))
    if direction.effect != "none":
        parts.append(word(EFFECT_WORDS, direction.effect) + (" starts" if direction.effect_starts else ""))
    if tags and rng.random() < 0.8:
        chosen = rng.permutation(len(tags))[: int(rng.integers(1, 4))]
        parts.insert(0, " ".join(tags[index] for index in chosen))
    rng.shuffle(parts)
    joiner = ". " if rng.random() < 0.5 else ", "
    return joiner.join(parts)
