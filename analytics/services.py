"""Writes of analytics: the shares by which variants are shown, what was learned, refunds as evidence."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from accounts.models import Merchant
from analytics import experiments, feedback, learning, proposals, reports, rollup, selectors, snapshots
from analytics.allocation import Choice, choose, even_shares, thompson_shares
from analytics.decisions import Decision, sign
from analytics.learning import Learned
from analytics.models import Allocation, DailyCount, Experiment, Kind, Report, Source
from analytics.selectors import Arm, Contest
from catalog.models import Evidence, Product
from generation.models import Placement

NOT_AS_DESCRIBED = "not_as_described"
"""The refund reason that contradicts what a video claimed."""


def learn(merchant: Merchant, *, seed: int = 0) -> Learned | None:
    """Count, fit, propose what planning should believe, set new shares, write reports, keep refunds as evidence.

    Runs inside the merchant's context; safe to repeat. None before anything was placed.
    """
    rollup.refresh(merchant)
    learned = learning.learned_from(merchant, seed=seed)
    if learned is None:
        return None
    with transaction.atomic():
        proposals.propose(merchant, learned, feedback.scores_from(learned))
        experiments.look_at_all(merchant)
        reallocate(merchant, learned)
        record_refunds(merchant)
        write_reports(merchant, learned)
    return learned


def write_reports(merchant: Merchant, learned: Learned) -> int:
    """Bring the current report of every placed product up to date; returns how many there are."""
    products = Product.objects.filter(pk__in={arm.contest.product_id for arm in learned.arms})
    for product in products:
        content = snapshots.encode(reports.placement_report(product, learned))
        Report.objects.update_or_create(
            merchant=merchant,
            product=product,
            frozen_by="",
            defaults={"content": content, "digest": snapshots.digest(content)},
        )
    return len(products)


def freeze_report(product: Product, *, by: str) -> Report | None:
    """Keep the current report as it is, under its own address; the same content is kept once. None without one."""
    current = Report.objects.filter(product=product, frozen_by="").first()
    if current is None:
        return None
    kept = Report.objects.filter(product=product, digest=current.digest).exclude(frozen_by="").first()
    return kept or Report.objects.create(
        merchant_id=product.merchant_id,
        product=product,
        content=current.content,
        digest=current.digest,
        frozen_by=by,
    )


def current_allocation(merchant: Merchant, contest: Contest, arms: Sequence[Arm]) -> Allocation:
    """The shares that apply to these live arms; even ones as soon as an arm joins or leaves.

    A running experiment keeps its shares while all of its arms are live; an arm that joined waits for its end.
    """
    newest = selectors.newest_allocation(contest)
    live = [arm.placement_id for arm in arms]
    if newest is not None:
        arms_of_newest, offered = set(newest.shares), {str(placement) for placement in live}
        tried = newest.experiment if newest.experiment_id else None
        is_running = tried is not None and tried.state == Experiment.State.RUNNING
        if arms_of_newest == offered or (is_running and arms_of_newest < offered):
            return newest
    return _allocate(merchant, contest, even_shares(live), "a variant joined or left: even shares")


def reallocate(merchant: Merchant, learned: Learned) -> list[Allocation]:
    """New shares for every contest with live arms and no experiment, by tempered Thompson sampling on the rate."""
    made = []
    for contest in learned.contests():
        if experiments.running_in(contest):
            continue
        places = [place for place in learned.positions(contest) if learned.arms[place].is_live]
        if not places:
            continue
        shares = thompson_shares(learned.worth(places))
        by_arm = {learned.arms[place].placement_id: float(share) for place, share in zip(places, shares, strict=True)}
        made.append(_allocate(merchant, contest, by_arm, f"tempered Thompson sampling on {learned.metric}"))
    return made


def decide(allocation: Allocation, contest: Contest, visitor: int) -> Choice:
    """The arm this visitor sees under these shares: the same one every time."""
    return choose(visitor, contest.salt, {int(arm): share for arm, share in allocation.shares.items()})


def note_for(choice: Choice, arm: Arm, allocation: Allocation, visitor: int, *, source: str) -> str:
    """The signed note of a decision, for the page to send back with its events."""
    return sign(
        Decision(
            placement=arm.public_id,
            visitor=visitor,
            allocation=allocation.pk,
            propensity=choice.propensity,
            source=source,
        )
    )


def record_refunds(merchant: Merchant) -> int:
    """Refunds "not as described" contradict the video that was seen: one evidence row a variant and day.

    Simulated shoppers are left out: what they return says nothing about the product. Returns how many are new.
    """
    counts = DailyCount.objects.filter(
        merchant=merchant, kind=Kind.REFUND, detail=NOT_AS_DESCRIBED, source=Source.LIVE
    ).values_list("day", "placement_id")
    refunds = set(counts)
    placements = Placement.objects.select_related("cut__video__variant__product").in_bulk([one for _, one in refunds])
    rows = [_refund_evidence(merchant, day, placements[placement]) for day, placement in sorted(refunds)]
    before = Evidence.objects.filter(merchant=merchant, kind=Evidence.Kind.REFUND).count()
    Evidence.objects.bulk_create(rows, ignore_conflicts=True)
    return Evidence.objects.filter(merchant=merchant, kind=Evidence.Kind.REFUND).count() - before


def _refund_evidence(merchant: Merchant, day: date, placement: Placement) -> Evidence:
    variant = placement.cut.video.variant
    return Evidence(
        merchant=merchant,
        product=variant.product,
        key=f"refund-{variant.public_id.hex[:12]}-{day:%Y%m%d}",
        kind=Evidence.Kind.REFUND,
        stance=Evidence.Stance.CONTRADICTS,
        parameter=variant.product.effect_cap_parameter,
        text=f"Returned on {day} as not as described, after the video {variant.scenario} / {variant.hook}.",
        source=f"analytics: video {placement.cut.video.public_id}",
    )


def _allocate(merchant: Merchant, contest: Contest, shares: dict[int, float], reason: str) -> Allocation:
    return Allocation.objects.create(
        merchant=merchant,
        product_id=contest.product_id,
        channel=contest.channel,
        market=contest.market,
        format=contest.format,
        shares={str(arm): round(share, 6) for arm, share in shares.items()},
        reason=reason,
    )
