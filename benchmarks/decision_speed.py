"""How long does it take to say which video a visitor sees, and how long until a paused one is in no answer?

Starts its own Postgres and the web server in production's shape (`benchmarks/event_front.py`): one product with four
live videos. In process: one decision a call, hashes, signature and all. Over HTTP: one connection that is kept, one
visitor a request. Then a video is paused, and the answers are watched on eight connections, which reach both workers.

    python benchmarks/decision_speed.py [--decisions 20000] [--requests 2000] [--pauses 10] [--json]
"""

import argparse
import http.client
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import event_front
import report

LINES, SETTLED = 8, 3.0
"""Connections that watch a pause; seconds without the paused video after which it counts as gone."""
Rows = list[list[object]]


def in_process(decisions: int) -> list[float]:
    """Seconds of each decision, from memory."""
    from django.db import connection

    from analytics import serving

    spot = serving.Spot(merchant="bench", sku="PUMP-1", locale="en-US")
    while not serving.MEMORY.kept:
        serving.decide_for(spot, [1], source="live")
        time.sleep(0.05)
    spent = []
    for visitor in range(decisions):
        started = time.perf_counter()
        serving.decide_for(spot, [visitor], source="live")
        spent.append(time.perf_counter() - started)
    serving.LISTENER.stop()
    connection.close()
    return spent


class Line:
    """One connection that asks for decisions."""

    def __init__(self, port: int) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def ask(self, visitors: list[str]) -> list[str]:
        """Placements of these visitors."""
        body = json.dumps({"merchant": "bench", "sku": "PUMP-1", "locale": "en-US", "visitors": visitors})
        self.link.request("POST", "/api/v1/decisions", body, {"User-Agent": "Mozilla/5.0"})
        answer = json.loads(self.link.getresponse().read())
        return [one["placement"] for one in answer["decisions"]]


def over_http(port: int, requests: int) -> list[float]:
    """Seconds of each request, the first hundred left out."""
    line, spent = Line(port), []
    for visitor in range(requests + 100):
        started = time.perf_counter()
        line.ask([f"visitor-{visitor}"])
        spent.append(time.perf_counter() - started)
    return spent[100:]


def pauses(port: int, placements: list[Any], times: int) -> list[float]:
    """Seconds from the commit that pauses a video to the start of the last request whose answer still had it."""
    from accounts import tenancy
    from generation.models import Placement

    lines, found = [Line(port) for _ in range(LINES)], []
    visitors = [f"visitor-{number}" for number in range(50)]
    for turn in range(times):
        one = placements[turn % len(placements)]
        with tenancy.merchant_context(one.merchant_id):
            Placement.objects.filter(pk=one.pk).update(state=Placement.State.PAUSED)
        committed, last, clean = time.perf_counter(), 0.0, time.perf_counter()
        while time.perf_counter() - clean < (SETTLED if turn == 0 else 0.5):
            for line in lines:
                started = time.perf_counter()
                if str(one.public_id) in line.ask(visitors):
                    last, clean = started - committed, time.perf_counter()
        found.append(last)
        with tenancy.merchant_context(one.merchant_id):
            Placement.objects.filter(pk=one.pk).update(state=Placement.State.LIVE)
        while not all(str(one.public_id) in line.ask(visitors) for line in lines):
            time.sleep(0.02)
    return found


def measure(options: argparse.Namespace) -> tuple[Rows, dict[str, object]]:
    """Percentiles in milliseconds."""
    from accounts import tenancy
    from accounts.models import Merchant
    from tests.analytics import stage

    merchant = Merchant.objects.create(name="Bench", slug="bench")
    with tenancy.merchant_context(merchant.pk):
        product = stage.make_product(merchant)
        placements = [stage.place(product) for _ in range(4)]
    spent = {"in process": in_process(options.decisions)}
    with event_front.server() as (port, _):
        over_http(port, 50)
        spent["over HTTP"] = over_http(port, options.requests)
        gone = pauses(port, placements, options.pauses)
    rows: Rows = [["one decision, ms", "median", "99 of 100", "worst"]]
    figures: dict[str, object] = {}
    for name, seconds in spent.items():
        found = [1000 * float(one) for one in np.quantile(seconds, [0.5, 0.99, 1])]
        rows.append([name, *(f"{one:.3f}" for one in found)])
        figures[name] = dict(zip(("median_ms", "p99_ms", "worst_ms"), found, strict=True))
    rows.append(["paused, last seen after", *(f"{1000 * one:.1f}" for one in (np.median(gone), max(gone), max(gone)))])
    figures["pause_worst_ms"] = 1000 * max(gone)
    return rows, figures


def main() -> None:
    """Print the figures, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--pauses", type=int, default=10)
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
        rows, figures = measure(options)
        connections.close_all()
    report.show("decision_speed", figures, rows=rows, as_json=options.json)


if __name__ == "__main__":
    main()
