"""How a product's videos are laid out for people: a board of scenario by locale, and counts for lists."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from catalog import truth
from catalog.models import Product
from generation import jobs, selectors
from generation.formats import FORMATS
from generation.models import Cut, Job, Video

_CHECKED = Q(
    state=Video.State.REVIEWING, pk__in=Job.objects.filter(kind=Job.Kind.REVIEW, state=Job.State.DONE).values("video")
)
WAITING = Q(state=Video.State.NEEDS_PERSON) | _CHECKED
"""Videos a person must decide: the audit is in doubt, or it has passed and nobody has said yes yet."""
MAKING = (
    Q(state__in=(Video.State.PLANNED, Video.State.DRAFTING, Video.State.DRAFTED, Video.State.REVIEWING)) & ~_CHECKED
)
"""Videos that machines are at work on, or are about to be."""
STAGES = {
    Job.Kind.GENERATE: ("Generating motion, light and sound", 0.0),
    Job.Kind.COMPOSE: ("Composing with the product photo", 0.15),
    Job.Kind.REVIEW: ("Checking the finished file", 0.75),
}
"""What a stage is called before it says so itself, and the share of the whole that lies before it."""
SHARES = {Job.Kind.GENERATE: 0.15, Job.Kind.COMPOSE: 0.6, Job.Kind.REVIEW: 0.25}


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One video on the board."""

    video: Video
    cut: Cut | None
    because: str = ""
    """Why it was taken back, where the list is about that."""

    @property
    def is_being_made(self) -> bool:
        return is_being_made(self.video)

    @property
    def is_waiting(self) -> bool:
        return is_waiting(self.video)

    @property
    def making(self) -> "Making":
        return making_of(self.video)


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """A scenario: one cell a locale, in the board's order; a cell holds any number of tiles."""

    scenario: str
    cells: tuple[tuple[str, tuple[Tile, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One format of a film: the video that has it, None where it can be added."""

    key: str
    title: str
    video: Video | None


@dataclass(frozen=True, kw_only=True)
class Board:
    """Scenario by locale."""

    locales: tuple[str, ...]
    rows: tuple[BoardRow, ...]

    @property
    def is_moving(self) -> bool:
        return any(tile.is_being_made for row in self.rows for _, tiles in row.cells for tile in tiles)


@dataclass(frozen=True, kw_only=True)
class Making:
    """How far a video is: stage in words, fraction of the whole, seconds left if anything is known."""

    stage: str
    fraction: float
    seconds_left: float | None
    is_waiting: bool

    @property
    def percent(self) -> int:
        return round(self.fraction * 100)


def is_waiting(video: Video) -> bool:
    """`WAITING` for one video whose jobs are prefetched."""
    if video.state == Video.State.REVIEWING:
        return any(job.kind == Job.Kind.REVIEW and job.state == Job.State.DONE for job in video.jobs.all())
    return video.state == Video.State.NEEDS_PERSON


def is_being_made(video: Video) -> bool:
    """`MAKING` for one video whose jobs are prefetched."""
    states = (Video.State.PLANNED, Video.State.DRAFTING, Video.State.DRAFTED, Video.State.REVIEWING)
    return video.state in states and not is_waiting(video)


def waiting_count() -> int:
    """How many of the merchant's videos wait for a person."""
    return Video.objects.filter(WAITING).count()


def board_of(product: Product) -> Board:
    """The board of a product; three queries."""
    tiles: dict[tuple[str, str], list[Tile]] = defaultdict(list)
    for video in selectors.videos_of(product):
        tiles[video.variant.scenario, video.variant.locale].append(Tile(video=video, cut=first_cut(video)))
    scenarios = list(dict.fromkeys(scenario for scenario, _ in tiles))
    locales = tuple(dict.fromkeys(locale for _, locale in tiles))
    rows = [
        BoardRow(scenario=name, cells=tuple((locale, tuple(tiles[name, locale])) for locale in locales))
        for name in scenarios
    ]
    return Board(locales=locales, rows=tuple(rows))


def first_cut(video: Video, frame_format: str = Cut.Format.WIDE) -> Cut | None:
    """The cut of that format, else any, else None. Reads what was prefetched."""
    cuts = list(video.cuts.all())
    return next((cut for cut in cuts if cut.format == frame_format), cuts[0] if cuts else None)


def other_shapes(video: Video) -> list[Shape]:
    """The formats a video is not made in: another video of the same film has them, or they can be added; one query."""
    film = list(Video.objects.filter(variant=video.variant_id, engine=video.engine))
    shapes = [
        Shape(key=key, title=each.title, video=next((one for one in film if key in one.formats), None))
        for key, each in FORMATS.items()
        if key not in video.formats
    ]
    return [shape for shape in shapes if shape.video or video.state not in selectors.SPENT]


def tiles_of(videos: Iterable[Video]) -> list[Tile]:
    """Videos for a list."""
    return [Tile(video=video, cut=first_cut(video)) for video in videos]


def products_with_counts(*, only_live: bool = False) -> QuerySet[Product]:
    """Products with how many videos they have, and how many are live, waiting for a person, and being made."""

    def count(which: Q) -> Subquery:
        found = Video.objects.filter(which, variant__product=OuterRef("pk")).order_by()
        return Subquery(found.values("variant__product").annotate(n=Count("pk", distinct=True)).values("n"))

    products = truth.products_with_photo().annotate(
        videos=count(Q()), live=count(Q(state=Video.State.PUBLISHED)), waiting=count(WAITING), making=count(MAKING)
    )
    return products.filter(live__gt=0) if only_live else products


def making_of(video: Video) -> Making:
    """Where a video under way stands. The rest is estimated from the pace so far, else from the expected cost."""
    job = selectors.current_job(video)
    if job is None:
        return Making(stage="Planned", fraction=0.0, seconds_left=None, is_waiting=True)
    name, before = STAGES[Job.Kind(job.kind)]
    is_waiting = job.state == Job.State.QUEUED
    stage = f"Waiting for a free machine: {name.lower()}" if is_waiting else job.stage or name
    return Making(
        stage=stage,
        fraction=min(0.99, before + SHARES[Job.Kind(job.kind)] * job.progress),
        seconds_left=_seconds_left(job, timezone.now()),
        is_waiting=is_waiting,
    )


def _seconds_left(job: Job, now: datetime) -> float | None:
    order = list(SHARES)
    later = sum(jobs.cost(job.video, kind) for kind in order[order.index(Job.Kind(job.kind)) + 1 :])
    if job.state != Job.State.LEASED or job.started is None or job.progress < 0.05:
        return None if job.state == Job.State.QUEUED else job.cost + later
    elapsed = (now - job.started).total_seconds()
    return max(0.0, elapsed * (1 - job.progress) / job.progress) + later
