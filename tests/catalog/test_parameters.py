"""One parameter in a merchant's words, and what its change does to sizes, videos and later imports."""

import io

import pytest

from accounts.models import AuditLog, Merchant
from catalog import parameters, selectors, services
from catalog.models import Image, Import, Parameter, Product
from catalog.scale import outline_width
from catalog.selectors import product_facts

LISTING = b"sku,title,price,spray height\nP-1,Pump,19.90 EUR,up to 45 cm\n"
OUTLINE = (100, 50, 300, 450)


def _import(merchant: Merchant, content: bytes, name: str = "products.csv") -> Import:
    return services.import_file(merchant=merchant, file=io.BytesIO(content), name=name)


@pytest.mark.parametrize(
    ("name", "text", "unit", "value", "bound"),
    [
        ("Width", "12 cm", "cm", 12.0, "exact"),
        ("Spray height", "up to 45 cm ±10 %", "cm", 45.0, "max"),
        ("width", "30–50 cm", "cm", 50.0, "range"),
        ("pieces", "7", "", 7.0, "exact"),
        ("power", "at least 3 W", "W", 3.0, "min"),
    ],
)
def test_words_become_a_parameter(name: str, text: str, unit: str, value: float, bound: str) -> None:
    row = parameters.read(name, text)

    assert (row.unit, row.value, row.bound) == (unit, value, bound)


@pytest.mark.parametrize("text", ["7", "", "wide", "12 x 7 cm", "3 g/l", "-3 cm", "0 cm", "7 cm or 8 cm"])
def test_words_that_are_no_single_quantity_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(parameters.ParameterError, match="number"):
        parameters.read("width", text)


@pytest.mark.parametrize("text", ["at most 0.45 m ±10 %", "30 to 50 cm", "1200 mAh", "7", "at least 6 h", "2.5 in"])
def test_what_a_page_shows_can_be_sent_back(text: str) -> None:
    read = parameters.read("thing", text)
    row = Parameter(
        name=read.name, value=read.value, unit=read.unit, bound=read.bound, lower=read.lower, tolerance=read.tolerance
    )

    assert parameters.words(row) == text


def test_a_width_is_taken_and_a_height_carried_over_by_the_outline() -> None:
    assert outline_width(OUTLINE, [parameters.read("height", "40 cm")]) == pytest.approx(0.2)
    assert outline_width(OUTLINE, [parameters.read("height", "40 cm"), parameters.read("width", "18 cm")]) == 0.18
    assert outline_width(OUTLINE, [parameters.read("spray height", "45 cm")]) is None
    assert outline_width(OUTLINE, [parameters.read("width", "up to 18 cm")]) is None


def test_a_sheet_of_sizes_adds_to_products_and_removes_nothing(at_alice: Merchant) -> None:
    _import(at_alice, LISTING)

    batch = _import(at_alice, b"sku,product,width,height\nP-1,Pump,16 cm,\nP-2,Lamp,20 cm,\nP-1,,,\n", "sizes.csv")

    assert (batch.dialect, batch.rows, batch.refused) == ("parameters", 3, 2)
    assert set(Parameter.objects.values_list("name", "value")) == {("spray_height", 45.0), ("width", 16.0)}


def test_what_was_entered_by_hand_survives_the_next_import(at_alice: Merchant) -> None:
    _import(at_alice, LISTING)
    product = Product.objects.get()
    parameters.write(product=product, name="Width", text="16 cm", by="ann")

    _import(at_alice, LISTING.replace(b"19.90", b"18.90"))

    width = product_facts(product).parameter("width")
    assert width is not None
    assert (width.value, width.source) == (16.0, "entered by ann")
    assert AuditLog.objects.filter(action="set_parameter", actor="ann", subject="P-1").count() == 1


def test_the_cap_of_an_effect_can_be_corrected_but_not_removed(at_alice: Merchant) -> None:
    _import(at_alice, LISTING)
    product = Product.objects.get()
    product.effect_cap_parameter = "spray_height"
    product.save()

    with pytest.raises(parameters.ParameterError, match="not removed"):
        parameters.remove(product=product, name="spray_height", by="ann")
    parameters.write(product=product, name="spray height", text="up to 40 cm", by="ann")

    assert Parameter.objects.get().value == 40.0


def test_products_without_size_come_as_a_sheet_that_can_be_filled_in_and_uploaded(at_alice: Merchant) -> None:
    _import(at_alice, b"sku,title,price\nP-1,Pump,19.90 EUR\n=P-2,Lamp,1 EUR\nP-3,Mug,3 EUR\n")
    for product in Product.objects.exclude(sku="P-3"):
        Image.objects.create(
            merchant=at_alice, product=product, sha256="1" * 64, width=9, height=9, outline=[1, 1, 8, 8],
        )  # fmt: skip

    sheet = "".join(selectors.size_sheet(selectors.without_size()))
    filled = sheet.replace("Pump,", "Pump,16 cm").replace("Lamp,", "Lamp,20 cm").encode()
    _import(at_alice, filled, "sizes.csv")

    assert sheet.splitlines() == ["sku,product,width", "P-1,Pump,", "'=P-2,Lamp,"]
    assert [product.sku for product in selectors.without_size()] == []
