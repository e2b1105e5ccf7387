"""What becomes of every real feed: rows in = ready + warned + refused, and how many titles, prices and pictures land.

Imports every file of the feed folders through the product's own path into a fresh Postgres. What should have landed is
counted apart from our readers, with csv, json, ElementTree and yaml. A grouped export (Shopify, Spree) has one product
for several rows: a price cell has landed when its product has a price, a picture cell when its product names it.

    python benchmarks/real_feeds.py [--data ../shared/data] [--only FOLDER/FILE] [--json]
"""

import argparse
import csv
import html
import json
import os
import re
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks import report

ENOUGH = 0.95
ENDINGS = (".csv", ".json", ".xml", ".yaml")


@dataclass(frozen=True)
class Feed:
    """Which columns a person would call title, price and picture; `key` is the one that names the product."""

    key: str
    title: str
    price: str = ""
    image: str = ""
    inside: str = ""
    """JSON: the list's key."""


SHOPIFY = Feed("Handle", "Title", "Variant Price", "Image Src")
MAGENTO = Feed("sku", "name", "price")
BAGISTO = Feed("sku", "name", "price", "images")
FEEDS = {
    "aws_retail_demo/products.yaml": Feed("id", "name", "price", "image"),
    "bagisto_csv/products-image-urls.csv": BAGISTO,
    "bagisto_csv/products-with-errors.csv": BAGISTO,
    "bagisto_csv/products.csv": BAGISTO,
    "dotnet_eshop/catalog.json": Feed("Id", "Name", "Price"),
    "flipkart_sample/flipkart_sample.csv": Feed("pid", "product_name", "retail_price", "image"),
    "gmc_xml_til/feed.xml": Feed("id", "title", "price", "image_link"),
    "magento_csv/CatalogSampleData__SimpleProduct_products_gear_bags.csv": MAGENTO,
    "magento_csv/CatalogSampleData__SimpleProduct_products_gear_fitness_equipment.csv": MAGENTO,
    "magento_csv/CatalogSampleData__SimpleProduct_products_gear_fitness_equipment_ball.csv": MAGENTO,
    "magento_csv/CatalogSampleData__SimpleProduct_products_gear_fitness_equipment_strap.csv": MAGENTO,
    "magento_csv/CatalogSampleData__SimpleProduct_products_gear_watches.csv": MAGENTO,
    "photos_aws_retail/products.json": Feed("id", "name", "price"),
    "photos_gcp_boutique/products.json": Feed("id", "name", "priceUsd", "picture", inside="products"),
    "shopify_csv/apparel.csv": SHOPIFY,
    "shopify_csv/home-and-garden.csv": SHOPIFY,
    "spree_catalog/products.csv": Feed("slug", "name", "price", "image1_src"),
    "spree_catalog/products_import.csv": Feed("slug", "name", "price", "image1_src"),
    "woocommerce_csv/sample_products.csv": Feed("SKU", "Name", "Regular price", "Images"),
}
FOLDERS = (
    *dict.fromkeys(file.partition("/")[0] for file in FEEDS),
    "magento_reviews",
    "olist_br",
    "reviews_womens_clothing",
    "zh_shopping_10cats",
)


