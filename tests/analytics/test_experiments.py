"""An experiment is written down first, keeps its shares while it runs, and ends in one of four ways by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import AuditLog, Merchant
from analytics import experiments, selectors, services, snapshots
from analytics.experiment_records import Look
from analytics.experiments import NotPossible, Plan
from analytics.models import Allocation, DailyCount, Experiment
from analytics.selectors import Contest
from catalog.models import Product
from generation.models import Placement, Video
from tests.analytics import stage


@pytest.fixture
def product(at_alice: Merchant) -> Product:
    return stage.make_product(at_alice)


@pytest.fixture
def arms(product: Product) -> list[Placement]:
    return [stage.place(product, scenario) for scenario in ("family", "outdoor")]


def contest(product: Product) -> Contest:
    return Contest(product_id=product.pk, channel="shop", market="en", format="wide")


def plan(product: Product, placements: list[Placement], **changes: object) -> Plan:
    values = {
        "name": "Family or garden", "contest": contest(product), "arms": [arm.pk for arm in placements],
        "metric": "click", "lift": 0.2, "guardrails": ["refunds", "first_seconds"],
    }  # fmt: skip
    return Plan(**{**values, **changes})  # type: ignore[arg-type]


def running(product: Product, arms: list[Placement], **changes: object) -> Experiment:
    made = experiments.draft(product.merchant, plan(product, arms, **changes), by="Ada")
    return experiments.start(made, by="Ada")


def count(experiment: Experiment, arm: Placement, *, day: date | None = None, detail: str = "", **done: int) -> None:
    phase = experiment.phases.latest("id")
    for kind, visitors in done.items():
        DailyCount.objects.create(
            merchant_id=experiment.merchant_id, day=day or datetime.now(UTC).date(), placement=arm,
            allocation_id=phase.pk, kind=kind, detail=detail, source="live", n=visitors, visitors=visitors,
        )  # fmt: skip


def looked(experiment: Experiment) -> Experiment:
    experiments.look_at_all(experiment.merchant)
    experiment.refresh_from_db()
    return experiment


def test_the_size_is_written_down_before_the_first_visitor(product: Product, arms: list[Placement]) -> None:
    made = experiments.draft(product.merchant, plan(product, arms), by="Ada")
    assert (made.state, made.rate, made.lift) == ("draft", 0.05, 0.2)
    assert made.units == 13864
    assert experiments.days_needed(made) is None


def test_the_time_to_the_end_follows_todays_traffic(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms)
    for arm in arms:
        count(made, arm, impression=7000, click=350)
    assert experiments.days_needed(made) == 14
    found = snapshots.decode(looked(made).look)
    assert isinstance(found, Look)
    assert (found.fewest, found.days_left) == (7000, 7)


def test_what_cannot_be_compared_cannot_be_drafted(product: Product, arms: list[Placement]) -> None:
    tall = stage.place(product, "family", frame="tall")
    for wrong in ({"arms": [arms[0].pk]}, {"arms": [arms[0].pk, tall.pk]}, {"metric": "fame"}, {"lift": 0.0}):
        with pytest.raises(NotPossible):
            experiments.draft(product.merchant, plan(product, arms, **wrong), by="Ada")


def test_a_running_experiment_owns_the_shares_of_its_place(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms)
    third = stage.place(product, "holiday")
    live = selectors.arms_of(product.merchant, live_only=True)
    shares = services.current_allocation(product.merchant, contest(product), live).shares
    assert shares == {str(arm.pk): 0.5 for arm in arms}
    services.learn(product.merchant)
    assert Allocation.objects.count() == 1
    with pytest.raises(NotPossible, match="Another experiment is running"):
        running(product, [arms[0], third])
    assert experiments.stop(made, by="Ada", reason="changed our minds")
    after = services.current_allocation(product.merchant, contest(product), live).shares
    assert set(after) == {str(arm.placement_id) for arm in live}


def test_a_better_video_decides_it(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms)
    count(made, arms[0], impression=5000, click=250)
    count(made, arms[1], impression=5000, click=400)
    done = looked(made)
    assert (done.state, done.winner) == ("decided", arms[1])
    assert done.reason == "“outdoor · benefit” beats “family · benefit”"
    found = snapshots.decode(done.look)
    assert found.arms[1].lift.value == pytest.approx(0.6, abs=1e-3)
    assert found.arms[1].chance > 0.99
    assert AuditLog.objects.filter(action="end_experiment", subject=made.name).exists()


def test_the_control_wins_when_nothing_keeps_up(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms)
    count(made, arms[0], impression=5000, click=400)
    count(made, arms[1], impression=5000, click=250)
    done = looked(made)
    assert (done.state, done.winner) == ("decided", arms[0])


def test_without_a_difference_it_ends_inconclusive_at_its_planned_size(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms)
    for arm in arms:
        count(made, arm, impression=made.units - 1, click=700)
    assert looked(made).state == "running"
    count(made, arms[0], impression=1, day=date(2026, 1, 1))
    count(made, arms[1], impression=1, day=date(2026, 1, 1))
    done = looked(made)
    assert (done.state, done.reason) == ("inconclusive", "a difference of 20 % would have shown by now")


def test_refunds_stop_it_although_it_wins_clicks(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms)
    count(made, arms[0], impression=5000, click=250, order=60, refund=4)
    count(made, arms[1], impression=5000, click=400, order=60, refund=40)
    done = looked(made)
    assert (done.state, done.winner) == ("stopped", None)
    assert (
        done.reason
        == "refunds: orders of “outdoor · benefit” come back 10.0 times as often as those of “family · benefit”"
    )


def test_losing_the_first_seconds_stops_it(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms)
    for arm, held in zip(arms, (3000, 2000), strict=True):
        count(made, arm, impression=5000, click=250)
        count(made, arm, progress=held, detail="3s")
    assert looked(made).reason.startswith("first seconds: “outdoor · benefit” holds 0.67 times as many")


def test_a_broken_split_stops_it(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms)
    count(made, arms[0], impression=5000, click=250)
    count(made, arms[1], impression=4000, click=250)
    assert looked(made).reason.startswith("visitors were not divided as planned")


def test_a_withdrawn_video_stops_it(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms)
    Video.objects.filter(pk=arms[1].cut.video_id).update(state=Video.State.REJECTED)
    assert (looked(made).state, made.reason) == ("stopped", "a video of it was withdrawn")


def test_phases_with_other_shares_are_compared_each_with_itself(product: Product, arms: list[Placement]) -> None:
    """A good day with most of the new video's visitors is no merit of the new video."""
    made = running(product, arms)
    with pytest.raises(NotPossible, match="100 % together"):
        experiments.change_shares(made, {arms[0].pk: 0.9, arms[1].pk: 0.2}, by="Ada")
    count(made, arms[0], impression=4500, click=450, day=date(2026, 11, 1))
    count(made, arms[1], impression=4500, click=450, day=date(2026, 11, 1))
    experiments.change_shares(made, {arms[0].pk: 0.9, arms[1].pk: 0.1}, by="Ada")
    count(made, arms[0], impression=9000, click=180, day=date(2026, 11, 2))
    count(made, arms[1], impression=1000, click=20, day=date(2026, 11, 2))
    found = snapshots.decode(looked(made).look)
    assert found.outcome == "running"
    assert found.arms[1].lift.value == pytest.approx(0.0, abs=1e-3)
    assert made.phases.count() == 2


