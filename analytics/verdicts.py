"""What a report says in words: one sentence of verdict, warnings about the data, reasons for a rank."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from typing import Literal, Protocol

from django.utils import timezone

from analytics.stats.counts import Estimate, NotEnoughData
from analytics.stats.funnel import Metric, Standing
from analytics.stats.guards import SampleRatio
from generation.services import LearnedScore

Rate = Estimate | NotEnoughData
Outcome = Literal["winner", "leading", "inconclusive", "refunds", "not_enough_data", "alone", "broken"]
ENOUGH_VISITORS = 200
"""Visitors every arm must have had before anybody is called best."""
SURE = 0.95
ALPHA = 0.05
MANY_REFUNDS = 0.20
WORDS_COUNT = 0.02
"""A log ratio that is worth a sentence."""
STALE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome for programs and the sentence for people."""

    outcome: Outcome
    sentence: str


class Contestant(Protocol):
    """What a verdict needs to know of an arm, best first."""

    @property
    def name(self) -> str: ...
    @property
    def visitors(self) -> int: ...
    @property
    def standing(self) -> Standing | None: ...


@dataclass(frozen=True, kw_only=True)
class Case:
    """The evidence beside the standings: any-time `p` of the first, days until it may be proven, refunds."""

    metric: Metric
    p: float
    days_left: int | None
    is_exhausted: bool
    """A difference worth finding would have been found by now."""
    refund_times: float | None
    """How much likelier orders of the first come back than those of the others, where that is beyond doubt."""


def verdict(arms: Sequence[Contestant], ratio: SampleRatio | NotEnoughData, case: Case) -> Verdict:
    """Data first, refunds second, winner last: a broken split or too few visitors end the sentence early."""
    if isinstance(ratio, SampleRatio) and not ratio.is_sound:
        return Verdict(
            outcome="broken",
            sentence=f"Do not read a winner: visitors were not divided as planned (p = {ratio.p:.1g}). Check tracking.",
        )
    if len(arms) < 2:
        return Verdict(outcome="alone", sentence="Only one video is shown here: publish a second one to compare.")
    fewest = min(arm.visitors for arm in arms)
    best = arms[0].standing
    if fewest < ENOUGH_VISITORS or best is None:
        return Verdict(
            outcome="not_enough_data",
            sentence=f"Not enough data yet: every video needs {ENOUGH_VISITORS:,} visitors, one has had {fewest:,}.",
        )
    if case.refund_times is not None:
        return Verdict(
            outcome="refunds",
            sentence=f"“{arms[0].name}” leads, but its orders come back {case.refund_times:.1f} times as often as the"
            " others': stop it and look at what it promises.",
        )
    return _winner(arms[0].name, best, case)


def headline(verdicts: Sequence[tuple[int, Verdict]]) -> Verdict:
    """The product's sentence: an alarm anywhere, else the contest that most visitors saw."""
    if not verdicts:
        return Verdict(outcome="not_enough_data", sentence="No video of this product has been shown yet.")
    broken = [one for _, one in verdicts if one.outcome == "broken"]
    return broken[0] if broken else max(verdicts, key=lambda one: one[0])[1]


def warnings(*, impressions: int, simulated_share: float, counted_until: datetime | None) -> Iterator[str]:
    """What a reader must know before believing a number."""
    if simulated_share > 0:
        yield f"{simulated_share:.0%} of the impressions were made by simulated shoppers, not by people."
    if counted_until is None:
        yield "Nothing has been counted yet."
    elif timezone.now() - counted_until > STALE:
        yield f"Counted until {counted_until:%F %H:%M} UTC: later events are not in this report."
    elif impressions == 0:
        yield "No shopper has seen a video of this product yet."


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an arm is judged against: effects known beyond this contest, and the contest's own average click rate."""

    effects: tuple[LearnedScore, ...]
    click_rate: float
    words: tuple[float, ...] = (0.0, 0.0, 0.0)
    """What the arm's copy does to its clicks by what other products' shoppers read: log ratio, low and high."""


def reasons(
    attributes: Mapping[str, str], context: Context, *, click: Rate, refund: Rate, visitors: int
) -> Iterator[str]:
    """Why an arm stands where it stands: its own clicks, its choices when beyond doubt, refunds, thin data."""
    if isinstance(click, Estimate) and not click.low <= context.click_rate <= click.high:
        yield f"{click.value:.1%} of its visitors clicked, {context.click_rate:.1%} on average here"
    for effect in context.effects:
        if attributes[effect.attribute] == effect.value and (effect.low > 0 or effect.high < 0):
            yield f"{effect.attribute} {effect.value.replace('_', ' ')}: {_percent(effect.effect)} on average" + (
                f" ({_percent(effect.low)} to {_percent(effect.high)})"
            )
    words, low, high = (_percent(one) for one in context.words)
    if abs(context.words[0]) >= WORDS_COUNT:
        yield f"its words: {words} clicks ({low} to {high}), by what shoppers of other products read"
    if isinstance(refund, Estimate) and refund.low > MANY_REFUNDS:
        yield f"{refund.value:.0%} of its orders came back"
    if visitors < ENOUGH_VISITORS:
        yield f"only {visitors:,} visitors so far: mostly assumption"


def _winner(name: str, best: Standing, case: Case) -> Verdict:
    unit = {"click": "click", "kept_order": "keep their order"}[case.metric]
    rate = f"{best.rate:.2%} of visitors {unit} ({best.low:.2%} to {best.high:.2%})"
    if best.chance_best >= SURE and case.p < ALPHA:
        return Verdict(
            outcome="winner", sentence=f"“{name}” sells best, with {_chance(best.chance_best)} certainty: {rate}."
        )
    if case.is_exhausted:
        return Verdict(
            outcome="inconclusive",
            sentence=f"No difference worth having: a video that is 10 % better would have shown by now. “{name}” is a"
            f" safe choice; showing only it gives up {best.expected_loss:.1%} on average.",
        )
    wait = f" About {case.days_left} more days at today's traffic could settle it." if case.days_left else ""
    return Verdict(
        outcome="leading",
        sentence=f"No clear winner yet: “{name}” leads with a {_chance(best.chance_best)} chance to be best;"
        f" {rate}.{wait}",
    )


def _chance(chance: float) -> str:
    return "more than 99 %" if chance > 0.99 else f"{100 * chance:.0f} %"


def _percent(log_rate: float) -> str:
    return f"{100 * (exp(log_rate) - 1):+.0f} %"
