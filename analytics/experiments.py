"""Writes of experiments: written down, started, moved to another phase, looked at, ended. Each in the audit log.

While one runs, its contest's shares are its own: ranking leaves them alone (`services.reallocate`), and a video that
joins the contest waits for the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditLog, Merchant
from analytics import experiment_looks, selectors, snapshots
from analytics.allocation import even_shares
from analytics.models import Allocation, DailyCount, Experiment
from analytics.selectors import Arm, Contest
from analytics.stats import power
from catalog.models import Product

USUAL_RATES = {"click": 0.05, "add_to_cart": 0.02, "order": 0.005, "value": 0.005}
"""Assumed of the control while nobody has seen it. Money is planned like orders, which it follows."""
LEAST_SHARE = 0.01


class NotPossible(ValueError):
    """The experiment cannot be written down, started or changed like this; the message says why and what would do."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is decided before the first visitor."""

    name: str
    contest: Contest
    arms: Sequence[int]
    """Placement ids, the control first."""
    metric: str
    lift: float
    guardrails: Sequence[str]


@transaction.atomic
def draft(merchant: Merchant, plan: Plan, *, by: str) -> Experiment:
    """Write an experiment down with the size that its question needs. Raises NotPossible."""
    product = Product.objects.get(pk=plan.contest.product_id)
    live = {arm.placement_id: arm for arm in _live(merchant, product, plan.contest)}
    strange = [one for one in plan.arms if one not in live]
    if strange or len(set(plan.arms)) != len(plan.arms) or len(plan.arms) < 2:
        raise NotPossible("Choose two or more different videos that are live in the same place, the control first.")
    if plan.metric not in Experiment.Metric.values or not set(plan.guardrails) <= set(experiment_looks.GUARDRAILS):
        raise NotPossible(
            f"Metrics are {', '.join(Experiment.Metric.values)}; guardrails {', '.join(experiment_looks.GUARDRAILS)}."
        )
    if not 0.01 <= plan.lift <= 2:
        raise NotPossible("The smallest lift worth finding lies between 1 % and 200 %.")
    rate = _rate(plan.arms[0], plan.metric)
    made = Experiment.objects.create(
        merchant=merchant, product=product, channel=plan.contest.channel, market=plan.contest.market,
        format=plan.contest.format, name=plan.name, arms=list(plan.arms), metric=plan.metric, lift=plan.lift,
        guardrails=list(plan.guardrails), rate=rate, created_by=by,
        units=experiment_looks.planned_end(power.units_needed(rate, plan.lift)),
    )  # fmt: skip
    _log(made, "draft_experiment", by)
    return made


def days_needed(experiment: Experiment) -> int | None:
    """Days until the planned end at the traffic of the last week; None without traffic."""
    arms = len(experiment.arms)
    return power.days_to_decide(
        experiment.rate, experiment.lift, units_a_day=selectors.visitors_a_day(contest_of(experiment)), arms=arms
    )


@transaction.atomic
def start(experiment: Experiment, *, by: str, shares: Mapping[int, float] | None = None) -> Experiment:
    """Give its arms their shares, even ones unless told. Raises NotPossible."""
    if experiment.state != Experiment.State.DRAFT:
        raise NotPossible(f"The experiment is {experiment.state}: only a draft can be started.")
    live = {arm.placement_id for arm in _live(experiment.merchant, experiment.product, contest_of(experiment))}
    if not set(experiment.arms) <= live:
        raise NotPossible("One of its videos is no longer live: write down a new experiment.")
    experiment.state, experiment.started = Experiment.State.RUNNING, timezone.now()
    try:
        with transaction.atomic():
            experiment.save()
    except IntegrityError as error:
        raise NotPossible("Another experiment is running in this place: stop it first.") from error
    _open_phase(experiment, shares or even_shares(experiment.arms))
    _log(experiment, "start_experiment", by)
    return experiment


