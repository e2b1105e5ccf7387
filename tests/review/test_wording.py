"""Readers and recognisers slip in known ways; another sentence is still another sentence."""

import pytest

from review.checks.wording import coverage, resemblance, tokens


def test_words_that_were_run_together_are_found() -> None:
    assert coverage("Does it work under clouds?", "Al-generated scene Does it work underclouds?") == 1.0


def test_letters_that_moved_between_words_are_the_same_sentence() -> None:
    assert resemblance("Se iti the shop", "Solar pump, floating See it in the shop") >= 0.7


def test_a_unit_is_the_same_in_full_and_as_a_symbol() -> None:
    assert tokens("jusqu'à 45 centimètres") == tokens("jusqu'à 45 cm")


@pytest.mark.parametrize(
    ("planned", "heard"),
    [
        ("Un jet d'eau jusqu'à 45 centimètres", "Un gédo jusqu 'à 45 cm. Elle démarre"),
        ("Birds come back for moving water.", "birds come back from moving water"),
    ],
)
def test_a_sentence_heard_with_other_word_borders_is_the_same(planned: str, heard: str) -> None:
    assert resemblance(planned, heard) >= 0.7


@pytest.mark.parametrize(
    ("planned", "heard"),
    [
        ("Birds come back for moving water.", "Five spray heads change the pattern."),
        ("Elle démarre en trois secondes au soleil.", "Ni câble ni pile. Juste le soleil."),
        ("Pour les jours de fête", "À vivre dehors"),
    ],
)
def test_another_sentence_does_not_resemble(planned: str, heard: str) -> None:
    assert resemblance(planned, heard) < 0.7


def test_another_number_is_another_sentence() -> None:
    assert resemblance("Sprays up to 45 cm", "Sprays up to 95 cm") < 0.5


def test_latin_letters_and_chinese_ones_are_words_apart() -> None:
    assert tokens("AI生成场景") == ["ai", "生", "成", "场", "景"]
    assert coverage("AI生成", "AI生成场景") == 1.0
