"""A 100,000-row CSV into the catalog: how fast, in how much memory, and what a kill -9 in the middle costs.

Starts its own Postgres in a temporary folder and measures in one run
  - bare: COPY of the same products and parameters into staging tables and one upsert each, from text made before
  - load: our load stage on rows that were read before
  - whole: upload, dry run and storing, quantities included, in a process of its own whose peak memory is read
  - row by row: the same parsing, then `update_or_create` a row, as a plain ORM import does it, in slices between the
    chunks of `whole`, so that a change of the machine's load meets both
and counts that the same file again creates nothing, and that an import killed in the middle goes on to exact counts.

    python benchmarks/import_feed.py [--rows 100000] [--json]
"""

import argparse
import io
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks import report

FEW, SLICES = 1_000, 20
"""Rows for the row-by-row import, which would take half an hour at full size, and the slices a stage they come in."""
FEWEST = 3_000
SEED = 20261122
COLUMNS = (
    "sku,title,description,brand,category,price,currency,link,image_link,bullet_point1,bullet_point2,"
    "Height,Width,Weight,Power,Cable length,Material,Colour"
)
NOUNS = ("Fountain pump", "Table lamp", "Travel mug", "Aroma diffuser", "Lantern", "Fan", "Kettle", "Heater")
MATERIALS = ("steel", "glass", "oak", "ceramic", "nylon", "aluminium")


def write_feed(path: Path, rows: int) -> None:
    """A catalogue as a shop exports it: HTML descriptions, bullets with quantities, columns with units."""
    draw = random.Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(COLUMNS + "\n")
        for number in range(rows):
            high, wide, watts = draw.randint(5, 90), draw.randint(4, 60), draw.randint(2, 2200)
            noun, material = draw.choice(NOUNS), draw.choice(MATERIALS)
            file.write(
                f'S-{number:06},"{noun} {number}, {high} cm high","<p>A {material} {noun.lower()} for home and garden.'
                f'</p><ul><li>Runs up to {draw.randint(2, 40)} hours</li><li>Dishwasher safe</li></ul>",Rill,'
                f"Home > {noun},{draw.randint(500, 90000) / 100:.2f},EUR,https://shop.example/p/{number},"
                f'https://shop.example/i/{number}.jpg,"{watts} W motor, about {draw.randint(20, 60)} dB",'
                f'"{material} body",'
                f"{high} cm,{wide} cm,{draw.randint(90, 9000)} g,{watts} W,{draw.randint(1, 4)}.5 m,{material},blue\n"
            )


