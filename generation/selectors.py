"""Reads of generation: what is planned, running, waiting and live."""

from django.db.models import Prefetch, QuerySet

from catalog.models import Product
from generation.models import Cut, Job, Placement, Score, Variant, Video
from generation.planning import Learned

SPENT = (
    Video.State.REJECTED, Video.State.FAILED, Video.State.STALE, Video.State.WITHDRAWN, Video.State.TAKEN_DOWN,
    Video.State.RETIRED,
)  # fmt: skip
"""States of a video that no shopper may see as it is."""


def videos_of(product: Product) -> QuerySet[Video]:
    """A product's videos with their variant, cuts and jobs, oldest first."""
    return _with_everything(Video.objects.filter(variant__product=product))


def videos_in(*states: str) -> QuerySet[Video]:
    """The merchant's videos in any of these states, longest waiting first."""
    return _with_everything(Video.objects.filter(state__in=states)).order_by("updated")


def live_placements(product: Product) -> QuerySet[Placement]:
    """What shoppers can see of a product now."""
    return Placement.objects.filter(state=Placement.State.LIVE, cut__video__variant__product=product).select_related(
        "cut__video__variant"
    )


def learned_for(product: Product) -> list[Learned]:
    """What sold before: this category's scores, else those of the whole catalog."""
    rows = list(Score.objects.filter(category=product.category)) or list(Score.objects.filter(category=""))
    return [
        Learned(
            attribute=row.attribute, value=row.value, effect=row.effect, low=row.low, high=row.high, is_net=row.is_net
        )
        for row in rows
    ]


def current_job(video: Video) -> Job | None:
    """The stage a video is in: the unfinished job, else the last one."""
    jobs = sorted(video.jobs.all(), key=lambda job: job.pk)
    unfinished = [job for job in jobs if job.state != Job.State.DONE]
    return unfinished[0] if unfinished else (jobs[-1] if jobs else None)


def next_batch(product: Product) -> int:
    """Number of the product's next planning batch; the first is 1."""
    last = Variant.objects.filter(product=product).order_by("-batch").values_list("batch", flat=True).first()
    return (last or 0) + 1


def _with_everything(videos: QuerySet[Video]) -> QuerySet[Video]:
    return videos.select_related("variant__product").prefetch_related(
        Prefetch("cuts", Cut.objects.order_by("-format")), "jobs"
    )
