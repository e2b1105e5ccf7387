"""The one way to a picture on the web; it cannot be led inside the network, and it ends.

A name is resolved once, every answer must be a public address, and the connection goes to that address: a second answer
of the resolver is never asked for. Each redirect is judged like the first address. Bytes and seconds are limited, for
the header lines too.
"""

import concurrent.futures
import ipaddress
import socket
import time
import urllib.parse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpcore

BYTE_LIMIT = 40_000_000
SECONDS = 20.0
"""For one picture, redirects included."""
STEP_SECONDS = 5.0
"""For one answer of the resolver or of the server."""
REDIRECTS = 4
PORTS = {"http": 80, "https": 443}
PATIENCE = 3
"""Failures of a host after which its further pictures are not asked for."""
HIDDEN_IPV4 = tuple(
    ipaddress.ip_network(block) for block in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""IPv6 ranges that carry an IPv4 address inside them, which may be a private one."""

Resolve = Callable[[str, int], Sequence[str]]


class FetchError(ValueError):
    """The picture was not fetched; the message names the address, the reason and the way out."""


@dataclass
class Fetcher:
    """Fetches pictures of one import; remembers hosts that do not answer."""

    resolve: Resolve = field(default_factory=lambda: addresses)
    network: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    _failures: dict[str, int] = field(default_factory=dict)

    def fetch(self, url: str, target: Path) -> None:
        """Write the picture to `target`. Raises FetchError."""
        deadline = time.monotonic() + SECONDS
        for _ in range(REDIRECTS + 1):
            onward = self._one(url, target, deadline)
            if onward is None:
                return
            url = urllib.parse.urljoin(url, onward)
        raise FetchError(f"{_shown(url)} redirects more than {REDIRECTS} times. Use the address of the picture itself.")

    def _one(self, url: str, target: Path, deadline: float) -> str | None:
        """Ask one address: written, or where it redirects to."""
        asked = checked(url)
        host = asked.hostname or ""
        if self._failures.get(host, 0) >= PATIENCE:
            raise FetchError(f"{host} did not answer {PATIENCE} times; its further pictures were not asked for.")
        try:
            return self._ask(asked, target, deadline)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            self._failures[host] = self._failures.get(host, 0) + 1
            reason = (
                "took too long" if isinstance(error, httpcore.TimeoutException | TimeoutError) else "did not answer"
            )
            raise FetchError(f"{_shown(url)} {reason}. Check the address, or upload the picture in a ZIP.") from error

    def _ask(self, asked: urllib.parse.SplitResult, target: Path, deadline: float) -> str | None:
        host, port = asked.hostname or "", asked.port or PORTS[asked.scheme]
        pinned = _Pinned(self.network, public_address(host, self.resolve(host, port)), deadline)
        path = urllib.parse.urlunsplit(("", "", asked.path or "/", asked.query, ""))
        url = httpcore.URL(scheme=asked.scheme.encode(), host=host.encode(), port=port, target=path.encode())
        headers = [
            ("Host", asked.netloc),
            ("Accept", "image/*"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", "Vitrine"),
        ]
        limits = dict.fromkeys(("connect", "read", "write", "pool"), STEP_SECONDS)
        with (
            httpcore.ConnectionPool(network_backend=pinned, max_connections=1) as pool,
            pool.stream("GET", url, headers=headers, extensions={"timeout": limits}) as response,
        ):
            fields = {name.lower(): value.decode("latin-1") for name, value in response.headers}
            if response.status in (301, 302, 303, 307, 308) and fields.get(b"location"):
                return fields[b"location"]
            if response.status != 200:
                raise FetchError(f"{_shown(asked.geturl())} answers {response.status}. Check the address in a browser.")
            _write(response.iter_stream(), target, asked.geturl(), int(_digits(fields.get(b"content-length", ""))))
            return None


def _write(blocks: Iterable[bytes], target: Path, url: str, announced: int) -> None:
    size = announced
    with target.open("wb") as file:
        if announced <= BYTE_LIMIT:
            size = 0
            for block in blocks:
                size += len(block)
                if size > BYTE_LIMIT:
                    break
                file.write(block)
    if size > BYTE_LIMIT:
        target.unlink()
        raise FetchError(f"{_shown(url)} has more than {BYTE_LIMIT:,} bytes. Export the picture smaller.")


def checked(url: str) -> urllib.parse.SplitResult:
    """The parts of an address that may be asked at all; spaces and other letters are escaped. Raises FetchError."""
    if any(ord(letter) < 32 or letter == "\\" for letter in url) or len(url) > 2000:
        raise FetchError(f"{_shown(url)} is not a web address: it contains signs that none has.")
    try:
        parts = urllib.parse.urlsplit(url.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError) as error:
        raise FetchError(f"{_shown(url)} is not a web address: {error}.") from error
    if parts.scheme not in PORTS or not host:
        raise FetchError(f"{_shown(url)} is not a web address. Use one that begins with https://.")
    if parts.username is not None or parts.password is not None:
        raise FetchError(f"{_shown(url)} carries a user name; such addresses are not opened.")
    if port not in (None, PORTS[parts.scheme]):
        raise FetchError(f"{_shown(url)} names port {port}; pictures are fetched from ports 80 and 443 only.")
    path = urllib.parse.quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    query = urllib.parse.quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    netloc = f"[{host}]" if ":" in host else host
    return urllib.parse.SplitResult(parts.scheme, netloc, path, query, "")


def addresses(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says, within `STEP_SECONDS`. Raises OSError."""
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=1)
    try:
        answer = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(timeout=STEP_SECONDS)
    except UnicodeError as error:
        raise OSError(f"{host} is no host name") from error
    finally:
        pool.shutdown(wait=False)
    return [str(row[4][0]) for row in answer]


def public_address(host: str, found: Sequence[str]) -> str:
    """The address to connect to: every one that the name has must be public. Raises FetchError."""
    for text in found:
        address = ipaddress.ip_address(text.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        hidden = address.version == 6 and any(address in block for block in HIDDEN_IPV4)
        if hidden or not address.is_global or address.is_multicast:
            raise FetchError(f"{host} is an address inside a network, which is never opened. Use a public address.")
    if not found:
        raise FetchError(f"{host} has no address. Check the address in a browser.")
    return found[0]


class _Pinned(httpcore.NetworkBackend):
    """Connects to one address whatever the URL says; TLS still checks the certificate of the URL's host."""

    def __init__(self, network: httpcore.NetworkBackend, address: str, deadline: float) -> None:
        self._network, self._address, self._deadline = network, address, deadline

    def connect_tcp(self, host: str, port: int, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        return _Timed(self._network.connect_tcp(self._address, port, *arguments, **options), self._deadline)


class _Timed(httpcore.NetworkStream):
    """A connection that ends at a deadline, however slowly the other side drips."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout=self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(*arguments, **options), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this picture is over")
        return min(left, timeout or STEP_SECONDS)


def _digits(text: str) -> str:
    return text if text.isdecimal() else "0"


def _shown(url: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in url)[:120]
