"""Real exports of real shops: what the csv module counts is what the import accounts for."""

import csv
import json
from pathlib import Path

import pytest

from accounts.models import Merchant
from benchmarks import real_feeds
from catalog.ingest import dialects, readers, rows
from catalog.ingest.records import Reading, UnreadableFileError

FEEDS = [
    # file, dialect, rows, products, refused
    ("shopify_csv/apparel.csv", "shopify-classic", 22, 20, 0),
    ("shopify_csv/home-and-garden.csv", "shopify-classic", 21, 20, 0),
    ("woocommerce_csv/sample_products.csv", "woocommerce", 24, 24, 0),
    ("spree_catalog/products.csv", "spree", 211, 37, 0),
    ("spree_catalog/products_import.csv", "spree", 17, 2, 0),
    ("bagisto_csv/products.csv", "bagisto", 11, 11, 0),
    ("bagisto_csv/products-with-errors.csv", "bagisto", 2, 2, 0),
    ("flipkart_sample/flipkart_sample.csv", "flipkart", 590, 590, 0),
    ("magento_csv/CatalogSampleData__SimpleProduct_products_gear_bags.csv", "magento", 14, 14, 0),
    ("magento_csv/CatalogSampleData__SimpleProduct_products_gear_watches.csv", "magento", 9, 9, 0),
    ("magento_csv/CatalogSampleData__SimpleProduct_images_gear_bags.csv", "images", 18, 0, 0),
    ("magento_reviews/ReviewSampleData__products_reviews.csv", "reviews", 500, 0, 0),
    ("reviews_womens_clothing/womens_clothing_e-commerce_reviews.csv", "reviews", 1000, 0, 0),
    ("spree_catalog/product_translations.csv", "translations", 74, 0, 0),
    ("olist_br/olist_products_dataset.csv", "generic", 32951, 0, 32951),
]
NO_LISTS = [
    "spree_catalog/customers.csv",
    "magento_csv/CatalogSampleData__Links_upsell.csv",
    "magento_csv/CatalogSampleData__categories.csv",
    "olist_br/olist_sellers_dataset.csv",
    "aws_retail_demo/categories.yaml",
    "zh_shopping_10cats/reviews.csv",
]
QUICK = sorted(set(real_feeds.FEEDS) - {"aws_retail_demo/products.yaml"})


def read(path: Path) -> tuple[str, list[Reading]]:
    table = readers.open_table(path, known=dialects.known_columns())
    columns = dialects.detect(table.columns, name=path.name)
    return columns.dialect.name, list(rows.readings(table.open_rows(), columns))


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "dialect", "count", "products", "refused"), FEEDS)
def test_every_row_of_a_real_feed_is_accounted_for(
    shared_data: Path, file: str, dialect: str, count: int, products: int, refused: int
) -> None:
    path = shared_data / file
    with path.open(newline="", encoding="utf-8-sig") as source:
        counted = sum(any(cell.strip() for cell in row) for row in csv.reader(source)) - 1
    name, readings = read(path)
    assert (name, counted) == (dialect, count)
    assert sum(len(reading.rows) for reading in readings) == count
    assert sum(reading.ready + reading.warned + reading.refused for reading in readings) == count
    assert sum(reading.refused for reading in readings) == refused
    assert sum(bool(reading.product and reading.product.title) for reading in readings) == products
    assert all(reading.problems for reading in readings if reading.product is None)


@pytest.mark.real_data
@pytest.mark.parametrize("file", QUICK)
def test_titles_prices_and_pictures_land_in_the_catalog(shared_data: Path, at_alice: Merchant, file: str) -> None:
    """The quick half of benchmarks/real_feeds.py: counted by plain Python, compared with what is stored."""
    found = real_feeds.outcome(shared_data / file, file, at_alice)
    assert found.counted == found.rows == found.ready + found.warned + found.refused
    assert {name: pair for name, pair in found.lands.items() if pair[0] < pair[1]} == {}
    assert found.holds


@pytest.mark.real_data
@pytest.mark.parametrize("file", NO_LISTS)
def test_a_file_without_products_says_so(shared_data: Path, file: str) -> None:
    with pytest.raises(UnreadableFileError, match=Path(file).name):
        read(shared_data / file)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("dotnet_eshop/catalog.json", None),
        ("photos_gcp_boutique/products.json", "products"),
        ("photos_aws_retail/products.json", None),
    ],
)
def test_json_catalogues_are_read_whole(shared_data: Path, file: str, key: str | None) -> None:
    document = json.loads((shared_data / file).read_text(encoding="utf-8-sig"))
    items = document[key] if key else document
    dialect, readings = read(shared_data / file)
    assert dialect == "generic"
    assert [reading.product.title for reading in readings if reading.product] == [
        " ".join(item.get("name", item.get("Name")).split()) for item in items
    ]
    assert all(reading.product and reading.product.price_minor for reading in readings)


@pytest.mark.real_data
def test_the_google_feed_gives_watches_with_case_and_band(shared_data: Path) -> None:
    dialect, readings = read(shared_data / "gmc_xml_til" / "feed.xml")
    product = readings[0].product
    assert dialect == "google"
    assert product is not None
    assert (product.sku, product.price_minor, product.currency) == (
        "celebird-eg-variants-apparel-upi-001",
        10529,
        "USD",
    )
    assert [image.name for image in product.images] == ["watch-black.png"]
    assert ("size", 44, "mm") in [(row.name, row.value, row.unit) for row in product.parameters]
