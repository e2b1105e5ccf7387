"""Who sees what, from memory: never what was withdrawn, always the same, with the shares that are written down."""

import time
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import tenancy
from accounts.models import Merchant
from analytics import decisions, services, serving, snapshots
from analytics.memory import LONGEST, STALE, Listener, Memory
from analytics.models import Allocation, Audience
from analytics.reports import placement_report
from analytics.selectors import arms_of, newest_allocation
from analytics.serving import Spot
from analytics.stats.counts import Estimate
from analytics.stats.guards import SampleRatio, sample_ratio
from analytics.stats.segments import own_rates
from generation.models import Placement
from tests.analytics import stage
from tests.analytics.test_learning_loop import count
from tests.factories import make_merchant

SPOT = Spot(merchant="alices-garden", sku="PUMP-1", locale="en-US")


@pytest.fixture
def garden(at_alice: Merchant) -> list[Placement]:
    product = stage.make_product(at_alice)
    return [stage.place(product, scenario) for scenario in ("family", "outdoor", "holiday")]


def notes(visitors: range, **spot: str) -> list[decisions.Decision]:
    shown = serving.decide_for(Spot(**{**SPOT.__dict__, **spot}), visitors, source="live")
    assert shown is not None
    read = [decisions.read(one.note) for one in shown]
    assert all(one is not None for one in read)
    return [one for one in read if one is not None]


def test_everyone_held_out_sees_even_shares_whatever_is_learnt(garden: list[Placement]) -> None:
    contest = arms_of(garden[0].merchant)[0].contest
    services._allocate(
        garden[0].merchant, contest, dict(zip([one.pk for one in garden], (0.9, 0.05, 0.05), strict=True)), "learnt"
    )
    seen = notes(range(6000))
    even = Allocation.objects.get(is_holdout=True)
    held = [one for one in seen if one.allocation == even.pk]
    assert 0.042 < len(held) / 6000 < 0.058
    assert {round(one.propensity, 5) for one in held} == {0.33333}
    assert [round(share, 2) for share in even.shares.values()] == [0.33] * 3
    for group, shares in ((held, [1 / 3] * 3), ([one for one in seen if one not in held], [0.9, 0.05, 0.05])):
        counted = Counter(one.placement for one in group)
        ratio = sample_ratio([counted[one.public_id] for one in garden], shares)
        assert isinstance(ratio, SampleRatio)
        assert ratio.p > 0.001


def test_a_larger_holdout_adds_visitors_and_releases_none(garden: list[Placement], settings: object) -> None:
    def held(share: float) -> set[int]:
        settings.HOLDOUT_SHARE = share  # type: ignore[attr-defined]
        seen = notes(range(3000))
        even = Allocation.objects.get(is_holdout=True).pk
        return {one.visitor for one in seen if one.allocation == even}

    assert held(0.05) < held(0.2)
    assert held(0.0) == set()


