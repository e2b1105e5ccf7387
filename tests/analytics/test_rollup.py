"""Events become daily counts: exactly once, again after late news, and the same when repaired."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts import tenancy
from accounts.models import Merchant
from analytics import rollup
from analytics.models import DailyCount
from generation.models import Placement
from tests.analytics import stage


@pytest.fixture
def placement(alice: Merchant) -> Placement:
    with tenancy.merchant_context(alice.pk):
        return stage.place(stage.make_product(alice))


def counted(merchant: Merchant) -> dict[tuple[str, str], tuple[int, int, int]]:
    rows = DailyCount.objects.filter(merchant=merchant)
    return {(row.kind, row.source): (row.n, row.visitors, row.value_minor) for row in rows}


def test_counts_say_events_visitors_and_money(client: Client, alice: Merchant, placement: Placement) -> None:
    stage.post(
        client,
        stage.event(placement, visitor=1),
        stage.event(placement, visitor=1),
        stage.event(placement, visitor=2, source="simulated"),
        stage.event(placement, "order", visitor=1, value_minor=3999),
    )
    stage.post(client, stage.event(placement), **{"User-Agent": "AhrefsBot/7.0"})
    with tenancy.merchant_context(alice.pk):
        rollup.refresh(alice)
        assert counted(alice) == {
            ("impression", "live"): (2, 1, 0),
            ("impression", "simulated"): (1, 1, 0),
            ("impression", "bot"): (1, 1, 0),
            ("order", "live"): (1, 1, 3999),
        }


def test_a_second_refresh_changes_nothing(client: Client, alice: Merchant, placement: Placement) -> None:
    stage.post(client, *[stage.event(placement, visitor=one) for one in range(5)])
    with tenancy.merchant_context(alice.pk):
        first = rollup.refresh(alice)
        before = counted(alice)
        assert rollup.refresh(alice) == first  # within the overlap the day is counted again, whole
        assert counted(alice) == before == {("impression", "live"): (5, 5, 0)}


def test_late_news_reopens_its_day_only(client: Client, alice: Merchant, placement: Placement) -> None:
    stage.post(client, stage.event(placement))
    with tenancy.merchant_context(alice.pk):
        rollup.refresh(alice)
    stage.post(client, stage.event(placement, ago=timedelta(days=3)))
    with tenancy.merchant_context(alice.pk):
        rollup.refresh(alice)
        days = sorted(DailyCount.objects.values_list("day", flat=True))
    today = datetime.now(UTC).date()
    assert days == [today - timedelta(days=3), today]


def test_repair_restores_what_was_damaged(client: Client, alice: Merchant, placement: Placement) -> None:
    stage.post(client, *[stage.event(placement, visitor=one) for one in range(5)])
    with tenancy.merchant_context(alice.pk):
        days = rollup.refresh(alice)
        DailyCount.objects.update(n=99)
        rollup.recount(alice, days)
        assert counted(alice) == {("impression", "live"): (5, 5, 0)}


def test_a_stranger_counts_nothing(client: Client, alice: Merchant, bob: Merchant, placement: Placement) -> None:
    stage.post(client, stage.event(placement))
    with tenancy.merchant_context(bob.pk):
        assert rollup.refresh(bob) == []
        assert counted(alice) == {}
