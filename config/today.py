"""What the first page shows, gathered in a dozen small queries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from accounts.models import AuditLog
from catalog.models import Product
from generation import boards
from generation.models import Video
from review import watching

LATEST = 6


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


@dataclass(frozen=True, kw_only=True)
class Today:
    """The five counts and the two short lists."""

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
        log=_log(),
    )


def _log() -> tuple[Entry, ...]:
    rows = list(AuditLog.objects.all()[:LATEST])
    named = [row.subject.removeprefix("video ") for row in rows if row.subject.startswith("video ")]
    found = {str(video.public_id): video for video in watching.videos().filter(public_id__in=named)}
    return tuple(Entry(row=row, video=found.get(row.subject.removeprefix("video "))) for row in rows)


def _group(which: Q) -> Group:
    row = Video.objects.filter(which).aggregate(count=Count("id", distinct=True), oldest=Min("updated"))
    return Group(**row)


def _tiles(which: Q) -> tuple[boards.Tile, ...]:
    return tuple(boards.tiles_of(watching.videos().filter(which).order_by("updated")[:LATEST]))
