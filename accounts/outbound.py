"""The way out of our network for addresses that somebody else wrote; it cannot be led back inside.

A name is resolved once, every answer must be a public address, and the connection goes to that address: a second answer
of the resolver is never asked for. Bytes drip in under a deadline. Pictures, feeds and webhooks all leave through here.
"""

import concurrent.futures
import ipaddress
import socket
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore

STEP_SECONDS = 5.0
"""For one answer of the resolver or of the server."""
POST_SECONDS = 10.0
"""For sending once, from the connection to the end of the answer."""
ANSWER_BYTES = 400
"""Kept of an answer."""
PORTS = {"http": 80, "https": 443}
HIDDEN_IPV4 = tuple(
    ipaddress.ip_network(block) for block in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""IPv6 ranges that carry an IPv4 address inside them, which may be a private one."""

Resolve = Callable[[str, int], Sequence[str]]


class OutboundError(ValueError):
    """The address was not opened, or did not answer; the message names it, the reason and the way out."""


def checked(url: str, *, may_loop: bool = False) -> urllib.parse.SplitResult:
    """The parts of an address that may be asked at all; spaces and other letters are escaped.

    `may_loop` is for tests and development: it opens the ports of this machine. Raises OutboundError.
    """
    if any(ord(letter) < 32 or letter == "\\" for letter in url) or len(url) > 2000:
        raise OutboundError(f"{shown(url)} is not a web address: it contains signs that none has.")
    try:
        parts = urllib.parse.urlsplit(url.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError) as error:
        raise OutboundError(f"{shown(url)} is not a web address: {error}.") from error
    if parts.scheme not in PORTS or not host:
        raise OutboundError(f"{shown(url)} is not a web address. Use one that begins with https://.")
    if parts.username is not None or parts.password is not None:
        raise OutboundError(f"{shown(url)} carries a user name; such addresses are not opened.")
    if port not in (None, PORTS[parts.scheme]) and not may_loop:
        raise OutboundError(f"{shown(url)} names port {port}; only ports 80 and 443 are opened.")
    path = urllib.parse.quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    query = urllib.parse.quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{port}" if port not in (None, PORTS[parts.scheme]) else ""
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


def public_address(host: str, found: Sequence[str], *, may_loop: bool = False) -> str:
    """The address to connect to: every one that the name has must be public. Raises OutboundError."""
    for text in found:
        address = ipaddress.ip_address(text.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        hidden = address.version == 6 and any(address in block for block in HIDDEN_IPV4)
        if may_loop and address.is_loopback:
            continue
        if hidden or not address.is_global or address.is_multicast:
            raise OutboundError(f"{host} is an address inside a network, which is never opened. Use a public address.")
    if not found:
        raise OutboundError(f"{host} has no address. Check the address in a browser.")
    return found[0]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server said: status, the first bytes as text, and after how many milliseconds."""

    status: int
    text: str
    milliseconds: int


@dataclass(frozen=True)
class Sender:
    """Posts to addresses that merchants wrote. `may_loop` is for tests and development."""

    may_loop: bool = False
    resolve: Resolve = field(default_factory=lambda: addresses)
    network: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body once; redirects are not followed. Raises OutboundError when nobody answered."""
        asked = checked(url, may_loop=self.may_loop)
        host, port = asked.hostname or "", asked.port or PORTS[asked.scheme]
        if asked.scheme != "https" and not self.may_loop:
            raise OutboundError(f"{shown(url)} is not encrypted. Use an address that begins with https://.")
        started = time.monotonic()
        try:
            address = public_address(host, self.resolve(host, port), may_loop=self.may_loop)
            status, text = self._sent(asked, Pinned(self.network, address, started + POST_SECONDS), body, headers)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise OutboundError(f"{host} took longer than {POST_SECONDS:.0f} s to answer.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise OutboundError(f"{host} did not answer: {str(error) or type(error).__name__}.") from error
        return Answer(status=status, text=text, milliseconds=round((time.monotonic() - started) * 1000))

    def _sent(
        self, asked: urllib.parse.SplitResult, way: "Pinned", body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, str]:
        host, port = asked.hostname or "", asked.port or PORTS[asked.scheme]
        path = urllib.parse.urlunsplit(("", "", asked.path or "/", asked.query, ""))
        url = httpcore.URL(scheme=asked.scheme.encode(), host=host.encode(), port=port, target=path.encode())
        lines = [("Host", asked.netloc), ("User-Agent", "Vitrine"), ("Content-Length", str(len(body)))]
        limits = dict.fromkeys(("connect", "read", "write", "pool"), STEP_SECONDS)
        with (
            httpcore.ConnectionPool(network_backend=way, max_connections=1) as pool,
            pool.stream(
                "POST", url, headers=[*lines, *headers.items()], content=body, extensions={"timeout": limits}
            ) as response,
        ):
            text = b""
            for block in response.iter_stream():
                text += block
                if len(text) >= ANSWER_BYTES:
                    break
            return response.status, text[:ANSWER_BYTES].decode("utf-8", "replace")


class Pinned(httpcore.NetworkBackend):
    """Connects to one address whatever the URL says; TLS still checks the certificate of the URL's host."""

    def __init__(self, network: httpcore.NetworkBackend, address: str, deadline: float) -> None:
        self._network, self._address, self._deadline = network, address, deadline

    def connect_tcp(self, host: str, port: int, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        return Timed(self._network.connect_tcp(self._address, port, *arguments, **options), self._deadline)


class Timed(httpcore.NetworkStream):
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
        return Timed(self._inner.start_tls(*arguments, **options), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this address is over")
        return min(left, timeout or STEP_SECONDS)


def shown(url: str) -> str:
    """An address as an error may repeat it."""
    return "".join(letter if letter.isprintable() else "?" for letter in url)[:120]
