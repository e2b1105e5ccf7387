"""One look at a running experiment: valid however often it is taken, under changing shares and drifting rates.

Rates are compared within days and phases by the e-process of `stats.sequential`; money per visitor within phases by
the any-time interval of `stats.lift`, on values adjusted by what each visitor had bought before. Arms are held
together by Holm, the metrics that do not decide by e-BH.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from math import ceil

from analytics import experiment_values, selectors
from analytics.experiment_records import Alarm, Look, LookArm, Secondary
from analytics.models import DailyCount, Experiment
from analytics.selectors import LOOKED_BACK, Arm
from analytics.stats.counts import Counts, Estimate, NotEnoughData
from analytics.stats.guards import SampleRatio, sample_ratio_any_time
from analytics.stats.intervals import wilson
from analytics.stats.lift import LEAST_ORDERS, Chance, Lift, chance, lift_any_time
from analytics.stats.power import PATIENCE
from analytics.stats.samples import Sample, Sums, average, rate, stratified
from analytics.stats.sequential import RateRatio, Stratum, compare, discoveries, holm

ALPHA = 0.05
LEAST_VISITORS = 200
SCEPTICAL = 0.3
"""Standard deviation of lifts before data, for the chance that is shown."""
Done = tuple[str, str]
"""(kind, detail) of an event; an empty detail is any."""
METRICS: dict[str, tuple[Done, Done]] = {
    "click": (("click", ""), ("impression", "")),
    "add_to_cart": (("add_to_cart", ""), ("impression", "")),
    "order": (("order", ""), ("impression", "")),
}


@dataclass(frozen=True, kw_only=True)
class Guardrail:
    """A rate that must not get worse; refunds come days after their order, so their days are pooled."""

    done: Done
    of: Done
    is_bad_when: str
    sentence: str
    is_same_day: bool = True


GUARDRAILS = {
    "refunds": Guardrail(
        done=("refund", ""), of=("order", ""), is_bad_when="higher", is_same_day=False,
        sentence="refunds: orders of “{arm}” come back {ratio:.1f} times as often as those of “{control}”",
    ),
    "first_seconds": Guardrail(
        done=("progress", "3s"), of=("impression", ""), is_bad_when="lower",
        sentence="first seconds: “{arm}” holds {ratio:.2f} times as many visitors for three seconds as “{control}”",
    ),
}  # fmt: skip


def look(experiment: Experiment) -> Look:
    """What the counts say now; runs inside the merchant's context and changes nothing."""
    return _Looking(experiment).look()


