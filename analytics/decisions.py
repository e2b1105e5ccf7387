"""The signed note that says which variant a visitor was given, by whom and with what probability.

It travels through the page and comes back with every event, so a script cannot invent a propensity, move an event to
another variant, or pass a simulated shopper off as a person. Fixed fields and one HMAC: thousands a second are read.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from struct import Struct
from uuid import UUID

from django.conf import settings

_FIELDS = Struct("!16sqqdB")
_SOURCES = ("live", "simulated")
_MARK = 16
"""Bytes of HMAC-SHA256 that are kept: 128 bits."""
_LENGTH = 76
"""Characters of a note: 41 bytes of fields and the mark in base 64."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`visitor` is the keyed hash, `allocation` the id of the shares that applied, `source` live or simulated."""

    placement: UUID
    visitor: int
    allocation: int
    propensity: float
    source: str


def sign(decision: Decision) -> str:
    """The note as URL-safe text. Raises ValueError for a source that no note may claim."""
    fields = _FIELDS.pack(
        decision.placement.bytes,
        decision.visitor,
        decision.allocation,
        round(decision.propensity, 6),
        _SOURCES.index(decision.source),
    )
    return urlsafe_b64encode(fields + _mark(fields, settings.SECRET_KEY)).decode()


def read(note: str) -> Decision | None:
    """The decision, or None when the signature or the content is not ours."""
    try:
        content = urlsafe_b64decode(note) if len(note) == _LENGTH else b""
    except (binascii.Error, ValueError):
        return None
    fields, mark = content[: _FIELDS.size], content[_FIELDS.size :]
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(hmac.compare_digest(mark, _mark(fields, secret)) for secret in secrets):
        return None
    placement, visitor, allocation, propensity, source = _FIELDS.unpack(fields)
    return Decision(
        placement=UUID(bytes=placement),
        visitor=visitor,
        allocation=allocation,
        propensity=propensity,
        source=_SOURCES[source],
    )


def _mark(fields: bytes, secret: str) -> bytes:
    return hmac.digest(_key(secret), fields, "sha256")[:_MARK]


@cache
def _key(secret: str) -> bytes:
    return sha256(b"analytics.decision:" + secret.encode()).digest()
