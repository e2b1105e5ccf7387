"""Pictures on the web: fetched from public addresses only, in bounded time and size, each redirect judged anew."""

import io
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpcore
import pytest
from django.core.management import CommandError, call_command
from PIL import Image as PillowImage

from accounts import outbound
from accounts.models import Merchant
from catalog import selectors, services
from catalog.ingest import fetch
from catalog.ingest.fetch import Fetcher, FetchError
from catalog.models import Image, Product

PUBLIC = "93.184.216.34"
INSIDE = {
    "localhost": ["127.0.0.1"],
    "intranet.example": ["10.0.0.5"],
    "metadata.example": ["169.254.169.254"],
    "mixed.example": [PUBLIC, "192.168.0.1"],
    "six.example": ["fd00::1"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "empty.example": [],
}
LITERALS = (
    "127.0.0.1", "127.1", "127.0.0.2", "0.0.0.0", "0", "2130706433", "0x7f000001", "0x7f.1", "017700000001",
    "0177.0.0.1",
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "169.254.1.1",
    "100.64.0.1", "100.100.100.200", "198.18.0.1", "192.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001::7f00:1]", "[fe80::1]", "[fc00::1]", "[ff02::1]",
)  # fmt: skip
NO_PICTURE_ADDRESSES = (
    "file:///etc/passwd", "ftp://shop.example/a.jpg", "gopher://127.0.0.1:6379/_FLUSHALL", "javascript:alert(1)",
    "data:image/png;base64,AAAA", "//shop.example/a.jpg", "http://", "http:///a.jpg", "http://shop.example:22/a.jpg",
    "http://shop.example:6379/", "http://user:pass@shop.example/a.jpg", "http://shop.example@127.0.0.1/a.jpg",
    "http://shop.example\\@127.0.0.1/a.jpg", "http://127.0.0.1\r\nHost: shop.example/", "http://[::1/a.jpg",
    "http://shop.example:99999/a.jpg",
)  # fmt: skip


class NoNetwork(httpcore.NetworkBackend):
    """A connection to anywhere is the failure that these tests look for."""

    def connect_tcp(self, host: str, port: int, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        raise AssertionError(f"connected to {host}:{port}")


class Detour(httpcore.NetworkBackend):
    """The public address leads to our own server; what was asked for is remembered."""

    def __init__(self, port: int) -> None:
        self.port, self.asked = port, list[tuple[str, int]]()

    def connect_tcp(self, host: str, port: int, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        self.asked.append((host, port))
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, *arguments, **options)


def resolved(host: str, port: int) -> Sequence[str]:
    """Names as INSIDE says, numbers as the system reads them, everything else public."""
    if host in INSIDE:
        return INSIDE[host]
    numeric = host.replace(".", "").replace("x", "").isalnum() and not host.endswith((".example", ".test"))
    return outbound.addresses(host, port) if numeric or ":" in host else [PUBLIC]


@contextmanager
def server(*answers: bytes | float) -> Iterator[Detour]:
    """Answers one connection after the other; a number means to drip a letter every so many seconds."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.recv(65536)
                try:
                    if isinstance(answer, bytes):
                        client.sendall(answer)
                    else:
                        client.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                        while True:
                            client.sendall(b"x")
                            time.sleep(answer)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield Detour(listener.getsockname()[1])
    finally:
        listener.close()


def ok(content: bytes, *, length: int | None = None) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(content) if length is None else length) + content


def moved(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize("host", [*INSIDE, *LITERALS])
def test_no_address_inside_a_network_is_opened(host: str, tmp_path: Path) -> None:
    fetcher = Fetcher(resolve=resolved, network=NoNetwork())
    with pytest.raises(FetchError, match=r"inside a network|has no address|did not answer"):
        fetcher.fetch(f"http://{host}/a.jpg", tmp_path / "a")


@pytest.mark.parametrize("url", NO_PICTURE_ADDRESSES)
def test_what_is_no_picture_address_is_refused_before_any_name_is_resolved(url: str, tmp_path: Path) -> None:
    def unasked(host: str, port: int) -> Sequence[str]:
        raise AssertionError(f"resolved {host}")

    with pytest.raises(FetchError):
        Fetcher(resolve=unasked, network=NoNetwork()).fetch(url, tmp_path / "a")


def test_there_are_fifty_ways_in_and_none_is_open() -> None:
    assert len({*INSIDE, *LITERALS, *NO_PICTURE_ADDRESSES}) >= 50


def test_a_picture_is_fetched_from_the_address_that_was_judged(tmp_path: Path) -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    with server(ok(b"picture")) as network:
        fetcher = Fetcher(resolve=lambda host, port: answers.pop(0), network=network)
        fetcher.fetch("http://shop.example/a b/ü.jpg?size=1", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"picture"
    assert network.asked == [(PUBLIC, 80)]
    assert len(answers) == 1


def test_redirects_are_followed_to_public_addresses_only(tmp_path: Path) -> None:
    with server(moved("/b.jpg"), moved("http://cdn.example/c.jpg"), ok(b"there")) as network:
        Fetcher(resolve=resolved, network=network).fetch("http://shop.example/a.jpg", tmp_path / "a")
        assert (tmp_path / "a").read_bytes() == b"there"
    for target in (
        "http://127.0.0.1/",
        "http://metadata.example/latest",
        "file:///etc/passwd",
        "http://shop.example:22/",
    ):
        with server(moved(target)) as network, pytest.raises(FetchError):
            Fetcher(resolve=resolved, network=network).fetch("http://shop.example/a.jpg", tmp_path / "b")
        assert len(network.asked) == 1


def test_a_circle_of_redirects_ends(tmp_path: Path) -> None:
    with server(*[moved("/a.jpg")] * 9) as network, pytest.raises(FetchError, match="redirects more than 4 times"):
        Fetcher(resolve=resolved, network=network).fetch("http://shop.example/a.jpg", tmp_path / "a")
    assert len(network.asked) == 5


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answers 404"),
        (ok(b"", length=10**12), "has more than 1,000 bytes"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000, "has more than 1,000 bytes"),
        (ok(b"half", length=900), "did not answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "did not answer"),
        (b"", "did not answer"),
    ],
)
def test_an_answer_that_is_no_picture_says_why(
    answer: bytes, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "BYTE_LIMIT", 1000)
    with server(answer) as network, pytest.raises(FetchError, match=reason):
        Fetcher(resolve=resolved, network=network).fetch("http://shop.example/a.jpg", tmp_path / "a")


def test_a_server_that_drips_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 1.0)
    started = time.monotonic()
    with server(0.05) as network, pytest.raises(FetchError, match="took too long"):
        Fetcher(resolve=resolved, network=network).fetch("http://shop.example/a.jpg", tmp_path / "a")
    assert time.monotonic() - started < 5


def test_a_dead_host_is_asked_three_times(tmp_path: Path) -> None:
    asked = []

    def unknown(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        raise OSError("no such name")

    fetcher = Fetcher(resolve=unknown, network=NoNetwork())
    for number in range(5):
        with pytest.raises(FetchError):
            fetcher.fetch(f"http://gone.example/{number}.jpg", tmp_path / "a")
    assert asked == ["gone.example"] * 3


def test_pictures_of_an_import_are_fetched_once_and_failures_are_named(at_alice: Merchant) -> None:
    photo = io.BytesIO()
    PillowImage.new("RGB", (600, 600), (200, 30, 30)).save(photo, "PNG")
    text = (
        "sku,title,price,image\nA,Mug,5 EUR,http://shop.example/a.png\nB,Cup,5 EUR,http://intranet.example/b.png\n"
        "C,Pot,5 EUR,http://shop.example/c.png\n"
    )
    batch = services.import_file(merchant=at_alice, file=io.BytesIO(text.encode()), name="list.csv")
    assert (batch.ready, batch.warned) == (3, 0)
    with server(ok(photo.getvalue()), ok(b"<html>")) as network:
        fetcher = Fetcher(resolve=resolved, network=network)
        assert services.fetch_pictures(batch=batch, fetcher=fetcher) == 1
    image = Image.objects.get()
    assert (image.product.sku, image.source_url, image.width) == ("A", "http://shop.example/a.png", 600)
    assert [(one.row, one.column, one.reason[:60]) for one in selectors.import_problems(batch)] == [
        (3, "image", "intranet.example is an address inside a network, which is ne"),
        (4, "image", "Picture c.png is not a picture that we can read. Use JPEG, P"),
    ]
    again = Fetcher(resolve=lambda host, port: ["127.0.0.1"], network=NoNetwork())
    assert services.fetch_pictures(batch=batch, fetcher=again) == 0
    assert Image.objects.count() == 1
    assert Product.objects.get(sku="B").image_urls == ["http://intranet.example/b.png"]


@pytest.mark.parametrize("address", ["http://[::1/feed.csv", "https://shop.example:8443/feed.csv"])
def test_the_command_refuses_an_address_that_is_never_opened(address: str) -> None:
    with pytest.raises(CommandError, match=r"not a web address|only ports 80 and 443"):
        call_command("import_products", address)
