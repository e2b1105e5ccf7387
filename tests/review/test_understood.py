"""Outside the measured languages, and where buyers say otherwise, a person decides."""

from dataclasses import replace

import pytest

from catalog.facts import Evidence, Parameter
from review.checks.contradicted import contradicted
from review.checks.numeric_claims import numeric_claims
from review.checks.understood import understood
from review.observe.languages import measured
from tests.factories import make_facts
from tests.review.seen import observation, plan, text, words


@pytest.mark.parametrize(
    ("locale", "about"),
    [
        ("en-US", []),
        ("fr-FR", ["Numbers"]),
        ("zh-CN", ["Speech"]),
        ("ja-JP", ["Text", "Speech"]),
        ("ko-KR", ["Text", "Speech"]),
        ("de-DE", ["Text", "Speech"]),
    ],
)
def test_words_in_an_unmeasured_language_go_to_a_person(locale: str, about: list[str]) -> None:
    findings = understood(make_facts(), None, observation(locale=locale))
    assert [finding.severity for finding in findings] == ["person"] * len(about)
    assert [finding.message.split()[2] for finding in findings] == about


def test_a_planned_silence_needs_no_listener() -> None:
    silent = plan(narration=())
    assert understood(make_facts(), silent, observation(locale="zh-CN", words=())) == []
    (finding,) = understood(make_facts(), silent, observation(locale="zh-CN", words=words("买 它")))
    assert finding.message.startswith("Cannot measure. Speech in 'zh'")


def test_what_is_measured_to_be_heard_is_also_read() -> None:
    assert measured("speech") < measured("text")


def _row(number: int, kind: str) -> Evidence:
    return Evidence(
        id=f"{kind}-{number}",
        kind=kind,
        text="Only 20 cm.",
        parameter="spray_height",
        stance="contradicts",  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("kinds", "asks"), [([], 0), (["review"], 0), (["review"] * 2, 1), (["refund"], 1), (["audit"], 0)]
)
def test_a_true_number_that_buyers_contradict_is_for_a_person(kinds: list[str], asks: int) -> None:
    facts = make_facts(evidence=tuple(_row(number, kind) for number, kind in enumerate(kinds)))
    seen = observation(texts=(text("Up to 45 cm high"),), words=())
    findings = contradicted(facts, None, seen)
    assert [finding.severity for finding in findings] == ["person"] * asks
    assert all("spray height" in finding.message and "Only 20 cm." in finding.message for finding in findings)


def test_a_contradiction_that_as_many_buyers_confirm_needs_nobody() -> None:
    against, confirming = (
        (_row(1, "refund"), _row(2, "review")),
        [replace(_row(number, "review"), stance="supports") for number in (3, 4)],
    )
    seen = observation(texts=(text("Up to 45 cm high"),), words=())
    assert contradicted(make_facts(evidence=(*against, *confirming)), None, seen) == []
    assert len(contradicted(make_facts(evidence=(*against, confirming[0])), None, seen)) == 1


def test_a_number_nobody_speaks_against_is_left_to_the_specification() -> None:
    facts = make_facts(evidence=(replace(_row(1, "refund"), parameter="diameter"),))
    assert contradicted(facts, None, observation(texts=(text("Up to 45 cm high"),), words=())) == []


def test_numbers_that_are_said_in_french_go_to_a_person() -> None:
    sound = observation().sound
    seen = observation(locale="fr-FR", words=words("Contient 20 millilitres."), sound=sound, texts=())
    capacity = Parameter(id="par-capacity", name="capacity", value=120, unit="ml")
    (heard,) = numeric_claims(make_facts(parameters=(capacity,)), None, seen)
    assert (heard.severity, heard.message.startswith("Cannot measure. Heard: “20 millilitres”")) == ("person", True)
    assert [finding.severity for finding in understood(make_facts(), None, seen)] == ["person"]
    assert understood(make_facts(), plan(), seen) == [], "what was planned is compared by its sentence"
