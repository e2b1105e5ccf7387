"""Events come from strangers: what is believed, what is refused, and that a replay changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts import tenancy
from accounts.models import Merchant
from analytics import event_ids, partitions
from analytics.models import Event
from generation.models import Placement
from tests.analytics import stage


@pytest.fixture
def placement(alice: Merchant) -> Placement:
    with tenancy.merchant_context(alice.pk):
        return stage.place(stage.make_product(alice))


def stored(merchant: Merchant) -> list[Event]:
    with tenancy.merchant_context(merchant.pk):
        return list(Event.objects.order_by("occurred"))


def test_a_batch_is_stored_with_what_its_notes_say(client: Client, alice: Merchant, placement: Placement) -> None:
    answer = stage.post(client, stage.event(placement), stage.event(placement, "refund", detail="not_as_described"))
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 2, "duplicates": 0, "refused": []}
    seen, returned = stored(alice)
    assert (seen.kind, seen.placement_id, seen.visitor, seen.propensity) == ("impression", placement.pk, 7, 0.5)
    assert (returned.kind, returned.detail, returned.source) == ("refund", "not_as_described", "live")


def test_a_replay_stores_nothing(client: Client, alice: Merchant, placement: Placement) -> None:
    batch = [stage.event(placement) for _ in range(20)]
    assert stage.post(client, *batch, *batch).json()["accepted"] == 20
    for _ in range(2):
        assert stage.post(client, *batch).json() == {"accepted": 0, "duplicates": 20, "refused": []}
    assert len(stored(alice)) == 20


def test_a_batch_of_old_and_new_events_stores_the_new(client: Client, alice: Merchant, placement: Placement) -> None:
    first, second = stage.event(placement), stage.event(placement, "progress", detail="3s")
    stage.post(client, first)
    assert stage.post(client, first, second).json() == {"accepted": 1, "duplicates": 1, "refused": []}
    assert sorted((event.kind, event.detail) for event in stored(alice)) == [("impression", ""), ("progress", "3s")]


def test_a_stored_event_says_exactly_when_it_happened(client: Client, alice: Merchant, placement: Placement) -> None:
    sent = stage.event(placement, "dwell", detail="60", value_minor=7)
    stage.post(client, sent)
    (event,) = stored(alice)
    assert event.occurred == event_ids.occurred_at(event.event_id)
    assert (str(event.event_id), event.day, event.value_minor) == (sent["id"], event.occurred.date(), 7)


def test_one_bad_event_does_not_cost_the_others(client: Client, alice: Merchant, placement: Placement) -> None:
    answer = stage.post(client, stage.event(placement), stage.event(placement, "applause"), stage.event(placement))
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    (refusal,) = answer.json()["refused"]
    assert (refusal["index"], refusal["code"]) == (1, "unknown_kind")
    assert len(stored(alice)) == 2


def _without(event: dict[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in event.items() if name not in names}


@pytest.mark.parametrize(
    ("_case", "change", "code"),
    [
        ("id is no UUID", {"id": "1"}, "bad_id"),
        ("id is random, without a time", {"id": "2b1c1e9e-7b1f-4f0e-9a57-0d9d6c6d1d11"}, "bad_id"),
        ("id is a number", {"id": 5}, "bad_id"),
        ("unknown field", {"colour": "red"}, "unknown_field"),
        ("kind is a list", {"kind": ["click"]}, "unknown_kind"),
        ("note of nobody", {"decision": "WyIwIl0:forged"}, "bad_decision"),
        ("note is a number", {"decision": 5}, "bad_decision"),
        ("progress without quarter", {"kind": "progress", "detail": "33"}, "bad_detail"),
        ("dwell without its seconds", {"kind": "dwell"}, "bad_detail"),
        ("detail with a tab", {"detail": "a\tb"}, "bad_detail"),
        ("negative value", {"value_minor": -1}, "bad_value"),
        ("value is true", {"value_minor": True}, "bad_value"),
        ("value beyond the column", {"value_minor": 10**30}, "bad_value"),
    ],
)
def test_what_is_not_understood_is_refused(
    client: Client, alice: Merchant, placement: Placement, _case: str, change: dict[str, object], code: str
) -> None:
    answer = stage.post(client, {**stage.event(placement), **change})
    assert [one["code"] for one in answer.json()["refused"]] == [code]
    assert answer.json()["accepted"] == 0
    assert stored(alice) == []


@pytest.mark.parametrize(
    ("_case", "body"),
    [
        ("no JSON", b"{"),
        ("no object", b"[]"),
        ("nothing in it", b'{"events": []}'),
        ("deeply nested", b"[" * 100_000),
        ("more than a thousand", b'{"events": [' + b",".join([b"1"] * 1001) + b"]}"),
        ("another field", b'{"events": [1], "merchant": 4}'),
    ],
)
def test_a_body_that_is_no_batch_has_one_error_shape(client: Client, db: None, _case: str, body: bytes) -> None:
    answer = client.post("/api/v1/events", body, content_type="text/plain")
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
    assert answer.json()["error"]["code"] == "bad_batch"


def test_half_a_character_is_no_reason_to_fall_over(client: Client, alice: Merchant, placement: Placement) -> None:
    bare = {**_without(stage.event(placement), "decision"), "placement": str(placement.public_id)}
    assert stage.post(client, {**bare, "visitor": "\ud800" * 9}).json()["accepted"] == 1


def test_a_huge_body_has_the_one_error_shape(client: Client, db: None) -> None:
    answer = client.post("/api/v1/events", b"x" * 9_000_000, content_type="text/plain")
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_late_events_count_on_their_own_day_and_too_late_ones_are_refused(
    client: Client, alice: Merchant, placement: Placement
) -> None:
    late, too_late = timedelta(days=6, hours=23), timedelta(days=7, hours=1)
    answer = stage.post(client, stage.event(placement, ago=late), stage.event(placement, ago=too_late)).json()
    assert (answer["accepted"], answer["refused"][0]["code"]) == (1, "too_late")
    (event,) = stored(alice)
    assert event.day == (datetime.now(UTC) - late).date()


def test_a_clock_that_runs_ahead_is_forgiven_ten_minutes(client: Client, alice: Merchant, placement: Placement) -> None:
    soon, tomorrow = -timedelta(minutes=9), -timedelta(days=1)
    answer = stage.post(client, stage.event(placement, ago=soon), stage.event(placement, ago=tomorrow)).json()
    assert (answer["accepted"], answer["refused"][0]["code"]) == (1, "in_the_future")


def test_crawlers_are_kept_apart(client: Client, alice: Merchant, placement: Placement) -> None:
    stage.post(client, stage.event(placement), **{"User-Agent": "Googlebot/2.1"})
    assert [event.source for event in stored(alice)] == ["bot"]


def test_a_simulated_shopper_cannot_pass_as_a_person(client: Client, alice: Merchant, placement: Placement) -> None:
    stage.post(client, stage.event(placement, source="simulated"))
    assert [event.source for event in stored(alice)] == ["simulated"]


def test_without_a_note_the_placement_and_a_visitor_are_enough_but_not_for_money(
    client: Client, alice: Merchant, placement: Placement
) -> None:
    bare = {**_without(stage.event(placement), "decision"), "placement": str(placement.public_id), "visitor": "v" * 12}
    order = {**bare, "kind": "order", "id": stage.event(placement)["id"]}
    answer = stage.post(client, bare, order).json()
    assert (answer["accepted"], answer["refused"][0]["code"]) == (1, "decision_missing")
    (event,) = stored(alice)
    assert (event.propensity, event.allocation_id) == (None, 0)
    assert event.visitor != 0


def test_a_note_cannot_be_moved_to_another_merchants_placement(
    client: Client, alice: Merchant, bob: Merchant, placement: Placement
) -> None:
    with tenancy.merchant_context(bob.pk):
        lamp = stage.place(stage.make_product(bob, "LAMP-1"))
    moved = {**stage.event(placement), "placement": str(lamp.public_id)}
    unknown = {**_without(stage.event(placement), "decision"), "visitor": "v" * 12, "placement": moved["id"]}
    answer = stage.post(client, moved, unknown).json()
    assert [one["code"] for one in answer["refused"]] == ["decision_mismatch", "unknown_placement"]
    assert stored(bob) == stored(alice) == []


def test_a_batch_for_two_merchants_goes_to_each_its_own(
    client: Client, alice: Merchant, bob: Merchant, placement: Placement
) -> None:
    with tenancy.merchant_context(bob.pk):
        lamp = stage.place(stage.make_product(bob, "LAMP-1"))
    assert stage.post(client, stage.event(placement), stage.event(lamp), stage.event(lamp)).json()["accepted"] == 3
    assert (len(stored(alice)), len(stored(bob))) == (1, 2)
    with transaction.atomic():
        assert Event.objects.count() == 0


def test_a_signed_in_merchant_can_shop_at_another(client: Client, alice: Merchant, bob: Merchant) -> None:
    from django.contrib.auth.models import User

    from accounts.models import Membership

    with tenancy.merchant_context(alice.pk):
        Membership.objects.create(merchant=alice, user=(user := User.objects.create_user("ada")))
    with tenancy.merchant_context(bob.pk):
        lamp = stage.place(stage.make_product(bob, "LAMP-1"))
    client.force_login(user)
    assert stage.post(client, stage.event(lamp)).json()["accepted"] == 1


def test_partitions_hide_their_rows_from_direct_reading(client: Client, alice: Merchant, placement: Placement) -> None:
    stage.post(client, stage.event(placement))
    today = datetime.now(UTC)
    with tenancy.merchant_context(alice.pk), connection.cursor() as cursor:
        partitions.open_days(today.date())
        cursor.execute(f"select count(*) from analytics_event_{today:%Y%m%d}")
        assert cursor.fetchone() == (0,)
        assert Event.objects.count() == 1


def test_old_days_are_dropped_and_recent_ones_cannot_be(db: None) -> None:
    today = datetime.now(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute("select open_event_days(%s, %s)", [today - timedelta(days=60), today - timedelta(days=51)])
    assert partitions.drop_days(today - timedelta(days=55)) == 5
    with pytest.raises(Exception, match="last 30 days"), transaction.atomic():
        partitions.drop_days(today - timedelta(days=3))


def test_an_event_id_says_when_and_is_repeatable() -> None:
    noon = datetime(2026, 11, 22, 12, 0, 0, 123000, tzinfo=UTC)
    identity = event_ids.event_id(noon, "order 1001")
    assert identity == event_ids.event_id(noon, "order 1001") != event_ids.event_id(noon, "order 1002")
    assert (identity.version, identity.variant, event_ids.occurred_at(identity)) == (7, "specified in RFC 4122", noon)
