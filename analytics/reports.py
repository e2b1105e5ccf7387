"""The placement report of one product: is the data sound, what sells, how sure is that, and why.

Everything is read from daily counts and computed again for each report; the same counts give the same report.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from analytics import charts, feedback, learning, selectors, verdicts
from analytics.learning import Learned
from analytics.models import DailyCount, Kind, Source
from analytics.selectors import Arm, Contest
from analytics.stats.counts import Counts, Estimate, NotEnoughData
from analytics.stats.funnel import Metric, Standing, standings
from analytics.stats.guards import SampleRatio, sample_ratio_any_time
from analytics.stats.intervals import wilson
from catalog.models import Product
from generation.services import LearnedScore

Rate = verdicts.Rate


@dataclass(frozen=True, kw_only=True)
class Health:
    """Read this first: what was counted, from whom, how fresh it is."""

    impressions: int
    visitors: int
    simulated_share: float
    """Share of impressions made by our own simulated shoppers, 0 to 1."""
    bot_events: int
    """Events of crawlers: kept, never counted."""
    counted_until: datetime | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ArmReport:
    """One variant in one contest. Counts are events, rates are per distinct visitor with 90 % intervals."""

    placement: UUID
    video: UUID
    scenario: str
    locale: str
    hook: str
    cast: str
    is_live: bool
    share: float
    """Share of visitors it gets now."""
    impressions: int
    visitors: int
    plays: int
    clicks: int
    add_to_carts: int
    orders: int
    refunds: int
    value_minor: int
    click_rate: Rate
    add_rate: Rate
    refund_rate: Rate
    """Of orders."""
    retention: tuple[int, int, int, int]
    """Visitors who reached each quarter of the video."""
    refund_reasons: tuple[tuple[str, int], ...]
    rank: int
    standing: Standing | None
    """None while nobody has seen it."""
    reasons: tuple[str, ...]

    @property
    def name(self) -> str:
        """Short name for charts and sentences."""
        return f"{self.scenario} · {self.hook}".replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class ContestReport:
    """Variants that may be compared, best first."""

    channel: str
    market: str
    format: str
    arms: tuple[ArmReport, ...]
    sample_ratio: SampleRatio | NotEnoughData
    verdict: verdicts.Verdict

    @property
    def chart(self) -> str:
        """Ranked interval bars as SVG, marked safe."""
        return charts.ranking_chart(self.arms)


@dataclass(frozen=True, kw_only=True)
class PlacementReport:
    """Everything the report page, its print and its CSV say about one product."""

    sku: str
    title: str
    currency: str
    metric: Metric
    health: Health
    verdict: verdicts.Verdict
    contests: tuple[ContestReport, ...]
    effects: tuple[LearnedScore, ...]
    """What the choices of planning do in this category, as log relative rates with 90 % intervals."""

    @property
    def metric_name(self) -> str:
        """What decides, in words."""
        return {"click": "clicks per visitor", "kept_order": "kept orders per visitor"}[self.metric]

    @property
    def effects_chart(self) -> str:
        """Effects of scenario, locale, hook and cast as SVG, marked safe."""
        return charts.effects_chart(self.effects)

    def to_csv(self) -> str:
        """One row an arm, spreadsheet-safe; rates are fractions."""
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=_CSV, lineterminator="\r\n")
        writer.writeheader()
        for contest in self.contests:
            for arm in contest.arms:
                writer.writerow(_csv_row(self.sku, contest, arm))
        return text.getvalue()


def placement_report(product: Product, *, seed: int = 0) -> PlacementReport:
    """The report as of now; runs inside the merchant's context."""
    learned = learning.learned_from(product.merchant, seed=seed)
    counts = list(selectors.counts_of(product.merchant, product=product))
    health = _health(counts, selectors.counted_until(product.merchant))
    scores = tuple(feedback.scores_from(learned)) if learned else ()
    effects = tuple(row for row in scores if row.category == product.category)
    contests = tuple(_contests(product, learned, counts, effects)) if learned else ()
    return PlacementReport(
        sku=product.sku,
        title=product.title,
        currency=product.currency,
        metric=learned.metric if learned else "click",
        health=health,
        verdict=verdicts.headline([(sum(arm.visitors for arm in one.arms), one.verdict) for one in contests]),
        contests=contests,
        effects=effects,
    )


def _health(counts: Sequence[DailyCount], counted_until: datetime | None) -> Health:
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
        counted_until=counted_until,
        warnings=tuple(verdicts.warnings(impressions=impressions, simulated_share=share, counted_until=counted_until)),
    )


