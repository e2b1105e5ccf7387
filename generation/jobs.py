"""The lease queue: who may work on which video now, and how their result becomes real exactly once.

The row is the truth. A worker claims the fair next job of a queue, beats while it works, and commits its result
in one transaction that checks its fence: if the lease was lost meanwhile, nothing of the result is kept.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from celery import current_app
from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import tenancy
from generation.models import Job, Video

log = logging.getLogger(__name__)

QUEUES = {Job.Kind.GENERATE: "gpu", Job.Kind.COMPOSE: "media", Job.Kind.REVIEW: "review"}
COSTS = {Job.Kind.GENERATE: 1.0, Job.Kind.COMPOSE: 12.5, Job.Kind.REVIEW: 7.5}
"""Expected machine seconds a stage and format, which a merchant's lane is charged."""

Progress = Callable[[str, float], None]
"""Stage name in the merchant's words, and the fraction done."""


class LostLease(RuntimeError):
    """Somebody else has the job now; whatever was made must be dropped."""


class Handler(Protocol):
    """Three steps of a job. Only `perform` is long; it runs outside any transaction and touches no row."""

    def load(self, job: Job) -> Any:
        """Read what is needed. Runs inside the merchant."""
        ...

    def perform(self, record: Any, progress: Progress) -> Any:
        """Do the work, calling `progress` often: it raises LostLease when the lease is gone."""
        ...

    def commit(self, job: Job, result: Any) -> None:
        """Write the result, in the transaction that has just checked the fence."""
        ...


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to work on one job until the heartbeat stops."""

    job_id: int
    merchant_id: int
    fence: int


def enqueue(*, video: Video, kind: Job.Kind) -> Job:
    """Put a stage of a video into its queue; asking twice is the same as once. Runs inside the merchant."""
    job, _ = Job.objects.get_or_create(
        video=video,
        kind=kind,
        defaults={"merchant_id": video.merchant_id, "queue": QUEUES[kind], "cost": cost(video, kind)},
    )
    with connection.cursor() as cursor:
        cursor.execute("select open_lane(%s)", [job.queue])
    # No partial: Django's report of a robust hook that failed asks for a function's name.
    transaction.on_commit(lambda: ring(job.queue), robust=True)
    return job


def cost(video: Video, kind: Job.Kind) -> float:
    """Expected machine seconds of a stage of a video, in all its formats."""
    return COSTS[kind] * len(video.formats)


def ring(queue: str) -> None:
    """Send a ticket that says this queue has work. It may get lost: the row is the truth, the sweep rings again."""
    current_app.send_task("generation.tasks.work", args=[queue], queue=queue, expires=60)


def retry(*, job: Job) -> bool:
    """Give a dead job a fresh start; False when it was not dead."""
    return bool(
        Job.objects.filter(pk=job.pk, state=Job.State.DEAD).update(
            state=Job.State.QUEUED, attempts=0, run_after=timezone.now(), progress=0, stage="", error=""
        )
    )


def run_next(queue: str, worker: str) -> bool:
    """Claim and perform one job of the queue; False when none is due. Failures end on the row, not here."""
    lease = _claim(queue, worker)
    if lease is None:
        return False
    try:
        with _heartbeat(lease) as progress:
            job, handler, record = _load(lease)
            result = handler.perform(record, progress)
            _commit(lease, job, handler, result)
    except LostLease:
        log.warning("job %s was taken over; its result is dropped", lease.job_id)
    except Exception as error:
        log.exception("job %s failed", lease.job_id)
        _fail(lease, error)
    return True


def release_expired() -> list[str]:
    """Requeue jobs whose worker went silent. Returns every queue that has due work, one entry a job."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select * from release_expired(%s)", [settings.JOB_MAX_ATTEMPTS])
        released = cursor.fetchall()
        cursor.execute("select * from due_jobs()")
        due = cursor.fetchall()
    for job_id, merchant_id, is_dead, _ in released:
        if is_dead:
            _bury(job_id, merchant_id, "The worker stopped in the middle of it, several times.")
    return [queue for queue, count in due for _ in range(min(count, 8))]


def _claim(queue: str, worker: str) -> Lease | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select * from claim_job(%s, %s, %s)", [queue, worker, settings.JOB_LEASE_SECONDS])
        row = cursor.fetchone()
    return Lease(job_id=row[0], merchant_id=row[1], fence=row[2]) if row else None


def _load(lease: Lease) -> tuple[Job, Handler, Any]:
    with tenancy.merchant_context(lease.merchant_id):
        job = Job.objects.select_related("video__variant__product").get(pk=lease.job_id)
        handler: Handler = import_string(settings.JOB_HANDLERS[job.kind])()
        return job, handler, handler.load(job)


def _commit(lease: Lease, job: Job, handler: Handler, result: Any) -> None:
    with tenancy.merchant_context(lease.merchant_id):
        if not _mine(lease).update(state=Job.State.DONE, finished=timezone.now(), progress=1, lease_until=None):
            raise LostLease
        handler.commit(job, result)


def _mine(lease: Lease) -> Any:
    return Job.objects.filter(pk=lease.job_id, fence=lease.fence, state=Job.State.LEASED)


def _fail(lease: Lease, error: Exception) -> None:
    """Back to the queue after a pause, or dead with the reason when it cannot heal."""
    words = f"{type(error).__name__}: {error}"[:2000]
    with tenancy.merchant_context(lease.merchant_id):
        attempts = Job.objects.values_list("attempts", flat=True).get(pk=lease.job_id)
        if not getattr(error, "is_permanent", False) and attempts < settings.JOB_MAX_ATTEMPTS:
            pause = timedelta(seconds=2**attempts * random.uniform(0.5, 1.0))
            _mine(lease).update(state=Job.State.QUEUED, run_after=timezone.now() + pause, error=words, lease_until=None)
            return
        if not _mine(lease).update(state=Job.State.DEAD, error=words, finished=timezone.now(), lease_until=None):
            return
    _bury(lease.job_id, lease.merchant_id, str(error) or type(error).__name__)


def _bury(job_id: int, merchant_id: int, reason: str) -> None:
    """The video of a dead job has failed, and says why."""
    with tenancy.merchant_context(merchant_id):
        taken_back = [Video.State.STALE, Video.State.RETIRED]
        found = Video.objects.filter(jobs__pk=job_id).exclude(state__in=taken_back)
        found.update(state=Video.State.FAILED, error=reason[:2000])


@contextmanager
def _heartbeat(lease: Lease) -> Iterator[Progress]:
    """Extends the lease from a second thread while the block works; yields the progress callback."""
    stop, lost = threading.Event(), threading.Event()
    now: dict[str, Any] = {"stage": "", "progress": 0.0}

    def progress(stage: str, fraction: float) -> None:
        now.update(stage=stage[:60], progress=min(max(fraction, 0.0), 1.0))
        if lost.is_set():
            raise LostLease

    def beat() -> None:
        while not stop.wait(min(1.0, settings.JOB_LEASE_SECONDS / 3)):
            try:
                if not _extend(lease, now):
                    lost.set()
            except Exception:
                log.exception("heartbeat of job %s failed; trying again", lease.job_id)
        close_old_connections()
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{lease.job_id}", daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        stop.set()
        thread.join()


def _extend(lease: Lease, now: dict[str, Any]) -> bool:
    until = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    with tenancy.merchant_context(lease.merchant_id):
        return bool(_mine(lease).update(lease_until=until, **now))
