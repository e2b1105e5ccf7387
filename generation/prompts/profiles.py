"""How a model likes to be asked: the words its weights know, in the order it reads them best. One entry a model."""

from generation.planning import SceneCard
from generation.planning.scenarios import Scenario

SOUNDS = {
    "garden_birds": "birds singing",
    "children_garden": "birds singing",
    "garden_stream": "a small stream",
    "fireplace": "crackling fire",
    "campfire_evening": "crackling fire",
}
"""Sound classes of the scene pack in the words of the compact weights; every other place is a quiet room."""
EFFECTS = {"jet": "water jet", "mist": "mist", "steam": "steam", "beam": "light beam", "particles": "particles"}


def compact_prompt(scene: SceneCard, scenario: Scenario, effect_kind: str) -> str:
    """Camera, light, local motion, effect and sound first; the place and its mood after them."""
    sound = f"Sound: {SOUNDS.get(scene.sound, 'a quiet room')}"
    words = (
        scenario.camera,
        scenario.light,
        scene.motion,
        EFFECTS.get(effect_kind, ""),
        sound,
        scene.title,
        scenario.mood,
    )
    return ", ".join(word for word in words if word)
