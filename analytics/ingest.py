"""One batch of events: read strictly, resolve whose placements they are, store by COPY; a replay stores nothing.

1. `parse` turns bytes into rows and refusals; a batch that is no batch raises BadBatch.
2. One definer function says which merchant owns each placement: nobody is signed in here.
3. Each merchant's rows go into a temporary table by COPY, and from there into the event table, inside that
   merchant's context. The primary key drops what was stored before.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts import tenancy
from analytics import decisions
from analytics.event_ids import occurred_at
from analytics.models import Kind, Source

LARGEST_BATCH = 1000
LATEST = timedelta(days=7)
"""How old an event may be: a phone that was offline for a week."""
EARLIEST = timedelta(minutes=10)
"""How far a shopper's clock may run ahead."""
FIELDS = {"id", "kind", "decision", "placement", "visitor", "detail", "value_minor"}
QUARTILES = {"25", "50", "75", "100"}
NEEDS_DECISION = {Kind.ORDER, Kind.REFUND}
"""Money moves the ranking: such events are believed only with a note that we signed."""
LARGEST_VALUE = 10**12

_DETAIL = re.compile(r"[a-z0-9_]{0,40}")
_KINDS = frozenset(Kind.values)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A valid event whose owner is not known yet."""

    index: int
    event_id: UUID
    kind: str
    placement: UUID
    visitor: int
    source: str
    allocation: int
    propensity: float | None
    detail: str
    value_minor: int
    occurred: datetime


class _Invalid(ValueError):
    """One event is refused: (code, message)."""


def receive(body: bytes, *, now: datetime, is_bot: bool = False) -> Receipt:
    """Store a batch. Raises BadBatch when the body as a whole cannot be read."""
    rows, refused = parse(body, now=now, is_bot=is_bot)
    owners = _owners({row.placement for row in rows})
    by_merchant: dict[int, list[tuple[int, Row]]] = defaultdict(list)
    for row in rows:
        if row.placement not in owners:
            refused.append(_refusal(row.index, "unknown_placement", f"No placement {row.placement} exists."))
            continue
        placement, merchant = owners[row.placement]
        by_merchant[merchant].append((placement, row))
    accepted = sum(_store(merchant, mine) for merchant, mine in by_merchant.items())
    known = sum(len(mine) for mine in by_merchant.values())
    return Receipt(
        accepted=accepted, duplicates=known - accepted, refused=tuple(sorted(refused, key=lambda one: one.index))
    )


def parse(body: bytes, *, now: datetime, is_bot: bool = False) -> tuple[list[Row], list[Refusal]]:
    """The events of a batch that can be believed, and why the others cannot."""
    notes: dict[str, decisions.Decision | None] = {}
    rows, refused = [], []
    for index, event in enumerate(_events(body)):
        try:
            rows.append(_row(index, event, notes, now=now, is_bot=is_bot))
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


def _row(
    index: int, event: Any, notes: dict[str, decisions.Decision | None], *, now: datetime, is_bot: bool
) -> Row:  # fmt: skip
    if not isinstance(event, dict) or not event.keys() <= FIELDS:
        unknown = sorted(event.keys() - FIELDS) if isinstance(event, dict) else "no object"
        raise _Invalid("unknown_field", f"An event has the fields {sorted(FIELDS)}; this one has {unknown}.")
    identity = _uuid(event, "id")
    kind = event.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise _Invalid("unknown_kind", f"kind must be one of {sorted(_KINDS)}, not {kind!r}.")
    decision = _decision(event, notes)
    if decision is None and kind in NEEDS_DECISION:
        raise _Invalid("decision_missing", f"An event of kind {kind} needs the decision it follows from.")
    source = Source.BOT.value if is_bot and not (decision and decision.source == Source.SIMULATED) else None
    return Row(
        index=index,
        event_id=identity,
        kind=kind,
        placement=decision.placement if decision else _uuid(event, "placement"),
        visitor=decision.visitor if decision else _visitor(event),
        source=source or (decision.source if decision else Source.LIVE.value),
        allocation=decision.allocation if decision else 0,
        propensity=decision.propensity if decision else None,
        detail=_detail(kind, event),
        value_minor=_value(event),
        occurred=_occurred(identity, now),
    )


def _uuid(event: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(event[name])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise _Invalid(f"bad_{name}", f"{name} must be a UUID, not {event.get(name)!r}.") from None


def _decision(event: Mapping[str, Any], notes: dict[str, decisions.Decision | None]) -> decisions.Decision | None:
    """The signed note of an event; a batch repeats few notes, so each is checked once."""
    note = event.get("decision")
    if note is None:
        return None
    if not isinstance(note, str):
        raise _Invalid("bad_decision", "decision must be the text that came with the video.")
    if note not in notes:
        notes[note] = decisions.read(note)
    found = notes[note]
    if found is None:
        raise _Invalid("bad_decision", "decision was not signed by this server: send it as it came with the video.")
    if "placement" in event and _uuid(event, "placement") != found.placement:
        raise _Invalid("decision_mismatch", f"decision is about placement {found.placement}, not {event['placement']}.")
    return found


def _visitor(event: Mapping[str, Any]) -> int:
    visitor = event.get("visitor")
    if not isinstance(visitor, str) or not 8 <= len(visitor) <= 100:
        raise _Invalid("bad_visitor", "visitor must be a random text of 8 to 100 characters, the same for one visit.")
    return visitor_hash(visitor)


def _detail(kind: str, event: Mapping[str, Any]) -> str:
    detail = event.get("detail", "")
    if not isinstance(detail, str) or not _DETAIL.fullmatch(detail):
        raise _Invalid("bad_detail", f"detail is at most 40 of a-z, 0-9 and _, not {detail!r}.")
    if kind == Kind.PROGRESS and detail not in QUARTILES:
        raise _Invalid("bad_detail", f"The detail of a progress is 25, 50, 75 or 100, not {detail!r}.")
    return detail


def _value(event: Mapping[str, Any]) -> int:
    value = event.get("value_minor", 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_VALUE:
        raise _Invalid("bad_value", f"value_minor is a whole number of cents from 0, not {value!r}.")
    return value


def _occurred(identity: UUID, now: datetime) -> datetime:
    occurred = occurred_at(identity)
    if occurred is None:
        raise _Invalid("bad_id", "id must be a UUID of version 7: its time is the time of the event.")
    if occurred > now + EARLIEST:
        raise _Invalid("in_the_future", f"The id says {occurred:%F %T}, which is still to come: check the clock.")
    if occurred < now - LATEST:
        raise _Invalid("too_late", f"The id says {occurred:%F %T}: events are taken for {LATEST.days} days.")
    return occurred


def _refusal(index: int, code: str, message: str) -> Refusal:
    return Refusal(index=index, code=code, message=message)


def _owners(placements: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """Placement and merchant id of every placement that exists."""
    with connection.cursor() as cursor:
        cursor.execute("select public_id, placement_id, merchant_id from placement_owners(%s)", [list(placements)])
        return {public: (placement, merchant) for public, placement, merchant in cursor.fetchall()}


_COLUMNS = (
    "day, merchant_id, event_id, placement_id, allocation_id, visitor, value_minor, occurred, propensity, kind, source,"
    " detail"
)


def _store(merchant_id: int, rows: Sequence[tuple[int, Row]]) -> int:
    """Insert what is new; returns how many that were."""
    lines = "".join(_line(merchant_id, placement, row) for placement, row in rows)
    with tenancy.merchant_context(merchant_id), connection.cursor() as cursor:
        cursor.execute(
            "create temporary table if not exists incoming_event"
            " (like analytics_event including defaults) on commit delete rows"
        )
        cursor.execute("delete from incoming_event")
        with cursor.copy(f"copy incoming_event ({_COLUMNS}) from stdin") as copy:
            copy.write(lines)
        cursor.execute(
            f"insert into analytics_event ({_COLUMNS}) select {_COLUMNS} from incoming_event"  # noqa: S608  # constant
            " on conflict (day, merchant_id, event_id) do nothing"
        )
        return int(cursor.rowcount)


def _line(merchant_id: int, placement: int, row: Row) -> str:
    """One line of COPY text; nothing needs escaping because nothing free was let through."""
    occurred = row.occurred.isoformat()
    propensity = "\\N" if row.propensity is None else row.propensity
    return (
        f"{occurred[:10]}\t{merchant_id}\t{row.event_id}\t{placement}\t{row.allocation}\t{row.visitor}"
        f"\t{row.value_minor}\t{occurred}\t{propensity}\t{row.kind}\t{row.source}\t{row.detail}\n"
    )
