"""What planning knows of a scene: its card, read from the scene pack's scene.json without opening a picture."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.facts import ProductFacts
from generation.planning.places import kind_of

OWN = "own"
"""Tag of the merchant's own scene photos: wanted before any other."""
FESTIVE = "holiday"
PACK = Path(__file__).resolve().parent.parent / "scenes"


@dataclass(frozen=True, kw_only=True)
class SceneCard:
    """A scene that can be chosen. Lengths in metres at its first spot, for the narrower of its two stills."""

    id: str
    title: str = ""
    tags: tuple[str, ...] = ()
    surface: str = "table"
    sound: str = ""
    motion: str = ""
    max_width_m: float = 1.0
    max_height_m: float = 1.0


@cache
def scene_pack(folder: Path = PACK) -> tuple[SceneCard, ...]:
    """Every scene of the pack, by id."""
    return tuple(_card(path) for path in sorted(folder.glob("*/scene.json")))


def _card(path: Path) -> SceneCard:
    raw = json.loads(path.read_text())
    spots = [spot for still in raw["stills"].values() for spot in still["spots"][:1]]
    return SceneCard(
        id=raw["id"],
        title=raw["title"],
        tags=tuple(raw["tags"]),
        surface=raw["surface"],
        sound=raw["sound"],
        motion=", ".join(raw["motion"]),
        max_width_m=min(spot["max_width_m"] for spot in spots),
        max_height_m=min(spot["max_height_m"] for spot in spots),
    )


def own_scenes(facts: ProductFacts) -> tuple[SceneCard, ...]:
    """The merchant's own scene photos of a product, once they marked the ground and a width in them."""
    return tuple(
        SceneCard(
            id=f"photo:{photo.sha256}",
            title="the merchant's own place",
            tags=(OWN,),
            surface="water" if facts.effect.kind == "jet" else "table",
            motion="gentle light",
            max_width_m=0.6 * photo.width * photo.metres_per_pixel,
            max_height_m=0.9 * photo.base_px[1] * photo.metres_per_pixel,
        )
        for photo in facts.images
        if photo.role == "scene" and photo.base_px and photo.metres_per_pixel
    )


def suits(card: SceneCard, facts: ProductFacts) -> bool:
    """Whether a product can stand there: its kind belongs there, floating things on water, all others on something
    firm, and it fits."""
    width, height = _outline(facts)
    floats = facts.effect.kind == "jet"
    stands = card.surface == "water" if floats else card.surface != "water" and _belongs(card, facts)
    return stands and width <= card.max_width_m and height <= card.max_height_m


def _belongs(card: SceneCard, facts: ProductFacts) -> bool:
    kind, tags = kind_of(facts), {*card.tags}
    return kind is None or OWN in tags or bool(tags & {*kind.tags, *facts.scene_tags})


def _outline(facts: ProductFacts) -> tuple[float, float]:
    """Width and height in metres of the product as its photo shows it; small where its scale is not known."""
    photo = facts.packshot()
    if photo is None or not photo.metres_per_pixel:
        return 0.0, 0.0
    left, top, right, bottom = photo.outline or (
        0.1 * photo.width,
        0.1 * photo.height,
        0.9 * photo.width,
        0.9 * photo.height,
    )
    return (right - left) * photo.metres_per_pixel, (bottom - top) * photo.metres_per_pixel


def scene_for(cards: Sequence[SceneCard], wanted: Sequence[str], used: Sequence[str]) -> SceneCard | None:
    """The scene with most of the wanted tags (earlier tags weigh more), the least used one among equals.

    The merchant's own scenes come first; a festive scene is for festive scenarios only.
    """

    def worth(card: SceneCard) -> tuple[bool, bool, float, int, str]:
        match = sum(1 / (place + 1) for place, tag in enumerate(wanted) if tag in card.tags)
        is_festive = FESTIVE in card.tags and FESTIVE not in wanted
        return (OWN not in card.tags, is_festive, -match, used.count(card.id), card.id)

    return min(cards, key=worth, default=None)