class _Looking:
    """One look: the counts of the experiment's own phases, by arm."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        known = {arm.placement_id: arm for arm in selectors.arms_of(experiment.merchant, product=experiment.product)}
        self.arms: list[Arm] = [known[place] for place in experiment.arms if place in known]
        self.withdrawn = [place for place in experiment.arms if place not in known or not known[place].is_live]
        self.shares = {one.pk: one.shares for one in experiment.phases.all()}
        counts = DailyCount.objects.filter(
            placement__in=experiment.arms, allocation_id__in=self.shares, source__in=selectors.PEOPLE
        )
        self.rows: dict[int, list[DailyCount]] = defaultdict(list)
        for row in counts:
            self.rows[row.placement_id].append(row)
        self.visitors = [self.total(arm, ("impression", "")) for arm in self.arms]
        self.is_money = experiment.metric == Experiment.Metric.VALUE
        self.values = experiment_values.per_visitor(experiment) if self.is_money else {}

    def look(self) -> Look:
        """Every figure, then what follows."""
        ratio, alarms = self.sample_ratio(), self.alarms()
        arms = self.compared()
        outcome, reason, winner = self.ending(arms, ratio, alarms)
        return Look(
            arms=arms, sample_ratio=ratio, alarms=alarms, fewest=min(self.visitors, default=0),
            days_left=self.days_left(), outcome=outcome, reason=reason, winner=winner,
        )  # fmt: skip

    def ending(
        self, arms: Sequence[LookArm], ratio: SampleRatio | NotEnoughData, alarms: Sequence[Alarm]
    ) -> tuple[str, str, int | None]:
        """The data first, harm second, a winner third, patience last."""
        state = Experiment.State
        if self.withdrawn:
            return state.STOPPED, "a video of it was withdrawn", None
        if isinstance(ratio, SampleRatio) and not ratio.is_sound:
            return state.STOPPED, f"visitors were not divided as planned (p = {ratio.p:.1g})", None
        if alarms:
            return state.STOPPED, alarms[0].sentence, None
        fewest = min(self.visitors)
        if fewest >= LEAST_VISITORS:
            better = [arm for arm in arms[1:] if arm.lift and arm.lift.low > 0 and arm.p < ALPHA]
            if better:
                best = max(better, key=lambda arm: arm.lift.value if arm.lift else 0.0)
                return state.DECIDED, f"“{best.name}” beats “{arms[0].name}”", best.placement
            if all(arm.lift and arm.lift.high < 0 and arm.p < ALPHA for arm in arms[1:]):
                return state.DECIDED, f"no other video keeps up with “{arms[0].name}”", arms[0].placement
        if fewest >= self.experiment.units:
            lift = f"{100 * self.experiment.lift:.0f} %"
            return state.INCONCLUSIVE, f"a difference of {lift} would have shown by now", None
        return state.RUNNING, "", None

    def compared(self) -> tuple[LookArm, ...]:
        """Each arm with what decides, adjusted for all arms, and what does not."""
        if len(self.arms) < len(self.experiment.arms):
            return ()
        samples = self.samples()
        lifts = [self.lift_of(arm) for arm in self.arms[1:]]
        p = [1.0, *holm([one.p if one else 1.0 for one in lifts])]
        secondary = self.secondary()
        rows = zip(self.arms, self.visitors, [None, *lifts], p, strict=True)
        return tuple(
            LookArm(
                placement=arm.placement_id, video=arm.video, name=arm.name, visitors=seen,
                rate=self.rate_of(arm, samples), lift=lift.estimate if lift else None, p=adjusted,
                chance=self.chance_of(arm, samples), secondary=tuple(secondary.get(arm.placement_id, ())),
            )
            for arm, seen, lift, adjusted in rows
        )  # fmt: skip

    def samples(self) -> dict[int, Sample]:
        """The deciding metric of each arm per visitor, where there is enough of it to have a variance."""
        if self.is_money:
            return {place: average(sums) for place, sums in self.pooled().items()}
        done, of = METRICS[self.experiment.metric]
        counted = {arm.placement_id: (self.total(arm, of), self.total(arm, done)) for arm in self.arms}
        return {
            place: rate(Counts(trials=n, successes=min(won, n))) for place, (n, won) in counted.items() if n and won
        }

    def pooled(self) -> dict[int, Sums]:
        """Values of each arm over all phases: what came in, not what is compared."""
        total: dict[int, Sums] = {}
        for place, sums in (pair for phase in self.values.values() for pair in phase.items()):
            total[place] = total[place] + sums if place in total else sums
        return total

    def strata(self, arm: Arm) -> list[tuple[Sums, Sums]]:
        """Values of the control and of this arm, phase by phase."""
        both = [[phase.get(one.placement_id) for one in (self.arms[0], arm)] for phase in self.values.values()]
        return [(control, other) for control, other in both if control and other]

    def rate_of(self, arm: Arm, samples: Mapping[int, Sample]) -> Estimate | NotEnoughData:
        if not self.is_money:
            done, of = (self.total(arm, one) for one in METRICS[self.experiment.metric])
            return wilson(Counts(trials=of, successes=min(done, of)))
        one = samples.get(arm.placement_id)
        if one is None or one.n < 2:
            return NotEnoughData(have=0, need=2)
        half = 1.645 * (one.variance / one.n) ** 0.5
        return Estimate(value=one.mean, low=one.mean - half, high=one.mean + half)

    def lift_of(self, arm: Arm) -> Lift | None:
        """Relative lift over the control at any time; None while nothing can be said."""
        if self.is_money:
            strata = self.strata(arm)
            orders = min(self.total(one, ("order", "")) for one in (self.arms[0], arm))
            if not strata or orders < LEAST_ORDERS or min(self.visitors) < LEAST_VISITORS:
                return None
            found = lift_any_time(*stratified(strata), planned=2 * self.experiment.units)
            return found if isinstance(found, Lift) else None
        ratio = self.ratio(arm, *METRICS[self.experiment.metric])
        if isinstance(ratio, NotEnoughData):
            return None
        one = ratio.ratio
        estimate = Estimate(value=one.value - 1, low=one.low - 1, high=one.high - 1, confidence=one.confidence)
        return Lift(estimate=estimate, p=ratio.p)

    def chance_of(self, arm: Arm, samples: Mapping[int, Sample]) -> float | None:
        """Posterior chance to beat the control."""
        both = [samples.get(one.placement_id) for one in (self.arms[0], arm)]
        strata = self.strata(arm)
        if arm is self.arms[0] or not both[0] or not both[1] or (self.is_money and not strata):
            return None
        pair = stratified(strata) if self.is_money else (both[0], both[1])
        found = chance(*pair, prior_spread=SCEPTICAL)
        return found.better if isinstance(found, Chance) else None

    def secondary(self) -> dict[int, list[Secondary]]:
        """Every other rate of every arm."""
        names = [name for name in METRICS if name != self.experiment.metric]
        tried = [(arm, name, self.ratio(arm, *METRICS[name])) for arm, name in product(self.arms[1:], names)]
        known = [(arm, name, one) for arm, name, one in tried if isinstance(one, RateRatio)]
        found = set(discoveries([one.e for _, _, one in known]))
        rows: dict[int, list[Secondary]] = defaultdict(list)
        for place, (arm, name, one) in enumerate(known):
            rows[arm.placement_id].append(Secondary(name=name, ratio=one.ratio, is_found=place in found))
        return rows

    def alarms(self) -> tuple[Alarm, ...]:
        """Guardrails that an arm broke beyond doubt."""
        found = []
        for arm, name in product(self.arms[1:], self.experiment.guardrails):
            guard = GUARDRAILS[name]
            one = self.ratio(arm, guard.done, guard.of, is_same_day=guard.is_same_day)
            if isinstance(one, NotEnoughData):
                continue
            if one.ratio.low > 1 if guard.is_bad_when == "higher" else one.ratio.high < 1:
                names = {"arm": arm.name, "control": self.arms[0].name}
                found.append(Alarm(guardrail=name, sentence=guard.sentence.format(ratio=one.ratio.value, **names)))
        return tuple(found)

    def ratio(self, arm: Arm, done: Done, of: Done, *, is_same_day: bool = True) -> RateRatio | NotEnoughData:
        """A rate of this arm to the control's, day by day and phase by phase unless days are pooled."""
        tables = [self.by_stratum(one, done, of, is_same_day=is_same_day) for one in (self.arms[0], arm)]
        both = sorted(tables[0].keys() & tables[1].keys(), key=str)
        strata = [
            Stratum(units=(tables[0][key][0], tables[1][key][0]), won=(tables[0][key][1], tables[1][key][1]))
            for key in both
        ]
        return compare(strata, confidence=1 - ALPHA, spread=0.1 if self.experiment.lift <= 0.1 else 0.2)

    def by_stratum(self, arm: Arm, done: Done, of: Done, *, is_same_day: bool) -> dict[object, tuple[int, int]]:
        found: dict[object, list[int]] = defaultdict(lambda: [0, 0])
        for row in self.rows[arm.placement_id]:
            key = (row.day, row.allocation_id) if is_same_day else None
            found[key][0] += row.visitors if _is(row, of) else 0
            found[key][1] += row.visitors if _is(row, done) else 0
        return {key: (seen, min(won, seen)) for key, (seen, won) in found.items() if seen}

    def total(self, arm: Arm, done: Done) -> int:
        return sum(row.visitors for row in self.rows[arm.placement_id] if _is(row, done))

    def sample_ratio(self) -> SampleRatio | NotEnoughData:
        """Visitors of each phase against the shares it promised."""
        order = [arm.placement_id for arm in self.arms]
        batches = []
        for phase, shares in self.shares.items():
            seen = [
                sum(row.visitors for row in self.rows[place] if row.allocation_id == phase and row.kind == "impression")
                for place in order
            ]
            if sum(seen):
                batches.append((seen, [float(shares.get(str(place), 0.0)) for place in order]))
        return sample_ratio_any_time(batches) if batches else NotEnoughData(have=0, need=5 * len(order))

    def days_left(self) -> int | None:
        """Until the smallest arm has its planned visitors, at the traffic of the last days."""
        seen = [row for rows in self.rows.values() for row in rows if row.kind == "impression"]
        newest = max((row.day for row in seen), default=None)
        if newest is None:
            return None
        a_day = sum(row.visitors for row in seen if row.day > newest - LOOKED_BACK) / (LOOKED_BACK / timedelta(days=1))
        left = (self.experiment.units - min(self.visitors)) * len(self.arms)
        return max(0, ceil(left / a_day)) if a_day else None


def planned_end(units: int) -> int:
    """Visitors an arm at which an any-time test ends, from the visitors a fixed test would need."""
    return ceil(PATIENCE * units)


def _is(row: DailyCount, done: Done) -> bool:
    return row.kind == done[0] and done[1] in ("", row.detail)