@transaction.atomic
def change_shares(experiment: Experiment, shares: Mapping[int, float], *, by: str) -> Allocation:
    """Begin another phase with other shares, such as a ramp-up; earlier phases keep counting. Raises NotPossible."""
    if experiment.state != Experiment.State.RUNNING:
        raise NotPossible(f"The experiment is {experiment.state}: only a running one has shares to change.")
    phase = _open_phase(experiment, shares)
    _log(experiment, "change_experiment", by)
    return phase


@transaction.atomic
def stop(experiment: Experiment, *, by: str, reason: str) -> bool:
    """A person ends it; False when it had ended before."""
    if experiment.state not in (Experiment.State.DRAFT, Experiment.State.RUNNING):
        return False
    if experiment.state == Experiment.State.RUNNING:
        experiment.look = snapshots.encode(experiment_looks.look(experiment))
    _end(experiment, Experiment.State.STOPPED, f"{reason or 'no reason given'} ({by})")
    _log(experiment, "stop_experiment", by)
    return True


def look_at_all(merchant: Merchant) -> list[Experiment]:
    """Look at every running experiment, ending those that are through; returns those that ended."""
    ended = []
    for experiment in Experiment.objects.filter(merchant=merchant, state=Experiment.State.RUNNING):
        found = experiment_looks.look(experiment)
        experiment.look = snapshots.encode(found)
        if found.outcome == Experiment.State.RUNNING:
            experiment.save()
            continue
        experiment.winner_id = found.winner
        _end(experiment, found.outcome, found.reason)
        _log(experiment, "end_experiment", "the look of a fit")
        ended.append(experiment)
    return ended


def running_in(contest: Contest) -> Experiment | None:
    """The experiment that owns the shares of a contest now."""
    return Experiment.objects.filter(
        state=Experiment.State.RUNNING, product_id=contest.product_id, channel=contest.channel,
        market=contest.market, format=contest.format,
    ).first()  # fmt: skip


def contest_of(experiment: Experiment) -> Contest:
    """Where it takes place."""
    return Contest(
        product_id=experiment.product_id, channel=experiment.channel, market=experiment.market,
        format=experiment.format,
    )  # fmt: skip


def _open_phase(experiment: Experiment, shares: Mapping[int, float]) -> Allocation:
    wrong = set(shares) != set(experiment.arms) or any(share < LEAST_SHARE for share in shares.values())
    if wrong or abs(sum(shares.values()) - 1) > 1e-6:
        raise NotPossible(f"Give each of its {len(experiment.arms)} videos a share of at least 1 %, 100 % together.")
    number = experiment.phases.count() + 1
    return Allocation.objects.create(
        merchant_id=experiment.merchant_id, product_id=experiment.product_id, channel=experiment.channel,
        market=experiment.market, format=experiment.format, experiment=experiment,
        shares={str(place): share for place, share in shares.items()},
        reason=f"phase {number} of the experiment “{experiment.name}”"[:200],
    )  # fmt: skip


def _end(experiment: Experiment, state: str, reason: str) -> None:
    experiment.state, experiment.reason, experiment.ended = state, reason[:300], timezone.now()
    experiment.save()


def _live(merchant: Merchant, product: Product, contest: Contest) -> list[Arm]:
    return [arm for arm in selectors.arms_of(merchant, product=product, live_only=True) if arm.contest == contest]


def _rate(placement: int, metric: str) -> float:
    """The control's rate so far, kept away from 0 and 1."""
    counted: dict[str, int] = {"impression": 0, "done": 0}
    kind = "order" if metric == Experiment.Metric.VALUE else metric
    rows = DailyCount.objects.filter(placement=placement, source__in=selectors.PEOPLE, kind__in=("impression", kind))
    for row in rows:
        counted["impression" if row.kind == "impression" else "done"] += row.visitors
    if counted["impression"] < experiment_looks.LEAST_VISITORS or not counted["done"]:
        return USUAL_RATES[metric]
    return min(max(counted["done"] / counted["impression"], 1e-4), 0.3)


def _log(experiment: Experiment, action: str, by: str) -> None:
    AuditLog.objects.create(
        merchant_id=experiment.merchant_id, actor=by, action=action, subject=experiment.name, reason=experiment.reason
    )
