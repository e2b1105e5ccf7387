"""The placement report of one product: is the data sound, what sells, how sure is that, and why.

Everything is read from daily counts; the same counts give the same report. `services.learn` writes it down for every
product after each fit, and pages read what was written (`Report`), so that no page view fits a model.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from analytics import comparisons, feedback, learning, selectors, verdicts
from analytics.learning import Learned
from analytics.models import DailyCount, Kind, Source
from analytics.report_records import (
    ArmReport,
    ContestReport,
    Health,
    Moment,
    PlacementReport,
    Preferred,
    Rate,
    Script,
)
from analytics.selectors import Arm, Contest
from analytics.stats.counts import Counts, NotEnoughData
from analytics.stats.funnel import Floats, Metric, Standing, preferences, standings
from analytics.stats.guards import SampleRatio, sample_ratio_any_time
from analytics.stats.intervals import wilson
from catalog.models import Product
from generation.services import LearnedScore
from generation.specs import film_second


def placement_report(product: Product, learned: Learned | None = None, *, seed: int = 0) -> PlacementReport:
    """The report as of now, on a fit made before or on a new one; runs inside the merchant's context."""
    learned = learned or learning.learned_from(product.merchant, seed=seed)
    counts = list(selectors.counts_of(product.merchant, product=product))
    until = selectors.counted_until(product.merchant)
    scores = tuple(feedback.scores_from(learned)) if learned else ()
    effects = tuple(row for row in scores if row.category == product.category)
    contests = tuple(_contests(product, learned, counts, effects)) if learned else ()
    return PlacementReport(
        sku=product.sku,
        title=product.title,
        currency=product.currency,
        metric=learned.metric if learned else "click",
        health=_health(counts, until, blocked=len(selectors.blocked_videos(product.merchant, product=product))),
        verdict=verdicts.headline([(sum(arm.visitors for arm in one.arms), one.verdict) for one in contests]),
        contests=contests,
        effects=effects,
    )


def _health(counts: Sequence[DailyCount], counted_until: datetime | None, *, blocked: int) -> Health:
    seen = [row for row in counts if row.kind == Kind.IMPRESSION and row.source != Source.BOT]
    impressions = sum(row.n for row in seen)
    simulated = sum(row.n for row in seen if row.source == Source.SIMULATED)
    share = simulated / impressions if impressions else 0.0
    bots = sum(row.n for row in counts if row.source == Source.BOT)
    return Health(
        impressions=impressions,
        visitors=sum(row.visitors for row in seen),
        simulated_share=share,
        bot_events=bots,
        blocked=blocked,
        counted_until=counted_until,
    )


def _contests(
    product: Product, learned: Learned, counts: Sequence[DailyCount], effects: Sequence[LearnedScore]
) -> list[ContestReport]:
    by_arm: dict[int, list[DailyCount]] = defaultdict(list)
    for row in counts:
        if row.source != Source.BOT:
            by_arm[row.placement_id].append(row)
    contests = [contest for contest in learned.contests() if contest.product_id == product.pk]
    scripts = {place: _script(*found) for place, found in selectors.specs_of(product).items()}
    reports = [_contest(contest, learned, by_arm, effects, scripts) for contest in contests]
    return sorted(reports, key=lambda one: -sum(arm.visitors for arm in one.arms))


