"""Celery's view of webhooks: ids in, one try each. All of them may run twice and do no harm."""

from celery import shared_task

from accounts import webhooks


@shared_task(acks_late=True)  # type: ignore[untyped-decorator]  # celery has no stubs
def deliver(merchant_id: int, delivery_id: int) -> None:
    """Try one delivery; what fails is tried again after its pause."""
    webhooks.deliver(merchant_id=merchant_id, delivery_id=delivery_id)


@shared_task  # type: ignore[untyped-decorator]  # celery has no stubs
def sweep() -> None:
    """Ring for deliveries that are due. Needs no leader."""
    webhooks.sweep()
