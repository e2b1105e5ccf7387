"""What a file is to us, told from its bytes: untouched, changed, stripped of its seal, sealed by others, or unknown."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import connection

from review.observe.marks import aigc_label
from review.provenance import c2pa, keys
from review.provenance.c2pa import Seal
from review.provenance.streams import file_hash, streams_hash

HASH = re.compile(r"[0-9a-f]{64}")


class Verdict(StrEnum):
    """The five answers of the verify page."""

    UNTOUCHED = "untouched"
    CHANGED = "changed"
    STRIPPED = "stripped"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Record:
    """What we know of a signed file, whoever made it."""

    sha256: str
    audited_sha256: str
    streams: str
    pack: dict[str, Any]
    signed: datetime
    state: str
    """Of its video today."""
    because: str
    """Why it was taken back; "" while it stands."""
    withdrawn: datetime | None
    """When a person took the approval of this file back; None while it stands."""
    withdrawn_by: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A file held against our records."""

    verdict: Verdict
    sha256: str
    has_our_streams: bool
    """Picture and sound are those of the record, packet for packet."""
    seal: Seal | None = None
    label: dict[str, str] | None = None
    record: Record | None = None

    @property
    def pack(self) -> dict[str, Any] | None:
        """What may be told of the file: what our record says, else what a seal of ours says."""
        return self.record.pack if self.record else self.seal.pack if self.seal else None


def verify(path: Path) -> Answer:
    """Judge a file. It is read, never played; nothing of it is kept."""
    digest, streams = file_hash(path), streams_hash(path)
    seal, record = c2pa.read(path, keys.known()), find(digest, streams or "")
    return Answer(
        verdict=_verdict(digest, seal, record),
        sha256=digest,
        has_our_streams=bool(record and record.streams == streams),
        seal=seal,
        label=aigc_label(path),
        record=record,
    )


def find(sha256: str, streams: str = "") -> Record | None:
    """The record of a signed or approved file with this hash, or with these streams. Needs no merchant's context."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select sha256, audited_sha256, streams, pack::text, signed, state, because, withdrawn, withdrawn_by"
            " from find_signed_file(%s, %s)",
            [sha256, streams],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return Record(
        sha256=row[0], audited_sha256=row[1], streams=row[2], pack=json.loads(row[3]), signed=row[4], state=row[5],
        because=row[6], withdrawn=row[7], withdrawn_by=row[8],
    )  # fmt: skip


def _verdict(digest: str, seal: Seal | None, record: Record | None) -> Verdict:
    if record and record.sha256 == digest:
        return Verdict.UNTOUCHED
    if seal is None:
        return Verdict.STRIPPED if record else Verdict.UNKNOWN
    if not seal.is_readable:
        return Verdict.CHANGED if record else Verdict.UNKNOWN
    if not seal.is_ours:
        return Verdict.FOREIGN
    return Verdict.UNKNOWN if seal.is_intact and record is None else Verdict.CHANGED
