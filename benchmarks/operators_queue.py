"""How long does an operator wait for the platform's queue when many shops have many live videos, and for a takedown?

Starts its own Postgres in a temporary folder, fills it with shops whose videos are audited (two files each, thirteen
findings a file), approved, sealed and live, and times what the page asks for: the riskiest 200, and one takedown in a
transaction of its own.

    python benchmarks/operators_queue.py [--shops 20] [--videos 500] [--json]
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import report

RULES, RUNS = 13, 7
DOUBTFUL = 7
"""Every so manieth video has a rule that could not measure, and a product that buyers contradict."""


def fill(shop: int, count: int) -> None:
    """One shop with that many live videos of a product each."""
    from accounts import tenancy
    from catalog.models import Evidence, Product
    from generation.models import Approval, Cut, Placement, SignedFile, Variant, Video
    from review.models import Audit, Finding
    from tests.factories import make_facts, make_merchant, make_spec

    merchant = make_merchant(f"Shop {shop}")
    facts, spec = json.loads(make_facts().to_json()), json.loads(make_spec().to_json())

    def keep(model: Any, rows: list[dict[str, object]]) -> list[Any]:
        return list(model.objects.bulk_create([model(merchant=merchant, **row) for row in rows], batch_size=1000))

    with tenancy.merchant_context(merchant.pk):
        products = keep(Product, [{"sku": f"P-{n}", "title": f"Product {n}"} for n in range(count)])
        base = {"scenario": "family", "locale": "en-US", "hook": "benefit", "spec": spec, "facts": facts}
        variants = keep(Variant, [{**base, "product": row, "spec_hash": f"{row.pk:064d}"} for row in products])
        videos = keep(Video, [{"variant": row, "state": "published"} for row in variants])
        size = {"seconds": 6.0, "width": 1280, "height": 720, "size": 1, "file": "v.mp4", "poster": "p.jpg"}
        both = [(row, form) for row in videos for form in ("wide", "tall")]
        cuts = keep(Cut, [{**size, "video": row, "format": f, "sha256": f"{row.pk:063d}{f[0]}"} for row, f in both])
        keep(Approval, [{"cut": row, "sha256": row.sha256, "facts_version": "v", "approver": "Ada"} for row in cuts])
        seal = {"streams": "5" * 64, "file": "v.mp4"}
        keep(SignedFile, [{**seal, "cut": row, "audited_sha256": row.sha256, "sha256": row.sha256} for row in cuts])
        keep(Placement, [{"cut": row, "sha256": row.sha256} for row in cuts])
        audits = keep(
            Audit, [{"cut": row, "sha256": row.sha256, "facts_version": "v", "state": "passed"} for row in cuts]
        )
        keep(Finding, [_finding(place // 2, rule, row) for place, row in enumerate(audits) for rule in range(RULES)])
        contradicted = {"kind": "review", "stance": "contradicts", "text": "t", "key": "r"}
        keep(Evidence, [{**contradicted, "product": row} for row in products[::DOUBTFUL]])


def _finding(video: int, rule: int, audit: object) -> dict[str, object]:
    is_blind = rule == 0 and video % DOUBTFUL == 0
    said = {"severity": "person", "message": "Cannot measure. Too dark."} if is_blind else {"severity": "info"}
    return {"audit": audit, "rule": f"rule_{rule}", "message": "Nothing to object to.", **said}


def timed(call: Callable[[], object]) -> float:
    """Milliseconds that one call takes."""
    started = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - started)


def measure() -> dict[str, float]:
    """Median milliseconds of the queue and of a takedown, by an operator."""
    from django.contrib.auth.models import User
    from django.db import connection, transaction

    from accounts import tenancy
    from accounts.models import Merchant
    from generation.models import Video
    from review.oversight import cases, queue

    olga = User.objects.create_user("olga", is_staff=True)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    with transaction.atomic():
        tenancy.set_user(olga.pk)
        rows = queue.live_videos()
        assert len(rows) == queue.MOST, "the queue must be full, or this measures nothing"
        assert rows[0].unmeasured == rows[0].complaints == 1, "the riskiest must come first"
        queued = statistics.median(timed(queue.live_videos) for _ in range(RUNS))

    def take_down(video: Video) -> None:
        with transaction.atomic():
            tenancy.set_user(olga.pk)
            with tenancy.merchant_context(video.merchant_id):
                cases.take_down(video=video, operator=olga, rule="unsafe", reason="r")

    with tenancy.merchant_context(Merchant.objects.order_by("id")[0].pk):
        some = list(Video.objects.select_related("variant__product")[:RUNS])
    return {"queue_ms": queued, "takedown_ms": statistics.median(timed(partial(take_down, video)) for video in some)}


def main() -> None:
    """Print the figures, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shops", type=int, default=20)
    parser.add_argument("--videos", type=int, default=500, help="live videos a shop")
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
        for shop in range(options.shops):
            fill(shop, options.videos)
            print(f"\rshop {shop + 1} of {options.shops}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        figures = {"live_videos": options.shops * options.videos, **measure()}
        connections.close_all()
    table = [["", ""], *([name, f"{value:,.1f}"] for name, value in figures.items())]
    report.show("operators_queue", figures, rows=table, as_json=options.json)


if __name__ == "__main__":
    main()
