"""Celery's view of imports: ids in, one service call each. All of them may run twice and do no harm."""

from contextlib import suppress

from celery import shared_task

from accounts import tenancy
from catalog import clips, rights, services
from catalog.models import Import


@shared_task(acks_late=True, reject_on_worker_lost=True)  # type: ignore[untyped-decorator]  # celery has no stubs
def check_batch(merchant_id: int, batch_id: int) -> None:
    """Judge an uploaded file; nothing is stored but what is wrong with it."""
    batch = _batch(merchant_id, batch_id)
    if batch is not None and batch.state == Import.State.RECEIVED:
        with suppress(services.ImportStopped):
            services.check_import(batch=batch)


@shared_task(acks_late=True, reject_on_worker_lost=True)  # type: ignore[untyped-decorator]  # celery has no stubs
def import_batch(merchant_id: int, batch_id: int) -> None:
    """Store a confirmed import, then fetch its pictures; after a crash it goes on where it stood."""
    batch = _batch(merchant_id, batch_id)
    if batch is not None and batch.state == Import.State.RUNNING:
        with suppress(services.ImportStopped):
            services.run_import(batch=batch)
            services.order_pictures(batch=batch)


@shared_task(acks_late=True, reject_on_worker_lost=True)  # type: ignore[untyped-decorator]  # celery has no stubs
def fetch_batch(merchant_id: int, batch_id: int) -> None:
    """Fetch the pictures that a stored import names by address."""
    batch = _batch(merchant_id, batch_id)
    if batch is not None and batch.state == Import.State.DONE:
        services.fetch_pictures(batch=batch)


@shared_task  # type: ignore[untyped-decorator]  # celery has no stubs
def sweep() -> None:
    """Give imports and clips that nobody works on to a worker. Needs no leader."""
    services.sweep()
    clips.sweep()


@shared_task(acks_late=True)  # type: ignore[untyped-decorator]  # celery has no stubs
def make_clip_playable(merchant_id: int, clip_id: int) -> None:
    """Re-encode a clip for browsers."""
    clips.make_playable(merchant_id=merchant_id, clip_id=clip_id)


@shared_task  # type: ignore[untyped-decorator]  # celery has no stubs
def end_expired_rights() -> None:
    """Take back what was built on consents whose last day has passed. Needs no leader."""
    rights.end_expired()


def _batch(merchant_id: int, batch_id: int) -> Import | None:
    with tenancy.merchant_context(merchant_id):
        return Import.objects.select_related("merchant").filter(pk=batch_id).first()
