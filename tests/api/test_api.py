"""Programs do what people do on the pages: inside one merchant, within their key's scopes, with errors that help."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import keys, tenancy
from accounts.models import ApiKey, AuditLog, Merchant
from catalog import services as catalog_services
from catalog.models import Import, Parameter, Product
from generation import services
from generation.models import Video
from tests.factories import make_cut, make_product, make_signed, make_video
from tests.generation.test_stale import _live_video

Call = Callable[..., Any]
FEED = b"sku,title,price\nP-1,Pump,19.90 EUR\nP-2,,1 EUR\n"


@pytest.fixture
def token(alice: Merchant) -> str:
    with tenancy.merchant_context(alice.pk):
        return keys.issue(merchant=alice, name="till", scopes=list(keys.SCOPES), by="ann")[1]


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_key_opens_its_own_merchant_only(client: Client, alice: Merchant, bob: Merchant, token: str) -> None:
    for merchant, sku in ((alice, "A-1"), (bob, "B-1")):
        with tenancy.merchant_context(merchant.pk):
            make_product(merchant, sku=sku)

    answer = client.get("/api/v1/products", headers=_headers(token)).json()

    assert [row["sku"] for row in answer["results"]] == ["A-1"]


@pytest.mark.parametrize("spoil", ["", "vt_nothing", "vt_{prefix}_guess", "{token}x", "xx_{rest}"])
def test_a_wrong_key_opens_nothing_and_says_so(client: Client, token: str, spoil: str) -> None:
    prefix, rest = token.split("_")[1], token.partition("_")[2]
    bad = spoil.format(prefix=prefix, token=token, rest=rest)

    answer = client.get("/api/v1/products", headers=_headers(bad) if bad else {})

    assert answer.status_code == 401
    assert set(answer.json()["error"]) >= {"code", "message"}
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("change", [{"revoked": timezone.now()}, {"expires": timezone.now() - timedelta(minutes=1)}])
def test_a_revoked_or_expired_key_opens_nothing(
    client: Client, alice: Merchant, token: str, change: dict[str, Any]
) -> None:
    with tenancy.merchant_context(alice.pk):
        ApiKey.objects.update(**change)

    assert client.get("/api/v1/products", headers=_headers(token)).status_code == 401


def test_a_key_does_what_its_scopes_say(client: Client, alice: Merchant) -> None:
    with tenancy.merchant_context(alice.pk):
        _, token = keys.issue(merchant=alice, name="reader", scopes=["catalog:read"], by="ann")
        product = make_product(alice)
    path = f"/api/v1/products/{product.public_id}"

    refused = client.put(
        f"{path}/parameters", {"name": "width", "value": "9 cm"}, "application/json", headers=_headers(token)
    )

    assert client.get(path, headers=_headers(token)).status_code == 200
    assert (refused.status_code, refused.json()["error"]["message"]) == (403, "This key lacks the scope catalog:write.")
    assert client.get("/api/v1/videos", headers=_headers(token)).status_code == 403


def test_the_secret_is_kept_nowhere_and_its_use_is_noted(client: Client, alice: Merchant, token: str) -> None:
    client.get("/api/v1/products", headers=_headers(token))

    with tenancy.merchant_context(alice.pk):
        row = ApiKey.objects.values().get()
        assert token.split("_", 2)[2] not in str(row)
        assert row["last_used"] is not None
        assert AuditLog.objects.get(action="issue_key").actor == "ann"


def test_a_file_is_checked_confirmed_and_stored(client: Client, alice: Merchant, token: str) -> None:
    upload = SimpleUploadedFile("feed.csv", FEED)
    sent = client.post("/api/v1/imports", {"file": upload}, headers=_headers(token))
    path = f"/api/v1/imports/{sent.json()['public_id']}"
    early = client.post(f"{path}/confirm", headers=_headers(token))
    with tenancy.merchant_context(alice.pk):
        batch = Import.objects.get()
    catalog_services.check_import(batch=batch)

    checked = client.get(path, headers=_headers(token)).json()
    problems = client.get(f"{path}/problems", headers=_headers(token)).json()["results"]
    confirmed = client.post(f"{path}/confirm", headers=_headers(token))

    assert (sent.status_code, early.status_code, confirmed.status_code) == (202, 409, 202)
    assert (checked["state"], checked["rows"], checked["ready"], checked["refused"]) == ("checked", 2, 1, 1)
    assert [(row["row"], row["severity"]) for row in problems] == [(3, "refused")]
    assert confirmed.json()["state"] == "running"


def test_a_file_of_the_wrong_kind_is_refused_with_the_way_out(client: Client, token: str) -> None:
    answer = client.post("/api/v1/imports", {"file": SimpleUploadedFile("a.exe", b"MZ")}, headers=_headers(token))

    assert answer.status_code == 422
    assert "Use .csv" in answer.json()["error"]["message"]


def test_a_parameter_is_put_in_words(client: Client, alice: Merchant, token: str) -> None:
    with tenancy.merchant_context(alice.pk):
        path = f"/api/v1/products/{make_product(alice).public_id}/parameters"

    good = client.put(path, {"name": "Width", "value": "9,5 cm"}, "application/json", headers=_headers(token))
    bad = client.put(path, {"name": "width", "value": "nine"}, "application/json", headers=_headers(token))
    empty = client.put(path, {"name": "width"}, "application/json", headers=_headers(token))

    assert (good.status_code, good.json()["value"], good.json()["unit"]) == (200, 9.5, "cm")
    assert (bad.status_code, bad.json()["error"]["code"]) == (422, "not_a_quantity")
    assert (empty.status_code, list(empty.json()["error"]["fields"])) == (400, ["value"])
    with tenancy.merchant_context(alice.pk):
        assert Parameter.objects.get().source == "entered by key: till"


def test_planning_says_what_a_product_lacks(client: Client, alice: Merchant, token: str) -> None:
    with tenancy.merchant_context(alice.pk):
        path = f"/api/v1/products/{make_product(alice).public_id}/videos"

    answer = client.post(path, {"budget": 2}, "application/json", headers=_headers(token))

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "cannot_plan")
    assert "has no photo" in answer.json()["error"]["message"]


def test_pages_go_on_where_they_were_while_rows_are_added(client: Client, alice: Merchant, token: str) -> None:
    with tenancy.merchant_context(alice.pk):
        for _ in range(5):
            make_product(alice)
    first = client.get("/api/v1/products?limit=2", headers=_headers(token)).json()
    with tenancy.merchant_context(alice.pk):
        make_product(alice, sku="NEW")
    second = client.get(first["next"], headers=_headers(token)).json()

    assert [row["sku"] for row in first["results"] + second["results"]] == ["P-5", "P-4", "P-3", "P-2"]


def test_a_film_gets_a_format_that_it_lacks(client: Client, alice: Merchant, token: str) -> None:
    with tenancy.merchant_context(alice.pk):
        video = make_video(alice, state=Video.State.APPROVED)
    path = f"/api/v1/videos/{video.public_id}/formats"
    added = client.post(path, {"format": "portrait"}, "application/json", headers=_headers(token))
    unknown = client.post(path, {"format": "cinema"}, "application/json", headers=_headers(token))

    assert (added.status_code, added.json()["formats"], added.json()["state"]) == (202, ["portrait"], "planned")
    assert (added.json()["sku"], unknown.status_code) == ("P-1", 422)


def test_a_stretch_is_cut_out_of_a_film(client: Client, alice: Merchant, token: str) -> None:
    with tenancy.merchant_context(alice.pk):
        video = _live_video(alice)
    path = f"/api/v1/videos/{video.public_id}/trims"
    cut = client.post(path, {"start": 0, "end": 1}, "application/json", headers=_headers(token))
    whole = client.post(path, {"start": 0, "end": 6}, "application/json", headers=_headers(token))

    assert (cut.status_code, cut.json()["state"], cut.json()["public_id"] != str(video.public_id)) == (
        202, "planned", True,
    )  # fmt: skip
    assert (whole.status_code, whole.json()["error"]["code"]) == (422, "cannot_plan")


def test_videos_are_listed_by_state_and_decided_by_a_named_person(client: Client, alice: Merchant, token: str) -> None:
    with tenancy.merchant_context(alice.pk):
        video = make_video(alice, state=Video.State.NEEDS_PERSON)
        make_video(alice, product=Product.objects.get())
    listed = client.get("/api/v1/videos?state=needs_person", headers=_headers(token)).json()["results"]
    path = f"/api/v1/videos/{video.public_id}"

    nameless = client.post(f"{path}/decisions", {"verdict": "reject"}, "application/json", headers=_headers(token))
    no = {"verdict": "reject", "by": "Ann", "reason": "Too dark."}
    decided = client.post(f"{path}/decisions", no, "application/json", headers=_headers(token))
    again = client.post(f"{path}/decisions", no, "application/json", headers=_headers(token))

    assert [row["public_id"] for row in listed] == [str(video.public_id)]
    assert (nameless.status_code, decided.status_code, again.status_code) == (400, 204, 409)
    assert client.get(path, headers=_headers(token)).json()["state"] == "rejected"
    assert client.get(f"{path}/audits", headers=_headers(token)).json() == []


def test_the_description_names_every_endpoint_with_its_scheme(client: Client, db: None) -> None:
    text = client.get("/api/v1/openapi.yaml").content.decode()

    for path in ("/api/v1/imports:", "/api/v1/products/{public_id}/videos:", "/api/v1/videos/{public_id}/decisions:"):
        assert path in text
    assert "scheme: bearer" in text
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")


def test_a_key_is_made_and_revoked_from_the_shell(
    client: Client, alice: Merchant, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("api_key", "--merchant", alice.slug, "--name", "till", "--scope", "catalog:read")
    token = capsys.readouterr().out.splitlines()[0]
    before = client.get("/api/v1/products", headers=_headers(token)).status_code
    call_command("api_key", "--merchant", alice.slug, "--revoke", token.split("_")[1])

    assert (before, client.get("/api/v1/products", headers=_headers(token)).status_code) == (200, 401)


def test_the_file_of_an_approved_video_is_the_sealed_one(client: Client, alice: Merchant, token: str) -> None:
    with tenancy.merchant_context(alice.pk):
        video = make_video(alice, state=Video.State.REVIEWING)
        cut = make_cut(video)
    address = f"/api/v1/videos/{video.public_id}"
    (before,) = client.get(address, headers=_headers(token)).json()["cuts"]
    with tenancy.merchant_context(alice.pk):
        services.approve(video=video, approver="Ann")
        make_signed(cut, sha256="e" * 64, file="videos/sealed.mp4")

    (after,) = client.get(address, headers=_headers(token)).json()["cuts"]

    known = ("file", "sha256", "audited_sha256", "is_sealed")
    assert [before[name] for name in known] == ["/media/videos/x.mp4", "a" * 64, "a" * 64, False]
    assert [after[name] for name in known] == ["/media/videos/sealed.mp4", "e" * 64, "a" * 64, True]
