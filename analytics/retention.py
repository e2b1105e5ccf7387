"""Who was still watching when, drawn above what the video showed at that second."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Protocol

from django.utils.safestring import SafeString, mark_safe

from analytics.stats.counts import Counts, Estimate
from analytics.stats.intervals import wilson

WIDTH, LEFT, RIGHT, TOP, CURVE, STRIP = 760, 96, 24, 26, 150, 26
LEAST_PLAYERS = 20
"""Fewer people than this draw no curve."""
_LETTER = 6.4
"""Width of an average character of the strips' font, in pixels."""


class Moment(Protocol):
    """A stretch of the video and the words for it."""

    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def words(self) -> str: ...


class Script(Protocol):
    """What a video shows when."""

    @property
    def seconds(self) -> float: ...
    @property
    def shots(self) -> Sequence[Moment]: ...
    @property
    def captions(self) -> Sequence[Moment]: ...


def chart(name: str, players: int, points: Mapping[float, int], script: Script) -> SafeString:
    """The curve of `points`, {second: visitors who came that far}, as a share of `players`. Too few: empty."""
    if players < LEAST_PLAYERS or script.seconds <= 0:
        return SafeString("")
    kept = [(0.0, Estimate(value=1.0, low=1.0, high=1.0)), *_shares(players, points, script.seconds)]
    strips = [("Shots", script.shots), ("On screen", script.captions)]
    height = TOP + CURVE + 28 + STRIP * sum(bool(moments) for _, moments in strips) + 6
    words = "; ".join(f"{second:.1f} s: {one.value:.0%} still watching" for second, one in kept)
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" font-size="13" fill="currentColor">',
        f"<title>Still watching {escape(name)}</title><desc>{escape(words)}</desc>",
        *(_level(share) for share in (0.0, 0.5, 1.0)),
        *(_second(second, script.seconds) for second in range(int(script.seconds) + 1)),
        _curve(kept, script.seconds),
    ]
    top = TOP + CURVE + 28
    for title, moments in strips:
        if moments:
            parts.append(_strip(title, moments, top, script.seconds))
            top += STRIP
    return mark_safe("".join([*parts, "</svg>"]))  # noqa: S308  # every text above is escaped


def _shares(players: int, points: Mapping[float, int], seconds: float) -> list[tuple[float, Estimate]]:
    found = []
    for second, visitors in sorted(points.items()):
        share = wilson(Counts(trials=players, successes=min(visitors, players)))
        if isinstance(share, Estimate) and second <= seconds:
            found.append((second, share))
    return found


def _x(second: float, seconds: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * second / seconds


def _y(share: float) -> float:
    return TOP + CURVE * (1 - share)


def _level(share: float) -> str:
    return (
        f'<line class="chart-grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(share):.1f}" y2="{_y(share):.1f}"'
        f' stroke="currentColor" opacity="0.14"/><text class="chart-tick" x="{LEFT - 10}" y="{_y(share) + 4:.1f}"'
        f' text-anchor="end" opacity="0.7">{share:.0%}</text>'
    )


def _second(second: int, seconds: float) -> str:
    return (
        f'<text class="chart-tick" x="{_x(second, seconds):.1f}" y="{TOP + CURVE + 18}" text-anchor="middle"'
        f' opacity="0.7">{second} s</text>'
    )


def _curve(kept: Sequence[tuple[float, Estimate]], seconds: float) -> str:
    """A line through the shares; each after the first has its 90 % interval as an upright bar and its figure above."""
    line = " ".join(f"{_x(second, seconds):.1f},{_y(one.value):.1f}" for second, one in kept)
    marks = [
        f'<rect class="chart-interval" x="{_x(second, seconds) - 3:.1f}" y="{_y(one.high):.1f}" width="6"'
        f' height="{max(_y(one.low) - _y(one.high), 2):.1f}" rx="3" opacity="0.28"/>'
        f'<circle class="chart-dot" cx="{_x(second, seconds):.1f}" cy="{_y(one.value):.1f}" r="4"/>'
        f'<text class="chart-figure" x="{_x(second, seconds):.1f}" y="{_y(one.high) - 8:.1f}"'
        f' text-anchor="middle">{one.value:.0%}</text>'
        for second, one in kept[1:]
    ]
    return f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="2"/>' + "".join(marks)


def _strip(title: str, moments: Sequence[Moment], top: float, seconds: float) -> str:
    """One row of boxes, each as long as its moment; words that do not fit are cut and stand whole in the title."""
    parts = [f'<text class="chart-detail" x="0" y="{top + 16}" font-size="11.5" opacity="0.7">{escape(title)}</text>']
    for one in (moment for moment in moments if moment.start < seconds):
        left, right = _x(one.start, seconds), _x(min(one.end, seconds), seconds)
        room = int((right - left - 12) / _LETTER)
        words = one.words if len(one.words) <= room else f"{one.words[: max(room - 1, 0)]}…"
        parts.append(
            f"<g><title>{escape(one.words)}</title>"
            f'<rect x="{left + 1:.1f}" y="{top}" width="{max(right - left - 2, 1):.1f}"'
            f' height="{STRIP - 5}" rx="4" opacity="0.1"/><text class="chart-detail" x="{left + 7:.1f}" y="{top + 15}"'
            f' font-size="11.5">{escape(words)}</text></g>'
        )
    return "".join(parts)
