"""Retention and repair from the command line: what is dropped is counted, and what is dropped is never recounted."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import tenancy
from accounts.models import Merchant
from analytics import services
from analytics.models import DailyCount, Event
from generation.models import Placement
from tests.analytics import stage


@pytest.fixture
def counted(client: Client, alice: Merchant) -> Placement:
    with tenancy.merchant_context(alice.pk):
        placement = stage.place(stage.make_product(alice))
    stage.post(client, stage.event(placement), stage.event(placement, "click"))
    with tenancy.merchant_context(alice.pk):
        services.learn(alice)
    return placement


def counts(merchant: Merchant) -> set[tuple[str, int]]:
    with tenancy.merchant_context(merchant.pk):
        return set(DailyCount.objects.values_list("kind", "n"))


def test_wrong_counts_are_repaired_from_the_events(alice: Merchant, counted: Placement) -> None:
    with tenancy.merchant_context(alice.pk):
        DailyCount.objects.filter(kind="click").update(n=99)
        DailyCount.objects.filter(kind="impression").delete()
    today = datetime.now(UTC).date()
    call_command("recount_events", merchant=alice.slug, first=today - timedelta(days=1), last=today, stdout=StringIO())
    assert counts(alice) == {("impression", 1), ("click", 1)}


def test_days_whose_events_are_gone_keep_their_counts(alice: Merchant, counted: Placement) -> None:
    with tenancy.merchant_context(alice.pk):
        Event.objects.all().delete()
    today = datetime.now(UTC).date()
    with pytest.raises(CommandError, match="no longer here"):
        call_command("recount_events", merchant=alice.slug, first=today, last=today)
    assert counts(alice) == {("impression", 1), ("click", 1)}


def test_retention_drops_whole_days_and_never_the_last_month(alice: Merchant, counted: Placement) -> None:
    said = StringIO()
    call_command("drop_events", keep_days=60, stdout=said)
    assert said.getvalue().startswith("dropped 0 days before")
    with pytest.raises(CommandError, match="refunds may still follow"):
        call_command("drop_events", keep_days=7)
