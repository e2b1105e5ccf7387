"""From a spot on a page to the video a visitor sees there: live, approved, in their language, signed.

A product's shelf (its live videos and the shares that apply) is read once and answered from memory as long as
`analytics.memory` proves it true; a decision is then a few hashes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from accounts import tenancy
from accounts.models import Merchant
from analytics import selectors, services
from analytics.allocation import choose, is_held_out
from analytics.decisions import Decision, sign
from analytics.memory import Listener, Memory
from analytics.models import Allocation, Audience
from analytics.selectors import Arm, Contest
from catalog.models import Product
from generation.models import Placement, SignedFile


class UnknownAudience(ValueError):
    """The shop names an audience that nobody wrote down; the message says which there are."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a video is wanted, and by whom: merchant slug, SKU, locale ("" for any), the tag of an audience."""

    merchant: str
    sku: str
    locale: str = ""
    format: str = "wide"
    channel: str = "shop"
    audience: str = ""


@dataclass(frozen=True, kw_only=True)
class Film:
    """The sealed file of a placement and its poster, by their names in the storage; sizes in pixels."""

    file: str
    poster: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The arm chosen for one visitor, its film, and the signed note that belongs to it."""

    arm: Arm
    film: Film
    note: str


@dataclass(frozen=True, kw_only=True)
class Ration:
    """The shares of some visitors by placement id, and the id of the allocation that says so."""

    allocation: int
    shares: Mapping[int, float]


Whose = tuple[str, bool]
"""The audience's tag, and whether it is for those held out of ranking."""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What can be shown of one product. Frozen: it is shared between requests."""

    merchant: int
    locale: str
    arms: Mapping[int, Arm]
    films: Mapping[int, Film]
    """By placement id."""
    audiences: tuple[str, ...]
    rations: Mapping[Contest, Mapping[Whose, Ration]]

    def decide(self, spot: Spot, visitors: Iterable[int], *, source: str) -> list[Shown] | None:
        """One decision a visitor, in order; None without a video they may see. Raises UnknownAudience."""
        if spot.audience and spot.audience not in self.audiences:
            known = ", ".join(self.audiences) or "none"
            raise UnknownAudience(f"There is no audience {spot.audience!r}. Write it down first; known are: {known}.")
        contest = self._contest(spot)
        rations = self.rations.get(contest, {}) if contest else {}
        if contest is None or (spot.audience, False) not in rations:
            return None
        return [self._show(contest, rations, spot.audience, visitor, source) for visitor in visitors]

    def _show(
        self, contest: Contest, rations: Mapping[Whose, Ration], audience: str, visitor: int, source: str
    ) -> Shown:
        is_held = is_held_out(visitor, str(self.merchant), settings.HOLDOUT_SHARE)
        ration = rations[audience, is_held]
        choice = choose(visitor, contest.salt, ration.shares)
        arm = self.arms[choice.arm]
        note = Decision(
            placement=arm.public_id, visitor=visitor, allocation=ration.allocation, propensity=choice.propensity,
            source=source,
        )  # fmt: skip
        return Shown(arm=arm, film=self.films[choice.arm], note=sign(note))

    def _contest(self, spot: Spot) -> Contest | None:
        """The contest nearest to the spot: its language before the product's own, its format before the other."""
        wanted = [selectors.market_of(spot.locale), selectors.market_of(self.locale)]

        def distance(contest: Contest) -> tuple[int, bool]:
            known = wanted.index(contest.market) if contest.market in wanted else len(wanted)
            return known, contest.format != spot.format

        return min((one for one in self.rations if one.channel == spot.channel), key=distance, default=None)


def decide_for(spot: Spot, visitors: Sequence[int], *, source: str) -> list[Shown] | None:
    """One decision a visitor, in order; None when the merchant, the product or a live video is missing.

    From memory outside of a transaction. Raises UnknownAudience.
    """
    if connection.in_atomic_block:
        found = read_shelf(spot.merchant, spot.sku)
        shelf = found[1] if found else None
    else:
        LISTENER.wake()
        shelf = MEMORY.get(spot.merchant, spot.sku)
    return None if shelf is None else shelf.decide(spot, visitors, source=source)


def read_shelf(slug: str, sku: str) -> tuple[int, Shelf] | None:
    """The merchant's id and the shelf as the database has it now."""
    merchant = Merchant.objects.filter(slug=slug).first()
    if merchant is None:
        return None
    with tenancy.merchant_context(merchant.pk):
        product = Product.objects.filter(merchant=merchant, sku=sku).first()
        return None if product is None else (merchant.pk, shelf_of(merchant, product))


@transaction.atomic
def shelf_of(merchant: Merchant, product: Product) -> Shelf:
    """The same inside the merchant's context, for a page that has the product already. Sets shares where none are."""
    arms = selectors.arms_of(merchant, product=product, live_only=True)
    audiences = list(Audience.objects.filter(merchant=merchant))
    contests = dict.fromkeys(arm.contest for arm in arms)
    return Shelf(
        merchant=merchant.pk,
        locale=product.locale,
        arms={arm.placement_id: arm for arm in arms},
        films=_films(arms),
        audiences=tuple(one.tag for one in audiences),
        rations={
            contest: _rations(merchant, contest, [arm for arm in arms if arm.contest == contest], audiences)
            for contest in contests
        },
    )


def _films(arms: Sequence[Arm]) -> dict[int, Film]:
    """In two queries."""
    placed = Placement.objects.filter(pk__in=[arm.placement_id for arm in arms]).select_related("cut")
    sealed = dict(SignedFile.objects.filter(cut__placements__in=placed).values_list("sha256", "file"))
    return {
        one.pk: Film(
            file=sealed.get(one.sha256) or one.cut.file.name or "",
            poster=one.cut.poster.name or "",
            width=one.cut.width,
            height=one.cut.height,
        )
        for one in placed
    }


def _rations(
    merchant: Merchant, contest: Contest, arms: Sequence[Arm], audiences: Sequence[Audience]
) -> dict[Whose, Ration]:
    found = {}
    for audience in (None, *audiences):
        for is_holdout in (False, True):
            allocation = services.allocation_for(merchant, contest, arms, audience, is_holdout=is_holdout)
            if allocation is not None:
                found[audience.tag if audience else "", is_holdout] = _ration(allocation)
    return found


def _ration(allocation: Allocation) -> Ration:
    shares = {int(placement): share for placement, share in allocation.shares.items()}
    return Ration(allocation=allocation.pk, shares=shares)


MEMORY: Memory[Shelf] = Memory(read_shelf)
LISTENER = Listener(MEMORY)
