"""Net value of each visitor of an experiment, summed by arm beside what the same visitors had bought before."""

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
  select distinct on (visitor) visitor, placement_id from analytics_event
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
  select placement_id, least(coalesce(paid.value, 0), coalesce(largest.value, 0)) as x, coalesce(habit.value, 0) as y
  from seen cross join largest left join paid using (visitor) left join habit using (visitor)
)
select placement_id, count(*), sum(x), sum(x * x), sum(y), sum(y * y), sum(x * y) from units group by placement_id
"""


def per_visitor(experiment: Experiment) -> dict[int, Sums]:
    """Sums of x, the value since the start, and y, the value before it, by placement id. Needs the context."""
    given = {
        "experiment": experiment.pk, "merchant": experiment.merchant_id, "started": experiment.started,
        "share": LARGEST_SHARE, "before": BEFORE_DAYS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, given)
        rows = cursor.fetchall()
    return {place: Sums(n=n, x=x, xx=xx, y=y, yy=yy, xy=xy) for place, n, x, xx, y, yy, xy in rows if n > 1}
