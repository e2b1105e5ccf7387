"""Reviews and answers mined for the quantities of the specification: evidence for it and against it."""

import pytest

from catalog import evidence
from catalog.facts import Parameter

SPRAY = Parameter(id="par-spray_height", name="spray_height", value=45, unit="cm", bound="max")
RUNTIME = Parameter(id="par-runtime", name="runtime", value=8, unit="hour", bound="min")
WEIGHT = Parameter(id="par-weight", name="weight", value=1.2, unit="kg")
CABLE = Parameter(id="par-cable_length", name="cable_length", value=3, unit="m")
EVERY = (SPRAY, RUNTIME, WEIGHT, CABLE)


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("It only sprays 20 cm.", "en", ("spray_height", "contradicts", 20, "cm")),
        ("The jet really reaches 44 cm!", "en", ("spray_height", "supports", 44, "cm")),
        ("sprays 60 cm and wets the floor", "en", ("spray_height", "contradicts", 60, "cm")),
        ("sprüht nur 20 cm hoch", "de", ("spray_height", "contradicts", 20, "cm")),
        ("le jet ne monte qu'à 20 cm", "fr", ("spray_height", "contradicts", 20, "cm")),
        ("el chorro apenas llega a 20 cm", "es", ("spray_height", "contradicts", 20, "cm")),
        ("只能喷20厘米", "zh", ("spray_height", "contradicts", 20, "cm")),
        ("噴水は20cmしか上がらない", "ja", ("spray_height", "contradicts", 20, "cm")),
        ("분수가 20cm밖에 안 올라가요", "ko", ("spray_height", "contradicts", 20, "cm")),
        ("battery lasts 9 hours", "en", ("runtime", "supports", 9, "hour")),
        ("Der Akku hält kaum 3 Stunden", "de", ("runtime", "contradicts", 3, "hour")),
        ("weighs 1.2 kg on my scale", "en", ("weight", "supports", 1.2, "kg")),
        ("the cable is just 2 m long", "en", ("cable_length", "contradicts", 2, "m")),
    ],
)
def test_a_buyers_number_speaks_for_or_against_the_specification(
    text: str, locale: str, expected: tuple[str, str, float, str]
) -> None:
    found = evidence.mentions(text, EVERY, locale=locale)
    assert [(row.parameter, row.stance, row.value, row.unit) for row in found] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "I am 5'4\" and 140 pounds and love it",
        "Arrived after 3 days, 5 stars",
        "142 mm high without the lid",
        "Bought it in 2019 for 20 $",
        "100% happy",
    ],
)
def test_numbers_about_something_else_are_no_evidence(text: str) -> None:
    assert evidence.mentions(text, EVERY) == ()
