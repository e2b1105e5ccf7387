"""What is shown as buyers' words has a review behind it; contents that nobody can measure go to a person."""

from dataclasses import replace

import pytest

from catalog.facts import Evidence, Parameter, ProductFacts
from review.checks.extras import extras
from review.checks.numeric_claims import numeric_claims
from review.checks.quoted import quoted
from review.observe.records import Box
from tests.factories import make_facts
from tests.review.seen import observation, plan, text


def _reviewed(*ratings: float) -> ProductFacts:
    said = "It changed my evenings, really. 非常好用，值得购买。 Parfait pour le soir."
    rows = [Evidence(id=f"ev-{n}", kind="review", text=said, rating=rating) for n, rating in enumerate(ratings)]
    return replace(make_facts(), evidence=tuple(rows))


_case_quotation = [
    ("“It changed my evenings”", "info"),
    ('"it changed my evenings" Anna, buyer', "info"),
    ("“It saved my marriage”", "person"),
    ("« Parfait pour le soir »", "info"),
    ("« Parfait pour la plage »", "person"),
    ("「非常好用」", "info"),
    ("「全家都喜欢」", "person"),
    ('Il1 saved my marriage"', "person"),  # as the reader takes an opening mark for a letter
    ("“It saved my marriage", "person"),
]


@pytest.mark.parametrize(("shown", "severity"), _case_quotation)
def test_a_quotation_needs_its_review(shown: str, severity: str) -> None:
    (finding,) = quoted(_reviewed(5), None, observation(texts=(text(shown),)))
    assert finding.severity == severity


@pytest.mark.parametrize("shown", ['12" x 10" wide', "Runs on sunlight alone", "The “Nordic” line", "Don't rinse"])
def test_inches_names_and_apostrophes_are_no_quotations(shown: str) -> None:
    assert quoted(_reviewed(5), None, observation(texts=(text(shown),))) == []


def test_a_quotation_goes_on_in_the_next_line() -> None:
    first, second = text("“It changed"), replace(text("my marriage”"), box=Box(x=60, y=110, width=300, height=32))
    (finding,) = quoted(_reviewed(5), None, observation(texts=(second, first)))
    assert finding.message.startswith("“It changed my marriage” is shown")


_case_rating = [
    ("4.5/5", (4, 5), "info"),
    ("4.6 out of 5", (4, 5), "block"),
    ("4,8 sur 5", (4, 4), "block"),
    ("5 stars", (4, 5), "info"),
    ("★★★★★", (4, 4), "block"),
    ("★★★★★ loved", (), "person"),
]


@pytest.mark.parametrize(("shown", "ratings", "severity"), _case_rating)
def test_stars_are_the_mean_of_the_ratings(shown: str, ratings: tuple[float, ...], severity: str) -> None:
    (finding,) = quoted(_reviewed(*ratings), None, observation(texts=(text(shown),)))
    assert finding.severity == severity


_case_pieces = [
    ("A set of 5", "info"),
    ("A set of 7", "block"),
    ("7 pieces", "block"),
    ("5-piece", "info"),
    ("Lot de 7", "block"),
    ("7件", "block"),
    ("100 % cotton", "person"),
]


@pytest.mark.parametrize(("shown", "severity"), _case_pieces)
def test_pieces_are_counted_and_never_compared_with_other_plain_numbers(shown: str, severity: str) -> None:
    rows = Parameter(id="p", name="ring_count", value=5, unit="count"), Parameter(id="q", name="ph", value=5.5, unit="")
    facts = replace(make_facts(), parameters=rows)
    (finding,) = numeric_claims(facts, None, observation(texts=(text(shown),), words=()))
    assert finding.severity == severity


def test_what_is_not_in_the_box_cannot_be_measured() -> None:
    boxed = replace(make_facts(), in_the_box=("pump", "4 nozzles"))
    (finding,) = extras(boxed, None, observation())
    assert finding.severity == "person"
    assert finding.message.startswith("Cannot measure. In the box: pump, 4 nozzles.")
    assert extras(boxed, plan(), observation())[0].severity == "info"
    assert extras(replace(boxed, in_the_box=()), None, observation())[0].severity == "info"
