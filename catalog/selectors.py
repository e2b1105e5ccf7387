"""Reading the catalog: the frozen facts of a product, and what an import found wrong."""

import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts import tenancy
from accounts.models import Merchant
from catalog import facts, rights, scale
from catalog.facts import ProductFacts
from catalog.ingest import specifications
from catalog.ingest.choices import Choices, signature
from catalog.models import Clip, ConsentScope, Evidence, FeedSource, Image, Import, ImportProblem, Parameter, Product

EVIDENCE_LIMIT = 200
"""Evidence rows that travel with the facts: those about a parameter first, then the newest."""
STATEMENT_LIMIT = 200
"""Longer properties are prose, not statements."""


_LACKING = {"The product has no title": "title", "The row has no SKU": "sku"}
"""How a reason begins that another column may be the remedy for, and which field that column would be."""


@dataclass(frozen=True, kw_only=True)
class ProblemGroup:
    """Problems that read the same but for their values."""

    severity: str
    reason: str
    column: str
    suggestion: str
    count: int
    rows: tuple[int, ...]
    """The first few rows it concerns."""
    values: tuple[str, ...]

    @property
    def lacks(self) -> str:
        """The field that these rows leave empty, `sku` or `title`, which another column may have; "" for the rest."""
        return next((field for words, field in _LACKING.items() if self.reason.startswith(words)), "")

    @property
    def unit(self) -> str:
        """The unit that one decision could give all of these rows, as a first guess; "" where that is no remedy."""
        if specifications.NO_UNIT not in self.reason or not self.column:
            return ""
        return "kg" if "weight" in self.column.lower() else "cm"


def products_of(merchant: Merchant) -> QuerySet[Product]:
    """The merchant's products with everything `product_facts` reads, in nine queries however many there are."""
    return Product.objects.filter(merchant=merchant).prefetch_related(
        "parameters", "sellingpoints", "evidences", "reviews", "questions", "searchterms", "images", "clips",
        Prefetch("consentscopes", ConsentScope.objects.select_related("consent", "image", "clip")),
    )  # fmt: skip


def matching(query: str) -> Q:
    """Products whose title, brand or SKU contains the words, or that sell a variant with this SKU; every product for
    ""."""
    if not query:
        return Q()
    return Q(title__icontains=query) | Q(brand__icontains=query) | Q(sku__icontains=query) | sold_as(query)


def sold_as(sku: str) -> Q:
    """The product with this SKU, or that has a variant with it."""
    return Q(sku=sku) | Q(offers__contains=[{"sku": sku}])


def without_size() -> QuerySet[Product]:
    """The merchant's products that have a cut-out photo and nothing that says how large they are."""
    photographed = Image.objects.filter(product=OuterRef("pk"), outline__isnull=False)
    measured = photographed.filter(Q(width_m__isnull=False) | Q(metres_per_pixel__isnull=False))
    named = Q(name__in=(*scale.WIDTHS, *scale.HEIGHTS)) | Q(name__endswith="_diameter")
    sized = Parameter.objects.filter(named, product=OuterRef("pk"), bound__in=("exact", "range"))
    return Product.objects.filter(Exists(photographed), ~Exists(measured), ~Exists(sized))


def size_sheet(products: Iterable[Product]) -> Iterator[str]:
    """A CSV to fill in and upload: one line a product, its width still empty."""
    yield _line(["sku", "product", "width"])
    for product in products:
        yield _line([safe_cell(product.sku), safe_cell(product.title), ""])


