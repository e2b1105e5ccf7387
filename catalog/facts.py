"""ProductFacts: the frozen, typed truth about one product that every later stage reads.

Built by `catalog.selectors.product_facts`, stored as JSON beside each video, compared by `version`.
"""

import dataclasses
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import pint

Bound = Literal["max", "min", "exact", "range"]
EffectKind = Literal["jet", "mist", "steam", "beam", "particles", "none"]


@cache
def units() -> pint.UnitRegistry[float]:
    """The one unit registry; quantities of two registries cannot be compared."""
    return pint.UnitRegistry()


def converted(value: float, unit: str, wanted: str) -> float:
    """A value in another unit; raises `pint.DimensionalityError` when they do not compare."""
    if unit == wanted:
        return value
    factor = _factor(unit, wanted)
    return float(units().Quantity(value, unit).to(wanted).magnitude) if factor is None else value * factor


@cache
def _factor(unit: str, wanted: str) -> float | None:
    """What a unit is multiplied by to be another; None for units with a zero of their own, such as degC."""
    zero = float(units().Quantity(0.0, unit).to(wanted).magnitude)
    return float(units().Quantity(1.0, unit).to(wanted).magnitude) if zero == 0 else None


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A quantity the product is sold with, such as ``spray_height <= 0.45 m (+10 %)``.

    One row, three uses: a clause of the prompt, a cap on the effect, a threshold of the audit.
    """

    id: str
    """Evidence id, such as ``par-spray_height``."""
    name: str
    value: float
    unit: str
    """Any unit Pint knows; empty for a plain count."""
    bound: Bound = "exact"
    lower: float | None = None
    """Lower end, in `unit`, when `bound` is ``range``."""
    tolerance: float = 0.0
    """Relative: 0.10 allows 10 % beyond the bound."""
    source: str = ""
    how_it_may_look: str = ""

    def in_unit(self, unit: str) -> float:
        """The value in another unit; raises `pint.DimensionalityError` when they do not compare."""
        return converted(self.value, self.unit, unit)

    def allows(self, value: float, unit: str) -> bool:
        """Whether a shown or spoken quantity stays inside the bound and its tolerance."""
        low, high = self.limits(unit)
        return low <= value <= high

    def limits(self, unit: str) -> tuple[float, float]:
        """Lowest and highest permitted value in `unit`, tolerance included."""
        value = self.in_unit(unit)
        slack = abs(value) * self.tolerance
        if self.bound == "max":
            return float("-inf"), value + slack
        if self.bound == "min":
            return value - slack, float("inf")
        if self.bound == "range" and self.lower is not None:
            low = converted(self.lower, self.unit, unit)
            return low - slack, value + slack
        rounding = max(slack, abs(value) * 0.005)
        return value - rounding, value + rounding


def in_locale(texts: Mapping[str, str], locale: str) -> str | None:
    """The text of a locale, else of its language, else None."""
    if locale in texts:
        return texts[locale]
    language = locale.split("-")[0]
    return next((text for key, text in texts.items() if key.split("-")[0] == language), None)


@dataclass(frozen=True, kw_only=True)
class SellingPoint:
    """A sentence the merchant wants said, per locale, with the evidence it rests on."""

    id: str
    text: Mapping[str, str]
    evidence: tuple[str, ...] = ()
    spoken: Mapping[str, str] = field(default_factory=dict)
    """How a voice says it, per locale, where that differs from the caption."""

    def in_locale(self, locale: str) -> str | None:
        """The caption for ``fr-FR``, else for any ``fr-*``, else None: nothing is machine-translated silently."""
        return in_locale(self.text, locale)

    def spoken_in(self, locale: str) -> str | None:
        """What a voice says in that locale: its own wording, else the caption; None when there is neither."""
        return in_locale(self.spoken, locale) or self.in_locale(locale)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What somebody said about a claim: a review, an answer, a refund reason."""

    id: str
    kind: Literal["review", "question", "refund", "audit"]
    text: str
    parameter: str = ""
    """Name of the parameter it speaks about, if one was recognised."""
    stance: Literal["supports", "contradicts", "neutral"] = "neutral"
    value: float | None = None
    unit: str = ""
    rating: float | None = None


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A property without a number, such as ``wood: beech``; claims may cite its id like a parameter's."""

    id: str
    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class SearchTerm:
    """What buyers typed, with the impressions and clicks it brought."""

    term: str
    impressions: int = 0
    clicks: int = 0


@dataclass(frozen=True, kw_only=True)
class Question:
    """A buyer's question and the merchant's answer ("" while unanswered)."""

    id: str
    question: str
    answer: str = ""


@dataclass(frozen=True, kw_only=True)
class ProductImage:
    """A photo in storage and what is known about it. Pixels are (x, y) from the top left of the photo."""

    sha256: str
    name: str
    width: int
    height: int
    role: Literal["packshot", "view", "scene", "label", "detail"] = "view"
    rendered: bool = False
    cutout: str = ""
    """Storage name of the RGBA cut-out, same size as the photo; "" until it was made."""
    shadow: str = ""
    """Storage name of a grey picture, same size: light, of 255, that the product takes from the ground it was
    photographed on; "" where its background did not show it."""
    doubt: str = ""
    """Why the cut-out must not be used before a person has looked at it; "" when it may."""
    metres_per_pixel: float | None = None
    base_px: tuple[float, float] | None = None
    """Where the product stands or floats: middle of its contact line."""
    pitch_deg: float | None = None
    """How far the camera looked down when the photo was taken; None where nobody measured it."""
    effect_px: tuple[float, float] | None = None
    """Where its effect leaves it: nozzle, outlet, wick, lamp."""
    outline: tuple[float, float, float, float] | None = None
    """Left, top, right and bottom of the product in the photo."""
    rights: str = ""


