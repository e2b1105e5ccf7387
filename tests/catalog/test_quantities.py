"""What is a quantity, what is none, and when two of them agree. Labelled strings: test_labelled_quantities.py."""

import pytest

from catalog.ingest import quantities
from catalog.ingest.numbers import number


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
