"""The rights register as a merchant and a program use it: enter, see what rests on it, withdraw."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import keys, tenancy
from accounts.models import Merchant
from catalog.models import Consent
from generation.models import Placement, Video
from tests.catalog.test_clips import film
from tests.factories import make_product
from tests.pages.seed import Shop

ENTRY = {
    "kind": "person", "name": "Marie Dupont", "document": "Contract 12", "use": "any", "territory": "us, fr",
    "begins": "2026-01-01", "expires": "", "products": "VT-FNT-016",
}  # fmt: skip


def test_a_consent_is_entered_and_its_withdrawal_pauses_its_videos(at_desk: Client, shop: Shop) -> None:
    assert at_desk.post("/rights/", ENTRY).status_code == 302
    with tenancy.merchant_context(shop.merchant.pk):
        consent = Consent.objects.get()
    page = at_desk.get(f"/rights/{consent.public_id}/").content.decode()
    assert "Videos built on it" in page

    answer = at_desk.post(f"/rights/{consent.public_id}/withdraw/", {"because": "She asked us to"}, follow=True)

    assert "paused: make them anew here" in answer.content.decode()
    with tenancy.merchant_context(shop.merchant.pk):
        live = Placement.objects.filter(state="live").exclude(cut__video=shop.videos[Video.State.STALE])
        assert live.count() == 0
        assert Video.objects.filter(state=Video.State.PUBLISHED).count() == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Name the person"),
        ({"territory": "France"}, "is no country code"),
        ({"products": "NOPE-1"}, "No product has the SKU NOPE-1"),
        ({"products": ""}, "Say what it is for"),
        ({"expires": "2025-01-01"}, "lies before its first"),
    ],
)
def test_an_entry_that_says_too_little_comes_back_with_the_reason(
    at_desk: Client, shop: Shop, change: dict[str, str], words: str
) -> None:
    answer = at_desk.post("/rights/", {**ENTRY, **change})

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    with tenancy.merchant_context(shop.merchant.pk):
        assert Consent.objects.count() == 0


def test_a_chosen_photo_narrows_a_consent_to_it(at_desk: Client, shop: Shop) -> None:
    with tenancy.merchant_context(shop.merchant.pk):
        photo = shop.product.images.get()

    at_desk.post(f"/rights/?product={shop.product.public_id}", {**ENTRY, "pictures": [str(photo.public_id)]})

    with tenancy.merchant_context(shop.merchant.pk):
        assert Consent.objects.get().scopes.get().image == photo
    assert "1 picture only" in at_desk.get(f"/products/{shop.product.public_id}/").content.decode()


def test_a_stranger_sees_and_ends_nothing(stranger: Client, at_desk: Client, shop: Shop) -> None:
    at_desk.post("/rights/", ENTRY)
    with tenancy.merchant_context(shop.merchant.pk):
        address = f"/rights/{Consent.objects.get().public_id}/"

    assert "Nobody is entered yet" in stranger.get("/rights/").content.decode()
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}withdraw/", {"because": "x"}).status_code == 404


def test_a_clip_is_added_and_what_is_none_is_refused_in_words(at_desk: Client, shop: Shop, tmp_path: Path) -> None:
    address = f"/products/{shop.product.public_id}/clips/"
    with film(tmp_path / "use.mp4").open("rb") as file:
        page = at_desk.post(address, {"clip": file}, follow=True).content.decode()
    assert ("use.mp4" in page, "Being made playable" in page) == (True, True)

    refused = at_desk.post(address, {"clip": SimpleUploadedFile("use.mp4", b"#EXTM3U")}, follow=True)

    assert "use.mp4 is no MP4, MOV or WebM video" in refused.content.decode()


def test_a_program_enters_and_withdraws_a_consent(client: Client, alice: Merchant) -> None:
    with tenancy.merchant_context(alice.pk):
        token = keys.issue(merchant=alice, name="till", scopes=["catalog:read", "catalog:write"], by="ann")[1]
        make_product(alice, sku="P-1")
    headers = {"Authorization": f"Bearer {token}"}
    entry = {"kind": "brand", "name": "Rill", "document": "L-7", "begins": "2026-01-01", "territory": "EU"}

    refused = client.post("/api/v1/consents", {**entry, "skus": ["P-9"]}, "application/json", headers=headers)
    entered = client.post("/api/v1/consents", {**entry, "skus": ["P-1"]}, "application/json", headers=headers).json()
    listed = client.get("/api/v1/consents?sku=P-1", headers=headers).json()["results"]
    address = f"/api/v1/consents/{entered['public_id']}/withdraw"
    ended = client.post(address, {"because": "Licence lost"}, "application/json", headers=headers)
    again = client.post(address, {"because": "Licence lost"}, "application/json", headers=headers)

    assert (refused.status_code, "P-9" in refused.json()["error"]["message"]) == (422, True)
    assert [row["name"] for row in listed] == ["Rill"]
    assert (ended.status_code, ended.json(), again.status_code) == (200, {"paused": 0}, 409)
    assert client.get(f"/api/v1/consents/{entered['public_id']}", headers=headers).json()["void"].startswith("was")
