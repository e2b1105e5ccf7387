"""Event ids: UUIDs of version 7 (RFC 9562, 5.7). The id carries the event's time, so a replay cannot change it."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def event_id(occurred: datetime, name: str) -> UUID:
    """The id of an event that has a name of its own (an order number): the same inputs give the same id."""
    milliseconds = (occurred - _EPOCH) // timedelta(milliseconds=1)
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:10], "big")
    value = (milliseconds & ((1 << 48) - 1)) << 80 | digest
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def occurred_at(identity: UUID) -> datetime | None:
    """When the event happened, to the millisecond; None when the id is not of version 7."""
    if identity.version != 7:
        return None
    return _EPOCH + timedelta(milliseconds=identity.int >> 80)
