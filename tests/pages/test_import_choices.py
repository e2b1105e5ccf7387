"""The pages of an upload take decisions about its columns, and the address of a feed."""

import io

from django.test import Client
from django.urls import reverse

from accounts import tenancy
from catalog import selectors, services
from catalog.models import Import
from tests.pages.seed import Shop

PLAIN = "sku,title,price,Height\nA-1,Pump,24.90,45\nA-2,Can,12,20\n"


def test_the_page_offers_the_decisions_and_takes_them(client: Client, shop: Shop) -> None:
    client.force_login(shop.user)
    batch = services.keep(merchant=shop.merchant, file=io.BytesIO(PLAIN.encode()), name="list.csv")
    services.check_import(batch=batch)
    page = client.get(reverse("catalog:import_detail", args=[batch.public_id])).content.decode()
    assert "Take the numbers in “Height” as" in page
    assert "name no currency" in page

    decide = reverse("catalog:import_decide", args=[batch.public_id])
    client.post(decide, {"unit_column": "Height", "unit": "mm"})
    client.post(decide, {"column": ["title"], "meaning": ["nonsense"]})

    with tenancy.merchant_context(shop.merchant.pk):
        batch.refresh_from_db()
    assert batch.state == Import.State.RECEIVED
    assert selectors.choices_for(shop.merchant.pk, ["sku", "title", "price", "Height"]).units == {"height": "mm"}


def test_rows_without_a_title_or_sku_are_offered_another_column_for_all_of_them(at_desk: Client, shop: Shop) -> None:
    rows = "sku,title,price,Our words\nA-1,,1.20 EUR,Pump\nA-2,Can,2 EUR,Watering can\n"
    batch = services.keep(merchant=shop.merchant, file=io.BytesIO(rows.encode()), name="list.csv")
    services.check_import(batch=batch)
    address = reverse("catalog:import_detail", args=[batch.public_id])
    page = at_desk.get(address).content.decode()
    assert ("The title stands in" in page, "<option>Our words</option>" in page) == (True, True)

    at_desk.post(f"{address}decide/", {"column": "Our words", "meaning": "title"})
    services.check_import(batch=_fresh(batch, shop))
    assert (_fresh(batch, shop).refused, "The title stands in" in at_desk.get(address).content.decode()) == (0, False)


def test_what_is_remembered_stands_on_the_page_and_can_be_forgotten(at_desk: Client, shop: Shop) -> None:
    batch = services.keep(merchant=shop.merchant, file=io.BytesIO(PLAIN.encode()), name="list.csv")
    services.check_import(batch=batch)
    at_desk.post(reverse("catalog:import_decide", args=[batch.public_id]), {"currency": "EUR"})
    services.check_import(batch=_fresh(batch, shop))
    page = at_desk.get(reverse("catalog:import_detail", args=[batch.public_id])).content.decode()
    assert "prices are in EUR" in page
    assert "Leave “Height” out of every row" in page

    at_desk.post(reverse("catalog:import_forget", args=[batch.public_id]))
    services.check_import(batch=_fresh(batch, shop))
    assert (
        "prices are in EUR"
        not in at_desk.get(reverse("catalog:import_detail", args=[batch.public_id])).content.decode()
    )


def _fresh(batch: Import, shop: Shop) -> Import:
    with tenancy.merchant_context(shop.merchant.pk):
        return Import.objects.select_related("merchant").get(pk=batch.pk)


def test_the_page_takes_the_address_of_a_feed(client: Client, shop: Shop) -> None:
    client.force_login(shop.user)
    refused = client.post(reverse("catalog:import_list"), {"url": "file:///etc/passwd"})
    assert refused.status_code == 422
    assert "Use one that begins with https://." in refused.content.decode()
    taken = client.post(reverse("catalog:import_list"), {"url": "https://shop.example/feed.xml"})
    assert taken.status_code == 302
