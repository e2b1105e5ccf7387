"""Webhooks against a real receiver on this machine: signed, tried again, switched off, never led inside the network."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import keys, tenancy, webhooks
from accounts.models import Delivery, Merchant, Webhook
from accounts.outbound import OutboundError, Sender
from accounts.webhooks import WebhookError
from catalog import parameters, services
from generation import services as generation_services
from generation.models import Video
from tests.factories import make_product, make_video


class Receiver:
    """A shop's own server: remembers what it was told, answers as it is asked to."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.told.append((dict(self.headers), body))
                status = receiver.answers.pop(0) if receiver.answers else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://169.254.169.254/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks?from=vitrine"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_LOOPBACK = True
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


def _hook(merchant: Merchant, receiver: Receiver, *events: str) -> Webhook:
    with tenancy.merchant_context(merchant.pk):
        return webhooks.add(merchant=merchant, url=receiver.url, events=events or list(webhooks.EVENTS), by="ann")


def _pending(merchant: Merchant) -> list[Delivery]:
    with tenancy.merchant_context(merchant.pk):
        return list(Delivery.objects.filter(state="pending").order_by("id"))


def _deliver_all(merchant: Merchant) -> list[bool]:
    return [webhooks.deliver(merchant_id=merchant.pk, delivery_id=row.pk) for row in _pending(merchant)]


def _row(merchant: Merchant) -> Delivery:
    with tenancy.merchant_context(merchant.pk):
        return Delivery.objects.get()


def _due_now(merchant: Merchant) -> None:
    with tenancy.merchant_context(merchant.pk):
        Delivery.objects.update(next_try=timezone.now())


def test_an_event_arrives_signed_once(alice: Merchant, receiver: Receiver) -> None:
    hook = _hook(alice, receiver)
    with tenancy.merchant_context(alice.pk):
        webhooks.announce(merchant_id=alice.pk, event="video.stale", data={"video": "v-1"})

    assert _deliver_all(alice) == [True]

    ((headers, body),) = receiver.told
    moment, digest = (part.partition("=")[2] for part in headers["Vitrine-Signature"].split(","))
    expected = hmac.new(hook.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(digest, expected)
    assert abs(int(moment) - time.time()) < 60
    said = json.loads(body)
    assert (said["event"], said["data"], said["id"]) == ("video.stale", {"video": "v-1"}, headers["Vitrine-Delivery"])
    assert _row(alice).status == 204
    assert not webhooks.deliver(merchant_id=alice.pk, delivery_id=_row(alice).pk)


def test_a_failed_try_waits_longer_each_time_and_sends_the_same_bytes(alice: Merchant, receiver: Receiver) -> None:
    _hook(alice, receiver)
    receiver.answers = [500, 302]
    with tenancy.merchant_context(alice.pk):
        webhooks.announce(merchant_id=alice.pk, event="video.stale", data={})

    pauses = []
    for _ in range(2):
        _due_now(alice)
        assert _deliver_all(alice) == [False]
        pauses.append(round((_row(alice).next_try - timezone.now()).total_seconds(), -1))
        assert _deliver_all(alice) == [False]  # not due
    _due_now(alice)
    assert _deliver_all(alice) == [True]

    assert pauses == [10, 60]
    assert len({body for _, body in receiver.told}) == 1
    assert (len(receiver.told), _row(alice).attempts) == (3, 3)


def test_what_never_arrives_fails_after_the_last_pause(alice: Merchant, receiver: Receiver) -> None:
    _hook(alice, receiver)
    receiver.answers = [500] * 50
    with tenancy.merchant_context(alice.pk):
        webhooks.announce(merchant_id=alice.pk, event="video.stale", data={})
    for _ in range(len(webhooks.PAUSES) + 3):
        _due_now(alice)
        _deliver_all(alice)

    assert (_row(alice).state, len(receiver.told)) == ("failed", len(webhooks.PAUSES) + 1)


@pytest.mark.parametrize(("answer", "tries"), [(410, 1), (500, webhooks.PATIENCE)])
def test_an_address_that_is_gone_or_keeps_failing_is_switched_off(
    alice: Merchant, receiver: Receiver, answer: int, tries: int
) -> None:
    hook = _hook(alice, receiver)
    receiver.answers = [answer] * 50
    with tenancy.merchant_context(alice.pk):
        for _ in range(webhooks.PATIENCE + 2):
            webhooks.announce(merchant_id=alice.pk, event="video.stale", data={})
    _deliver_all(alice)

    with tenancy.merchant_context(alice.pk):
        hook.refresh_from_db()
        assert hook.disabled is not None
        assert not Delivery.objects.filter(state="pending").exists()
        assert webhooks.announce(merchant_id=alice.pk, event="video.stale", data={}) == 0
        webhooks.switch_on(webhook=hook, by="ann")
        assert webhooks.announce(merchant_id=alice.pk, event="video.stale", data={}) == 1
    assert len(receiver.told) == tries


def test_a_dead_worker_s_delivery_is_taken_over_after_its_lease(alice: Merchant, receiver: Receiver) -> None:
    _hook(alice, receiver)
    with tenancy.merchant_context(alice.pk):
        webhooks.announce(merchant_id=alice.pk, event="video.stale", data={})
        Delivery.objects.update(attempts=1, next_try=timezone.now() + webhooks.LEASE)
    assert (_deliver_all(alice), webhooks.due()) == ([False], [])

    with tenancy.merchant_context(alice.pk):
        Delivery.objects.update(next_try=timezone.now() - timedelta(seconds=1))
    assert webhooks.due() == [(alice.pk, _row(alice).pk)]
    assert _deliver_all(alice) == [True]


@pytest.mark.parametrize(
    "url",
    ["http://shop.example/", "https://127.0.0.1:8000/", "file:///etc/passwd", "https://user:p@shop.example/", "x"],
)
def test_only_encrypted_public_addresses_are_kept(at_alice: Merchant, url: str) -> None:
    with pytest.raises(WebhookError):
        webhooks.add(merchant=at_alice, url=url, events=["video.stale"], by="ann")


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "64:ff9b::7f00:1"])
def test_a_name_that_leads_inside_the_network_is_never_opened(inside: str) -> None:
    with pytest.raises(OutboundError, match="inside a network"):
        Sender(resolve=lambda host, port: [inside]).post("https://shop.example/", b"{}", {})


