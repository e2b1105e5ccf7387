"""Numbers with units are found in English, French and Chinese, in digits and in words."""

import pytest

from review.checks.numerals import number, with_digits
from review.checks.quantities import claimed

_case_sentences = [
    ("Sprays up to forty-five centimetres high", "en", [(45, "cm", "max")]),
    ("Jusqu'à 0,45 m de haut", "fr", [(0.45, "m", "max")]),
    ("soixante-quinze watts", "fr", [(75, "watt", "exact")]),
    ("最高四十五厘米", "zh", [(45, "cm", "max")]),
    ("au moins huit heures d'autonomie", "fr", [(8, "hour", "min")]),
    ("30–45 cm jets", "en", [(30, "cm", "exact"), (45, "cm", "exact")]),
    ("pumps 1,200 l/h", "en", [(1200, "litre / hour", "exact")]),
    ("Now $29.90", "en", [(29.9, "USD", "exact")]),
    ("12,50 € seulement", "fr", [(12.5, "EUR", "exact")]),
    ("Only one hour to charge", "en", [(1, "hour", "exact")]),
    ("2 in 1, the best of 2026", "en", []),
]


@pytest.mark.parametrize(("sentence", "language", "quantities"), _case_sentences)
def test_a_sentence_claims(sentence: str, language: str, quantities: list[tuple[float, str, str]]) -> None:
    assert [(q.value, q.unit, q.kind) for q in claimed(sentence, language)] == quantities


def test_number_words_become_digits() -> None:
    assert with_digits("one hundred and twenty litres, quatre-vingt-dix jours") == "120 litres, 90 jours"


def test_commas_mean_what_the_language_means() -> None:
    assert (number("1,500", "en"), number("1,500", "fr"), number("1.500,5", "fr")) == (1500, 1.5, 1500.5)
