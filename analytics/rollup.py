"""Events become daily counts: the days touched since the last time are counted again, whole. Safe to repeat."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Merchant
from analytics import partitions
from analytics.models import RollupMark

OVERLAP = timedelta(minutes=5)
"""A transaction may commit after a later one was counted: look this far behind the mark."""

_TOUCHED = """
select distinct day from analytics_event
where merchant_id = %s
  and received > coalesce((select upto from analytics_rollupmark where merchant_id = %s), '-infinity')
      - make_interval(secs => %s)
"""
_COUNT = """
insert into analytics_dailycount
  (merchant_id, public_id, created, day, placement_id, allocation_id, kind, detail, source, n, visitors, value_minor)
select e.merchant_id, gen_random_uuid(), now(), e.day, e.placement_id, e.allocation_id, e.kind, e.detail, e.source,
       count(*), count(distinct e.visitor), sum(e.value_minor)
from analytics_event e join generation_placement p on p.id = e.placement_id
where e.merchant_id = %s and e.day = any (%s)
group by e.merchant_id, e.day, e.placement_id, e.allocation_id, e.kind, e.detail, e.source
"""


@transaction.atomic
def refresh(merchant: Merchant) -> list[date]:
    """Count the days that events arrived for since the last time; returns them. Needs the merchant's context."""
    now = timezone.now()
    partitions.open_days(now.date())
    _one_at_a_time(merchant)
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [merchant.pk, merchant.pk, OVERLAP.total_seconds()])
        days = sorted(day for (day,) in cursor.fetchall())
    recount(merchant, days)
    RollupMark.objects.update_or_create(merchant=merchant, defaults={"upto": now})
    return days


@transaction.atomic
def recount(merchant: Merchant, days: Iterable[date]) -> None:
    """Replace the counts of these days by what the events say: the repair command's verb too."""
    wanted = list(days)
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from analytics_dailycount where merchant_id = %s and day = any (%s)", [merchant.pk, wanted]
        )
        cursor.execute(_COUNT, [merchant.pk, wanted])


def days_without_events(merchant: Merchant, days: Iterable[date]) -> list[date]:
    """Days that have counts and no event any more: retention dropped them, so they cannot be counted again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct c.day from analytics_dailycount c where c.merchant_id = %s and c.day = any (%s)"
            " and not exists (select from analytics_event e where e.merchant_id = c.merchant_id and e.day = c.day)",
            [merchant.pk, list(days)],
        )
        return sorted(day for (day,) in cursor.fetchall())


def _one_at_a_time(merchant: Merchant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('analytics rollup'), %s)", [merchant.pk])