def _contests(
    product: Product, learned: Learned, counts: Sequence[DailyCount], effects: Sequence[LearnedScore]
) -> list[ContestReport]:
    by_arm: dict[int, list[DailyCount]] = defaultdict(list)
    for row in counts:
        if row.source != Source.BOT:
            by_arm[row.placement_id].append(row)
    contests = [contest for contest in learned.contests() if contest.product_id == product.pk]
    reports = [_contest(contest, learned, by_arm, effects) for contest in contests]
    return sorted(reports, key=lambda one: -sum(arm.visitors for arm in one.arms))


def _contest(
    contest: Contest, learned: Learned, by_arm: Mapping[int, list[DailyCount]], effects: Sequence[LearnedScore]
) -> ContestReport:
    places = learned.positions(contest)
    arms = [learned.arms[place] for place in places]
    allocation = selectors.newest_allocation(contest)
    shares = {int(arm): share for arm, share in allocation.shares.items()} if allocation else {}
    stood = dict(zip(places, standings(learned.worth(places)), strict=True))
    ranked = sorted(places, key=lambda place: -stood[place].rate)
    context = verdicts.Context(
        effects=tuple(one for one in effects if len({arm.attributes[one.attribute] for arm in arms}) > 1),
        click_rate=_average_click_rate([row for arm in arms for row in by_arm[arm.placement_id]]),
    )
    reports = tuple(
        _arm_report(learned.arms[place], by_arm[learned.arms[place].placement_id], stood[place], rank, shares, context)
        for rank, place in enumerate(ranked, start=1)
    )
    ratio = _sample_ratio(arms, by_arm)
    return ContestReport(
        channel=contest.channel,
        market=contest.market,
        format=contest.format,
        arms=reports,
        sample_ratio=ratio,
        verdict=verdicts.verdict(reports, ratio, learned.metric),
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
    click, refund = (
        _rate(people[of], people[done]) for of, done in ((Kind.IMPRESSION, Kind.CLICK), (Kind.ORDER, Kind.REFUND))
    )
    return ArmReport(
        placement=arm.public_id, video=arm.video, scenario=arm.scenario, locale=arm.locale, hook=arm.hook,
        cast=arm.cast, is_live=arm.is_live, share=shares.get(arm.placement_id, 0.0) if arm.is_live else 0.0,
        impressions=n[Kind.IMPRESSION], visitors=people[Kind.IMPRESSION], plays=n[Kind.PLAY], clicks=n[Kind.CLICK],
        add_to_carts=n[Kind.ADD_TO_CART], orders=n[Kind.ORDER], refunds=n[Kind.REFUND],
        value_minor=sum(_worth(row) for row in rows),
        click_rate=click,
        add_rate=_rate(people[Kind.IMPRESSION], people[Kind.ADD_TO_CART]),
        refund_rate=refund,
        retention=(people["progress 25"], people["progress 50"], people["progress 75"], people["progress 100"]),
        refund_reasons=_refund_reasons(rows),
        rank=rank,
        standing=standing if people[Kind.IMPRESSION] else None,
        reasons=tuple(
            verdicts.reasons(
                arm.attributes, context, click=click, refund=refund, visitors=people[Kind.IMPRESSION]
            )
        ),
    )  # fmt: skip


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
    promised = selectors.shares_by_id(seen)
    order = [arm.placement_id for arm in arms]
    batches = [
        ([seen[one].get(arm, 0) for arm in order], [promised[one].get(arm, 0.0) for arm in order])
        for one in seen
        if one in promised
    ]
    return sample_ratio_any_time(batches) if batches else NotEnoughData(have=0, need=5 * len(order))


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


_CSV = [
    "sku", "channel", "market", "format", "rank", "scenario", "locale", "hook", "cast", "live", "share", "impressions",
    "visitors", "plays", "clicks", "add_to_carts", "orders", "refunds", "value_minor", "click_rate", "click_low",
    "click_high", "deciding_rate", "deciding_low", "deciding_high", "chance_best", "expected_loss",
]  # fmt: skip


def _csv_row(sku: str, contest: ContestReport, arm: ArmReport) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(arm, name) for name in _CSV if hasattr(arm, name) and name != "click_rate"}
    row |= {"sku": sku, "channel": contest.channel, "market": contest.market, "format": contest.format}
    row |= {"live": "yes" if arm.is_live else "no", "share": round(arm.share, 4)}
    if isinstance(arm.click_rate, Estimate):
        rate = arm.click_rate
        row |= {"click_rate": f"{rate.value:.6f}", "click_low": f"{rate.low:.6f}", "click_high": f"{rate.high:.6f}"}
    if arm.standing:
        stood = arm.standing
        row |= {"deciding_rate": f"{stood.rate:.6f}", "deciding_low": f"{stood.low:.6f}"}
        row |= {"deciding_high": f"{stood.high:.6f}", "chance_best": f"{stood.chance_best:.4f}"}
        row |= {"expected_loss": f"{stood.expected_loss:.4f}"}
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """Text that begins with = + - @ is a formula to a spreadsheet: make it text again."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