def test_other_metrics_are_reported_without_deciding(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms)
    count(made, arms[0], impression=5000, click=250, add_to_cart=50)
    count(made, arms[1], impression=5000, click=255, add_to_cart=150)
    found = snapshots.decode(looked(made).look)
    assert found.outcome == "running"
    (added,) = found.arms[1].secondary
    assert (added.name, added.is_found) == ("add_to_cart", True)
    assert added.ratio.value == pytest.approx(3.0, abs=1e-3)


def test_money_is_compared_by_visitor_with_earlier_purchases_taken_out(product: Product, arms: list[Placement]) -> None:
    made = running(product, arms, metric="value", lift=0.5)
    Experiment.objects.filter(pk=made.pk).update(started=datetime.now(UTC) - timedelta(hours=2))
    made.refresh_from_db()
    phase = made.phases.get()
    stage.store(product.merchant, [
        stage.row(arms[visitor % 2], kind, visitor, allocation=allocation, value_minor=value, ago=ago)
        for visitor in range(1200)
        for kind, allocation, value, ago in (
            ("order", 1, 1000 + visitor % 50, timedelta(days=3)),
            ("impression", phase.pk, 0, timedelta(hours=1)),
            ("order", phase.pk, 1000 + visitor % 50 + 900 * (visitor % 2), timedelta(minutes=50)),
        )
    ])  # fmt: skip
    for arm in arms:
        count(made, arm, impression=600, order=600)
    found = snapshots.decode(looked(made).look)
    assert found.outcome == "decided"
    first, second = found.arms
    assert second.rate.value - first.rate.value == pytest.approx(901, abs=1)
    assert second.lift.high - second.lift.low < 0.02
