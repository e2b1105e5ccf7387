"""Writes of analytics: the shares by which variants are shown, what was learned, refunds as evidence."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from django.db import transaction

from accounts.models import Merchant
from analytics import experiments, feedback, learning, proposals, reports, rollup, selectors, snapshots
from analytics.allocation import even_shares, thompson_shares
from analytics.learning import Floats, Learned
from analytics.models import Allocation, Audience, DailyCount, Experiment, Kind, Report, Source
from analytics.selectors import Arm, Contest
from analytics.stats import funnel, segments
from catalog.models import Evidence, Product
from generation.models import Placement

NOT_AS_DESCRIBED = "not_as_described"
"""The refund reason that contradicts what a video claimed."""
HARDLY = 0.002
"""Shares that would move by less are left alone: every change is a row, and a stratum of its own in each report."""


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


def current_allocation(
    merchant: Merchant, contest: Contest, arms: Sequence[Arm], *, audience: str = "", is_holdout: bool = False
) -> Allocation:
    """The shares that apply to these live arms; even ones as soon as an arm joins or leaves.

    A running experiment keeps its shares while all of its arms are live; an arm that joined waits for its end.
    """
    newest = selectors.newest_allocation(contest, audience, is_holdout=is_holdout)
    live = [arm.placement_id for arm in arms]
    if newest is not None:
        arms_of_newest, offered = set(newest.shares), {str(placement) for placement in live}
        if arms_of_newest == offered or (is_tried(newest) and arms_of_newest < offered):
            return newest
    reason = "held out of ranking: even shares" if is_holdout else "a variant joined or left: even shares"
    return _allocate(merchant, contest, even_shares(live), reason, audience=audience, is_holdout=is_holdout)


def allocation_for(
    merchant: Merchant, contest: Contest, arms: Sequence[Arm], audience: Audience | None, *, is_holdout: bool
) -> Allocation | None:
    """The shares of one audience (None: everybody else) and of those held out of ranking; None without an eligible arm.

    An audience that may see every arm takes part in experiments like everybody else.
    """
    eligible = [arm for arm in arms if audience is None or _may_see(audience, arm)]
    if not eligible:
        return None
    if audience is not None and not is_holdout and len(eligible) == len(arms):
        everybody = current_allocation(merchant, contest, arms)
        if is_tried(everybody):
            return everybody
    tag = audience.tag if audience else ""
    return current_allocation(merchant, contest, eligible, audience=tag, is_holdout=is_holdout)


def is_tried(allocation: Allocation) -> bool:
    """Whether these shares are those of a running experiment."""
    experiment = allocation.experiment
    return experiment is not None and experiment.state == Experiment.State.RUNNING


def reallocate(merchant: Merchant, learned: Learned) -> list[Allocation]:
    """New shares for every contest with live arms and no experiment, by tempered Thompson sampling on the rate.

    Each audience that somebody came from gets its own. Shares that would hardly move stay as they are.
    """
    audiences = {one.tag: one for one in Audience.objects.filter(merchant=merchant)}
    rng = np.random.default_rng(learned.seed + 2)
    made = []
    for contest in learned.contests():
        places = [place for place in learned.positions(contest) if learned.arms[place].is_live]
        if not places or experiments.running_in(contest):
            continue
        made.append(_reallocate(merchant, contest, learned, places, draws=learned.worth(places)))
        if not audiences:
            continue
        for tag, counts in selectors.counts_by_audience(contest, funnel.SEEN_BY[learned.metric]).items():
            mine = [one for one in places if tag in audiences and _may_see(audiences[tag], learned.arms[one])]
            if mine:
                pairs = [counts.get(learned.arms[one].placement_id, (0, 0)) for one in mine]
                draws = segments.own_rates(learned.worth(mine), np.array(pairs, dtype=float), rng)
                made.append(_reallocate(merchant, contest, learned, mine, draws=draws, audience=tag))
    return made


def _reallocate(
    merchant: Merchant, contest: Contest, learned: Learned, places: Sequence[int], *, draws: Floats, audience: str = ""
) -> Allocation:
    shares = thompson_shares(draws)
    by_arm = {learned.arms[place].placement_id: float(share) for place, share in zip(places, shares, strict=True)}
    newest = selectors.newest_allocation(contest, audience)
    if newest is not None and not newest.experiment_id and _is_close(newest.shares, by_arm):
        return newest
    reason = f"tempered Thompson sampling on {learned.metric}"
    return _allocate(merchant, contest, by_arm, reason, audience=audience)


def _is_close(before: Mapping[str, float], after: Mapping[int, float]) -> bool:
    now = {str(arm): share for arm, share in after.items()}
    return before.keys() == now.keys() and all(abs(before[arm] - now[arm]) < HARDLY for arm in now)


def _may_see(audience: Audience, arm: Arm) -> bool:
    return not audience.scenarios or arm.scenario in audience.scenarios


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


def _allocate(
    merchant: Merchant,
    contest: Contest,
    shares: dict[int, float],
    reason: str,
    *,
    audience: str = "",
    is_holdout: bool = False,
) -> Allocation:
    return Allocation.objects.create(
        merchant=merchant,
        product_id=contest.product_id,
        channel=contest.channel,
        market=contest.market,
        format=contest.format,
        audience=audience,
        is_holdout=is_holdout,
        shares={str(arm): round(share, 6) for arm, share in shares.items()},
        reason=reason,
    )
