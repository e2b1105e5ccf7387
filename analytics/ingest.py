"""One batch of events: read strictly, stored once; a replay stores nothing.

1. `parse` turns bytes into rows and refusals; a batch that is no batch raises BadBatch.
2. `event_store.owners` says which merchant owns each placement: nobody is signed in here.
3. `event_store.store` keeps each merchant's rows; the primary key drops what was stored before.

Every shopper's every act comes through `_Batch.row`: it does little, and nothing twice.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from analytics import decisions, event_store, partitions
from analytics.event_store import Row
from analytics.models import Kind, Source

LARGEST_BATCH = 1000
LATEST = timedelta(days=7)
"""How old an event may be: a phone that was offline for a week."""
LATEST_OF_SERVERS = timedelta(days=90)
"""The same for a merchant's own server, which may bring a season's history."""
EARLIEST = timedelta(minutes=10)
"""How far a shopper's clock may run ahead."""
FIELDS = {"id", "kind", "decision", "placement", "visitor", "detail", "value_minor"}
DETAILS = {Kind.PROGRESS: ("3s", "25", "50", "75", "100"), Kind.DWELL: ("10", "30", "60", "180", "600")}
"""What the detail of these kinds may be: how far a video was watched, how many seconds a live stream was."""
NEEDS_DECISION = {Kind.ORDER, Kind.REFUND}
"""Money moves the ranking: such events are believed only with a note that we signed."""
LARGEST_VALUE = 10**12

_DETAIL = re.compile(r"[a-z0-9_]{0,40}")
_KINDS = frozenset(Kind.values)
_DETAILED: dict[str, tuple[str, ...]] = {kind.value: allowed for kind, allowed in DETAILS.items()}
_UUID7 = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}", re.ASCII | re.IGNORECASE
)


