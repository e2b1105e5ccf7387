"""The one way to a picture on the web; it cannot be led inside the network (`accounts.outbound`), and it ends.

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
REDIRECTS = 4
PATIENCE = 3
"""Failures of a host after which its further pictures are not asked for."""


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
                raise FetchError(f"{shown(asked.geturl())} answers {response.status}. Check the address in a browser.")
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
        raise FetchError(f"{shown(url)} has more than {BYTE_LIMIT:,} bytes. Export the picture smaller.")


def _digits(text: str) -> str:
    return text if text.isdecimal() else "0"
