"""Celery's view of generation: tickets that name a queue, and the sweep. The work itself is in `generation.jobs`."""

import os
import socket

from celery import shared_task

from generation import jobs, recall


@shared_task(acks_late=False)  # type: ignore[untyped-decorator]  # Celery has no types
def work(queue: str) -> int:
    """Perform due jobs of a queue until none is left; returns how many. A lost ticket is replaced by the sweep."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    done = 0
    while jobs.run_next(queue, worker):
        done += 1
    return done


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def sweep() -> None:
    """Requeue what a dead worker held and send tickets for everything that is due. Needs no leader."""
    for queue in jobs.release_expired():
        jobs.ring(queue)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def recall_overtaken() -> int:
    """Pause what a changed label rule or a withdrawn model has overtaken; returns how many. Needs no leader."""
    return sum(len(videos) for _, videos in recall.sweep())
