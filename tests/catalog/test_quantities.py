"""Quantities in seven languages: what is written is what is read."""

import pytest

from catalog.ingest import quantities

# text, locale, (name, bound, lower, value, unit, tolerance)
LABELLED: list[tuple[str, str, tuple[str, str, float | None, float, str, float]]] = [
    ("up to 45 cm", "en", ("", "max", None, 45, "cm", 0)),
    ("Spray height up to 0.45 m (+10 %)", "en", ("spray_height", "max", None, 0.45, "m", 0.1)),
    ("max. 0.45 m", "en", ("", "max", None, 0.45, "m", 0)),
    ("45 cm max.", "en", ("", "max", None, 45, "cm", 0)),
    ("at least 4 cm deep", "en", ("depth", "min", None, 4, "cm", 0)),
    ("30–50 cm", "en", ("", "range", 30, 50, "cm", 0)),
    ("30 to 50 cm", "en", ("", "range", 30, 50, "cm", 0)),
    ("between 30 and 50 cm", "en", ("", "range", 30, 50, "cm", 0)),
    ("20 cm ±10 %", "en", ("", "exact", None, 20, "cm", 0.1)),
    ("20 cm ± 2 cm", "en", ("", "exact", None, 20, "cm", 0.1)),
    ("only sprays 20 cm", "en", ("spray_height", "exact", None, 20, "cm", 0)),
    ("about 30 minutes", "en", ("", "exact", None, 30, "min", 0.05)),
    ("battery lasts 8 hours", "en", ("runtime", "exact", None, 8, "hour", 0)),
    ("weighs 1.2 kg", "en", ("weight", "exact", None, 1.2, "kg", 0)),
    ("Weight: 2 lb 8", "en", ("weight", "exact", None, 2, "lb", 0)),
    ("Weight: 2 lbs, 8 oz", "en", ("weight", "exact", None, 2.5, "lb", 0)),
    ("runs 1 h 30 min", "en", ("runtime", "exact", None, 1.5, "hour", 0)),
    ("1,500 W", "en", ("power", "exact", None, 1500, "W", 0)),
    ("220-240V", "en", ("voltage", "range", 220, 240, "V", 0)),
    ("15-bar pressure", "en", ("pressure", "exact", None, 15, "bar", 0)),
    ("6 foot", "en", ("", "exact", None, 6, "foot", 0)),
    ("1/2 inch", "en", ("", "exact", None, 0.5, "inch", 0)),
    ("2½ in. wide", "en", ("width", "exact", None, 2.5, "inch", 0)),
    ('7" to 8.0"', "en", ("", "range", 7, 8, "inch", 0)),
    ("12 fl oz", "en", ("capacity", "exact", None, 12, "fluid_ounce", 0)),
    ("350 ml", "en", ("capacity", "exact", None, 350, "ml", 0)),
    ("800 lumens", "en", ("brightness", "exact", None, 800, "lm", 0)),
    ("1200 mAh", "en", ("battery_capacity", "exact", None, 1200, "mA*h", 0)),
    ("45 dB(A)", "en", ("noise_level", "exact", None, 45, "dB", 0)),
    ("150 L/h", "en", ("flow_rate", "exact", None, 150, "l/hour", 0)),
    ("Case size: 44mm.", "en", ("case_size", "exact", None, 44, "mm", 0)),
    ("IP68", "en", ("ip_rating", "exact", None, 68, "", 0)),
    ("IPX7 waterproof", "en", ("ipx_rating", "exact", None, 7, "", 0)),
    ("2700 K warm light", "en", ("colour_temperature", "exact", None, 2700, "K", 0)),
    ("100% cotton", "en", ("", "exact", None, 100, "percent", 0)),
    ("cable length 3 m", "en", ("cable_length", "exact", None, 3, "m", 0)),
    ("Ø 16 cm", "en", ("diameter", "exact", None, 16, "cm", 0)),
    ("< 35 dB", "en", ("noise_level", "max", None, 35, "dB", 0)),
    ("10 m or more", "en", ("", "min", None, 10, "m", 0)),
    ("bis zu 45 cm", "de", ("", "max", None, 45, "cm", 0)),
    ("Strahlhöhe bis zu 45 cm", "de", ("spray_height", "max", None, 45, "cm", 0)),
    ("0,35 l", "de", ("capacity", "exact", None, 0.35, "l", 0)),
    ("1.500 lm", "de", ("brightness", "exact", None, 1500, "lm", 0)),
    ("mindestens 5 h", "de", ("", "min", None, 5, "hour", 0)),
    ("ca. 12 Stunden Laufzeit", "de", ("runtime", "exact", None, 12, "hour", 0.05)),
    ("nur 20 cm hoch", "de", ("height", "exact", None, 20, "cm", 0)),
    ("zwischen 30 und 50 cm breit", "de", ("width", "range", 30, 50, "cm", 0)),
    ("Gewicht: 1,25 Kilogramm", "de", ("weight", "exact", None, 1.25, "kg", 0)),
    ("höchstens 3 bar", "de", ("pressure", "max", None, 3, "bar", 0)),
    ("jusqu'à 45 cm", "fr", ("", "max", None, 45, "cm", 0)),
    ("jet jusqu'à 45 cm", "fr", ("spray_height", "max", None, 45, "cm", 0)),
    ("entre 30 et 50 cm", "fr", ("", "range", 30, 50, "cm", 0)),
    ("environ 2 heures d'autonomie", "fr", ("runtime", "exact", None, 2, "hour", 0.05)),
    ("au moins 1,5 litre", "fr", ("capacity", "min", None, 1.5, "l", 0)),
    ("largeur 12,5 cm", "fr", ("width", "exact", None, 12.5, "cm", 0)),
    ("hasta 45 cm de altura", "es", ("height", "max", None, 45, "cm", 0)),
    ("de 30 a 50 cm", "es", ("", "range", 30, 50, "cm", 0)),
    ("peso 2,3 kg", "es", ("weight", "exact", None, 2.3, "kg", 0)),
    ("mínimo 10 horas", "es", ("", "min", None, 10, "hour", 0)),
    ("最高45厘米", "zh", ("", "max", None, 45, "cm", 0)),
    ("喷水高度最高45厘米", "zh", ("spray_height", "max", None, 45, "cm", 0)),
    ("直径１６ｃｍ", "zh", ("diameter", "exact", None, 16, "cm", 0)),
    ("约500毫升", "zh", ("capacity", "exact", None, 500, "ml", 0.05)),
    ("功率不超过20瓦", "zh", ("power", "max", None, 20, "W", 0)),
    ("续航8小时以上", "zh", ("runtime", "min", None, 8, "hour", 0)),
    ("30至50厘米", "zh", ("", "range", 30, 50, "cm", 0)),
    ("噴水の高さは最大45センチ", "ja", ("spray_height", "max", None, 45, "cm", 0)),
    ("45cm以下", "ja", ("", "max", None, 45, "cm", 0)),
    ("約1.2キログラム", "ja", ("weight", "exact", None, 1.2, "kg", 0.05)),
    ("連続10時間以上", "ja", ("runtime", "min", None, 10, "hour", 0)),
    ("최대 45cm 분수 높이", "ko", ("spray_height", "max", None, 45, "cm", 0)),
    ("무게 350그램", "ko", ("weight", "exact", None, 350, "g", 0)),
    ("약 8시간 사용", "ko", ("runtime", "exact", None, 8, "hour", 0.05)),
    ("30cm 이하", "ko", ("", "max", None, 30, "cm", 0)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "locale", "expected"), LABELLED)
def test_a_written_quantity_is_read_exactly(
    text: str, locale: str, expected: tuple[str, str, float | None, float, str, float]
) -> None:
    found = quantities.find(text, locale=locale)
    first = found[0]
    assert (first.name, first.bound, first.lower, first.value, first.unit, first.tolerance) == expected


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
    assert quantities.number("1.500", locale="de-DE") == 1500
    assert quantities.number("1.500", locale="en-US") == 1.5
    assert quantities.number("1,500", locale="en-US") == 1500
    assert quantities.number("0,450", locale="en-US") == 0.45
    assert quantities.number("1.234,56") == 1234.56


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