class BadBatch(ValueError):
    """The body is no batch of events; the message says what it should be."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One event that was not stored: its place in the batch, a code for programs, words for people."""

    index: int
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a batch."""

    accepted: int
    duplicates: int
    refused: tuple[Refusal, ...]


class _Invalid(ValueError):
    """One event is refused: (code, message)."""


def receive(body: bytes, *, now: datetime, is_bot: bool = False, server_of: int | None = None) -> Receipt:
    """Store a batch. Raises BadBatch when the body as a whole cannot be read.

    `server_of` is the merchant whose own server sends it, with a key: it is believed about money and about the past,
    and about nobody else's placements.
    """
    rows, refused = parse(body, now=now, is_bot=is_bot, is_server=server_of is not None)
    owners = event_store.owners(row.placement for row in rows)
    if server_of is not None:
        owners = {public: owner for public, owner in owners.items() if owner[1] == server_of}
        partitions.open_days_of(row.milliseconds for row in rows)
    by_merchant: dict[int, list[tuple[int, Row]]] = defaultdict(list)
    for row in rows:
        if row.placement not in owners:
            refused.append(_refusal(row.place, "unknown_placement", f"No placement {row.placement} exists."))
            continue
        placement, merchant = owners[row.placement]
        by_merchant[merchant].append((placement, row))
    accepted = sum(event_store.store(merchant, mine) for merchant, mine in by_merchant.items())
    known = sum(len(mine) for mine in by_merchant.values())
    return Receipt(
        accepted=accepted, duplicates=known - accepted, refused=tuple(sorted(refused, key=lambda one: one.index))
    )


def parse(
    body: bytes, *, now: datetime, is_bot: bool = False, is_server: bool = False
) -> tuple[list[Row], list[Refusal]]:
    """The events of a batch that can be believed, and why the others cannot."""
    batch = _Batch(now, is_bot=is_bot, is_server=is_server)
    rows, refused = [], []
    for index, event in enumerate(_events(body)):
        try:
            rows.append(batch.row(index, event))
        except _Invalid as error:
            refused.append(_refusal(index, *error.args))
    return rows, refused


def visitor_hash(visitor: str) -> int:
    """A signed 64-bit keyed hash: enough to count visitors, not enough to find one."""
    digest = hashlib.blake2b(
        visitor.encode(errors="replace"), key=settings.SECRET_KEY.encode()[:64], digest_size=8
    ).digest()
    return int.from_bytes(digest, "big", signed=True)


def _events(body: bytes) -> Sequence[Any]:
    try:
        batch = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadBatch(f'The body is not JSON: {error}. Send {{"events": [...]}}.') from error
    events = batch.get("events") if isinstance(batch, dict) else None
    if not isinstance(events, list) or set(batch) != {"events"}:
        raise BadBatch('The body must be {"events": [...]} and nothing else.')
    if not 1 <= len(events) <= LARGEST_BATCH:
        raise BadBatch(f"A batch holds 1 to {LARGEST_BATCH} events, this one {len(events)}. Split it.")
    return events


class _Batch:
    """What the events of one batch share: the moment, who sent them, and their notes, each checked once."""

    def __init__(self, now: datetime, *, is_bot: bool, is_server: bool) -> None:
        self.oldest = LATEST_OF_SERVERS if is_server else LATEST
        self.earliest, self.latest = _milliseconds(now - self.oldest), _milliseconds(now + EARLIEST)
        self.is_bot, self.is_server = is_bot, is_server
        self.notes: dict[str, decisions.Decision | None] = {}

    def row(self, index: int, event: Any) -> Row:
        """The event as it is stored. Raises _Invalid."""
        if not isinstance(event, dict) or not event.keys() <= FIELDS:
            unknown = sorted(event.keys() - FIELDS) if isinstance(event, dict) else "no object"
            raise _Invalid("unknown_field", f"An event has the fields {sorted(FIELDS)}; this one has {unknown}.")
        identity, milliseconds = self.identity(event.get("id"))
        kind = event.get("kind")
        if not isinstance(kind, str) or kind not in _KINDS:
            raise _Invalid("unknown_kind", f"kind must be one of {sorted(_KINDS)}, not {kind!r}.")
        detail, value = _detail(kind, event), _value(event)
        decision = self.decision(event)
        if decision is None:
            if kind in NEEDS_DECISION and not self.is_server:
                raise _Invalid("decision_missing", f"An event of kind {kind} needs the decision it follows from.")
            placement, source = _placement(event), Source.BOT.value if self.is_bot else Source.LIVE.value
            return Row(index, identity, milliseconds, kind, placement, _visitor(event), source, 0, 0.0, detail, value)
        is_bot = self.is_bot and decision.source != Source.SIMULATED
        return Row(
            index, identity, milliseconds, kind, decision.placement, decision.visitor,
            Source.BOT.value if is_bot else decision.source, decision.allocation, decision.propensity, detail, value,
        )  # fmt: skip

    def identity(self, written: Any) -> tuple[bytes, int]:
        """The 16 bytes of an id and the milliseconds in it."""
        if not isinstance(written, str) or not _UUID7.fullmatch(written):
            raise _Invalid("bad_id", f"id must be a UUID of version 7, whose time is the event's own, not {written!r}.")
        identity = bytes.fromhex(written.replace("-", ""))
        milliseconds = int.from_bytes(identity[:6], "big")
        if milliseconds > self.latest:
            raise _Invalid("in_the_future", f"The id says {_moment(milliseconds)}, still to come: check the clock.")
        if milliseconds < self.earliest:
            late = f"The id says {_moment(milliseconds)}: events are taken for {self.oldest.days} days."
            raise _Invalid("too_late", late)
        return identity, milliseconds

    def decision(self, event: Mapping[str, Any]) -> decisions.Decision | None:
        """The signed note of an event; None where somebody else chose the video."""
        note = event.get("decision")
        if note is None:
            return None
        if not isinstance(note, str):
            raise _Invalid("bad_decision", "decision must be the text that came with the video.")
        if note not in self.notes:
            self.notes[note] = decisions.read(note)
        found = self.notes[note]
        if found is None:
            raise _Invalid("bad_decision", "decision was not signed by this server: send it as it came with the video.")
        if "placement" in event and _placement(event) != found.placement:
            other = event["placement"]
            raise _Invalid("decision_mismatch", f"decision is about placement {found.placement}, not {other}.")
        return found


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> str:
    """In words; the largest id of version 7 lies in the year 10889, which no calendar here can write."""
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%F %T}"
    except (ValueError, OverflowError):
        return "a year after 9999"


def _placement(event: Mapping[str, Any]) -> UUID:
    try:
        return UUID(event["placement"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise _Invalid("bad_placement", f"placement must be a UUID, not {event.get('placement')!r}.") from None


def _visitor(event: Mapping[str, Any]) -> int:
    visitor = event.get("visitor")
    if not isinstance(visitor, str) or not 8 <= len(visitor) <= 100:
        raise _Invalid("bad_visitor", "visitor must be a random text of 8 to 100 characters, the same for one visit.")
    return visitor_hash(visitor)


def _detail(kind: str, event: Mapping[str, Any]) -> str:
    detail = event.get("detail", "")
    if detail == "" and kind not in _DETAILED:
        return ""
    if not isinstance(detail, str) or not _DETAIL.fullmatch(detail):
        raise _Invalid("bad_detail", f"detail is at most 40 of a-z, 0-9 and _, not {detail!r}.")
    allowed = _DETAILED.get(kind)
    if allowed and detail not in allowed:
        raise _Invalid("bad_detail", f"The detail of a {kind} is one of {', '.join(allowed)}, not {detail!r}.")
    return detail


def _value(event: Mapping[str, Any]) -> int:
    value = event.get("value_minor", 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_VALUE:
        raise _Invalid("bad_value", f"value_minor is a whole number of cents from 0, not {value!r}.")
    return value


def _refusal(index: int, code: str, message: str) -> Refusal:
    return Refusal(index=index, code=code, message=message)
