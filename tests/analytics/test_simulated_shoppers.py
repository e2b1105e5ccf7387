"""Simulated shoppers go through the real server over HTTP; the ranking must find out what they like."""

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts import tenancy
from accounts.models import Merchant
from analytics import proposals, services, shoppers
from analytics.models import DailyCount
from analytics.reports import PlacementReport, placement_report
from catalog.models import Product
from generation.models import Score
from tests.analytics import stage
from tests.factories import make_merchant

SCENARIOS = ("family", "children", "holiday", "outdoor")


def liked(*order: str) -> shoppers.Taste:
    appeal = dict(zip((f"scenario={name}" for name in order), (0.9, 0.3, -0.4, -1.3), strict=True))
    return shoppers.Taste(click=0.15, add_to_cart=0.12, order=0.9, refund=0.02, appeal=appeal)


def open_shop(name: str) -> tuple[Merchant, Product]:
    merchant = make_merchant(name)
    with tenancy.merchant_context(merchant.pk):
        product = stage.make_product(merchant)
        for scenario in SCENARIOS:
            stage.place(product, scenario)
    return merchant, product


def report_after(server: LiveServer, name: str, taste: shoppers.Taste) -> PlacementReport:
    merchant, product = open_shop(name)
    with tenancy.merchant_context(merchant.pk):
        shelf = shoppers.shelf_of(merchant)
    done = []
    tally = shoppers.simulate(
        server.url, shelf, taste, impressions=4000, seed=7, progress=lambda visitors, _: done.append(visitors)
    )
    assert done == [1000, 2000, 3000, 4000]
    assert tally.accepted == tally.events > 8000
    assert (tally.refused, tally.duplicates) == (0, 0)
    with tenancy.merchant_context(merchant.pk):
        services.learn(merchant)
        return placement_report(product)


@pytest.mark.parametrize("order", [SCENARIOS, ("outdoor", "holiday", "family", "children")])
@pytest.mark.django_db(transaction=True)
def test_the_ranking_follows_the_shoppers_true_wishes(live_server: LiveServer, order: tuple[str, ...]) -> None:
    report = report_after(live_server, "-".join(order), liked(*order))
    (contest,) = report.contests
    assert [arm.scenario for arm in contest.arms] == list(order)
    assert report.metric == "kept_order"
    assert report.health.simulated_share == 1.0
    assert report.health.impressions == 4000
    assert not isinstance(contest.sample_ratio, str)


@pytest.mark.django_db(transaction=True)
def test_the_next_plan_hears_of_it_and_a_second_wave_goes_to_the_winner(live_server: LiveServer) -> None:
    merchant, _ = open_shop("Two Waves")
    with tenancy.merchant_context(merchant.pk):
        shelf = shoppers.shelf_of(merchant)
    for seed in (1, 2):
        shoppers.simulate(live_server.url, shelf, liked(*SCENARIOS), impressions=3000, seed=seed)
        with tenancy.merchant_context(merchant.pk):
            services.learn(merchant)
            proposals.approve(merchant, proposals.waiting(merchant), by="Ada")
    with tenancy.merchant_context(merchant.pk):
        scores = list(Score.objects.filter(category="", attribute="scenario").order_by("-effect"))
        seen = dict(
            DailyCount.objects.filter(kind="impression").values_list("placement__cut__video__variant__scenario", "n")
        )
        assert set(DailyCount.objects.values_list("source", flat=True)) == {"simulated"}
    assert scores[0].value == "family"
    assert seen["family"] > 2 * seen["outdoor"]


@pytest.mark.django_db(transaction=True)
def test_an_exaggerating_clip_wins_clicks_and_loses_net_of_refunds(live_server: LiveServer) -> None:
    merchant, product = open_shop("Loud")
    with tenancy.merchant_context(merchant.pk):
        from generation.models import Variant

        Variant.objects.filter(scenario="outdoor").update(exaggerated=True)
        shelf = shoppers.shelf_of(merchant)
    taste = shoppers.Taste(
        click=0.15, add_to_cart=0.2, appeal={"exaggerated=yes": 0.3}, regret={"exaggerated=yes": 2.4}
    )
    shoppers.simulate(live_server.url, shelf, taste, impressions=5000, seed=3)
    with tenancy.merchant_context(merchant.pk):
        services.learn(merchant)
        arms = placement_report(product).contests[0].arms
    assert max(arms, key=lambda arm: arm.click_rate.value).scenario == "outdoor"  # type: ignore[union-attr]
    assert arms[-1].scenario == "outdoor"
    assert dict(arms[-1].refund_reasons)["not_as_described"] > 20


def test_a_server_that_is_not_there_is_named(at_alice: Merchant) -> None:
    stage.place(stage.make_product(at_alice))
    with pytest.raises(shoppers.ShopError, match=r"127\.0\.0\.1:9/.* did not answer"):
        shoppers.simulate("http://127.0.0.1:9", shoppers.shelf_of(at_alice), shoppers.Taste(), impressions=10)


def test_an_empty_shelf_is_named(at_alice: Merchant) -> None:
    with pytest.raises(shoppers.ShopError, match="has no live video"):
        shoppers.simulate("http://127.0.0.1:9", shoppers.shelf_of(at_alice), shoppers.Taste())
