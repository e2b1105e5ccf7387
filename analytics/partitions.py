"""The event table's days: opened ahead of time, dropped when retention ends."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.db import connection

AROUND = timedelta(days=8)
"""Days kept open on both sides of today: a late event is at most a week old."""


def open_days(today: date) -> int:
    """Make the partitions around today; returns how many were missing. Safe to repeat."""
    return _call("select open_event_days(%s, %s)", [today - AROUND, today + AROUND])


def open_days_of(milliseconds: Iterable[int]) -> int:
    """Make the partitions of these moments; returns how many were missing."""
    days = {datetime.fromtimestamp(one / 1000, UTC).date() for one in milliseconds}
    return _call("select open_event_days(%s, %s)", [min(days), max(days)]) if days else 0


def drop_days(before: date) -> int:
    """Drop the raw events of every day before this one, of all merchants; counts stay. Returns how many days.

    Postgres refuses a day within the last 30.
    """
    return _call("select drop_event_days(%s)", [before])


def _call(statement: str, parameters: list[date]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.fetchone()[0])
