"""From counts to shares, scores and evidence: the circle back to planning."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Merchant
from analytics import learning, proposals, selectors, services
from analytics.models import DailyCount
from catalog.models import Evidence, Product
from generation.models import Placement, Score, Variant
from tests.analytics import stage

SCENARIOS = ("family", "children", "holiday", "outdoor")


@pytest.fixture
def garden(at_alice: Merchant) -> dict[str, Placement]:
    """Four scenarios of one product, live."""
    product = stage.make_product(at_alice)
    return {scenario: stage.place(product, scenario) for scenario in SCENARIOS}


def count(placement: Placement, *, allocation: int = 1, days_ago: int = 0, **kinds: int) -> None:
    """Counts of one day, as many visitors as events."""
    day = datetime.now(UTC).date() - timedelta(days=days_ago)
    for kind, n in kinds.items():
        DailyCount.objects.create(
            merchant_id=placement.merchant_id, day=day, placement=placement, source="live",
            allocation_id=allocation, kind=kind, n=n, visitors=n,
            detail="not_as_described" if kind == "refund" else "",
        )  # fmt: skip


def learn(merchant: Merchant) -> learning.Learned | None:
    """Learn, and approve everything that is proposed."""
    learned = services.learn(merchant)
    proposals.approve(merchant, proposals.waiting(merchant), by="Ada")
    return learned


def scores() -> dict[str, Score]:
    return {row.value: row for row in Score.objects.filter(attribute="scenario", category="garden")}


def test_what_sells_everywhere_becomes_a_score_beyond_doubt(at_alice: Merchant) -> None:
    for number in range(6):
        product = stage.make_product(at_alice, f"PUMP-{number}")
        for scenario, clicks in zip(SCENARIOS, (160, 120, 100, 60), strict=True):
            count(stage.place(product, scenario), impression=2000, click=clicks)
    learn(at_alice)
    found = scores()
    assert sorted(found, key=lambda name: -found[name].effect) == list(SCENARIOS)
    assert found["family"].low > 0 > found["outdoor"].high
    assert {row.impressions for row in found.values()} == {12_000}


def test_one_product_gives_a_direction_and_no_certainty(at_alice: Merchant, garden: dict[str, Placement]) -> None:
    """One clip a scenario cannot tell the scenario from the clip."""
    for placement, clicks in zip(garden.values(), (160, 120, 100, 60), strict=True):
        count(placement, impression=2000, click=clicks)
    learn(at_alice)
    found = scores()
    assert sorted(found, key=lambda name: -found[name].effect) == list(SCENARIOS)
    assert found["family"].low < 0 < found["outdoor"].high


def test_a_choice_that_was_never_varied_gets_no_score(at_alice: Merchant, garden: dict[str, Placement]) -> None:
    count(garden["family"], impression=2000, click=160)
    count(garden["outdoor"], impression=2000, click=60)
    learn(at_alice)
    assert set(Score.objects.values_list("attribute", flat=True)) == {"scenario"}


def test_learning_twice_from_the_same_counts_gives_the_same_scores(
    at_alice: Merchant, garden: dict[str, Placement]
) -> None:
    count(garden["family"], impression=2000, click=160)
    count(garden["outdoor"], impression=2000, click=60)
    learn(at_alice)
    first = {name: (row.effect, row.low, row.high) for name, row in scores().items()}
    learn(at_alice)
    assert {name: (row.effect, row.low, row.high) for name, row in scores().items()} == first


def test_shares_move_to_what_sells_and_keep_a_floor(at_alice: Merchant, garden: dict[str, Placement]) -> None:
    for placement, clicks in zip(garden.values(), (200, 100, 100, 60), strict=True):
        count(placement, impression=2000, click=clicks)
    learned = services.learn(at_alice)
    assert learned is not None
    (contest,) = learned.contests()
    newest = selectors.newest_allocation(contest)
    assert newest is not None
    assert newest.shares[str(garden["family"].pk)] > 0.8
    assert min(newest.shares.values()) > 0.009
    assert sum(newest.shares.values()) == pytest.approx(1, abs=1e-4)


def test_a_paused_variant_gets_no_visitors_and_still_teaches(at_alice: Merchant, garden: dict[str, Placement]) -> None:
    Placement.objects.filter(pk=garden["family"].pk).update(state=Placement.State.PAUSED)
    count(garden["family"], impression=2000, click=160)
    count(garden["outdoor"], impression=2000, click=60)
    learned = learn(at_alice)
    assert learned is not None
    newest = selectors.newest_allocation(learned.contests()[0])
    assert newest is not None
    assert set(newest.shares) == {str(garden[name].pk) for name in ("children", "holiday", "outdoor")}
    assert scores()["family"].effect > 0


def test_two_hundred_add_to_carts_make_refunds_count(at_alice: Merchant, garden: dict[str, Placement]) -> None:
    """`children` wins clicks and carts and comes back; net of refunds `family` is first."""
    for name, clicks, added, orders, refunds in (
        ("family", 160, 120, 60, 3),
        ("children", 300, 150, 75, 50),
        ("holiday", 120, 90, 45, 3),
        ("outdoor", 120, 90, 45, 2),
    ):
        count(garden[name], impression=3000, click=clicks, add_to_cart=added, order=orders, refund=refunds)
    learned = learning.learned_from(at_alice)
    assert learned is not None
    assert learned.metric == "kept_order"
    net = learned.worth(range(4)).mean(axis=0)
    assert learned.draws["click"].mean(axis=0).argmax() == 1
    assert SCENARIOS[net.argmax()] == "family"
    assert net.argmin() == 1


def test_what_shoppers_liked_long_ago_gives_way_to_what_they_like_now(
    at_alice: Merchant, garden: dict[str, Placement]
) -> None:
    for name, before, now in (("family", 260, 100), ("outdoor", 100, 200)):
        count(garden[name], days_ago=240, impression=3000, click=before)
        count(garden[name], impression=1500, click=now)
    learned = learning.learned_from(at_alice)
    assert learned is not None
    family, outdoor = (list(garden).index(name) for name in ("family", "outdoor"))
    rates = learned.worth(range(4)).mean(axis=0)
    assert sum((260, 100)) > sum((100, 200))
    assert rates[outdoor] > rates[family]
    assert learned.seen[family] == 4500


def test_refunds_not_as_described_become_evidence_once(at_alice: Merchant, garden: dict[str, Placement]) -> None:
    Product.objects.update(effect_cap_parameter="spray_height")
    count(garden["family"], impression=500, refund=2)
    services.learn(at_alice)
    services.learn(at_alice)
    (row,) = Evidence.objects.all()
    assert (row.kind, row.stance, row.parameter) == ("refund", "contradicts", "spray_height")
    assert row.text.endswith("as not as described, after the video family / benefit.")


def test_simulated_refunds_are_no_evidence(client: Client, at_alice: Merchant, garden: dict[str, Placement]) -> None:
    count(garden["family"], impression=500, refund=2)
    DailyCount.objects.update(source="simulated")
    services.learn(at_alice)
    assert Evidence.objects.count() == 0


def test_nothing_placed_teaches_nothing(at_alice: Merchant) -> None:
    assert services.learn(at_alice) is None


def test_words_that_sold_other_products_are_named_for_a_product_nobody_saw(at_alice: Merchant) -> None:
    """Films of twelve products; in each another scenario opens with the words that sell."""
    placed: dict[tuple[int, int], Placement] = {}
    for number in range(12):
        product = stage.make_product(at_alice, f"PUMP-{number}")
        for turn, scenario in enumerate(SCENARIOS):
            placement = placed[number, (turn + number) % 4] = stage.place(product, scenario)
            is_good = (turn + number) % 4 == 0
            text = f"{'Watch it rise' if is_good else 'Ready in a minute'}, number {number}"
            meaning = [0.9, 0.1] if number % 2 else []
            Variant.objects.filter(videos__cuts__placements=placement).update(
                spec={"captions": [{"text": text}]}, meaning=meaning
            )
            if number < 11:
                count(placement, impression=3000, click=220 if is_good else 120)
    learned = learning.learned_from(at_alice)
    assert learned
    places = {arm.placement_id: place for place, arm in enumerate(learned.arms)}
    effect, low, high = learned.said()[places[placed[11, 0].pk]]
    assert 0.1 < low < effect < high
    assert (learned.said()[[places[placed[11, turn].pk] for turn in (1, 2, 3)], 0] < 0.01).all()
    newest = learned.draws["click"][:, [places[placed[11, turn].pk] for turn in range(4)]]
    assert newest.mean(axis=0).argmax() == 0
