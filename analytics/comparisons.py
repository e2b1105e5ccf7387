"""What a contest proves: the first arm against the others under peeking, refunds, maturity, other shares."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from math import ceil

import numpy as np

from analytics.models import DailyCount, Kind
from analytics.report_records import Earned, Proof, Ranked
from analytics.selectors import LOOKED_BACK
from analytics.stats import power
from analytics.stats.counts import NotEnoughData
from analytics.stats.funnel import Metric
from analytics.stats.off_policy import Logged, snips, would_have_earned
from analytics.stats.sequential import RateRatio, Stratum, compare, holm

RETURN_DAYS = timedelta(days=14)
"""An order older than this is counted as kept for good: the usual right of return."""
WORTH_FINDING = 0.10
"""A test ends without a winner once it would have found a difference this large."""
Rows = Mapping[int, Sequence[DailyCount]]
"""Counts of people by placement."""
DONE: dict[Metric, Kind] = {"click": Kind.CLICK, "kept_order": Kind.ORDER}
"""What is compared day by day; refunds follow days later and are watched on their own."""


def proof(places: Sequence[int], rows: Rows, metric: Metric) -> Proof | NotEnoughData:
    """The first of `places` against the second; `p` is the largest against any other, held for all pairs."""
    tables = {place: _by_stratum(rows[place], DONE[metric]) for place in places}
    pairs = list(combinations(places, 2))
    found = {pair: compare(_strata(tables[pair[1]], tables[pair[0]])) for pair in pairs}
    values = [one.p if isinstance(one, RateRatio) else 1.0 for one in found.values()]
    adjusted = dict(zip(pairs, holm(values), strict=True))
    if not pairs:
        return NotEnoughData(have=1, need=2, unit="videos")
    second = found[pairs[0]]
    if isinstance(second, NotEnoughData):
        return second
    ahead = all(
        one.ratio.value > 1 for pair, one in found.items() if pair[0] == places[0] and isinstance(one, RateRatio)
    )
    worst = max(p for pair, p in adjusted.items() if pair[0] == places[0])
    return Proof(ratio=second.ratio, p=worst if ahead else 1.0)


def ranked(rows: Rows, is_held_out: Mapping[int, bool], metric: Metric) -> Ranked | None:
    """Visitors whose video ranking chose against those held out of it; `is_held_out` by allocation id."""
    tables: dict[bool, dict[date, list[int]]] = {held: defaultdict(lambda: [0, 0]) for held in (False, True)}
    for row in (row for counts in rows.values() for row in counts if row.allocation_id in is_held_out):
        if row.kind in (Kind.IMPRESSION, DONE[metric]):
            tables[is_held_out[row.allocation_id]][row.day][row.kind != Kind.IMPRESSION] += row.visitors
    held_out = sum(seen for seen, _ in tables[True].values())
    if not held_out:
        return None
    days = sorted(tables[True].keys() & tables[False].keys())
    pairs = [(tables[True][day], tables[False][day]) for day in days]
    strata = [
        Stratum(units=(even[0], ours[0]), won=(min(even[1], even[0]), min(ours[1], ours[0]))) for even, ours in pairs
    ]
    found = compare(strata)
    return Ranked(held_out=held_out, ratio=found.ratio if isinstance(found, RateRatio) else found)


def refund_excess(first: int, rows: Rows) -> RateRatio | None:
    """How much likelier an order of the first arm comes back than one of the others; None unless beyond doubt."""
    units, won = [0, 0], [0, 0]
    for place, counts in rows.items():
        for row in counts:
            units[place == first] += row.visitors if row.kind == Kind.ORDER else 0
            won[place == first] += row.visitors if row.kind == Kind.REFUND else 0
    capped = tuple(min(pair) for pair in zip(units, won, strict=True))
    found = compare([Stratum(units=(units[0], units[1]), won=(capped[0], capped[1]))])
    return found if isinstance(found, RateRatio) and found.ratio.low > 1 else None


def matured(rows: Rows, today: date) -> float | None:
    """Share of orders that hardly can come back any more."""
    orders = [(row.day, row.n) for counts in rows.values() for row in counts if row.kind == Kind.ORDER]
    total = sum(n for _, n in orders)
    return sum(n for day, n in orders if day <= today - RETURN_DAYS) / total if total else None


def has_seen_enough(visitors: Sequence[int], rate: float) -> bool:
    """Whether a difference worth finding would have been found."""
    if not 0 < rate * (1 + WORTH_FINDING) < 1:
        return False
    return min(visitors) >= power.PATIENCE * power.units_needed(rate, WORTH_FINDING)


def days_left(visitors: Sequence[int], rates: tuple[float, float], rows: Rows, today: date) -> int | None:
    """Days until the gap between the first two rates would be proven at today's traffic; None beyond a year."""
    a_day = sum(
        row.visitors
        for counts in rows.values()
        for row in counts
        if row.kind == Kind.IMPRESSION and row.day > today - LOOKED_BACK
    ) / (LOOKED_BACK / timedelta(days=1))
    best, second = rates
    if a_day <= 0 or not 0 < second < best < 1:
        return None
    needed = power.PATIENCE * power.units_needed(second, best / second - 1) * len(visitors)
    days = ceil(max(needed - sum(visitors), a_day) / a_day)
    return days if days <= 365 else None


def earned(
    rows: Rows, promised: Mapping[int, Mapping[int, float]], today: Mapping[int, float], metric: Metric
) -> Earned | None:
    """Today's shares on yesterday's visitors, from the shares that were promised to each of them."""
    seen: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for place, counts in rows.items():
        for row in counts:
            if promised.get(row.allocation_id, {}).get(place) and row.kind in (Kind.IMPRESSION, DONE[metric]):
                seen[row.allocation_id, place][row.kind != Kind.IMPRESSION] += row.visitors
    keys = [key for key, (n, _) in seen.items() if n]
    if not keys or not today:
        return None
    n = np.array([seen[key][0] for key in keys], float)
    reward = np.minimum(np.array([seen[key][1] for key in keys], float), n)
    arm = np.array([place for _, place in keys])
    usual = {place: float(reward[arm == place].sum() / n[arm == place].sum()) for place in set(arm.tolist())}
    log = Logged(
        n=n,
        reward=reward,
        logged=np.array([promised[allocation][place] for allocation, place in keys]),
        target=np.array([today.get(place, 0.0) for _, place in keys]),
        expected=np.array([usual[place] for _, place in keys]),
        expected_target=np.full(len(keys), sum(today.get(place, 0.0) * rate for place, rate in usual.items())),
    )
    return Earned(
        actual=float(reward.sum() / n.sum()),
        today=would_have_earned(log),
        without_model=snips(log) if log.effective else None,
        effective=int(log.effective),
    )


def _by_stratum(rows: Sequence[DailyCount], done: Kind) -> dict[tuple[date, int], tuple[int, int]]:
    """Visitors and those who did it, by day and shares."""
    found: dict[tuple[date, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row.kind in (Kind.IMPRESSION, done):
            found[row.day, row.allocation_id][row.kind == done] += row.visitors
    return {key: (seen, min(won, seen)) for key, (seen, won) in found.items()}


def _strata(
    a: Mapping[tuple[date, int], tuple[int, int]], b: Mapping[tuple[date, int], tuple[int, int]]
) -> list[Stratum]:
    both = sorted(a.keys() & b.keys())
    return [Stratum(units=(a[key][0], b[key][0]), won=(a[key][1], b[key][1])) for key in both]
