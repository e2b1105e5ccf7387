"""Clean clips for the audit, and the ways in which a script spoils them: one function a class of faults."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import demo_clips
from benchmarks.drawn_clips import Drawing, Placed
from benchmarks.fault_words import FORBIDDEN, HARMLESS, INVENTED, LABELS, QUOTED, REVIEWS, sentence
from catalog.facts import Evidence, ProductFacts
from generation.render.scene import SCENES
from review.observe.observer import Part

SKUS = ("VT-TOY", "VT-CND", "VT-LMP", "VT-SER", "VT-MUG", "VT-DIF", "VT-LAN", "VT-FNT")
LANGUAGES = {"en": "en-US", "fr": "fr-FR", "zh": "zh-CN"}
QUIET_TINT = (0.88, 1.0)
SECONDS = 0.5
"""Of a file whose fault is seen in any frame."""
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


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A class of faults: the rule that has to notice, in which modality, and how a clean file becomes faulty."""

    rule: str
    modality: str
    plant: Callable[[Sample, Random], Sample]
    parts: frozenset[Part]
    """What the rule reads of an observation."""
    clean: Callable[[Sample, Random], Sample] | None = None
    """How a clean file of this class differs from the clean file that most classes share; None when it does not."""
    languages: tuple[str, ...] = ("en",)
    file: str = ""
    """Classes of the same name here are planted into one file: their rules read different words of it."""


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


def _shown(sample: Sample, **changes: object) -> Sample:
    return replace(sample, drawing=replace(sample.drawing, **changes))


def _colour(sample: Sample, random: Random) -> Sample:
    (placed,) = sample.drawing.products
    tints = ((1.0, 0.5, 0.4), (0.45, 1.0, 0.5), (0.45, 0.55, 1.0), (1.0, 0.45, 0.95), (1.0, 0.95, 0.35))
    tint = tuple(np.array(tints[random.integers(len(tints))]) * placed.tint[0])
    return _shown(sample, products=(replace(placed, tint=tint),))


def _shape(sample: Sample, random: Random) -> Sample:
    (placed,) = sample.drawing.products
    aspect = random.uniform(1.25, 1.5) if random.uniform() < 0.5 else random.uniform(0.6, 0.78)
    return _shown(sample, products=(replace(placed, aspect=aspect),))


def _swapped(sample: Sample, random: Random) -> Sample:
    (placed,) = sample.drawing.products
    other = demo_clips.demo(str(random.choice([sku for sku in SKUS if not sample.facts.sku.startswith(sku)])))
    return _shown(sample, products=(replace(placed, product=other),))


def _beside(placed: Placed, random: Random, width: float) -> Placed:
    """Another thing next to a product, on the side that has room."""
    side = -1 if placed.x > 640 else 1
    apart = placed.width * random.uniform(1.1, 1.6) + width / 2
    return replace(placed, x=placed.x + side * apart, y=placed.y + random.uniform(-12, 12), width=width)


def _doubled(sample: Sample, random: Random) -> Sample:
    (placed,) = sample.drawing.products
    twin = _beside(placed, random, placed.width * random.uniform(0.8, 1.2))
    return _shown(sample, products=(placed, twin))


def _wording(sample: Sample, random: Random) -> Sample:
    """No label, and a forbidden term."""
    return _shown(sample, label="", caption=str(random.choice(FORBIDDEN[sample.locale.split("-")[0]])))


def _reviewed(sample: Sample) -> Sample:
    """Facts with what buyers wrote."""
    said = enumerate(REVIEWS[sample.locale.split("-")[0]])
    rows = tuple(Evidence(id=f"ev-{number}", kind="review", text=text) for number, text in said)
    return replace(sample, facts=replace(sample.facts, evidence=rows))


def _invented(sample: Sample, random: Random) -> Sample:
    return _shown(_reviewed(sample), caption=str(random.choice(INVENTED[sample.locale.split("-")[0]])))


def _real_quotation(sample: Sample, random: Random) -> Sample:
    return _shown(_reviewed(sample), caption=str(random.choice(QUOTED[sample.locale.split("-")[0]])))


def _number(sample: Sample, random: Random) -> Sample:
    return _shown(sample, headline=sentence(sample.facts, sample.locale, random, is_true=False))


def _speech(sample: Sample, random: Random) -> Sample:
    return replace(sample, said=sentence(sample.facts, sample.locale, random, is_true=False, spoken=True))


def _true_speech(sample: Sample, random: Random) -> Sample:
    return replace(sample, said=sentence(sample.facts, sample.locale, random, is_true=True, spoken=True))


def _flashes(sample: Sample, random: Random) -> Sample:
    """Five to ten a second over a third of the picture or more."""
    return _shown(sample, flash=(random.uniform(5, 10), random.uniform(0.35, 1.0)), seconds=1.0)


def _quiet(sample: Sample, random: Random) -> Sample:
    """No flashes, slower ones, or fast ones in a small place."""
    return _shown(sample, flash=[(0.0, 0.0), (2.0, 1.0), (8.0, 0.15)][random.integers(3)], seconds=1.0)


FLASHES: frozenset[Part] = frozenset(["flashes"])
TEXT: frozenset[Part] = frozenset(["text"])
PRODUCT: frozenset[Part] = frozenset(["product"])
SOUND: frozenset[Part] = frozenset(["sound"])
READ = ("en", "fr", "zh")
FAULTS = {
    "flashes": Fault(rule="flashing", modality="pixels", plant=_flashes, clean=_quiet, parts=FLASHES),
    "label": Fault(rule="ai_label", modality="text", plant=_wording, parts=TEXT, languages=READ, file="wording"),
    "term": Fault(rule="absolute_terms", modality="text", plant=_wording, parts=TEXT, languages=READ, file="wording"),
    "number": Fault(rule="numeric_claims", modality="text", plant=_number, parts=TEXT, languages=READ),
    "quotation": Fault(
        rule="quoted", modality="text", plant=_invented, clean=_real_quotation, parts=TEXT, languages=READ
    ),
    "swapped": Fault(rule="likeness", modality="pixels", plant=_swapped, parts=PRODUCT),
    "colour": Fault(rule="likeness", modality="pixels", plant=_colour, parts=PRODUCT),
    "shape": Fault(rule="likeness", modality="pixels", plant=_shape, parts=PRODUCT),
    "doubled": Fault(rule="likeness", modality="pixels", plant=_doubled, parts=PRODUCT),
    "speech": Fault(
        rule="numeric_claims", modality="speech", plant=_speech, clean=_true_speech, parts=SOUND, languages=("en", "fr")
    ),
}
"""In the order of what they cost."""
