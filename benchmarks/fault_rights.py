"""Faults of rights and of metadata: people and brands whose papers do not cover the file, things that are not in the
box, hidden labels that were stripped.

The people are models on photos of real shops in ``../shared/data``: the project has none of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import demo_clips
from benchmarks.demo_clips import Demo
from benchmarks.drawn_clips import Placed
from benchmarks.fault_sample import FEW_FPS, SKUS, Random, Sample, shown
from catalog.facts import Consent, ProductImage

PHOTOS = demo_clips.ROOT.parent / "shared" / "data"
PEOPLE = (
    "photos_bagisto/1_1.webp", "photos_bagisto/268_1.webp", "photos_bagisto/269_2.webp",
    "photos_magento/lt03.jpg", "photos_magento/lt06.jpg", "photos_magento/mh05-green_main.jpg",
    "photos_magento/mh09-red_main.jpg", "photos_magento/mj07-black_main.jpg", "photos_magento/mj11-red_main.jpg",
    "photos_magento/ms08-red_main.jpg", "photos_magento/mt03-yellow_main.jpg",
)  # fmt: skip
"""Photos that show one whole face."""
_AMISS: Sequence[dict[str, object]] = (
    {"void": "ended on 2026-10-31"},
    {"void": "was withdrawn on 2026-11-02"},
    {"territory": ("JP", "KR")},
    {"use": "ads"},
)
"""Papers that speak about a product and do not cover its video in its own shop in the US."""
_GOOD: Sequence[dict[str, object]] = ({}, {"territory": ("US", "CA")}, {"use": "shop"}, {"expires": "2031-05-01"})


class NoPeople(RuntimeError):
    """The photos of people are not on this machine."""


def not_covered(sample: Sample, random: Random) -> Sample:
    """A person with no paper or a wrong one, a licence that does not hold, and a thing that is not in the box."""
    papers = [_paper("brand", random, _AMISS)]
    if random.uniform() < 0.75:
        papers.append(_paper("person", random, _AMISS))
    (placed,) = sample.drawing.products
    other = demo_clips.demo(str(random.choice([sku for sku in SKUS if not sample.facts.sku.startswith(sku)])))
    away = -_room(placed) * placed.width * random.uniform(0.8, 1.1)
    extra = replace(placed, product=other, x=placed.x + away, width=placed.width * 0.5)
    with_person = _with_person(sample, random, papers)
    return shown(with_person, products=(*with_person.drawing.products, extra))


def covered(sample: Sample, random: Random) -> Sample:
    """The same with papers that hold: no person and no licence in one file of four, as most shops have it."""
    if random.uniform() < 0.25:
        return sample
    return _with_person(sample, random, [_paper("brand", random, _GOOD), _paper("person", random, _GOOD)])


def labelled(sample: Sample, random: Random) -> Sample:
    """A file for China with the hidden label."""
    return replace(shown(sample, fps=FEW_FPS), producer=f"shop-{random.integers(10**6)}")


def stripped(sample: Sample, random: Random) -> Sample:
    """The label was written, and the file copied by a tool that does not know it."""
    return replace(labelled(sample, random), is_stripped=True)


def _paper(kind: str, random: Random, ways: Sequence[dict[str, object]]) -> Consent:
    changes = ways[random.integers(len(ways))]
    values = {"id": f"con-{kind}", "kind": kind, "name": "Somebody", "document": f"contract {random.integers(99)}"}
    return Consent(**{**values, **changes})  # type: ignore[arg-type]


def _with_person(sample: Sample, random: Random, papers: Sequence[Consent]) -> Sample:
    """A photo of a person, 300 to 560 pixels high, beside the product and under the headline."""
    (placed,) = sample.drawing.products
    person = _person(str(random.choice(PEOPLE)))
    outline = person.photo.outline
    high = random.uniform(300, 560)
    x = float(np.clip(placed.x + _room(placed) * random.uniform(300, 420), 200, 1080))
    light = (random.uniform(0.7, 1.0),) * 3
    behind = Placed(person, x, random.uniform(high + 110, 700), high * outline.width / outline.height, light)
    return replace(
        shown(sample, products=(behind, placed), fps=FEW_FPS), facts=replace(sample.facts, consents=tuple(papers))
    )


def _room(placed: Placed) -> int:
    """1 where there is more room to the right of a product, -1 to its left."""
    return 1 if placed.x < 640 else -1


@cache
def _person(name: str) -> Demo:
    """A photo as a thing that can be drawn into a film, its whole rectangle."""
    file = Path(PHOTOS / name)
    if not file.exists():
        raise NoPeople(f"{file} is not on this machine: leave the classes consent, licence and accessory out.")
    with Image.open(file) as image:
        rgba = np.asarray(image.convert("RGBA")).copy()
    rgba[..., 3] = 255
    known = ProductImage(sha256="", name=name, width=rgba.shape[1], height=rgba.shape[0], cutout="memory")
    return Demo(replace(demo_clips.demo(SKUS[0]).facts, images=(known,)), rgba)
