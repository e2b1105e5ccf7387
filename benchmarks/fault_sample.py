"""A file to be made for the planted faults: what it shows, what it is held against; the clean one of a seed."""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks import demo_clips
from benchmarks.drawn_clips import Drawing, Placed
from benchmarks.fault_words import HARMLESS, LABELS, sentence
from catalog.facts import ProductFacts
from generation.render.scene import SCENES

SKUS = ("VT-TOY", "VT-CND", "VT-LMP", "VT-SER", "VT-MUG", "VT-DIF", "VT-LAN", "VT-FNT")
LANGUAGES = {"en": "en-US", "fr": "fr-FR", "zh": "zh-CN"}
QUIET_TINT = (0.88, 1.0)
SECONDS = 0.5
"""Of a file whose fault is seen in any frame."""
FEW_FPS = 4
"""Frames a second of a file in which nothing that moves is looked at."""
Random = np.random.Generator


@dataclass(frozen=True, eq=False, kw_only=True)
class Sample:
    """One file to be made, and what it is held against."""

    drawing: Drawing
    facts: ProductFacts
    product: demo_clips.Demo
    locale: str = "en-US"
    said: str = ""
    """Spoken, where the class is about speech."""
    producer: str = ""
    """Named in the hidden label, where the class is about it."""
    is_stripped: bool = False
    """Whether the file was copied without its metadata."""


def clean(random: Random, locale: str) -> Sample:
    """A file without fault: one product, its label, a harmless caption."""
    product = demo_clips.demo(str(random.choice(SKUS)))
    brightness = random.uniform(*QUIET_TINT)
    width = random.uniform(110, 240) * min(1.0, (product.photo.outline.width / product.photo.outline.height) + 0.25)
    placed = Placed(product, random.uniform(420, 860), random.uniform(480, 560), width, (brightness,) * 3)
    scenes = sorted(path.parent.name for path in SCENES.glob("*/wide.jpg"))
    language = locale.split("-")[0]
    drawing = Drawing(
        scene=str(random.choice(scenes)), products=(placed,), label=LABELS[language],
        label_size=46 if language == "zh" else 30,  # China asks for a twentieth of the shorter side
        caption=str(random.choice(HARMLESS[language])), headline=sentence(product.facts, locale, random, is_true=True),
        crf=int(random.integers(18, 29)),
        drift=(random.uniform(-0.03, 0.03), random.uniform(-0.01, 0.01)), seconds=SECONDS,
    )  # fmt: skip
    return Sample(drawing=drawing, facts=product.facts, product=product, locale=locale)


def shown(sample: Sample, **changes: object) -> Sample:
    return replace(sample, drawing=replace(sample.drawing, **changes))


def beside(placed: Placed, random: Random, width: float) -> Placed:
    """Another thing next to a product, on the side that has room."""
    side = -1 if placed.x > 640 else 1
    apart = placed.width * random.uniform(1.1, 1.6) + width / 2
    return replace(placed, x=placed.x + side * apart, y=placed.y + random.uniform(-12, 12), width=width)
