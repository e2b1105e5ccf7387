"""The truth card: a product's photos, specification, claims and buyers' words, and what supports or contradicts them.

Read by the product page; seven queries however much the product carries.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from catalog.facts import Parameter as ParameterFact
from catalog.models import Evidence, Image, Parameter, Product, Question, Review, SearchTerm, SellingPoint
from catalog.selectors import metres_per_pixel, parameter

SHARP_ENOUGH = 700
"""Shorter side in pixels from which a product photo fills a 720p frame without being enlarged."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One thing checked about a photo: whether it holds, in words with the way out."""

    holds: bool
    words: str


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A photo and its verdicts."""

    image: Image
    verdicts: tuple[Verdict, ...]

    @property
    def is_product(self) -> bool:
        """Whether it shows the product itself, which is cut out of it."""
        return self.image.role in USABLE

    @property
    def is_ready(self) -> bool:
        return all(verdict.holds for verdict in self.verdicts)


@dataclass(frozen=True, kw_only=True)
class SpecificationRow:
    """A parameter with the evidence that speaks about it."""

    parameter: Parameter
    supports: tuple[Evidence, ...]
    contradicts: tuple[Evidence, ...]

    @property
    def bound(self) -> str:
        """How the value limits: at most, at least, between, exactly."""
        words = {"max": "at most", "min": "at least", "range": "between", "exact": "exactly"}
        return words[self.parameter.bound]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Something a claim rests on, and where on the page it stands."""

    anchor: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A selling point in every language it exists in, and its proofs."""

    point: SellingPoint
    text: str
    locales: tuple[str, ...]
    proofs: tuple[Proof, ...]

    @property
    def is_proved(self) -> bool:
        return bool(self.proofs)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A size or colour that is sold under the product."""

    sku: str
    options: str
    """Its choices: "Colour red, size L"; "" where there is nothing to choose."""
    price_minor: int | None


@dataclass(frozen=True, kw_only=True)
class TruthCard:
    """Everything the product page shows about a product itself."""

    product: Product
    photos: tuple[Photo, ...]
    details: tuple[Image, ...]
    """Pictures of the listing's description: kept, not shown in videos."""
    offers: tuple["Offer", ...]
    rows: tuple[SpecificationRow, ...]
    claims: tuple[Claim, ...]
    reviews: tuple[Review, ...]
    questions: tuple[Question, ...]
    search_terms: tuple[SearchTerm, ...]
    contradictions: int


USABLE = (Image.Role.PACKSHOT, Image.Role.VIEW)


def products_with_photo() -> QuerySet[Product]:
    """The merchant's products with their photos, newest first."""
    return Product.objects.order_by("-id").prefetch_related("images")


def truth_card(product: Product) -> TruthCard:
    """Gather the card of one product."""
    evidence = tuple(product.evidences.all())
    parameters, images = tuple(product.parameters.all()), tuple(product.images.all())
    measures = [parameter(row) for row in parameters]
    reviews, questions = tuple(product.reviews.all()), tuple(product.questions.all())
    proofs = _properties(product) | _proofs(parameters, reviews, questions, evidence)
    return TruthCard(
        product=product,
        photos=tuple(_photo(row, measures) for row in images if row.role != Image.Role.DETAIL),
        details=tuple(row for row in images if row.role == Image.Role.DETAIL),
        offers=tuple(_offer(row) for row in product.offers),
        rows=_rows(parameters, evidence),
        claims=tuple(_claim(point, product.locale, proofs) for point in product.sellingpoints.all()),
        reviews=reviews,
        questions=questions,
        search_terms=tuple(product.searchterms.all()[:12]),
        contradictions=sum(row.stance == Evidence.Stance.CONTRADICTS for row in evidence),
    )


def _offer(row: Mapping[str, Any]) -> Offer:
    options = ", ".join(f"{name} {value}" for name, value in row.get("options", {}).items())
    return Offer(sku=row.get("sku", ""), options=options, price_minor=row.get("price_minor"))


def _photo(image: Image, parameters: Sequence[ParameterFact]) -> Photo:
    size = f"{image.width} × {image.height} px"
    verdicts = [Verdict(holds=min(image.width, image.height) >= SHARP_ENOUGH, words=_size_words(image, size))]
    if image.role in USABLE:
        has_cutout = bool(image.cutout)
        words = "Cut out" if has_cutout else "No cut-out yet"
        doubtful = Verdict(holds=False, words="The cut-out waits for your look")
        verdicts.append(doubtful if image.doubt else Verdict(holds=has_cutout, words=words))
        verdicts.append(_scale_verdict(image, parameters))
        verdicts += [Verdict(holds=False, words=remark) for remark in image.quality.get("remarks", ())]
    return Photo(image=image, verdicts=tuple(verdicts))


def _scale_verdict(image: Image, parameters: Sequence[ParameterFact]) -> Verdict:
    metres = metres_per_pixel(image, parameters)
    if metres is None or not image.outline:
        return Verdict(holds=metres is not None, words="Scale known" if metres else "Real size unknown: enter a width")
    return Verdict(holds=True, words=f"Real width: {metres * (image.outline[2] - image.outline[0]) * 100:.3g} cm")


def _size_words(image: Image, size: str) -> str:
    if min(image.width, image.height) >= SHARP_ENOUGH:
        return f"Large enough: {size}"
    return f"Small: {size}, {SHARP_ENOUGH} or more stays sharp"


def _rows(parameters: Sequence[Parameter], evidence: Sequence[Evidence]) -> tuple[SpecificationRow, ...]:
    by_parameter: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for row in evidence:
        by_parameter[row.parameter, row.stance].append(row)
    return tuple(
        SpecificationRow(
            parameter=parameter,
            supports=tuple(by_parameter[parameter.name, Evidence.Stance.SUPPORTS]),
            contradicts=tuple(by_parameter[parameter.name, Evidence.Stance.CONTRADICTS]),
        )
        for parameter in parameters
    )


def proofs_of(product: Product) -> dict[str, Proof]:
    """Everything on a product's page that a sentence may rest on, by its evidence id."""
    return _properties(product) | _proofs(
        tuple(product.parameters.all()),
        tuple(product.reviews.all()),
        tuple(product.questions.all()),
        tuple(product.evidences.all()),
    )


def _properties(product: Product) -> dict[str, Proof]:
    """Evidence ids of properties without a number, such as the material."""
    return {
        f"par-{name}": Proof(anchor="specification", words=f"{name}: {text}")
        for name, text in product.attributes.items()
    }


def _proofs(
    parameters: Sequence[Parameter],
    reviews: Sequence[Review],
    questions: Sequence[Question],
    evidence: Sequence[Evidence],
) -> dict[str, Proof]:
    """Evidence id -> where it stands on the page."""
    found = {f"par-{row.name}": Proof(anchor=f"par-{row.name}", words="specification") for row in parameters}
    found |= {row.key: Proof(anchor=row.key, words="review") for row in reviews}
    found |= {row.key: Proof(anchor=row.key, words="answer") for row in questions}
    learned = {row.key: Proof(anchor=f"par-{row.parameter}", words=row.kind) for row in evidence}
    return learned | found


def _claim(point: SellingPoint, locale: str, proofs: Mapping[str, Proof]) -> Claim:
    texts: dict[str, str] = point.text
    return Claim(
        point=point,
        text=texts.get(locale) or next(iter(texts.values()), point.key),
        locales=tuple(texts),
        proofs=tuple(proofs[key] for key in point.evidence if key in proofs),
    )