def test_the_report_says_what_ranking_brings(at_alice: Merchant, garden: list[Placement]) -> None:
    notes(range(200))
    even = Allocation.objects.get(is_holdout=True).pk
    ours = Allocation.objects.exclude(is_holdout=True).get().pk
    for placement, seen, clicks in zip(garden, (8000, 500, 500), (1200, 40, 40), strict=True):
        count(placement, allocation=ours, impression=seen, click=clicks)
        count(placement, allocation=even, impression=400, click=clicks * 400 // seen)
        count(placement, allocation=1_000_000, impression=9000, click=9000)  # an experiment's shares say nothing here
    report = placement_report(garden[0].cut.video.variant.product)
    found = report.contests[0].ranked
    assert found is not None
    assert found.held_out == 1200
    assert isinstance(found.ratio, Estimate)
    assert found.ratio.value == pytest.approx((1280 / 9000) / (124 / 1200), rel=1e-3)
    assert found.ratio.low > 1
    assert snapshots.decode(snapshots.encode(report)) == report


def test_an_audience_has_shares_of_its_own_and_sees_only_what_it_may(
    client: Client, at_alice: Merchant, garden: list[Placement]
) -> None:
    Audience.objects.create(merchant=at_alice, tag="parents", name="Parents", scenarios=["family", "holiday"])
    Audience.objects.create(merchant=at_alice, tag="gift", name="For gifts", scenarios=["christmas"])
    seen = notes(range(400), audience="parents")
    assert {one.placement for one in seen} == {garden[0].public_id, garden[2].public_id}
    assert set(Allocation.objects.filter(audience="parents").values_list("is_holdout", flat=True)) == {True, False}
    assert serving.decide_for(Spot(**{**SPOT.__dict__, "audience": "gift"}), [1], source="live") is None
    ask = {"merchant": "alices-garden", "sku": "PUMP-1", "visitors": ["visitor-1"], "audience": "nobody"}
    answer = client.post("/api/v1/decisions", ask, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unknown_audience")
    assert "gift, parents" in answer.json()["error"]["message"]


def test_shares_of_an_audience_follow_its_own_visitors(at_alice: Merchant, garden: list[Placement]) -> None:
    """Everybody likes the family; those who come back love the holiday."""
    Audience.objects.create(merchant=at_alice, tag="back", name="Who comes back")
    notes(range(3), audience="back")
    own = Allocation.objects.get(audience="back", is_holdout=False)
    for placement, clicks, clicks_back in zip(garden, (400, 300, 200), (20, 20, 90), strict=True):
        count(placement, impression=6000, click=clicks)
        count(placement, allocation=own.pk, impression=600, click=clicks_back)
    services.learn(at_alice)
    contest = arms_of(at_alice)[0].contest
    everybody, back = newest_allocation(contest), newest_allocation(contest, "back")
    assert everybody is not None
    assert back is not None
    assert back.pk != own.pk
    assert everybody.shares[str(garden[0].pk)] > 0.9 < back.shares[str(garden[2].pk)]
    assert min(back.shares.values()) > 0.009


def test_few_visitors_of_a_kind_hardly_move_its_rates() -> None:
    rng = np.random.default_rng(0)
    draws = rng.gamma(400, 0.05 / 400, size=(4000, 2))
    few = own_rates(draws, np.array([[20, 3], [20, 0]]), rng).mean(0)
    many = own_rates(draws, np.array([[20_000, 1500], [20_000, 500]]), rng).mean(0)
    assert few[0] / few[1] < 1.15
    assert many[0] / many[1] == pytest.approx(3, rel=0.1)
    assert own_rates(draws, np.zeros((2, 2)), rng) is draws


def test_shares_that_would_hardly_move_stay_as_they_are(at_alice: Merchant, garden: list[Placement]) -> None:
    for placement, clicks in zip(garden, (300, 100, 100), strict=True):
        count(placement, impression=3000, click=clicks)
    services.learn(at_alice)
    written = Allocation.objects.count()
    services.learn(at_alice)
    assert Allocation.objects.count() == written


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_memory_answers_only_while_it_is_proven() -> None:
    asked: list[str] = []
    clock = Clock()
    memory = Memory[str](lambda merchant, sku: asked.append(sku) or (1, f"shelf {len(asked)}"), clock)  # type: ignore[func-returns-value]
    assert [memory.get("a", "x"), memory.get("a", "x")] == ["shelf 1", "shelf 2"]
    memory.prove(clock.now)
    assert memory.get("a", "x") == "shelf 2"
    clock.now += STALE
    assert memory.get("a", "x") == "shelf 2"
    clock.now += 0.01
    assert memory.get("a", "x") == "shelf 3"
    memory.prove(clock.now)
    memory.change(2)
    assert memory.get("a", "x") == "shelf 3"
    memory.change(1)
    assert memory.get("a", "x") == "shelf 4"
    clock.now += LONGEST + 1
    memory.prove(clock.now)
    assert memory.get("a", "x") == "shelf 5"
    memory.doubt()
    assert memory.get("a", "x") == "shelf 6"


def test_what_was_read_while_something_changed_is_not_kept() -> None:
    clock = Clock()
    memory: Memory[str]

    def read(merchant: str, sku: str) -> tuple[int, str]:
        memory.change(1)
        return 1, "read before the change"

    memory = Memory[str](read, clock)
    memory.prove(clock.now)
    assert memory.get("a", "x") == "read before the change"
    assert not memory.kept
    missing = Memory[str](lambda merchant, sku: None, clock)
    assert (missing.get("a", "x"), missing.kept) == (None, {})


@pytest.fixture
def listening(transactional_db: None) -> Iterator[Memory[serving.Shelf]]:
    """The real listener on the real database, for one test."""
    serving.LISTENER.wake()
    wait(lambda: serving.MEMORY.proven > 0)
    yield serving.MEMORY
    serving.LISTENER.stop()
    assert not serving.MEMORY.kept


def wait(done: object, seconds: float = 10.0) -> float:
    started = time.monotonic()
    while not done():  # type: ignore[operator]
        assert time.monotonic() < started + seconds
        time.sleep(0.005)
    return time.monotonic() - started


def open_shop() -> tuple[Merchant, list[Placement]]:
    merchant = make_merchant()
    with tenancy.merchant_context(merchant.pk):
        product = stage.make_product(merchant)
        return merchant, [stage.place(product, scenario) for scenario in ("family", "outdoor")]


def chosen() -> set[object]:
    return {one.placement for one in notes(range(40))}


def test_a_second_decision_asks_the_database_nothing_and_a_pause_is_heard(listening: Memory[serving.Shelf]) -> None:
    merchant, (first, second) = open_shop()
    assert chosen() == {first.public_id, second.public_id}
    wait(lambda: chosen() and listening.kept)  # its own first shares are news, too: it is read once more
    with CaptureQueriesContext(connection) as asked:
        assert chosen() == {first.public_id, second.public_id}
    assert [query["sql"] for query in asked] == []
    with tenancy.merchant_context(merchant.pk):
        Placement.objects.filter(pk=first.pk).update(state=Placement.State.PAUSED)
        assert chosen() == {second.public_id}  # inside the transaction that pauses it, memory is not asked
    assert wait(lambda: chosen() == {second.public_id}) < STALE
    with tenancy.merchant_context(merchant.pk):
        Placement.objects.filter(pk=first.pk).update(state=Placement.State.LIVE)
    wait(lambda: chosen() == {first.public_id, second.public_id})
    with tenancy.merchant_context(merchant.pk):
        video = first.cut.video
        type(video).objects.filter(pk=video.pk).update(state=video.State.REJECTED)
    assert wait(lambda: chosen() == {second.public_id}) < STALE


def test_without_notifications_the_database_is_asked(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a pooler that swallows LISTEN no beat comes back, so nothing is answered from memory."""
    memory = Memory[serving.Shelf](serving.read_shelf)
    listener = Listener(memory)
    monkeypatch.setattr(Listener, "LISTEN", "select '{}'")
    listener.wake()
    merchant, _ = open_shop()
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            time.sleep(0.1)
            memory.get(merchant.slug, "PUMP-1")
    listener.stop()
    assert sum('FROM "accounts_merchant"' in query["sql"] for query in asked) == 3
