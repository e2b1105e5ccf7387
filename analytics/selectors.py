"""Reads of analytics: which variants compete, what was counted, how shares were set."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Max, OuterRef, QuerySet, Subquery, Sum
from numpy.typing import NDArray

from accounts.models import Merchant
from analytics.models import Allocation, DailyCount, Report, RollupMark, Source
from catalog.models import Product
from generation import boards
from generation.models import Placement, Variant, Video

PEOPLE = (Source.LIVE, Source.SIMULATED)
"""Sources that count; crawlers are kept and left out."""
LOOKED_BACK = timedelta(days=7)
"""Today's traffic is the average of this long."""
NEWEST_REFUNDS = 2000
"""So many tell how late refunds come."""
_REFUND_DELAYS = """
select extract(epoch from refund.occurred - bought.at) / 86400, extract(epoch from now() - bought.at) / 86400
from analytics_event refund
cross join lateral (
  select max(o.occurred) as at from analytics_event o
  where o.merchant_id = refund.merchant_id and o.visitor = refund.visitor and o.placement_id = refund.placement_id
    and o.kind = 'order' and o.occurred <= refund.occurred and o.day between refund.day - 60 and refund.day
) bought
where refund.merchant_id = %s and refund.kind = 'refund' and refund.source = any (%s)
  and refund.day >= current_date - 90 and bought.at is not null
order by refund.day desc, refund.event_id limit %s
"""


@dataclass(frozen=True, kw_only=True)
class Contest:
    """What may be compared: variants that could have been shown to the same shopper in the same spot."""

    product_id: int
    channel: str
    market: str
    """Language of the market: a French shopper is not given an English video to compare it."""
    format: str

    @property
    def salt(self) -> str:
        """Keeps a visitor's luck in one contest apart from their luck in another."""
        return f"{self.product_id}.{self.channel}.{self.market}.{self.format}"


@dataclass(frozen=True, kw_only=True)
class Arm:
    """A variant within a placement."""

    placement_id: int
    public_id: UUID
    video: UUID
    contest: Contest
    sku: str
    category: str
    scenario: str
    locale: str
    hook: str
    cast: str
    is_live: bool
    is_exaggerated: bool = False
    """Planned above its cap to prove that the audit stops it; can be live only where the audit is switched off."""

    @property
    def attributes(self) -> dict[str, str]:
        """What planning can choose again, by the names of `generation.models.Score`."""
        return {"scenario": self.scenario, "locale": self.locale, "hook": self.hook, "cast": self.cast}

    @property
    def name(self) -> str:
        """As reports and experiments call it."""
        return name_of(self.scenario, self.hook)


def name_of(scenario: str, hook: str) -> str:
    """What a variant is called in charts and sentences."""
    return f"{scenario} · {hook}".replace("_", " ")


def market_of(locale: str) -> str:
    """The language of ``fr-FR`` is the market ``fr``."""
    return locale.replace("_", "-").split("-")[0].lower()


def arms_of(merchant: Merchant, *, product: Product | None = None, live_only: bool = False) -> list[Arm]:
    """Every variant that was ever placed, oldest first; live ones only on demand. Never one blocked later."""
    placements = Placement.objects.filter(merchant=merchant).select_related("cut__video__variant__product")
    placements = placements.exclude(cut__video__state=Video.State.REJECTED).defer("cut__video__variant__meaning")
    if product is not None:
        placements = placements.filter(cut__video__variant__product=product)
    if live_only:
        placements = placements.filter(state=Placement.State.LIVE)
    return [arm_of(placement) for placement in placements.order_by("id")]


def products_with_verdict() -> QuerySet[Product]:
    """Products that shoppers see videos of with `outcome` and `sentence` of the current report, the newest first.

    Both are None before the first report.
    """
    report = Report.objects.filter(product=OuterRef("pk"), frozen_by="")
    products = boards.products_with_counts(only_live=True).annotate(
        outcome=Subquery(report.values("content__verdict__outcome")),
        sentence=Subquery(report.values("content__verdict__sentence")),
    )
    return products.order_by(Subquery(report.values("updated")).desc(nulls_last=True), "pk")


def copies_of(merchant: Merchant) -> dict[int, tuple[str, NDArray[np.float32]]]:
    """What is written on every placed variant and its embedding (empty where the engine had none), by placement id."""
    placed = Placement.objects.filter(merchant=merchant).values_list("pk", "cut__video__variant")
    variants = Variant.objects.filter(pk__in={variant for _, variant in placed})
    said = {
        pk: (" ".join(line["text"] for line in captions or ()), np.array(meaning, dtype=np.float32))
        for pk, captions, meaning in variants.values_list("pk", "spec__captions", "meaning").iterator()
    }
    return {placement: said[variant] for placement, variant in placed}


def specs_of(product: Product) -> dict[int, tuple[float, dict[str, Any]]]:
    """Seconds and video specification of every placement of a product, by placement id."""
    placements = Placement.objects.filter(cut__video__variant__product=product)
    rows = placements.values_list("pk", "cut__seconds", "cut__video__variant__spec")
    return {pk: (seconds, spec) for pk, seconds, spec in rows}


