"""From a spot on a page to the video a visitor sees there: live, approved, in their language, signed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts import tenancy
from accounts.models import Merchant
from analytics import selectors, services
from analytics.selectors import Arm, Contest
from catalog.models import Product


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a video is wanted: merchant slug, SKU, the shopper's locale ("" for any), frame format, channel."""

    merchant: str
    sku: str
    locale: str = ""
    format: str = "wide"
    channel: str = "shop"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The arm chosen for one visitor, and the signed note that belongs to it."""

    arm: Arm
    note: str


def decide_for(spot: Spot, visitors: Sequence[int], *, source: str) -> list[Shown] | None:
    """One decision a visitor, in order; None when the merchant, the product or a live video is missing."""
    merchant = Merchant.objects.filter(slug=spot.merchant).first()
    if merchant is None:
        return None
    with tenancy.merchant_context(merchant.pk):
        product = Product.objects.filter(merchant=merchant, sku=spot.sku).first()
        return None if product is None else shown_to(merchant, product, spot, visitors, source=source)


@transaction.atomic
def shown_to(
    merchant: Merchant, product: Product, spot: Spot, visitors: Sequence[int], *, source: str
) -> list[Shown] | None:
    """The same inside the merchant's context, for a page that has the product already."""
    arms = selectors.arms_of(merchant, product=product, live_only=True)
    contest = _contest_for(spot, product, [arm for arm in arms if arm.contest.channel == spot.channel])
    if contest is None:
        return None
    rivals = {arm.placement_id: arm for arm in arms if arm.contest == contest}
    allocation = services.current_allocation(merchant, contest, list(rivals.values()))
    shown = []
    for visitor in visitors:
        choice = services.decide(allocation, contest, visitor)
        arm = rivals[choice.arm]
        shown.append(Shown(arm=arm, note=services.note_for(choice, arm, allocation, visitor, source=source)))
    return shown


def _contest_for(spot: Spot, product: Product, arms: Sequence[Arm]) -> Contest | None:
    """The contest nearest to the spot: its language before the product's own, its format before the other."""
    wanted = [selectors.market_of(spot.locale), selectors.market_of(product.locale)]

    def distance(contest: Contest) -> tuple[int, bool]:
        return wanted.index(contest.market) if contest.market in wanted else len(wanted), contest.format != spot.format

    return min((arm.contest for arm in arms), key=distance, default=None)