@contextmanager
def database(home: Path) -> Iterator[dict[str, str]]:
    """A fresh Postgres with our tables; gives the environment in which other processes find it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import embedded

    with embedded.services(home) as addresses:
        environment = {**addresses.environment(), "VITRINE_HOME": str(home)}
        os.environ.update(environment)
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", database="owner", verbosity=0)
        yield environment
        connections.close_all()


def merchant(slug: str) -> Any:
    """A shop of its own for each measurement."""
    from accounts.models import Merchant

    return Merchant.objects.get_or_create(slug=slug, defaults={"name": slug})[0]


def parsed(path: Path) -> Iterator[Any]:
    """The products of the feed, as our readers and parsers make them."""
    from catalog.ingest import dialects, readers, rows

    table = readers.open_table(path, known=dialects.known_columns())
    for reading in rows.readings(table.open_rows(), dialects.detect(table.columns, name=path.name)):
        yield reading.product


def bare(listed: list[Any]) -> float:
    """Seconds of COPY into staging tables and one upsert a table, of text that was made before."""
    from django.db import connection

    from accounts import tenancy

    shop = merchant("bare")
    products, hanging = io.StringIO(), {"parameter": io.StringIO(), "sellingpoint": io.StringIO()}
    for row in listed:
        texts = (row.sku, row.title, row.brand, row.category, row.description, row.price_minor, row.currency, row.link)
        products.write(_line(*texts, json.dumps(dict(row.attributes)), row.content_hash()))
        for item in row.parameters:
            hanging["parameter"].write(_line(row.sku, item.name, item.value, item.unit, item.bound, item.source))
        for point in row.selling_points:
            hanging["sellingpoint"].write(_line(row.sku, point.id, json.dumps(dict(point.text))))
    started = time.perf_counter()
    with tenancy.merchant_context(shop.pk), connection.cursor() as cursor:
        for name, columns, text in BARE:
            cursor.execute(f"create temporary table bare_{name} ({columns}) on commit drop")
            with cursor.copy(f"copy bare_{name} from stdin") as copy:
                copy.write((hanging.get(name) or products).getvalue())
            cursor.execute(text, [shop.pk])
    return time.perf_counter() - started


def _line(*values: Any) -> str:
    cells = ("\\N" if value is None else str(value) for value in values)
    return "\t".join(cell.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", " ") for cell in cells) + "\n"


BARE = (
    (
        "product",
        "sku text, title text, brand text, category text, description text, price bigint, currency text, link text,"
        " attributes jsonb, hash text",
        "insert into catalog_product (merchant_id, public_id, created, updated, sku, title, brand, category,"
        " description, price_minor, currency, link, attributes, content_hash, titles, locale, audience_tags,"
        " scene_tags, in_the_box, effect_kind, effect_cap_parameter, image_urls, offers)"
        " select %s, gen_random_uuid(), now(), now(), sku, title, brand,"
        " category, description, price, currency, link, attributes, hash, '{}', 'en-US', '[]', '[]', '[]', 'none', '',"
        " '[]', '[]'"
        " from bare_product on conflict (merchant_id, sku) do update set title = excluded.title",
    ),
    (
        "parameter",
        "sku text, name text, value float, unit text, bound text, source text",
        "insert into catalog_parameter (merchant_id, public_id, created, product_id, name, value, unit, bound,"
        " tolerance, source, how_it_may_look, by_hand) select %s, gen_random_uuid(), now(), p.id, b.name, value, unit,"
        " bound, 0, source, '', false from bare_parameter b join catalog_product p using (sku)"
        " on conflict (product_id, name) do update set value = excluded.value",
    ),
    (
        "sellingpoint",
        "sku text, key text, words jsonb",
        "insert into catalog_sellingpoint (merchant_id, public_id, created, product_id, key, text, spoken, evidence)"
        " select %s, gen_random_uuid(), now(), p.id, key, words, '{}', '[]' from bare_sellingpoint"
        " join catalog_product p using (sku) on conflict (product_id, key) do update set text = excluded.text",
    ),
)
"""Table, columns of its staging table, and the upsert."""


def load(listed: list[Any]) -> float:
    """Seconds of our load stage: rows that were read before into every table."""
    from accounts import tenancy
    from catalog import sources, upserts

    shop, started = merchant("load"), time.perf_counter()
    for start in range(0, len(listed), sources.CHUNK):
        chunk = listed[start : start + sources.CHUNK]
        elsewhere = {row.sku: [image.url for image in row.images] for row in chunk}
        with tenancy.merchant_context(shop.pk):
            upserts.store(shop, chunk, elsewhere=elsewhere)
    return time.perf_counter() - started


def loading(path: Path, rows: int) -> dict[str, float]:
    """Both loads of the same rows, which are read once, one behind the other."""
    listed = []
    for row in parsed(path):
        listed.append(row)
        tell("read", len(listed), rows)
    plain, ours = bare(listed), load(listed)
    return {"bare_s": plain, "load_s": ours, "load_over_bare": ours / plain}


def tell(stage: str, done: int, total: int) -> None:
    """`catalog.services.Progress`: a line for every tenth, so that nobody waits for a process that stands still."""
    step = max(1000, total // 10)
    if done % step == 0:
        print(f"{time.strftime('%H:%M:%S')} {stage} {done:,} of {total or '?'}", file=sys.stderr, flush=True)


class RowByRow:
    """An import that reads the same and saves each object by itself, a slice whenever `whole` reports progress."""

    def __init__(self, path: Path, rows: int) -> None:
        self.shop, self.rows, self.products = merchant("orm"), rows, parsed(path)
        self.seconds, self.count = 0.0, 0
        self.due = dict.fromkeys(("check", "store"), rows / SLICES)

    def beside(self, stage: str, done: int, total: int) -> None:
        """Its slices fall due with our rows."""
        if stage in self.due and done >= self.due[stage]:
            self.due[stage] += self.rows / SLICES
            started = time.perf_counter()
            for row in itertools.islice(self.products, max(1, min(FEW, self.rows) // (2 * SLICES))):
                save(self.shop, row)
                self.count += 1
            self.seconds += time.perf_counter() - started
        tell(stage, done, total)


def save(shop: Any, row: Any) -> None:
    """One product with all that hangs on it, object by object."""
    from accounts import tenancy
    from catalog.models import Parameter, Product, SellingPoint

    with tenancy.merchant_context(shop.pk):
        product, _ = Product.objects.update_or_create(
            merchant=shop,
            sku=row.sku,
            defaults={
                "title": row.title, "brand": row.brand, "category": row.category, "description": row.description,
                "price_minor": row.price_minor, "currency": row.currency, "link": row.link,
                "attributes": dict(row.attributes), "image_urls": [image.url for image in row.images],
            },
        )  # fmt: skip
        for item in row.parameters:
            values = {"value": item.value, "unit": item.unit, "bound": item.bound, "lower": item.lower,
                      "tolerance": item.tolerance, "source": item.source}  # fmt: skip
            Parameter.objects.update_or_create(merchant=shop, product=product, name=item.name, defaults=values)
        for point in row.selling_points:
            texts = {"text": dict(point.text), "evidence": list(point.evidence)}
            SellingPoint.objects.update_or_create(merchant=shop, product=product, key=point.id, defaults=texts)


def whole(slug: str, path: Path, *, beside: int = 0) -> dict[str, Any]:
    """The entire import in this process, as the worker does it, and the most memory that it held; with `beside` rows of
    the feed the row-by-row import runs in slices between its chunks, on its own clock."""
    from catalog import services

    slices = RowByRow(path, beside) if beside else None
    shop, started = merchant(slug), time.perf_counter()
    with path.open("rb") as file:
        progress = slices.beside if slices else tell
        batch = services.import_file(merchant=shop, file=file, name=path.name, progress=progress)
    seconds = time.perf_counter() - started - (slices.seconds if slices else 0)
    # Not getrusage: its maximum is inherited from the process that started this one.
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    counts = {name: getattr(batch, name) for name in ("state", "rows", "done", "added", "changed", "same", "refused")}
    found = {"seconds": seconds, "peak_mb": peak, **counts}
    if slices:
        return found | {"row_by_row_s_a_row": slices.seconds / slices.count, "row_by_row_rows": slices.count}
    return found | {"cpu_seconds": time.process_time()}


def apart(task: str, path: Path, environment: dict[str, str], *, beside: int = 0) -> "subprocess.Popen[str]":
    """Start one of our stages in a process of its own; it prints its figures as JSON."""
    command = [sys.executable, __file__, "--task", task, "--feed", str(path), "--beside", str(beside)]
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)


def figures_of(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """What a stage printed last."""
    out, _ = process.communicate(timeout=3600)
    if process.returncode:
        raise RuntimeError(f"A stage ended with {process.returncode}.")
    found: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    return found


def killed(path: Path, environment: dict[str, str], rows: int) -> dict[str, Any]:
    """Kill an import that has stored a third of its rows, go on, and count."""
    from accounts import tenancy
    from catalog import services
    from catalog.models import Import, Parameter, Product

    shop, process = merchant("killed"), apart("killed", path, environment)
    done, deadline = 0, time.monotonic() + 3600
    while done < rows // 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
        with tenancy.merchant_context(shop.pk):
            done = Import.objects.filter(state="running").values_list("done", flat=True).first() or 0
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    with tenancy.merchant_context(shop.pk):
        batch = Import.objects.select_related("merchant").get()
        left = {"state": batch.state, "done": batch.done, "products": Product.objects.count()}
    batch = services.run_import(batch=batch)
    with tenancy.merchant_context(shop.pk):
        counts = {"products": Product.objects.count(), "parameters": Parameter.objects.count()}
        skus = Product.objects.values("sku").distinct().count()
    return {
        "killed_at": left,
        "after": {"state": batch.state, "done": batch.done, "added": batch.added, **counts, "skus": skus},
    }


def measure(rows: int, home: Path) -> dict[str, Any]:
    """Every figure, in one run against one database."""
    path = home / "feed.csv"
    write_feed(path, rows)
    found: dict[str, Any] = {"rows": rows, "megabytes": path.stat().st_size / 1e6}
    with database(home) as environment:
        stages: dict[str, Callable[[], Any]] = {
            "loading": lambda: loading(path, rows),
            "whole": lambda: figures_of(apart("whole", path, environment, beside=rows)),
            "again": lambda: figures_of(apart("whole", path, environment)),
            "killed": lambda: killed(path, environment, rows),
        }
        for name, stage in stages.items():
            found[name] = stage()
            print(f"{time.strftime('%H:%M:%S')} {name} {found[name]}", file=sys.stderr, flush=True)
    found["row_by_row_over_whole"] = found["whole"]["row_by_row_s_a_row"] * rows / found["whole"]["seconds"]
    return found


def main() -> None:
    """Print the figures, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--task", choices=("whole", "killed"), help=argparse.SUPPRESS)
    parser.add_argument("--feed", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--beside", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rows < FEWEST:
        parser.error(f"--rows must be {FEWEST} at least: fewer are stored before they can be interrupted")
    if options.task:
        import django

        django.setup()
        print(json.dumps(whole(options.task, options.feed, beside=options.beside)))
        return
    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as home:
        found = measure(options.rows, Path(home))
    rows: list[list[object]] = [["figure", "value"]]
    for name, value in found.items():
        rows.append([name, f"{value:,.4g}" if isinstance(value, float) else value])
    report.show("import_feed", found, rows=rows, as_json=options.json, seed=SEED)


if __name__ == "__main__":
    main()