def _contest(
    contest: Contest,
    learned: Learned,
    by_arm: Mapping[int, list[DailyCount]],
    effects: Sequence[LearnedScore],
    scripts: Mapping[int, Script],
) -> ContestReport:
    places = learned.positions(contest)
    arms = [learned.arms[place] for place in places]
    allocation = selectors.newest_allocation(contest)
    shares = {int(arm): share for arm, share in allocation.shares.items()} if allocation else {}
    said = learned.said()
    stood = dict(zip(places, standings(learned.worth(places)), strict=True))
    ranked = sorted(places, key=lambda place: -stood[place].rate)
    context = verdicts.Context(
        effects=tuple(one for one in effects if len({arm.attributes[one.attribute] for arm in arms}) > 1),
        click_rate=_average_click_rate([row for arm in arms for row in by_arm[arm.placement_id]]),
    )
    plain = [
        _arm_report(
            learned.arms[place],
            by_arm[learned.arms[place].placement_id],
            stood[place],
            rank,
            shares,
            replace(context, words=tuple(said[place].tolist())),
        )
        for rank, place in enumerate(ranked, start=1)
    ]
    reports = tuple(
        replace(one, script=scripts.get(learned.arms[place].placement_id))
        for one, place in zip(plain, ranked, strict=True)
    )
    mine = {place: by_arm[place] for place in (learned.arms[one].placement_id for one in ranked)}
    ratio = _sample_ratio(arms, by_arm)
    judged = _Judged(reports, mine, learned.metric, shares)
    return ContestReport(
        channel=contest.channel,
        market=contest.market,
        format=contest.format,
        arms=reports,
        sample_ratio=ratio,
        proof=judged.proof,
        matured=comparisons.matured(mine, judged.today),
        earned=comparisons.earned(mine, _promised(mine), shares, learned.metric),
        ranked=comparisons.ranked(mine, selectors.held_out(_allocations(mine)), learned.metric),
        verdict=verdicts.verdict(reports, ratio, judged.case()),
        preferred=_preferred(arms, learned.worth(places), sum(arm.visitors for arm in reports)),
    )


def _preferred(arms: Sequence[Arm], worth: Floats, visitors: int) -> tuple[Preferred, ...]:
    """Pairs beyond doubt; none while too few have come to tell arms from their attributes."""
    if visitors < verdicts.ENOUGH_VISITORS * len(arms):
        return ()
    return tuple(
        Preferred(
            better=arms[one.better].public_id, worse=arms[one.worse].public_id, chance=one.chance, ratio=one.ratio
        )
        for one in preferences(worth)
    )


class _Judged:
    """What the verdict of one contest rests on."""

    def __init__(
        self, arms: Sequence[ArmReport], rows: comparisons.Rows, metric: Metric, shares: Mapping[int, float]
    ) -> None:
        self.arms, self.rows, self.metric = arms, rows, metric
        self.today = max((row.day for counts in rows.values() for row in counts), default=date.min)
        self.proof = comparisons.proof(list(rows), rows, metric)

    def case(self) -> verdicts.Case:
        """The evidence beside the standings."""
        first, second = self.arms[0].standing, self.arms[1].standing if len(self.arms) > 1 else None
        visitors = [arm.visitors for arm in self.arms]
        left = None
        if first and second:
            left = comparisons.days_left(visitors, (first.rate, second.rate), self.rows, self.today)
        excess = comparisons.refund_excess(next(iter(self.rows)), self.rows)
        return verdicts.Case(
            metric=self.metric,
            p=1.0 if isinstance(self.proof, NotEnoughData) else self.proof.p,
            days_left=left,
            is_exhausted=bool(second and comparisons.has_seen_enough(visitors, second.rate)),
            refund_times=excess.ratio.value if excess else None,
        )


