"""How many events a second are stored, against what this Postgres can copy at all, and what does a report page cost?

Starts its own Postgres in a temporary folder and measures in one run: COPY into an indexed table (the calibration);
our writer; bulk_create; a triple replay; the web server in production's shape, two gunicorn workers with eight threads,
fed by a client process with batches of 500; a kill -9 of one of them in the middle of a load that is then sent again.
CPU seconds stand beside the wall's, because other work may share the machine. With --page, that many events are
stored and the database time of the report page is measured among them (10,000,000: about ten minutes).

    python benchmarks/event_ingest.py [--events 100000] [--page 10000000] [--json]
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import event_front
import event_page
import report

PLACEMENTS = 4
FEW = 20_000
"""Rows for the slow ways, which would take minutes at full size."""
BATCH, RUNS = 500, 3


class Bench:
    """A fresh database that Django is already pointed at, a merchant, and the ways to bring events into it."""

    def __init__(self, events: int) -> None:
        from accounts import tenancy
        from accounts.models import Merchant
        from tests.analytics import stage

        self.events, self.now = events, datetime.now(UTC)
        self.merchant = Merchant.objects.create(name="Bench", slug="bench")
        with tenancy.merchant_context(self.merchant.pk):
            self.product = stage.make_product(self.merchant)
            self.placements = [stage.place(self.product) for _ in range(PLACEMENTS)]

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

    def copy_limit(self, run: int) -> Callable[[], int]:
        """What Postgres copies into a logged table with our primary key when nothing else is asked of it."""
        from django.db import connections

        from analytics import event_ids

        day, moment = f"{self.now:%Y-%m-%d}", self.now.isoformat()
        ids = (event_ids.event_id(self.now, f"copy {run} {number}") for number in range(self.events))
        text = "".join(f"{day}\t1\t{one}\t1\t1\t7\t0\t{moment}\t{moment}\t0.5\timpression\tlive\t\n" for one in ids)
        cursor = connections["owner"].cursor()
        cursor.execute("drop table if exists limit_event")
        cursor.execute("create table limit_event (like analytics_event, primary key (day, merchant_id, event_id))")

        def work() -> int:
            with cursor.copy("copy limit_event from stdin") as copy:
                copy.write(text)
            return self.events

        return work

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

    def writer(self, run: int, size: int) -> Callable[[], int]:
        """Storing alone, of events that were read before."""
        from analytics import event_store, ingest

        bodies = self.batches(f"writer {run}", 1000)
        rows = [(self.placements[0].pk, row) for body in bodies for row in ingest.parse(body, now=self.now)[0]]
        parts = [rows[start : start + size] for start in range(0, len(rows), size)]
        return lambda: sum(event_store.store(self.merchant.pk, part) for part in parts)

    def bulk_create(self, run: int) -> int:
        """The ORM's own way, for comparison."""
        from accounts import tenancy
        from analytics import event_ids
        from analytics.models import Event

        rows = [
            Event(
                day=self.now.date(), event_id=event_ids.event_id(self.now, f"bulk {run} {number}"),
                merchant=self.merchant, placement=self.placements[0], kind="impression", source="live", visitor=number,
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


def best(works: Iterable[Callable[[], int]]) -> dict[str, float]:
    """The fastest of several equal pieces of work: what the machine can do while nobody else asks it."""
    return max((measured(work) for work in works), key=lambda rates: rates["a_second"])


def measured(work: Callable[[], int]) -> dict[str, float]:
    """Rows a second of the wall, and microseconds of CPU a row: ours, and those of all Postgres processes."""
    ours, theirs, wall = time.process_time(), event_front.cpu_of("postgres"), time.perf_counter()
    rows = work()
    wall = time.perf_counter() - wall
    ours, theirs = time.process_time() - ours, event_front.cpu_of("postgres") - theirs
    return {"a_second": rows / wall, "python_us": 1e6 * ours / rows, "postgres_us": 1e6 * theirs / rows}


def measure(events: int) -> tuple[dict[str, dict[str, float]], dict[str, int]]:
    """Rates by name, and how many rows were lost or stored twice."""
    bench = Bench(events)
    thousands = bench.batches("first", 1000)
    rates = {
        "indexed COPY limit": best(bench.copy_limit(number) for number in range(RUNS)),
        "writer, batches of 10,000": best(bench.writer(number, 10_000) for number in range(RUNS)),
        "bulk_create, batches of 1,000": best(partial(bench.bulk_create, number) for number in range(RUNS)),
        "reading alone, batches of 1,000": measured(lambda: bench.read(thousands)),
        "bytes to rows, batches of 1,000": measured(lambda: bench.receive(thousands)),
        "first replay": measured(lambda: bench.receive(thousands)),
        "second replay": measured(lambda: bench.receive(thousands)),
    }
    wrong = {"stored twice after a triple replay": bench.stored() - (RUNS + 1) * events - RUNS * FEW}
    before = bench.stored()
    rates["HTTP, batches of 500"], lost = event_front.measure(
        bench.batches("http", BATCH), bench.batches("kill", BATCH)
    )
    wrong |= {
        "batches never taken": lost,
        "lost (-) or stored twice (+) under kill -9": bench.stored() - before - 2 * events,
    }
    return rates, wrong


def main() -> None:
    """Print the figures, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--page", type=int, default=0, help="events among which the report page is measured")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import embedded

    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as home, embedded.services(Path(home)) as addresses:
        os.environ.update(addresses.environment(), VITRINE_HOME=home)
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", database="owner", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        rates, wrong = measure(options.events)
        page = event_page.measure(options.page) if options.page else {}
        connections.close_all()
    limit, orm = (rates[name]["a_second"] for name in ("indexed COPY limit", "bulk_create, batches of 1,000"))
    writer = rates["writer, batches of 10,000"]["a_second"]
    ratios = {"writer / COPY limit": writer / limit, "writer / bulk_create": writer / orm}
    table: list[list[object]] = [["", "events/s", "CPU us/event: Python", "Postgres"]]
    table += [
        [name, f"{r['a_second']:,.0f}", f"{r['python_us']:.1f}", f"{r['postgres_us']:.1f}"] for name, r in rates.items()
    ]
    table += [[name, f"{value:.2f}", "", ""] for name, value in ratios.items()]
    table += [[name, f"{value:,}", "", ""] for name, value in wrong.items()]
    table += [[name, f"{value:,.2f}", "", ""] for name, value in page.items()]
    figures = {"events": options.events, "rates": rates, **ratios, **wrong, **page}
    report.show("event_ingest", figures, rows=table, as_json=options.json)


if __name__ == "__main__":
    main()
