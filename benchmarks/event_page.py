"""What a report page costs the database among many events, by the clock and by the plans of its statements."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

DAYS, CHUNK, REPEATS = 7, 500_000, 5
_FILL = """
insert into analytics_event (
  day, merchant_id, event_id, placement_id, allocation_id, visitor, occurred, received, propensity, kind, source
)
select d.day, %(merchant)s, gen_random_uuid(), (%(placements)s::bigint[])[1 + g / 4 %% 4], 1, g / 4,
       d.day + interval '12 hours', now(), 0.25,
       (array['impression', 'play', 'progress', 'click'])[1 + g %% 4], 'simulated'
from (select %(day)s::date as day) d, generate_series(%(first)s, %(last)s) g
"""


def measure(events: int) -> dict[str, float]:
    """Milliseconds of database time of the page and the JSON at 1 % of the events and at all of them."""
    from django.contrib.auth.models import User

    from accounts import tenancy
    from accounts.models import Membership, Merchant
    from tests.analytics import stage

    merchant = Merchant.objects.create(name="Many", slug="many")
    with tenancy.merchant_context(merchant.pk):
        product = stage.make_product(merchant)
        placements = [stage.place(product).pk for _ in range(4)]
        user = User.objects.create_user("ada")
        Membership.objects.create(merchant=merchant, user=user)
    figures: dict[str, float] = {}
    stored = 0
    for total in (events // 100, events):
        _fill(merchant.pk, placements, stored, total)
        stored = total
        figures[f"seconds to count and learn from {total:,} events"] = _learn(merchant)
        for name, address in (("page", ""), ("JSON", "report.json")):
            spent, read = _database_time(user, f"/reports/{product.public_id}/{address}")
            figures[f"report {name}, ms of database time at {total:,} events"] = 1000 * spent
            figures[f"report {name}, statements that read events or counts at {total:,} events"] = read
    return figures


def _fill(merchant: int, placements: list[int], first: int, last: int) -> None:
    """Events over the last days, without the cost of reading them from JSON."""
    from django.db import connections

    today = datetime.now(UTC).date()
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table analytics_event disable row level security")
        for start in range(first, last, CHUNK):
            end, day = min(start + CHUNK, last) - 1, today - timedelta(days=start // CHUNK % DAYS)
            given: dict[str, Any] = {
                "merchant": merchant,
                "placements": placements,
                "day": day,
                "first": start,
                "last": end,
            }
            cursor.execute(_FILL, given)
            print(f"{end + 1:,} of {last:,} events", flush=True, end="\r")
        cursor.execute("alter table analytics_event enable row level security")
        cursor.execute("analyze analytics_event")


def _learn(merchant: Any) -> float:
    """What the background task does every five minutes."""
    from accounts import tenancy
    from analytics import services

    started = perf_counter()
    with tenancy.merchant_context(merchant.pk):
        services.learn(merchant)
    return perf_counter() - started


def _database_time(user: Any, address: str) -> tuple[float, int]:
    """Seconds that the statements of one warm request took, the best of five, and how many name events or counts."""
    from django.db import connection
    from django.test import Client

    client = Client()
    client.force_login(user)
    client.get(address)
    best, watch = float("inf"), _Watch()
    for _ in range(REPEATS):
        watch = _Watch()
        with connection.execute_wrapper(watch):
            answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")
        best = min(best, watch.seconds)
    return best, sum("analytics_event" in sql or "analytics_dailycount" in sql for sql in watch.statements)


class _Watch:
    """Times every statement that passes."""

    def __init__(self) -> None:
        self.seconds, self.statements = 0.0, list[str]()

    def __call__(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        started = perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            self.seconds += perf_counter() - started
            self.statements.append(sql)
