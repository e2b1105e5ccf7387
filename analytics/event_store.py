"""Where events are kept: whose placements they are, and the one COPY and one INSERT that store a batch.

Row-level security lets nobody COPY into the event table itself, so a batch is copied into a temporary table and
inserted from there, in the merchant's context. Most batches hold nothing that was stored before: they are inserted
plainly, and only one that collides is inserted again, row by row past its duplicates.
"""

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts import tenancy
from analytics.models import Kind, Source

_KINDS, _SOURCES = list(Kind.values), list(Source.values)
_KIND = {kind: place for place, kind in enumerate(_KINDS, start=1)}
_SOURCE = {source: place for place, source in enumerate(_SOURCES, start=1)}
_MOST_OWNERS = 100_000
_owners_seen: dict[UUID, tuple[int, int]] = {}
"""A placement never changes hands, so each process asks once."""


class Row(NamedTuple):
    """A valid event and its `place` in the batch. `milliseconds` since 1970 are the time in its id; a `propensity` of 0
    is none."""

    place: int
    event_id: bytes
    milliseconds: int
    kind: str
    placement: UUID
    visitor: int
    source: str
    allocation: int
    propensity: float
    detail: str
    value_minor: int


def owners(placements: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """Placement and merchant id of every placement that exists. Asks across merchants: nobody is signed in here."""
    wanted = set(placements)
    new = wanted - _owners_seen.keys()
    if new:
        if len(_owners_seen) > _MOST_OWNERS:
            _owners_seen.clear()
            new = wanted
        with connection.cursor() as cursor:
            cursor.execute("select public_id, placement_id, merchant_id from placement_owners(%s)", [list(new)])
            _owners_seen.update({public: (placement, merchant) for public, placement, merchant in cursor.fetchall()})
    return {one: _owners_seen[one] for one in wanted if one in _owners_seen}


def store(merchant_id: int, rows: Sequence[tuple[int, Row]]) -> int:
    """Keep (placement id, event) pairs of one merchant; returns how many were new."""
    details = list(dict.fromkeys(row.detail for _, row in rows))
    texts = [_KINDS, _SOURCES, details]
    with tenancy.merchant_context(merchant_id), connection.cursor() as cursor:
        cursor.execute(_INCOMING)
        with cursor.copy("copy incoming_event from stdin (format binary)") as copy:
            copy.write(_payload(rows, details))
        try:
            with transaction.atomic():
                cursor.execute(_INSERT, [merchant_id, *texts])
        except IntegrityError:
            cursor.execute(f"{_INSERT} on conflict (day, merchant_id, event_id) do nothing", [merchant_id, *texts])
        return int(cursor.rowcount)


_INCOMING = """
create temporary table if not exists incoming_event (
  event_id uuid, milliseconds bigint, placement_id bigint, allocation_id bigint, visitor bigint, value_minor bigint,
  propensity double precision, kind smallint, source smallint, detail smallint
) on commit delete rows;
delete from incoming_event
"""
_WHEN = "'epoch' + milliseconds * interval '1 millisecond'"
_INSERT = f"""
insert into analytics_event (
  day, merchant_id, event_id, placement_id, allocation_id, visitor, value_minor, occurred, propensity, kind, source,
  detail
)
select (timestamp {_WHEN})::date, %s, event_id, placement_id, allocation_id, visitor, value_minor,
       timestamptz {_WHEN}, nullif(propensity, 0), (%s::text[])[kind], (%s::text[])[source], (%s::text[])[detail]
from incoming_event
"""  # noqa: S608  # constant
_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL = b"\xff\xff"
_RECORD = Struct("!h i16s iq iq iq iq iq id ih ih ih")
"""One row of PGCOPY: the number of fields, then each field after its length."""


def _payload(rows: Sequence[tuple[int, Row]], details: Sequence[str]) -> bytes:
    detail_of = {detail: number for number, detail in enumerate(details, start=1)}
    pack = _RECORD.pack
    records = [
        pack(
            10, 16, row.event_id, 8, row.milliseconds, 8, placement, 8, row.allocation, 8, row.visitor,
            8, row.value_minor, 8, row.propensity, 2, _KIND[row.kind], 2, _SOURCE[row.source], 2, detail_of[row.detail],
        )
        for placement, row in rows
    ]  # fmt: skip
    return b"".join([_HEAD, *records, _TAIL])
