"""Scenarios and hooks as data. To add a scenario: one entry here, its line in every file of `prompts/locales/`."""

from dataclasses import dataclass

from catalog.facts import ProductFacts

HOOKS = ("benefit", "proof", "question", "scene")
"""How the first two seconds begin: a selling point, a number, a buyer's question, or the scene itself."""

TELLING = (
    "capacity", "volume", "run_time", "battery_life", "burn_time", "keeps_hot", "luminous_flux", "height",
    "total_height", "width", "diameter", "length", "weight",
)  # fmt: skip
"""Parameters whose number says something to a shopper by itself, most telling first; each has its words in every file
of `prompts/locales/`."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A life situation the product is shown in."""

    scene_tags: tuple[str, ...]
    """Scenes with these tags suit, the first tags most."""
    camera: str
    light: str
    mood: str


SCENARIOS: dict[str, Scenario] = {
    "family": Scenario(
        scene_tags=("family", "home", "garden"),
        camera="slow push in",
        light="warming light",
        mood="an unhurried weekend at home",
    ),
    "children": Scenario(
        scene_tags=("children", "toys", "family"),
        camera="slow orbit right",
        light="steady light",
        mood="playful and bright",
    ),
    "holiday": Scenario(
        scene_tags=("holiday", "party", "family"),
        camera="slow pull out",
        light="flicker, warm light",
        mood="a festive table among friends",
    ),
    "outdoor": Scenario(
        scene_tags=("outdoor", "garden", "summer"),
        camera="slow pan right",
        light="brightening light",
        mood="fresh air and open sky",
    ),
}


def hooks_for(facts: ProductFacts) -> tuple[str, ...]:
    """The hooks a product has something to open with; the scene itself is always there."""
    proved = [text for point in facts.selling_points if point.evidence for text in point.text.values()]
    has = {
        "benefit": bool(proved),
        "proof": any(letter.isdigit() for text in proved for letter in text) if proved else _has_telling_number(facts),
        "question": any(row.answer for row in facts.questions),
        "scene": True,
    }
    return tuple(hook for hook in HOOKS if has[hook])


def _has_telling_number(facts: ProductFacts) -> bool:
    return any(row.name in TELLING for row in facts.parameters)
