"""What shoppers preferred, as pairs of videos for tuning the model: one product, one place, one of two sold more.

Pairs come from the current reports, so that an export says what the reports say. A video that was blocked, or
that promised too much, is in no pair, whenever that came out. Simulated shoppers
are left out unless asked for: a model must not learn our own assumptions.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from accounts.models import Merchant
from analytics import snapshots
from analytics.models import Report
from analytics.report_records import ArmReport, ContestReport, PlacementReport, Preferred
from analytics.stats.counts import Estimate
from analytics.stats.funnel import SURE
from catalog.models import Product
from generation.models import Placement, Video

FORMAT = 1
"""Version of the lines; a change of meaning raises it."""
LEAST_VISITORS = 200
"""Visitors that each of the two must have had."""
BLOCKED = (Video.State.REJECTED, Video.State.FAILED, Video.State.STALE)


def pairs(merchant: Merchant, *, sure: float = SURE, with_simulated: bool = False) -> Iterator[dict[str, Any]]:
    """One JSON object a pair, products in their order. Runs inside the merchant's context."""
    reports = Report.objects.filter(merchant=merchant, frozen_by="").select_related("product").order_by("product_id")
    for report in reports.iterator(chunk_size=100):
        said: PlacementReport = snapshots.decode(report.content)
        if said.health.simulated_share > 0 and not with_simulated:
            continue
        allowed = _allowed(report.product)
        for contest in said.contests:
            for one in contest.preferred:
                if one.chance >= sure and {one.better, one.worse} <= allowed.keys():
                    yield from _pair(report, said, contest, one, allowed)


def _allowed(product: Product) -> dict[UUID, Placement]:
    """Placements whose video may teach, by public id."""
    found = Placement.objects.filter(cut__video__variant__product=product, cut__video__variant__exaggerated=False)
    found = found.exclude(cut__video__state__in=BLOCKED).select_related("cut__video__variant")
    return {one.public_id: one for one in found}


def _pair(
    report: Report, said: PlacementReport, contest: ContestReport, one: Preferred, allowed: dict[UUID, Placement]
) -> Iterator[dict[str, Any]]:
    arms = {arm.placement: arm for arm in contest.arms}
    better, worse = arms[one.better], arms[one.worse]
    if min(better.visitors, worse.visitors) < LEAST_VISITORS:
        return
    yield {
        "format": FORMAT,
        "product": str(report.product.public_id),
        "sku": said.sku,
        "category": report.product.category,
        "place": {"channel": contest.channel, "market": contest.market, "format": contest.format},
        "metric": said.metric,
        "chance": round(one.chance, 4),
        "ratio": [round(value, 4) for value in (one.ratio.value, one.ratio.low, one.ratio.high)],
        "differs": [name for name in ("scenario", "locale", "hook", "cast") if _differs(name, better, worse)],
        "simulated_share": said.health.simulated_share,
        "report": report.digest,
        "preferred": _side(better, allowed[one.better]),
        "other": _side(worse, allowed[one.worse]),
    }


def _differs(name: str, one: ArmReport, other: ArmReport) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _side(arm: ArmReport, placement: Placement) -> dict[str, Any]:
    """A video with its evidence: what was asked for, which file it became, what shoppers did."""
    rates = {"play": arm.play_rate, "click": arm.click_rate, "add": arm.add_rate, "order": arm.order_rate}
    return {
        "video": str(arm.video),
        "placement": str(arm.placement),
        "file": placement.cut.file.name,
        "sha256": placement.cut.sha256,
        "spec": placement.cut.video.variant.spec,
        "visitors": arm.visitors,
        "orders": arm.orders,
        "refunds": arm.refunds,
        "rates": {
            name: [round(value, 6) for value in (rate.value, rate.low, rate.high)]
            for name, rate in rates.items()
            if isinstance(rate, Estimate)
        },
    }