@dataclass(frozen=True)
class Outcome:
    """One file: our counts beside those of plain Python. `lands` are (landed, not empty) by what should land."""

    file: str
    rows: int
    counted: int | None
    ready: int
    warned: int
    refused: int
    lands: dict[str, tuple[int, int]]
    detected: str
    reasons: tuple[str, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether every row is accounted for, every refusal explained and enough has landed."""
        adds_up = self.rows == self.ready + self.warned + self.refused and self.counted in (None, self.rows)
        return adds_up and all(landed >= ENOUGH * given for landed, given in self.lands.values())


def plain_rows(path: Path, feed: Feed | None) -> list[dict[str, Any]]:
    """The rows of a file as the standard library reads them; blank lines are none."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as source:
            header, *records = [cells for cells in csv.reader(source) if any(cell.strip() for cell in cells)]
        return [dict(zip(header, cells, strict=False)) for cells in records]
    if path.suffix == ".xml":
        items = ElementTree.parse(path).iter("item")  # a file of the test data
        return [{child.tag.rpartition("}")[2]: (child.text or "").strip() for child in item} for item in items]
    text = path.read_text(encoding="utf-8-sig")
    document = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    rows: list[dict[str, Any]] = document[feed.inside] if feed and feed.inside else document
    return rows


def links(cell: Any) -> list[str]:
    """File names of the pictures in a cell, told apart as a person would."""
    text = str(cell or "").strip(' []"')
    parts = re.split(r'"?\s*[,|]\s*"?(?=https?:)|[,|\n]\s*', text)
    return [file_name(part) for part in parts if part]


def file_name(link: str) -> str:
    """``mug.jpg`` of an address or a path."""
    return urllib.parse.unquote(link.partition("?")[0].rpartition("/")[2])


def landed(rows: list[dict[str, Any]], feed: Feed) -> dict[str, tuple[int, int]]:
    """How many non-empty titles, prices above zero and picture links of `rows` the stored products show."""
    from catalog.models import Product

    stored = {product.sku: product for product in Product.objects.all()}
    found = {"titles": [0, 0], "prices": [0, 0], "pictures": [0, 0]}
    for row in rows:
        product = stored.get(str(row[feed.key]).strip())
        for name, hit in _hits(row, feed, product):
            found[name][0] += hit
            found[name][1] += 1
    return {name: (hits, given) for name, (hits, given) in found.items() if given}


def _hits(row: dict[str, Any], feed: Feed, product: Any) -> Iterator[tuple[str, bool]]:
    title = " ".join(html.unescape(str(row.get(feed.title) or "")).split())
    if title:
        yield "titles", product is not None and " ".join(product.title.split()) == title
    price = row.get(feed.price)
    if price and (isinstance(price, dict) or float(re.sub(r"[^\d.]", "", str(price)) or 0) > 0):
        yield "prices", product is not None and product.price_minor is not None
    names = {file_name(link) for link in product.image_urls} if product else set()
    yield from (("pictures", name in names) for name in links(row.get(feed.image)))


def outcome(path: Path, name: str, merchant: Any) -> Outcome:
    """Import one file and compare."""
    from accounts import tenancy
    from catalog import selectors, services
    from catalog.models import Import

    feed, started = FEEDS.get(name), time.perf_counter()
    with path.open("rb") as file:
        batch = services.import_file(merchant=merchant, file=file, name=path.name)
    seconds = time.perf_counter() - started
    if batch.state == Import.State.FAILED:
        return Outcome(name, 0, None, 0, 0, 0, {}, "not a list", (batch.error,), seconds)
    rows = plain_rows(path, feed)
    with tenancy.merchant_context(merchant.pk):
        refusals = selectors.problem_groups(selectors.import_problems(batch).filter(severity="refused"))
        lands = landed(rows, feed) if feed else {}
    reasons = tuple(f"{group.count} x {group.reason} {group.suggestion}" for group in refusals)
    return Outcome(
        name, batch.rows, len(rows), batch.ready, batch.warned, batch.refused, lands, batch.detected, reasons, seconds
    )


def outcomes(data: Path, only: str) -> Iterator[Outcome]:
    """Every file of the feed folders; products first, because reviews and pictures are attached to them."""
    from accounts.models import Merchant

    for folder in FOLDERS:
        slug = folder.partition("_")[0]
        merchant = Merchant.objects.get_or_create(slug=slug, defaults={"name": slug})[0]
        files = [path for path in sorted((data / folder).glob("*")) if path.suffix in ENDINGS]
        names = [(path, path.relative_to(data).as_posix()) for path in files]
        for path, name in sorted(names, key=lambda pair: pair[1] not in FEEDS):
            if only in name:
                yield outcome(path, name, merchant)


def table(results: list[Outcome]) -> list[list[object]]:
    """One line a file."""
    rows: list[list[object]] = [
        ["file", "rows", "ready", "warned", "refused", "titles", "prices", "pictures", "s", "holds", "detected"]
    ]
    for one in results:
        shares = [_share(one.lands.get(name)) for name in ("titles", "prices", "pictures")]
        counts = [one.rows, one.ready, one.warned, one.refused]
        rows.append([one.file, *counts, *shares, f"{one.seconds:.1f}", "yes" if one.holds else "NO", one.detected])
        rows += [["   " + reason[:110], *[""] * 10] for reason in one.reasons]
    lists = [one for one in results if one.rows]
    sums = [sum(getattr(one, name) for one in lists) for name in ("rows", "ready", "warned", "refused")]
    lands = [[one.lands[name] for one in lists if name in one.lands] for name in ("titles", "prices", "pictures")]
    shares = [f"{sum(hits for hits, _ in pairs)}/{sum(given for _, given in pairs)}" for pairs in lands]
    total = f"{len(lists)} lists, {len(results) - len(lists)} files that are none"
    return [*rows, [total, *sums, *shares, f"{sum(one.seconds for one in results):.1f}", "", ""]]


def _share(pair: tuple[int, int] | None) -> str:
    return f"{pair[0]}/{pair[1]}" if pair else "-"


def main() -> None:
    """Print the table; exit 1 where a feed does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=report.ROOT.parent / "shared" / "data")
    parser.add_argument("--only", default="", help="part of a file's name")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"There is no folder {options.data}; name the one with the feeds by --data.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import embedded

    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as home, embedded.services(Path(home)) as addresses:
        os.environ.update(addresses.environment())
        import django
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        settings.MEDIA_ROOT = Path(home) / "media"
        call_command("migrate", database="owner", verbosity=0)
        results = list(outcomes(options.data, options.only))
        connections.close_all()
    figures = {one.file: asdict(one) for one in results}
    report.show("real_feeds", figures, rows=table(results), as_json=options.json)
    sys.exit(0 if all(one.holds for one in results) else 1)


if __name__ == "__main__":
    main()
