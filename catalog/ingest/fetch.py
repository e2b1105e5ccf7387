"""The one way to a picture or a feed on the web; it cannot be led inside the network (`accounts.outbound`).

Each redirect is judged like the first address. Bytes and seconds are limited, for the header lines too.
"""

import time
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import httpcore

from accounts.outbound import (
    PORTS,
    STEP_SECONDS,
    OutboundError,
    Pinned,
    Resolve,
    addresses,
    checked,
    public_address,
    shown,
)

FetchError = OutboundError
"""The picture was not fetched; the message names the address, the reason and the way out."""
BYTE_LIMIT = 40_000_000
SECONDS = 20.0
"""For one picture, redirects included."""
FEED_BYTES = 400_000_000
FEED_SECONDS = 300.0
"""For one feed."""
REDIRECTS = 4
PATIENCE = 3
"""Failures of a host after which its further pictures are not asked for."""


@dataclass
class Fetcher:
    """Fetches pictures of one import; remembers hosts that do not answer."""

    resolve: Resolve = field(default_factory=lambda: addresses)
    network: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    byte_limit: int = field(default_factory=lambda: BYTE_LIMIT)
    seconds: float = field(default_factory=lambda: SECONDS)
    accept: str = "image/*"
    _failures: dict[str, int] = field(default_factory=dict)

    def fetch(self, url: str, target: Path) -> None:
        """Write the picture to `target`. Raises FetchError."""
        deadline = time.monotonic() + self.seconds
        for _ in range(REDIRECTS + 1):
            onward = self._one(url, target, deadline)
            if onward is None:
                return
            url = urllib.parse.urljoin(url, onward)
        raise FetchError(f"{shown(url)} redirects more than {REDIRECTS} times. Use the address of the picture itself.")

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
            raise FetchError(f"{shown(url)} {reason}. Check the address, or upload the picture in a ZIP.") from error

    def _ask(self, asked: urllib.parse.SplitResult, target: Path, deadline: float) -> str | None:
        host, port = asked.hostname or "", asked.port or PORTS[asked.scheme]
        pinned = Pinned(self.network, public_address(host, self.resolve(host, port)), deadline)
        path = urllib.parse.urlunsplit(("", "", asked.path or "/", asked.query, ""))
        url = httpcore.URL(scheme=asked.scheme.encode(), host=host.encode(), port=port, target=path.encode())
        headers = [
            ("Host", asked.netloc),
            ("Accept", self.accept),
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
                raise FetchError(f"{shown(asked.geturl())} answers {response.status}. Check the address in a browser.")
            announced = int(_digits(fields.get(b"content-length", "")))
            if not _write(response.iter_stream(), target, self.byte_limit if announced <= self.byte_limit else 0):
                limit = f"{self.byte_limit:,}"
                raise FetchError(f"{shown(asked.geturl())} has more than {limit} bytes. Export it smaller.")
            return None


def _write(blocks: Iterable[bytes], target: Path, limit: int) -> bool:
    """Whether everything was written; nothing is left of what exceeds the limit."""
    size = 0
    with target.open("wb") as file:
        for block in blocks if limit else ():
            size += len(block)
            if size > limit:
                break
            file.write(block)
    if not limit or size > limit:
        target.unlink()
        return False
    return True


def _digits(text: str) -> str:
    return text if text.isdecimal() else "0"
