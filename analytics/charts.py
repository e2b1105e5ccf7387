"""Charts of our own as SVG: they print, scale, need no script, and tell winner from loser without colour.

Looks come from the style sheet of the pages; every mark also carries plain attributes, so a chart without a style sheet
is still a chart. Nothing is styled inline, which the content security policy forbids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, exp, floor, log10
from typing import Protocol

from django.utils.safestring import SafeString, mark_safe

from analytics.experiment_records import LookArm
from analytics.stats.counts import Estimate, NotEnoughData
from analytics.stats.funnel import Standing
from generation.services import LearnedScore

WIDTH, LABEL, FIGURES, ROW, TOP, BOTTOM = 760, 190, 150, 46, 30, 34
_FAINT = 'opacity="0.7"'


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One row: a dot at `value` on an interval. `strength` 2 is the leader, 1 plain, 0 undecided (open dot)."""

    label: str
    detail: str
    value: float
    low: float
    high: float
    figure: str
    aside: str = ""
    strength: int = 1


class Ranked(Protocol):
    """What the charts read of an arm."""

    @property
    def name(self) -> str: ...
    @property
    def locale(self) -> str: ...
    @property
    def rank(self) -> int: ...
    @property
    def visitors(self) -> int: ...
    @property
    def standing(self) -> Standing | None: ...
    @property
    def play_rate(self) -> Estimate | NotEnoughData: ...
    @property
    def click_rate(self) -> Estimate | NotEnoughData: ...
    @property
    def add_rate(self) -> Estimate | NotEnoughData: ...
    @property
    def order_rate(self) -> Estimate | NotEnoughData: ...
    @property
    def refund_rate(self) -> Estimate | NotEnoughData: ...


def ranking_chart(arms: Sequence[Ranked]) -> SafeString:
    """Deciding rate of each arm with its 90 % interval, best first, and the chance to be best."""
    bars = [
        Bar(
            label=f"{arm.rank}. {arm.name}",
            detail=f"{arm.locale}, {arm.visitors:,} visitors",
            value=arm.standing.rate,
            low=arm.standing.low,
            high=arm.standing.high,
            figure=f"{arm.standing.rate:.2%}",
            aside=f"{_chance(arm.standing.chance_best)} chance to be best",
            strength=2 if arm.rank == 1 else 1,
        )
        for arm in arms
        if arm.standing
    ]
    return interval_chart(bars, title="Rate of each video with its 90 % interval, best first", start_at_zero=True)


def lifts_chart(arms: Sequence[LookArm]) -> SafeString:
    """Lift of each arm over the control with its any-time 95 % interval, around no difference."""
    bars = [
        Bar(
            label=arm.name, detail=f"{arm.visitors:,} visitors", value=arm.lift.value, low=arm.lift.low,
            high=min(arm.lift.high, 3.0), figure=_percent(arm.lift.value, 1, signed=True), aside=_proven(arm.p),
            strength=2 if arm.p < 0.05 and arm.lift.low > 0 else 1 if arm.p < 0.05 else 0,
        )
        for arm in arms
        if arm.lift
    ]  # fmt: skip
    return interval_chart(bars, title="Difference to the control with its any-time 95 % interval", reference=0.0)


def effects_chart(scores: Sequence[LearnedScore]) -> SafeString:
    """What each choice of planning changes, in percent, around no change."""
    ordered = sorted(scores, key=lambda row: -row.effect)
    bars = [
        Bar(
            label=row.value.replace("_", " "),
            detail=row.attribute,
            value=exp(row.effect) - 1,
            low=exp(row.low) - 1,
            high=exp(row.high) - 1,
            figure=_percent(exp(row.effect) - 1, 0, signed=True),
            aside=f"{row.impressions:,} visitors",
            strength=1 if row.low > 0 or row.high < 0 else 0,
        )
        for row in ordered
    ]
    return interval_chart(bars, title="Effect of each choice with its 90 % interval", reference=0.0)


STEPS = ("Played", "Clicked", "To cart", "Ordered", "Sent back")
_STEP = (WIDTH - LABEL) / len(STEPS)


