"""Net value of each visitor of an experiment, summed by phase and arm beside what the same visitors had bought before.

A phase is where shares were constant: arms are compared within phases, or a good week would be taken for a good arm.
"""

from collections import defaultdict

from django.db import connection

from analytics.models import Experiment
from analytics.stats.samples import Sums

BEFORE_DAYS = 14
"""How long before the start purchases count as a visitor's habit."""
LARGEST_SHARE = 0.995
"""Orders beyond this quantile are cut to it: one enormous order should not decide."""
_SUMS = """
with phases as (select id from analytics_allocation where experiment_id = %(experiment)s),
seen as (
  select distinct on (visitor) visitor, placement_id, allocation_id from analytics_event
  where merchant_id = %(merchant)s and day >= %(started)s::date and kind = 'impression' and source <> 'bot'
    and allocation_id in (select id from phases)
  order by visitor, occurred
),
paid as (
  select visitor, sum(case kind when 'order' then value_minor else -value_minor end)::float8 as value
  from analytics_event
  where merchant_id = %(merchant)s and day >= %(started)s::date and kind in ('order', 'refund')
    and allocation_id in (select id from phases)
  group by visitor
),
largest as (select percentile_cont(%(share)s) within group (order by value) as value from paid),
habit as (
  select visitor, sum(value_minor)::float8 as value from analytics_event
  where merchant_id = %(merchant)s and kind = 'order' and source <> 'bot'
    and day >= %(started)s::date - %(before)s and occurred < %(started)s
  group by visitor
),
units as (
  select allocation_id, placement_id, least(coalesce(paid.value, 0), coalesce(largest.value, 0)) as x,
         coalesce(habit.value, 0) as y
  from seen cross join largest left join paid using (visitor) left join habit using (visitor)
)
select allocation_id, placement_id, count(*), sum(x), sum(x * x), sum(y), sum(y * y), sum(x * y)
from units group by allocation_id, placement_id
"""
Phases = dict[int, dict[int, Sums]]
"""Sums by placement id, by the id of the allocation that a visitor first came under."""


def per_visitor(experiment: Experiment) -> Phases:
    """Sums of x, the value since the start, and y, the value before it, by phase and placement. Needs the context."""
    given = {
        "experiment": experiment.pk, "merchant": experiment.merchant_id, "started": experiment.started,
        "share": LARGEST_SHARE, "before": BEFORE_DAYS,
    }  # fmt: skip
    phases: Phases = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, given)
        for phase, place, n, x, xx, y, yy, xy in cursor.fetchall():
            if n > 1:
                phases[phase][place] = Sums(n=n, x=x, xx=xx, y=y, yy=yy, xy=xy)
    return dict(phases)