def _arm_report(
    arm: Arm,
    rows: Sequence[DailyCount],
    standing: Standing,
    rank: int,
    shares: Mapping[int, float],
    context: verdicts.Context,
) -> ArmReport:
    n: dict[str, int] = defaultdict(int)
    people: dict[str, int] = defaultdict(int)
    for row in rows:
        key = row.kind if row.kind != Kind.PROGRESS else f"progress {row.detail}"
        n[key] += row.n
        people[key] += row.visitors
    seen = people[Kind.IMPRESSION]
    click, refund = _rate(seen, people[Kind.CLICK]), _rate(people[Kind.ORDER], people[Kind.REFUND])
    return ArmReport(
        placement=arm.public_id, video=arm.video, scenario=arm.scenario, locale=arm.locale, hook=arm.hook,
        cast=arm.cast, is_live=arm.is_live, share=shares.get(arm.placement_id, 0.0) if arm.is_live else 0.0,
        impressions=n[Kind.IMPRESSION], visitors=seen, plays=n[Kind.PLAY], clicks=n[Kind.CLICK],
        add_to_carts=n[Kind.ADD_TO_CART], orders=n[Kind.ORDER], refunds=n[Kind.REFUND],
        value_minor=sum(_worth(row) for row in rows),
        play_rate=_rate(seen, people[Kind.PLAY]), click_rate=click, add_rate=_rate(seen, people[Kind.ADD_TO_CART]),
        order_rate=_rate(seen, people[Kind.ORDER]), refund_rate=refund,
        retention=(people["progress 25"], people["progress 50"], people["progress 75"], people["progress 100"]),
        refund_reasons=_refund_reasons(rows),
        rank=rank,
        standing=standing if seen else None,
        reasons=tuple(
            verdicts.reasons(arm.attributes, context, click=click, refund=refund, visitors=seen)
        ),
        players=people[Kind.PLAY],
        held=people["progress 3s"],
    )  # fmt: skip


def _script(seconds: float, spec: Mapping[str, Any]) -> Script:
    """Shots and captions of a specification; one from before shots were kept has none."""
    at = partial(film_second, left_out=spec.get("left_out", ()))
    shots = tuple(
        Moment(start=at(one["start"]), end=at(one["end"]), words=f"{_place(one)}, {one['camera']}")
        for one in spec.get("shots", ())
        if at(one["start"]) < at(one["end"])
    )
    captions = tuple(Moment(start=one["start"], end=one["end"], words=one["text"]) for one in spec.get("captions", ()))
    return Script(seconds=seconds, shots=shots, captions=captions)


def _place(shot: Mapping[str, Any]) -> str:
    return "close-up" if shot.get("framing") == "close" else str(shot["scene"]).replace("_", " ")


def _average_click_rate(rows: Sequence[DailyCount]) -> float:
    clicked = sum(row.visitors for row in rows if row.kind == Kind.CLICK)
    seen = sum(row.visitors for row in rows if row.kind == Kind.IMPRESSION)
    return clicked / seen if seen else 0.0


def _sample_ratio(arms: Sequence[Arm], by_arm: Mapping[int, list[DailyCount]]) -> SampleRatio | NotEnoughData:
    """Visitors against the shares that were promised when each came, one batch an allocation."""
    seen: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for arm in arms:
        for row in by_arm[arm.placement_id]:
            if row.kind == Kind.IMPRESSION and row.allocation_id:
                seen[row.allocation_id][arm.placement_id] += row.visitors
    promised = _promised(by_arm)
    order = [arm.placement_id for arm in arms]
    batches = [
        ([seen[one].get(arm, 0) for arm in order], [promised[one].get(arm, 0.0) for arm in order])
        for one in seen
        if one in promised
    ]
    return sample_ratio_any_time(batches) if batches else NotEnoughData(have=0, need=5 * len(order))


def _promised(rows: comparisons.Rows) -> dict[int, dict[int, float]]:
    """Shares of every allocation that somebody came under."""
    return selectors.shares_by_id(_allocations(rows))


def _allocations(rows: comparisons.Rows) -> set[int]:
    return {row.allocation_id for counts in rows.values() for row in counts}


def _rate(trials: int, successes: int) -> Rate:
    """A visitor may come back on another day to act, so successes can pass trials of few: they are capped."""
    return wilson(Counts(trials=trials, successes=min(successes, trials)))


def _worth(row: DailyCount) -> int:
    return {Kind.ORDER: row.value_minor, Kind.REFUND: -row.value_minor}.get(Kind(row.kind), 0)


def _refund_reasons(rows: Sequence[DailyCount]) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.kind == Kind.REFUND:
            found[row.detail or "no reason given"] += row.n
    return tuple(sorted(found.items(), key=lambda one: -one[1]))