def funnel_chart(arms: Sequence[Ranked]) -> SafeString:
    """A small interval bar for every arm and step; each step has its own scale, from 0 to its largest value."""
    table = [(arm.play_rate, arm.click_rate, arm.add_rate, arm.order_rate, arm.refund_rate) for arm in arms]
    if not any(isinstance(rate, Estimate) for rates in table for rate in rates):
        return SafeString("")
    columns = zip(*table, strict=True)
    largest = [max((one.high for one in each if isinstance(one, Estimate)), default=1.0) for each in columns]
    height, words = TOP + ROW * len(arms), []
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" font-size="13" fill="currentColor">',
        "<title>Share of visitors at each step, with 90 % intervals; sent back is a share of orders</title>",
    ]
    drawn = [_text("chart-tick", LABEL + _STEP * place, 16, name, _FAINT) for place, name in enumerate(STEPS)]
    for index, (arm, rates) in enumerate(zip(arms, table, strict=True)):
        top = TOP + ROW * index
        drawn.append(
            _text("chart-label", 0, top + 18, f"{arm.rank}. {arm.name}", 'font-weight="700"' if index == 0 else "")
        )
        for place, (rate, most) in enumerate(zip(rates, largest, strict=True)):
            drawn.append(_cell(rate, most or 1.0, LABEL + _STEP * place, top, is_first=index == 0))
            if isinstance(rate, Estimate):
                words.append(f"{arm.name} {STEPS[place].lower()}: {rate.value:.2%}, {rate.low:.2%} to {rate.high:.2%}")
    return mark_safe("".join([*parts, f"<desc>{escape('; '.join(words))}</desc>", *drawn, "</svg>"]))  # noqa: S308


def _cell(rate: Estimate | NotEnoughData, most: float, left: float, top: float, *, is_first: bool) -> str:
    """One bar of the funnel: the value in figures above its interval."""
    if isinstance(rate, NotEnoughData):
        return _text("chart-detail", left, top + 18, "too few", _FAINT)
    wide = _STEP - 24
    low, dot, high = (left + wide * min(one / most, 1.0) for one in (rate.low, rate.value, rate.high))
    thick = 8 if is_first else 5
    figure = _percent(rate.value, 1 if rate.value < 0.995 else 0, signed=False)
    return (
        f'<g class="chart-row chart-{"leader" if is_first else "plain"}">'
        + _text("chart-figure", left, top + 13, figure, 'font-weight="700"' if is_first else "")
        + f'<rect x="{left:.1f}" y="{top + 25.5:.1f}" width="{wide:.1f}" height="1" opacity="0.18"/>'
        + f'<rect class="chart-interval" x="{low:.1f}" y="{top + 26 - thick / 2:.1f}" width="{max(high - low, 2):.1f}"'
        f' height="{thick}" rx="{thick / 2}" opacity="0.28"/>'
        f'<circle class="chart-dot" cx="{dot:.1f}" cy="{top + 26:.1f}" r="{4 + is_first}" fill="currentColor"/></g>'
    )


def interval_chart(
    bars: Sequence[Bar], *, title: str, start_at_zero: bool = False, reference: float | None = None
) -> SafeString:
    """Rows of dot and interval over one axis of percentages, signed around a `reference`. No bars: empty string."""
    if not bars:
        return SafeString("")
    axis = _Axis.around(bars, start_at_zero=start_at_zero, reference=reference)
    height = TOP + ROW * len(bars) + BOTTOM
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" font-size="13" fill="currentColor">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape('; '.join(_in_words(bar) for bar in bars))}</desc>",
        *(_tick(axis, value, height, signed=reference is not None) for value in axis.ticks()),
    ]
    if reference is not None:
        parts.append(_line("chart-reference", axis.x(reference), height, 'stroke-width="1.5" stroke-dasharray="4 3"'))
    parts += [_row(axis, bar, TOP + ROW * index) for index, bar in enumerate(bars)]
    return mark_safe("".join([*parts, "</svg>"]))  # noqa: S308  # every text above is escaped