def blocked_videos(merchant: Merchant, *, product: Product | None = None) -> list[UUID]:
    """Videos that shoppers saw and that were stopped later."""
    shown = Placement.objects.filter(merchant=merchant, cut__video__state=Video.State.REJECTED)
    if product is not None:
        shown = shown.filter(cut__video__variant__product=product)
    return sorted(shown.values_list("cut__video__public_id", flat=True).distinct())


def counts_of(merchant: Merchant, *, product: Product | None = None) -> QuerySet[DailyCount]:
    """Daily counts, crawlers included."""
    counts = DailyCount.objects.filter(merchant=merchant)
    return counts if product is None else counts.filter(placement__cut__video__variant__product=product)


@dataclass(frozen=True, kw_only=True)
class CellCount:
    """Distinct visitors who did one thing with one arm on one day."""

    day: date
    placement_id: int
    kind: str
    visitors: int


def cells_of(merchant: Merchant) -> list[CellCount]:
    """What the model is fitted on: people only, all allocations of a day together."""
    rows = (
        DailyCount.objects.filter(merchant=merchant, source__in=PEOPLE)
        .exclude(kind__in=("progress", "dwell"))
        .values("day", "placement_id", "kind")
        .annotate(total=Sum("visitors"))
        .order_by("day", "placement_id", "kind")
    )
    return [
        CellCount(day=row["day"], placement_id=row["placement_id"], kind=row["kind"], visitors=row["total"])
        for row in rows
    ]


def refund_delays(merchant: Merchant) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Days from an order to its refund, and how many days there have been for it to come; the newest refunds."""
    with connection.cursor() as cursor:
        cursor.execute(_REFUND_DELAYS, [merchant.pk, list(PEOPLE), NEWEST_REFUNDS])
        found = np.array(cursor.fetchall(), dtype=float).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def newest_allocation(contest: Contest, audience: str = "", *, is_holdout: bool = False) -> Allocation | None:
    """The shares that apply now."""
    return (
        Allocation.objects.filter(
            product_id=contest.product_id, channel=contest.channel, market=contest.market, format=contest.format,
            audience=audience, is_holdout=is_holdout,
        )
        .select_related("experiment")
        .order_by("-id")
        .first()
    )  # fmt: skip


def counts_by_audience(contest: Contest, kind: str) -> dict[str, dict[int, tuple[int, int]]]:
    """Visitors who saw each placement and who did `kind`, by audience; of audiences that somebody came from."""
    tags = Allocation.objects.filter(
        product_id=contest.product_id, channel=contest.channel, market=contest.market, format=contest.format
    ).exclude(audience="").values_list("id", "audience")  # fmt: skip
    audience = dict(tags)
    rows = DailyCount.objects.filter(allocation_id__in=audience, kind__in=("impression", kind), source__in=PEOPLE)
    found: dict[str, dict[int, list[int]]] = {}
    for allocation, placement, done, visitors in rows.values_list("allocation_id", "placement_id", "kind", "visitors"):
        pair = found.setdefault(audience[allocation], {}).setdefault(placement, [0, 0])
        pair[done == kind] += visitors
    return {tag: {one: (n, min(y, n)) for one, (n, y) in counts.items()} for tag, counts in found.items()}


def visitors_a_day(contest: Contest) -> float:
    """Average of the last week that was counted."""
    rows = DailyCount.objects.filter(
        kind="impression", source__in=PEOPLE, placement__channel=contest.channel,
        placement__cut__format=contest.format, placement__cut__video__variant__product=contest.product_id,
        placement__cut__video__variant__locale__istartswith=contest.market,
    )  # fmt: skip
    newest = rows.aggregate(newest=Max("day"))["newest"]
    if newest is None:
        return 0.0
    total = rows.filter(day__gt=newest - LOOKED_BACK).aggregate(total=Sum("visitors"))["total"]
    return float(total) / (LOOKED_BACK / timedelta(days=1))


def held_out(allocations: Iterable[int]) -> dict[int, bool]:
    """Of shares that ranking made or that judge it (not those of experiments): whether they are the even ones."""
    rows = Allocation.objects.filter(pk__in=set(allocations), experiment=None)
    return dict(rows.values_list("id", "is_holdout"))


def shares_by_id(allocations: Iterable[int]) -> dict[int, dict[int, float]]:
    """Shares of past allocations: {allocation id: {placement id: share}}."""
    rows = Allocation.objects.filter(pk__in=set(allocations)).values_list("id", "shares")
    return {pk: {int(placement): share for placement, share in shares.items()} for pk, shares in rows}


def counted_until(merchant: Merchant) -> datetime | None:
    """When the counts were last brought up to date."""
    return RollupMark.objects.filter(merchant=merchant).values_list("upto", flat=True).first()


def arm_of(placement: Placement) -> Arm:
    """A placement with what planning chose for its variant."""
    variant = placement.cut.video.variant
    return Arm(
        placement_id=placement.pk,
        public_id=placement.public_id,
        video=placement.cut.video.public_id,
        contest=Contest(
            product_id=variant.product_id,
            channel=placement.channel,
            market=market_of(variant.locale),
            format=placement.cut.format,
        ),
        sku=variant.product.sku,
        category=variant.product.category,
        scenario=variant.scenario,
        locale=variant.locale,
        hook=variant.hook,
        cast=variant.cast,
        is_live=placement.state == Placement.State.LIVE,
        is_exaggerated=variant.exaggerated,
    )