def product_facts(product: Product) -> ProductFacts:
    """The truth about a product as one frozen record; equal rows give equal records and an equal `version`."""
    parameters = tuple(parameter(row) for row in product.parameters.all())
    consents = rights.consents_of(product)
    closed = rights.closed_pictures(consents)
    return ProductFacts(
        sku=product.sku,
        title={product.locale: product.title, **product.titles},
        brand=product.brand,
        category=product.category,
        locale=product.locale,
        price_minor=product.price_minor,
        currency=product.currency,
        parameters=parameters,
        selling_points=tuple(
            facts.SellingPoint(id=row.key, text=row.text, evidence=tuple(row.evidence), spoken=row.spoken)
            for row in product.sellingpoints.all()
        ),
        evidence=_evidence(product),
        questions=tuple(
            facts.Question(id=row.key, question=row.question, answer=row.answer) for row in product.questions.all()
        ),
        search_terms=tuple(
            facts.SearchTerm(term=row.term, impressions=row.impressions, clicks=row.clicks)
            for row in product.searchterms.all()
        ),
        audience_tags=tuple(product.audience_tags),
        scene_tags=tuple(product.scene_tags),
        images=tuple(_image(row, parameters) for row in product.images.all() if row.sha256 not in closed),
        in_the_box=tuple(product.in_the_box),
        statements=tuple(
            facts.Statement(id=f"par-{name}", name=name, text=text)
            for name, text in sorted(product.attributes.items())
            if isinstance(text, str) and len(text) <= STATEMENT_LIMIT
        ),
        clips=tuple(_clip(row) for row in product.clips.all() if row.sha256 not in closed),
        consents=consents,
        effect=_effect(product),
    )


def import_problems(batch: Import) -> QuerySet[ImportProblem]:
    """Everything that was said about the rows of an import, by row."""
    return ImportProblem.objects.filter(batch=batch)


def choices_for(merchant_id: int, columns: Iterable[str]) -> Choices:
    """What the merchant decided about files with these columns."""
    with tenancy.merchant_context(merchant_id):
        row = FeedSource.objects.filter(signature=signature(columns)).first()
    return Choices(columns=row.columns, currency=row.currency, units=row.units) if row else Choices()


def seconds_left(batch: Import) -> float | None:
    """How long the stage still takes at the pace it had so far; None before that can be said."""
    if batch.began is None or batch.done <= batch.began_at or batch.done >= batch.rows:
        return None
    pace = (timezone.now() - batch.began).total_seconds() / (batch.done - batch.began_at)
    return pace * (batch.rows - batch.done)


def problem_groups(problems: Iterable[ImportProblem]) -> list[ProblemGroup]:
    """Problems grouped by what they say, refused ones first, then the most frequent."""
    members: dict[tuple[str, str, str], list[ImportProblem]] = {}
    for problem in problems:
        members.setdefault((problem.severity, _pattern(problem.reason), problem.column.partition(":")[0]), []).append(
            problem
        )
    groups = [
        ProblemGroup(
            severity=severity,
            reason=rows[0].reason if len(rows) == 1 else pattern,
            column=column,
            suggestion=rows[0].suggestion,
            count=len(rows),
            rows=tuple(row.row for row in rows[:5]),
            values=tuple(dict.fromkeys(row.value for row in rows[:5] if row.value)),
        )
        for (severity, pattern, column), rows in members.items()
    ]
    return sorted(groups, key=lambda group: (group.severity != "refused", -group.count))


def bad_rows_csv(cells: Iterable[tuple[int, dict[str, Any]]], problems: Sequence[ImportProblem]) -> Iterator[str]:
    """Refused rows as CSV lines with a leading reason column: correct them and upload that file.

    `cells` are the rows as read (`catalog.services.refused_rows`); cells that a spreadsheet would run as a formula
    are written with a leading apostrophe.
    """
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        reasons.setdefault(problem.row, []).append(f"{problem.reason} {problem.suggestion}".strip())
    iterator = iter(cells)
    rows = list(itertools.islice(iterator, 10_000))
    columns = list(dict.fromkeys(name for _, values in rows for name in values))
    yield _line(["problem", "row", *columns])
    for number, values in itertools.chain(rows, iterator):
        reason = " ".join(reasons.get(number, ["Another row of the same product was refused."]))
        yield _line([reason, str(number), *(_as_cell(values.get(column, "")) for column in columns)])