@dataclass(frozen=True)
class _Axis:
    """Values `first` to `last` in steps of `step`, drawn between the labels and the figures."""

    first: float
    last: float
    step: float

    @classmethod
    def around(cls, bars: Sequence[Bar], *, start_at_zero: bool, reference: float | None) -> "_Axis":
        low, high = min(bar.low for bar in bars), max(bar.high for bar in bars)
        if start_at_zero and low < 0.5 * high:
            low = 0.0
        if reference is not None:
            low, high = min(low, reference), max(high, reference)
        step = _round_step((high - low or 1e-3) / 6)
        return cls(floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, step)

    def x(self, value: float) -> float:
        """Pixels from the left."""
        room = WIDTH - LABEL - FIGURES
        return LABEL + room * (value - self.first) / (self.last - self.first)

    def ticks(self) -> list[float]:
        """Round values from first to last."""
        return [self.first + index * self.step for index in range(round((self.last - self.first) / self.step) + 1)]


def _round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, at least `rough`."""
    power = 10.0 ** floor(log10(rough))
    return float(next(power * digit for digit in (1, 2, 5, 10) if power * digit >= rough * 0.999))


def _tick(axis: _Axis, value: float, height: int, *, signed: bool) -> str:
    digits = max(0, -floor(log10(axis.step)) - 2)
    at_zero = abs(value) < axis.step / 1e6
    text = "0%" if at_zero else _percent(value, digits, signed=signed)
    grid = _line("chart-grid", axis.x(value), height, 'opacity="0.14"')
    return grid + _text("chart-tick", axis.x(value), height - 10, text, f'text-anchor="middle" {_FAINT}')


def _line(name: str, x: float, height: int, more: str) -> str:
    ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{height - BOTTOM + 4}"'
    return f'<line class="{name}" {ends} stroke="currentColor" {more}/>'


def _text(name: str, x: float, y: float, text: str, more: str = "") -> str:
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'


def _row(axis: _Axis, bar: Bar, top: int) -> str:
    middle, left, right = top + ROW / 2 - 4, axis.x(bar.low), axis.x(bar.high)
    kind, thick = (("open", 6), ("plain", 8), ("leader", 12))[bar.strength]
    dot = 'fill="none" stroke="currentColor" stroke-width="2"' if bar.strength == 0 else 'fill="currentColor"'
    weight = 'font-weight="700"' if bar.strength == 2 else ""
    return (
        f'<g class="chart-row chart-{kind}">'
        + _text("chart-label", 0, middle - 1, bar.label, weight)
        + _text("chart-detail", 0, middle + 15, bar.detail, f'font-size="11.5" {_FAINT}')
        + f'<rect class="chart-interval" x="{left:.1f}" y="{middle - thick / 2 + 3:.1f}"'
        f' width="{max(right - left, 2):.1f}" height="{thick}" rx="{thick / 2}" opacity="0.28"/>'
        f'<circle class="chart-dot" cx="{axis.x(bar.value):.1f}" cy="{middle + 3:.1f}" r="{5 + bar.strength}" {dot}/>'
        + _text("chart-figure", WIDTH, middle - 1, bar.figure, f'text-anchor="end" {weight}')
        + _text("chart-detail", WIDTH, middle + 15, bar.aside, f'text-anchor="end" font-size="11.5" {_FAINT}')
        + "</g>"
    )


def _percent(value: float, digits: int, *, signed: bool) -> str:
    """With a real minus sign, as wide as the plus."""
    return f"{value:{'+' if signed else ''}.{digits}%}".replace("-", "−")


def _chance(chance: float) -> str:
    return "under 1%" if chance < 0.01 else "over 99%" if chance > 0.99 else f"{chance:.0%}"


def _proven(p: float) -> str:
    return f"proven, p = {p:.2g}" if p < 0.05 else f"open, p = {p:.2f}"


def _in_words(bar: Bar) -> str:
    return f"{bar.label} ({bar.detail}): {bar.figure}, {bar.low:.2%} to {bar.high:.2%}"