def test_loopback_for_development_opens_nothing_else() -> None:
    with pytest.raises(OutboundError, match="inside a network"):
        Sender(may_loop=True, resolve=lambda host, port: ["10.0.0.5"]).post("http://shop.example/", b"{}", {})


def test_what_happens_in_the_catalog_and_to_videos_is_told(alice: Merchant, receiver: Receiver) -> None:
    _hook(alice, receiver)
    with tenancy.merchant_context(alice.pk):
        product = make_product(alice, sku="P-1")
        parameters.write(product=product, name="width", text="9 cm", by="ann")
        video = make_video(alice, product, state=Video.State.REVIEWING)
        generation_services.reject(video=video, by="ann", reason="no")
    services.import_file(merchant=alice, file=BytesIO(b"sku,title,price\nP-2,Pump,19.90 EUR\n"), name="two.csv")
    _deliver_all(alice)

    told = [json.loads(body) for _, body in receiver.told]
    events = [row["event"] for row in told]
    assert events == ["product.facts_changed", "video.rejected", "import.finished"]
    assert told[0]["data"]["products"][0]["sku"] == "P-1"
    assert told[1]["data"]["sku"] == "P-1"
    assert (told[2]["data"]["state"], told[2]["data"]["added"]) == ("done", 1)


def test_nothing_is_told_of_what_was_rolled_back(alice: Merchant, receiver: Receiver) -> None:
    _hook(alice, receiver)
    with pytest.raises(RuntimeError), tenancy.merchant_context(alice.pk):
        parameters.write(product=make_product(alice), name="width", text="9 cm", by="ann")
        raise RuntimeError
    assert _pending(alice) == []


def test_a_merchant_hears_only_of_itself(alice: Merchant, bob: Merchant, receiver: Receiver) -> None:
    _hook(alice, receiver)
    with tenancy.merchant_context(bob.pk):
        parameters.write(product=make_product(bob), name="width", text="9 cm", by="bob")
        assert Webhook.objects.count() == 0
    assert _pending(alice) == []


def test_a_program_manages_webhooks(client: Client, alice: Merchant, receiver: Receiver) -> None:
    with tenancy.merchant_context(alice.pk):
        token = keys.issue(merchant=alice, name="till", scopes=["webhooks:write"], by="ann")[1]
    headers = {"Authorization": f"Bearer {token}"}
    entry = {"url": receiver.url, "events": ["video.approved"]}

    added = client.post("/api/v1/webhooks", entry, "application/json", headers=headers)
    again = client.post("/api/v1/webhooks", entry, "application/json", headers=headers)
    address = f"/api/v1/webhooks/{added.json()['public_id']}"
    tested = client.post(f"{address}/test", headers=headers)
    _deliver_all(alice)
    log = client.get(f"{address}/deliveries", headers=headers).json()["results"]

    assert (added.status_code, again.status_code, tested.status_code) == (201, 422, 202)
    assert [(row["event"], row["state"], row["status"]) for row in log] == [("test", "delivered", 204)]
    assert client.delete(address, headers=headers).status_code == 204
    assert client.get("/api/v1/webhooks", headers=headers).json()["results"] == []