def _as_cell(value: Any) -> str:
    """A value as our readers take it back: nested ones as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    is_number = re.fullmatch(r"[+-]?[\d.,]+", text) is not None
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not is_number else text


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()


def _pattern(reason: str) -> str:
    return re.sub(r"'[^']*'", "'…'", re.sub(r"\b\d[\d.,]*\b", "…", reason))


def parameter(row: Any) -> facts.Parameter:
    """A row of the specification as the frozen fact."""
    return facts.Parameter(
        id=f"par-{row.name}",
        name=row.name,
        value=row.value,
        unit=row.unit,
        bound=row.bound,
        lower=row.lower,
        tolerance=row.tolerance,
        source=row.source,
        how_it_may_look=row.how_it_may_look,
    )


def _evidence(product: Product) -> tuple[facts.Evidence, ...]:
    """What was learned about parameters, then the reviews that speak about none.

    What an audit found speaks about a video, not about the product: it changes no fact.
    """
    ratings = {row.key: row.rating for row in product.reviews.all()}
    learned = [row for row in product.evidences.all() if row.kind != Evidence.Kind.AUDIT]
    rows = [_evidence_row(row, ratings) for row in learned]
    told = {row.id for row in rows}
    rows += [
        facts.Evidence(id=row.key, kind="review", text=row.text, rating=row.rating)
        for row in product.reviews.all()
        if row.key not in told
    ]
    return tuple(sorted(rows, key=lambda row: not row.parameter)[:EVIDENCE_LIMIT])


def _evidence_row(row: Evidence, ratings: dict[str, float | None]) -> facts.Evidence:
    return facts.Evidence(
        id=row.key,
        kind=row.kind,  # type: ignore[arg-type]  # choices of the model
        text=row.text,
        parameter=row.parameter,
        stance=row.stance,  # type: ignore[arg-type]  # choices of the model
        value=row.value,
        unit=row.unit,
        rating=ratings.get(row.source),
    )


def _image(row: Image, parameters: Sequence[facts.Parameter]) -> facts.ProductImage:
    return facts.ProductImage(
        sha256=row.sha256,
        name=row.file.name or "",
        width=row.width,
        height=row.height,
        role=row.role,  # type: ignore[arg-type]  # choices of the model
        rendered=row.rendered,
        cutout=row.cutout.name or "",
        shadow=row.shadow.name or "",
        doubt=row.doubt,
        metres_per_pixel=metres_per_pixel(row, parameters),
        base_px=_point(row.base_px),
        pitch_deg=row.pitch_deg,
        effect_px=_point(row.effect_px),
        rights=row.rights,
        outline=tuple(row.outline) if row.outline else None,
    )


def _clip(row: Clip) -> facts.ProductClip:
    return facts.ProductClip(
        sha256=row.sha256, name=row.file.name or "", poster=row.poster.name or "", seconds=row.seconds,
        width=row.width, height=row.height, fps=row.fps, has_sound=row.has_sound, rights=row.rights,
    )  # fmt: skip


def metres_per_pixel(row: Image, parameters: Iterable[facts.Parameter]) -> float | None:
    """Scale of a photo: as measured, else the real width over the width of the visible outline; None if unknown."""
    if row.metres_per_pixel:
        return float(row.metres_per_pixel)
    width = row.width_m or scale.outline_width(row.outline, parameters)
    return float(width / (row.outline[2] - row.outline[0])) if width and row.outline else None


def _point(value: Any) -> tuple[float, float] | None:
    return (float(value[0]), float(value[1])) if value else None


def _effect(product: Product) -> facts.ProductEffect:
    return facts.ProductEffect(kind=product.effect_kind, cap_parameter=product.effect_cap_parameter)  # type: ignore[arg-type]  # choices of the model
