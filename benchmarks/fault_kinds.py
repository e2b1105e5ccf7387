"""The ways in which a script spoils a clean clip for the audit: one function a class of faults."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import demo_clips, fault_rights
from benchmarks.fault_sample import FEW_FPS, SKUS, Random, Sample, beside, shown
from benchmarks.fault_words import FORBIDDEN, INVENTED, QUOTED, REVIEWS, sentence
from catalog.facts import Evidence
from review.observe.observer import Part


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
    """Classes of the same name here are planted into one file: their rules read different things of it."""
    is_claimed: bool = True
    """Whether the audit claims to read it; else its answer has to be `cannot measure`, faulty or clean."""


def _colour(sample: Sample, random: Random) -> Sample:
    (placed,) = sample.drawing.products
    tints = ((1.0, 0.5, 0.4), (0.45, 1.0, 0.5), (0.45, 0.55, 1.0), (1.0, 0.45, 0.95), (1.0, 0.95, 0.35))
    tint = tuple(np.array(tints[random.integers(len(tints))]) * placed.tint[0])
    return shown(sample, products=(replace(placed, tint=tint),))


def _shape(sample: Sample, random: Random) -> Sample:
    (placed,) = sample.drawing.products
    aspect = random.uniform(1.25, 1.5) if random.uniform() < 0.5 else random.uniform(0.6, 0.78)
    return shown(sample, products=(replace(placed, aspect=aspect),))


def _swapped(sample: Sample, random: Random) -> Sample:
    (placed,) = sample.drawing.products
    other = demo_clips.demo(str(random.choice([sku for sku in SKUS if not sample.facts.sku.startswith(sku)])))
    return shown(sample, products=(replace(placed, product=other),))


def _doubled(sample: Sample, random: Random) -> Sample:
    (placed,) = sample.drawing.products
    twin = beside(placed, random, placed.width * random.uniform(0.8, 1.2))
    return shown(sample, products=(placed, twin))


def _wording(sample: Sample, random: Random) -> Sample:
    """No label, and a forbidden term."""
    return shown(sample, label="", caption=str(random.choice(FORBIDDEN[sample.locale.split("-")[0]])))


def _reviewed(sample: Sample) -> Sample:
    """Facts with what buyers wrote."""
    said = enumerate(REVIEWS[sample.locale.split("-")[0]])
    rows = tuple(Evidence(id=f"ev-{number}", kind="review", text=text) for number, text in said)
    return replace(sample, facts=replace(sample.facts, evidence=rows))


def _invented(sample: Sample, random: Random) -> Sample:
    return shown(_reviewed(sample), caption=str(random.choice(INVENTED[sample.locale.split("-")[0]])))


def _real_quotation(sample: Sample, random: Random) -> Sample:
    return shown(_reviewed(sample), caption=str(random.choice(QUOTED[sample.locale.split("-")[0]])))


def _number(sample: Sample, random: Random) -> Sample:
    return shown(sample, headline=sentence(sample.facts, sample.locale, random, is_true=False))


def _speech(sample: Sample, random: Random) -> Sample:
    said = sentence(sample.facts, sample.locale, random, is_true=False, spoken=True)
    return replace(shown(sample, fps=FEW_FPS), said=said)


def _true_speech(sample: Sample, random: Random) -> Sample:
    said = sentence(sample.facts, sample.locale, random, is_true=True, spoken=True)
    return replace(shown(sample, fps=FEW_FPS), said=said)


def _flashes(sample: Sample, random: Random) -> Sample:
    """Five to ten a second over a third of the picture or more."""
    return shown(sample, flash=(random.uniform(5, 10), random.uniform(0.35, 1.0)), seconds=1.0)


def _quiet(sample: Sample, random: Random) -> Sample:
    """No flashes, slower ones, or fast ones in a small place."""
    return shown(sample, flash=[(0.0, 0.0), (2.0, 1.0), (8.0, 0.15)][random.integers(3)], seconds=1.0)


FACES: frozenset[Part] = frozenset(["faces"])
MARKS: frozenset[Part] = frozenset(["marks"])
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
    "consent": Fault(
        rule="people", modality="pixels, register", plant=fault_rights.not_covered, clean=fault_rights.covered,
        parts=FACES, file="rights",
    ),
    "licence": Fault(
        rule="brand_rights", modality="register", plant=fault_rights.not_covered, clean=fault_rights.covered,
        parts=FACES, file="rights",
    ),
    "accessory": Fault(
        rule="extras", modality="pixels", plant=fault_rights.not_covered, clean=fault_rights.covered,
        parts=FACES, file="rights", is_claimed=False,
    ),
    "metadata": Fault(
        rule="hidden_label", modality="container", plant=fault_rights.stripped, clean=fault_rights.labelled,
        parts=MARKS, languages=("zh",),
    ),
    "speech": Fault(
        rule="numeric_claims", modality="speech", plant=_speech, clean=_true_speech, parts=SOUND, languages=("en", "fr")
    ),
}  # fmt: skip
"""In the order of what they cost."""
