"""Orders and refunds from a shop system: signed, credited to the video that led there, counted once."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import tenancy
from accounts.models import Merchant
from accounts.webhooks import signature
from analytics import ingest, order_hooks, services
from analytics.models import DailyCount, Event, OrderHook, OrderLine
from catalog.models import Product
from generation.models import Placement
from tests.analytics import stage
from tests.analytics.test_experiment_pages import key_of

BUYER = "buyer-000017"


@pytest.fixture
def placement(alice: Merchant) -> Placement:
    with tenancy.merchant_context(alice.pk):
        return stage.place(stage.make_product(alice))


@pytest.fixture
def hook(alice: Merchant) -> OrderHook:
    with tenancy.merchant_context(alice.pk):
        return order_hooks.add(merchant=alice, name="Shop", by="Ada")


def message(kind: str = "order", *, ago: timedelta = timedelta(minutes=5), **changes: Any) -> dict[str, Any]:
    line = {"sku": "PUMP-1", "value_minor": 3999, **changes.pop("line", {})}
    return {"type": kind, "order": "1001", "at": (datetime.now(UTC) - ago).isoformat(), "lines": [line], **changes}


def send(client: Client, hook: OrderHook, sent: dict[str, Any], *, secret: str = "", age: int = 0) -> Any:
    body = json.dumps(sent).encode()
    signed = signature(secret or hook.secret, body, int(time.time()) - age)
    headers = {"Vitrine-Signature": signed, "User-Agent": "Shop/1.0"}
    path = f"/api/v1/hooks/{hook.public_id}/orders"
    return client.post(path, body, content_type="application/json", headers=headers)


def stored(merchant: Merchant, kind: str) -> list[Event]:
    with tenancy.merchant_context(merchant.pk):
        return list(Event.objects.filter(kind=kind))


def test_an_order_is_credited_to_the_last_video_its_buyer_followed(
    client: Client, alice: Merchant, hook: OrderHook, placement: Placement
) -> None:
    with tenancy.merchant_context(alice.pk):
        other = stage.place(stage.make_product(alice, "LAMP-1"))
        rival = stage.place(placement.cut.video.variant.product, "outdoor")
    visitor = ingest.visitor_hash(BUYER)
    for where, hours in ((rival, 30), (placement, 20), (other, 10)):
        stage.post(client, stage.event(where, "click", visitor=visitor, ago=timedelta(hours=hours)))
    sent = message(visitor=BUYER)
    assert send(client, hook, sent).json() == {"accepted": 1, "duplicates": 0, "unattributed": []}
    assert send(client, hook, sent).json() == {"accepted": 0, "duplicates": 1, "unattributed": []}
    (order,) = stored(alice, "order")
    assert (order.placement_id, order.visitor, order.value_minor) == (placement.pk, visitor, 3999)
    assert (order.allocation_id, order.propensity, order.source) == (1, 0.5, "live")


def test_a_note_that_came_with_the_order_decides_at_once(
    client: Client, alice: Merchant, hook: OrderHook, placement: Placement
) -> None:
    assert send(client, hook, message(decision=stage.note(placement))).json()["accepted"] == 1
    simulated = message(order="1002", decision=stage.note(placement, source="simulated"))
    assert send(client, hook, simulated).json() == {"accepted": 0, "duplicates": 0, "unattributed": ["PUMP-1"]}


def test_an_order_of_a_size_belongs_to_the_video_of_its_product(
    client: Client, alice: Merchant, hook: OrderHook, placement: Placement
) -> None:
    with tenancy.merchant_context(alice.pk):
        sizes = [{"sku": "PUMP-1-L", "price_minor": 3999, "options": {"Size": "L"}}]
        Product.objects.filter(sku="PUMP-1").update(offers=sizes)
    visitor = ingest.visitor_hash(BUYER)
    stage.post(client, stage.event(placement, "click", visitor=visitor, ago=timedelta(hours=2)))
    size = {"sku": "PUMP-1-L"}
    assert send(client, hook, message(visitor=BUYER, line=size)).json()["accepted"] == 1
    assert send(client, hook, message(order="1002", decision=stage.note(placement), line=size)).json()["accepted"] == 1
    unknown = message(order="1003", visitor=BUYER, line={"sku": "PUMP-1-XL"})
    assert send(client, hook, unknown).json()["unattributed"] == ["PUMP-1-XL"]


def test_a_refund_days_later_belongs_where_its_order_belongs(
    client: Client, alice: Merchant, hook: OrderHook, placement: Placement
) -> None:
    send(client, hook, message(decision=stage.note(placement), ago=timedelta(days=9)))
    back = message("refund", line={"reason": "not_as_described", "value_minor": 3999})
    assert send(client, hook, back).json()["accepted"] == 1
    (refund,) = stored(alice, "refund")
    assert (refund.placement_id, refund.detail, refund.visitor) == (placement.pk, "not_as_described", 7)
    with tenancy.merchant_context(alice.pk):
        services.learn(alice)
        assert set(DailyCount.objects.values_list("kind", "n")) == {("order", 1), ("refund", 1)}
        assert OrderLine.objects.count() == 1


def test_what_no_video_led_to_is_not_credited_to_one(
    client: Client, alice: Merchant, hook: OrderHook, placement: Placement
) -> None:
    assert send(client, hook, message(visitor="a-stranger")).json()["unattributed"] == ["PUMP-1"]
    assert send(client, hook, message("refund")).json()["unattributed"] == ["PUMP-1"]
    late = timedelta(days=6, hours=20)
    visitor = ingest.visitor_hash(BUYER)
    stage.post(client, stage.event(placement, "click", visitor=visitor, ago=late))
    too_late = message(visitor=BUYER, at=(datetime.now(UTC) + timedelta(minutes=5)).isoformat())
    assert send(client, hook, too_late).json()["accepted"] == 1
    assert stored(alice, "refund") == []


@pytest.mark.parametrize(
    ("_case", "how"),
    [
        ("another secret", {"secret": "in_other"}),
        ("signed an hour ago", {"age": 3600}),
        ("from the future", {"age": -900}),
    ],
)
def test_only_what_the_shop_signed_just_now_is_believed(
    client: Client, hook: OrderHook, placement: Placement, _case: str, how: dict[str, Any]
) -> None:
    answer = send(client, hook, message(decision=stage.note(placement)), **how)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad_signature")


def test_a_revoked_address_believes_nothing(
    client: Client, alice: Merchant, hook: OrderHook, placement: Placement
) -> None:
    call_command("order_hook", merchant=alice.slug, revoke=hook.public_id)
    assert send(client, hook, message(decision=stage.note(placement))).status_code == 401
    with pytest.raises(CommandError, match="in use"):
        call_command("order_hook", merchant=alice.slug, revoke=hook.public_id)


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("no lines", {"lines": []}),
        ("another type", {"type": "gift"}),
        ("no time", {"at": "yesterday"}),
        ("long ago", {"at": "2020-01-01T00:00:00Z"}),
        ("a reason with spaces", {"lines": [{"sku": "PUMP-1", "reason": "too small"}]}),
    ],
)
def test_a_message_that_is_none_is_refused_with_words(
    client: Client, hook: OrderHook, _case: str, change: dict[str, Any]
) -> None:
    answer = send(client, hook, {**message(), **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_message")


def test_one_merchants_shop_cannot_sell_anothers_videos(
    client: Client, alice: Merchant, bob: Merchant, hook: OrderHook
) -> None:
    with tenancy.merchant_context(bob.pk):
        lamp = stage.place(stage.make_product(bob, "PUMP-1"))
    assert send(client, hook, message(decision=stage.note(lamp))).json()["unattributed"] == ["PUMP-1"]
    assert stored(bob, "order") == []


def test_a_merchants_server_brings_history_and_orders_without_notes(
    client: Client, alice: Merchant, bob: Merchant, placement: Placement
) -> None:
    with tenancy.merchant_context(bob.pk):
        lamp = stage.place(stage.make_product(bob, "LAMP-1"))
    bare = {"placement": str(placement.public_id), "visitor": BUYER, "value_minor": 3999}
    old = stage.event(placement, "order", ago=timedelta(days=60))["id"]
    events = [{"id": old, "kind": "order", **bare}, {"id": stage.event(lamp)["id"], "kind": "click", **bare}]
    events[1]["placement"] = str(lamp.public_id)
    answer = client.post(
        "/api/v1/events/import", {"events": events}, content_type="application/json", headers=key_of(alice)
    )
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    assert [one["code"] for one in answer.json()["refused"]] == ["unknown_placement"]
    (order,) = stored(alice, "order")
    assert order.day == (datetime.now(UTC) - timedelta(days=60)).date()
    assert client.post("/api/v1/events/import", {"events": events}, content_type="application/json").status_code in (
        401,
        403,
    )
