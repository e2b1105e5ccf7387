"""What is a quantity, what is none, and when two of them agree. Labelled strings: test_labelled_quantities.py."""

import random

import pytest

from catalog.ingest import quantities, unit_words
from catalog.ingest.numbers import number
from catalog.ingest.plain_text import half_width


@pytest.mark.parametrize(
    "text", ["3 in 1 tool", "2-slice toaster", "size 38", "from 2019", "10 in the box", "A4", "No. 5"]
)
def test_numbers_that_are_no_quantities_are_left_alone(text: str) -> None:
    assert quantities.find(text) == ()


def test_a_box_gives_three_axes_by_letter_or_by_order() -> None:
    by_letter = quantities.find('L 29" x W 13" x H 11".')
    by_order = quantities.find("30 x 20 x 10 cm")
    assert [(row.name, row.value, row.unit) for row in by_letter] == [
        ("length", 29, "inch"), ("width", 13, "inch"), ("height", 11, "inch"),
    ]  # fmt: skip
    assert [(row.name, row.value) for row in by_order] == [("length", 30), ("width", 20), ("height", 10)]


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("en", "measures 3.4 by 1.6 by 1.2 inches", "length 3.4 width 1.6 height 1.2"),
        ("en", "a 5-by-7-inch photo", "width 5 height 7"),
        ("en", '10"L x 12"W x 4"H', "length 10 width 12 height 4"),
        ("de", "30 × 40 × 20 cm (B × H × T)", "width 30 height 40 depth 20"),
        ("fr", "30 x 20 x 10 cm (L x l x H)", "length 30 width 20 height 10"),
        ("fr", "30 x 20 x 10 cm (L x P x H)", "width 30 depth 20 height 10"),
        ("ja", "幅30×奥行20×高さ10cm", "width 30 depth 20 height 10"),
        ("zh", "长宽高：30*20*10cm", "length 30 width 20 height 10"),
        ("zh", "长30cm宽20cm高10cm", "length 30 width 20 height 10"),
    ],
)
def test_axes_are_named_by_letters_and_words_before_between_and_behind(locale: str, text: str, expected: str) -> None:
    found = quantities.find(text, locale=locale)
    assert " ".join(f"{row.name} {row.value:g}" for row in found) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-1/2 inch hose", "1.5 inch"),
        ("5V-2A adapter", "5 V, 2 A"),
        ("2500 Pa et 120 minutes", "2500 Pa, 120 min"),
        ("50 % and 21 % of it", "50 percent, 21 percent"),
        ("5 mm - 3 cm", "3 cm"),
        ("12VDC adapter", "12 V"),
        ("a die of 217 mm²", "217 mm**2"),
        ("66mhz bus", "66 MHz"),
    ],
)
def test_two_numbers_are_a_range_only_of_one_kind(text: str, expected: str) -> None:
    assert ", ".join(f"{row.value:g} {row.unit}" for row in quantities.find(text)) == expected


def test_no_two_units_in_a_row_are_too_much_for_the_parser() -> None:
    draw = random.Random(4)
    spellings = [mark for marks in unit_words.SYMBOLS.values() for mark in marks]
    for _ in range(1500):
        first, second, between = (
            draw.choice(spellings),
            draw.choice(spellings),
            draw.choice(("-", " and ", " to ", "/", " x ")),
        )
        text = f"{draw.randint(1, 90)} {first}{between}{draw.randint(1, 90)} {second}"
        assert all(row.text in half_width(text) for row in quantities.find(text)), text


@pytest.mark.parametrize(("name", "expected"), [("Lumen", ("brightness", 815, "lm")), ("Year", None), ("Slots", None)])
def test_a_column_that_is_named_as_a_unit_gives_its_numbers_that_unit(
    name: str, expected: tuple[str, float, str] | None
) -> None:
    row = quantities.parameter(name, "815")
    assert (row and (row.name, row.value, row.unit)) == expected


def test_what_a_thing_carries_is_no_weight_of_its_own() -> None:
    assert [row.name for row in quantities.find("Max load: 150 kg, weighs 12 kg")] == ["load", "weight"]
    assert [row.name for row in quantities.find("not for children over 25 pounds")] == [""]


def test_one_dot_or_comma_before_three_digits_is_read_as_the_language_writes_it() -> None:
    assert number("1.500", locale="de-DE") == 1500
    assert number("1.500", locale="en-US") == 1.5
    assert number("1,500", locale="en-US") == 1500
    assert number("0,450", locale="en-US") == 0.45
    assert number("1.234,56") == 1234.56


def test_two_statements_agree_when_both_can_be_true() -> None:
    limit = quantities.parameter("spray height", "up to 45 cm")
    metres = quantities.parameter("spray height", "up to 0.45 m")
    other = quantities.parameter("spray height", "up to 60 cm")
    weight = quantities.parameter("weight", "2 kg")
    assert limit is not None
    assert metres is not None
    assert other is not None
    assert weight is not None
    assert quantities.same(limit, metres)
    assert not quantities.same(limit, other)
    assert not quantities.same(limit, weight)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Length", "88 inch / 225 cm", ("length", 88, "inch")),
        ("Length", "23 inch / 40 cm", None),
        (
            "Weight",
            "700 g (per shoe), which may vary, as every size of it is made of more or less",
            ("weight", 700, "g"),
        ),
        ("Model name", "12 V charger", None),
    ],
)
def test_a_named_cell_is_one_quantity_or_none(name: str, text: str, expected: tuple[str, float, str] | None) -> None:
    row = quantities.parameter(name, text)
    assert (row and (row.name, row.value, row.unit)) == expected
