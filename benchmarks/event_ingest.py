"""How many events a second are stored, against what this Postgres can copy at all?

Starts its own Postgres in a temporary folder and measures, in one run: COPY into an indexed table (the calibration),
our writer from JSON bytes to rows, triple replay, one row at a time and bulk_create for comparison, and the
HTTP endpoint in batches of 500 through Django's request handling.

    python benchmarks/event_ingest.py [--events 100000] [--json]
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
PLACEMENTS = 4


FEW = 20_000
"""Rows for the slow ways, which would take minutes at full size."""


def timed(work: Callable[[], int]) -> float:
    """Rows a second of one piece of work that returns how many rows it made."""
    started = time.perf_counter()
    rows = work()
    return rows / (time.perf_counter() - started)


class Bench:
    """A fresh database that Django is already pointed at, a merchant, and the ways to bring events into it."""

    def __init__(self, events: int) -> None:
        from accounts import tenancy
        from accounts.models import Merchant
        from tests.analytics import stage

        self.events, self.now = events, datetime.now(UTC)
        self.merchant = Merchant.objects.create(name="Bench", slug="bench")
        with tenancy.merchant_context(self.merchant.pk):
            product = stage.make_product(self.merchant)
            self.placements = [stage.place(product) for _ in range(PLACEMENTS)]

    def batches(self, name: str, size: int) -> list[bytes]:
        """Bodies as a shop sends them: four events a visitor, each with its signed note."""
        numbers = range(self.events)
        parts = [numbers[start : start + size] for start in range(0, self.events, size)]
        return [json.dumps({"events": [self._event(name, number) for number in part]}).encode() for part in parts]

    def _event(self, name: str, number: int) -> dict[str, str]:
        from analytics import event_ids
        from tests.analytics import stage

        visitor = number // 4
        note = stage.note(self.placements[visitor % PLACEMENTS], visitor, source="simulated")
        identity = event_ids.event_id(self.now, f"{name} {number}")
        return {"id": str(identity), "kind": "impression", "decision": note}

    def copy_limit(self) -> float:
        """What Postgres copies into an indexed table when nothing else is asked of it."""
        from django.db import connection, transaction

        from analytics import event_ids, ingest

        day, moment = f"{self.now:%Y-%m-%d}", self.now.isoformat()
        ids = (event_ids.event_id(self.now, f"copy {number}") for number in range(self.events))
        text = "".join(f"{day}\t1\t{one}\t1\t1\t7\t0\t{moment}\t0.5\timpression\tlive\t\n" for one in ids)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "create temporary table limit_event (like analytics_event including defaults,"
                " primary key (day, merchant_id, event_id)) on commit drop"
            )
            started = time.perf_counter()
            with cursor.copy(f"copy limit_event ({ingest._COLUMNS}) from stdin") as copy:
                copy.write(text)
            return self.events / (time.perf_counter() - started)

    def read(self, bodies: list[bytes]) -> int:
        """Reading and checking alone."""
        from analytics import ingest

        return sum(len(ingest.parse(body, now=self.now)[0]) for body in bodies)

    def receive(self, bodies: list[bytes]) -> int:
        """From bytes to committed rows."""
        from analytics import ingest

        for body in bodies:
            ingest.receive(body, now=self.now)
        return self.events

    def write(self, bodies: list[bytes], size: int) -> float:
        """Storing alone, of events that were read before."""
        from analytics import ingest

        rows = [(self.placements[0].pk, row) for body in bodies for row in ingest.parse(body, now=self.now)[0]]
        parts = [rows[start : start + size] for start in range(0, len(rows), size)]
        return timed(lambda: sum(ingest._store(self.merchant.pk, part) for part in parts))

    def http(self, bodies: list[bytes]) -> int:
        """Through Django's whole request handling."""
        from django.test import Client

        client = Client(headers={"User-Agent": "Mozilla/5.0"})
        for body in bodies:
            answer = client.post("/api/v1/events", body, content_type="text/plain")
            if answer.status_code != 202:
                raise RuntimeError(f"The endpoint answered {answer.status_code}: {answer.content[:200]!r}")
        return self.events

    def bulk_create(self) -> int:
        """The ORM's own way, for comparison."""
        from accounts import tenancy
        from analytics import event_ids
        from analytics.models import Event

        rows = [
            Event(
                day=self.now.date(), event_id=event_ids.event_id(self.now, f"bulk {number}"), merchant=self.merchant,
                placement=self.placements[0], kind="impression", source="live", visitor=number,
                occurred=self.now, received=self.now,
            )
            for number in range(FEW)
        ]  # fmt: skip
        with tenancy.merchant_context(self.merchant.pk):
            Event.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
        return FEW

    def stored(self) -> int:
        """Rows in the event table."""
        from accounts import tenancy
        from analytics.models import Event

        with tenancy.merchant_context(self.merchant.pk):
            return Event.objects.count()


def measure(events: int) -> dict[str, float]:
    """All figures, events a second, of one run."""
    bench = Bench(events)
    sent = bench.batches("first", 1000)
    figures = {
        "indexed COPY limit": bench.copy_limit(),
        "reading alone, batches of 1000": timed(lambda: bench.read(sent)),
        "bytes to rows, batches of 1000": timed(lambda: bench.receive(sent)),
        "first replay": timed(lambda: bench.receive(sent)),
        "second replay": timed(lambda: bench.receive(sent)),
        "duplicates stored": float(bench.stored() - events),
        "writer alone, batches of 10000": bench.write(bench.batches("second", 1000), 10_000),
    }
    sent = bench.batches("third", 500)
    figures["HTTP endpoint, batches of 500"] = timed(lambda: bench.http(sent))
    figures["bulk_create, batches of 1000"] = timed(bench.bulk_create)
    return figures


def main() -> None:
    """Print the figures, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import embedded

    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as home, embedded.services(Path(home)) as addresses:
        os.environ.update(addresses.environment())
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", database="owner", verbosity=0)
        figures = measure(options.events)
        from django.db import connections

        connections.close_all()
    ratio = figures["writer alone, batches of 10000"] / figures["indexed COPY limit"]
    if options.json:
        print(json.dumps({"benchmark": "event_ingest", "events": options.events, "ratio": ratio, "figures": figures}))
        return
    for name, value in figures.items():
        print(f"{name:40} {value:>12,.0f}" + ("" if name == "duplicates stored" else " events/s"))
    print(f"{'writer against the COPY limit':40} {ratio:>12.0%}")


if __name__ == "__main__":
    main()
