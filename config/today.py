"""What the first page shows, gathered in a dozen small queries."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Count, Min, Q

from accounts.models import AuditLog
from analytics import selectors as analytics_selectors
from catalog.models import Product
from generation import boards
from generation.models import Video
from review import watching

LATEST, LOOKED_AT = 6, 60
"""Lines that a list shows, and entries of the log that are read for them."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Some of the videos: how many, and since when the oldest of them stands there."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the log, and the video that it is about; None where it is about something else."""

    row: AuditLog
    video: Video | None
    more: int = 0
    """Entries right before it by the same person of the same kind."""


@dataclass(frozen=True, kw_only=True)
class Today:
    """The five counts and the short lists."""

    has_products: bool
    waiting: Group
    live: Group
    blocked: Group
    running: Group
    stale: Group
    taken_down: Group
    """By the platform, and not put back."""
    to_decide: tuple[boards.Tile, ...]
    being_made: tuple[boards.Tile, ...]
    top_reason: str
    """Why files are blocked most often; "" while none is."""
    selling: tuple[Product, ...]
    """Products that shoppers see, the newest verdict first, each with its `outcome` and `sentence`."""
    log: tuple["Entry", ...]


def today() -> Today:
    """The merchant's day."""
    return Today(
        has_products=Product.objects.exists(),
        waiting=_group(boards.WAITING),
        live=_group(Q(state=Video.State.PUBLISHED)),
        blocked=_group(Q(state=Video.State.REJECTED)),
        running=_group(boards.MAKING),
        stale=_group(Q(state=Video.State.STALE)),
        taken_down=_group(Q(state=Video.State.TAKEN_DOWN)),
        to_decide=_tiles(boards.WAITING),
        being_made=_tiles(boards.MAKING),
        top_reason=watching.top_block(),
        selling=tuple(analytics_selectors.products_with_verdict()[:LATEST]),
        log=_log(),
    )


def _log() -> tuple[Entry, ...]:
    alike = groupby(AuditLog.objects.all()[:LOOKED_AT], key=_kind)
    runs = [(next(rows), sum(1 for _ in rows)) for _, rows in alike][:LATEST]
    named = [_video_named(row) for row, _ in runs]
    found = {str(video.public_id): video for video in watching.videos().filter(public_id__in=filter(None, named))}
    return tuple(
        Entry(row=row, video=found.get(name), more=more) for (row, more), name in zip(runs, named, strict=True)
    )


def _kind(row: AuditLog) -> tuple[str, ...]:
    """What entries share that are told as one; each video stands for itself."""
    return row.actor, row.action, _video_named(row)


def _video_named(row: AuditLog) -> str:
    """The public id of the video that an entry is about, or ""."""
    return row.subject.removeprefix("video ") if row.subject.startswith("video ") else ""


def _group(which: Q) -> Group:
    row = Video.objects.filter(which).aggregate(count=Count("id", distinct=True), oldest=Min("updated"))
    return Group(**row)


def _tiles(which: Q) -> tuple[boards.Tile, ...]:
    return tuple(boards.tiles_of(watching.videos().filter(which).order_by("updated")[:LATEST]))
