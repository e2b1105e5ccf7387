"""The pages of webhooks: add an address, send a test, read the log, remove it."""

from django.test import Client

from accounts import tenancy
from accounts.models import Delivery, Webhook
from tests.pages.seed import Shop

URL = "https://till.example/hooks"


def test_an_address_is_added_tried_and_removed(at_desk: Client, shop: Shop) -> None:
    added = at_desk.post("/webhooks/", {"url": URL, "events": ["video.stale"]}, follow=True)
    with tenancy.merchant_context(shop.merchant.pk):
        hook = Webhook.objects.get()
    address = f"/webhooks/{hook.public_id}/"
    assert hook.secret in added.content.decode()

    at_desk.post(f"{address}act/", {"action": "test"})

    with tenancy.merchant_context(shop.merchant.pk):
        Delivery.objects.update(state="delivered", status=204, milliseconds=83, attempts=1)
    page = at_desk.get(address)
    assert (page.status_code, "Delivered" in page.content.decode(), "83 ms" in page.content.decode()) == (
        200, True, True,
    )  # fmt: skip
    assert "Nobody is told yet" in at_desk.post(f"{address}act/", {"action": "remove"}, follow=True).content.decode()


def test_an_address_inside_a_network_is_refused_in_words(at_desk: Client) -> None:
    answer = at_desk.post("/webhooks/", {"url": "http://127.0.0.1:9000/", "events": ["video.stale"]})
    assert (answer.status_code, "only ports 80 and 443" in answer.content.decode()) == (422, True)


def test_a_stranger_reads_no_secret_and_presses_no_button(at_desk: Client, shop: Shop, stranger: Client) -> None:
    at_desk.post("/webhooks/", {"url": URL, "events": ["video.stale"]})
    with tenancy.merchant_context(shop.merchant.pk):
        address = f"/webhooks/{Webhook.objects.get().public_id}/"

    assert URL not in stranger.get("/webhooks/").content.decode()
    assert (stranger.get(address).status_code, stranger.post(f"{address}act/", {"action": "test"}).status_code) == (
        404, 404,
    )  # fmt: skip
