"""Celery's view of analytics: what happens every few minutes without anybody asking."""

from celery import shared_task
from django.utils import timezone

from accounts import tenancy
from accounts.models import Merchant
from analytics import partitions, services


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def learn_from_all() -> int:
    """Count and learn for every merchant, each in its own transaction; returns how many. May run twice."""
    partitions.open_days(timezone.now().date())
    merchants = list(Merchant.objects.order_by("id"))
    for merchant in merchants:
        with tenancy.merchant_context(merchant.pk):
            services.learn(merchant)
    return len(merchants)