@dataclass(frozen=True, kw_only=True)
class ProductClip:
    """Real footage of the product in storage, probed: size in pixels, length in seconds."""

    sha256: str
    name: str
    poster: str
    seconds: float
    width: int
    height: int
    fps: float
    has_sound: bool = False
    rights: str = ""


EUROPEAN_UNION = frozenset(
    [
        "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
        "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
    ]
)  # fmt: skip
"""Countries that a territory of ``EU`` stands for."""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A paper that lets a person, a brand or somebody's picture be shown with this product."""

    id: str
    kind: Literal["person", "brand", "photo"]
    name: str
    document: str
    use: Literal["any", "shop", "ads"] = "any"
    territory: tuple[str, ...] = ()
    """ISO 3166 codes, or ``EU``; empty: everywhere."""
    pictures: tuple[str, ...] = ()
    """SHA-256 of the photos and clips it is limited to; empty: everything of the product."""
    expires: str = ""
    """Last day, ISO 8601; "" when it has none."""
    void: str = ""
    """Why it is not in force, in words; "" while it is."""

    def reaches(self, pictures: Iterable[str]) -> bool:
        """Whether it speaks about a video that shows these pictures."""
        return not self.pictures or not set(self.pictures).isdisjoint(pictures)

    def refuses(self, *, market: str, use: str) -> str:
        """Why a video may not be shown in that country for that use; "" when it may."""
        if self.void:
            return self.void
        inside = {market, "EU"} if market in EUROPEAN_UNION else {market}
        if self.territory and inside.isdisjoint(self.territory):
            return f"does not hold in {market or 'an unnamed market'}, only in {', '.join(self.territory)}"
        if self.use not in ("any", use):
            return f"does not allow {USES[use]}, only {USES[self.use]}"
        return ""


USES = {"any": "any use", "shop": "the own shop", "ads": "advertising elsewhere"}
"""What a consent may be limited to, in words."""


@dataclass(frozen=True, kw_only=True)
class ProductEffect:
    """The effect a product makes and the parameter that caps it."""

    kind: EffectKind = "none"
    cap_parameter: str = ""


@dataclass(frozen=True, kw_only=True)
class ProductFacts:
    """Everything downstream may rely on. `version` changes when anything in it does."""

    sku: str
    title: Mapping[str, str]
    brand: str = ""
    category: str = ""
    locale: str = "en-US"
    price_minor: int | None = None
    currency: str = ""
    parameters: tuple[Parameter, ...] = ()
    selling_points: tuple[SellingPoint, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    questions: tuple[Question, ...] = ()
    search_terms: tuple[SearchTerm, ...] = ()
    audience_tags: tuple[str, ...] = ()
    scene_tags: tuple[str, ...] = ()
    """Where it may be shown, in the words of the scene pack's tags."""
    images: tuple[ProductImage, ...] = ()
    in_the_box: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    clips: tuple[ProductClip, ...] = ()
    consents: tuple[Consent, ...] = ()
    """The rights register as far as it speaks about this product, papers that ended included."""
    effect: ProductEffect = ProductEffect()

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, or None."""
        return next((row for row in self.parameters if row.name == name), None)

    def packshot(self) -> ProductImage | None:
        """The photo that is composited: the first packshot, else the first photo that is not a scene."""
        usable = [image for image in self.images if image.role in ("packshot", "view")]
        return next((image for image in usable if image.role == "packshot"), usable[0] if usable else None)

    def effect_cap(self) -> Parameter | None:
        """The parameter that limits the product's effect."""
        return self.parameter(self.effect.cap_parameter)

    def title_in(self, locale: str) -> str:
        """The title in that locale or language, else in the product's own locale."""
        return in_locale(self.title, locale) or in_locale(self.title, self.locale) or next(iter(self.title.values()))

    @property
    def version(self) -> str:
        """First 16 hex digits of the SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def promises_as(self, other: "ProductFacts", *, cited: Collection[str]) -> bool:
        """Whether a video made from these facts may stand for the other: what it claims and is held to is the same.

        Of the selling points only those count that it cites (ids). Further reviews, questions or search terms change
        the version, but no promise.
        """
        said = [point for point in self.selling_points if point.id in cited]
        is_said = all(point in other.selling_points for point in said)
        return is_said and all(getattr(self, name) == getattr(other, name) for name in _PROMISES)

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no spaces, so that equal facts are equal bytes."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "ProductFacts":
        """The inverse of `to_json`; raises TypeError on unknown fields."""
        raw: dict[str, Any] = json.loads(text)
        for name, kind in _ROWS.items():
            raw[name] = tuple(_record(kind, row) for row in raw.get(name, ()))
        for name in ("audience_tags", "scene_tags", "in_the_box"):
            raw[name] = tuple(raw.get(name, ()))
        raw["effect"] = ProductEffect(**raw.get("effect", {}))
        return cls(**raw)


_PROMISES = ("parameters", "statements", "in_the_box", "effect")
_ROWS: dict[str, type] = {
    "parameters": Parameter,
    "selling_points": SellingPoint,
    "evidence": Evidence,
    "questions": Question,
    "search_terms": SearchTerm,
    "images": ProductImage,
    "statements": Statement,
    "clips": ProductClip,
    "consents": Consent,
}


def _record(kind: type, row: Mapping[str, Any]) -> Any:
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})
