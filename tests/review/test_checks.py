"""Every check lets the honest file pass and stops the one that is not."""

from dataclasses import replace

import pytest

from catalog.facts import Parameter
from generation.specs import Line
from review.checks.absolute_terms import absolute_terms
from review.checks.ai_label import ai_label
from review.checks.base import Finding, verdict
from review.checks.caption_match import caption_match
from review.checks.effect_height import effect_height
from review.checks.hidden_label import hidden_label
from review.checks.likeness import likeness
from review.checks.numeric_claims import numeric_claims
from review.checks.registry import CHECKS, run
from review.checks.speech_match import speech_match
from review.checks.technical import technical
from review.observe.records import AtLeast, CannotMeasure, Marks, Observation, Picture, Span
from tests.factories import make_facts
from tests.review.seen import RULER, measured, observation, plan, sighting, text, words


def severities(findings: list[Finding]) -> list[str]:
    return [finding.severity for finding in findings]


def test_the_honest_file_passes_every_check() -> None:
    findings = run(make_facts(), plan(), observation())
    assert (len(CHECKS), verdict(findings), set(severities(findings))) == (17, "passed", {"info"})


def test_an_effect_above_its_cap_is_blocked_and_shows_both_values() -> None:
    (finding,) = effect_height(make_facts(), plan(), observation(effect=measured(0.90)))
    assert (finding.severity, finding.allowed, finding.measured, finding.second) == ("block", 0.495, 0.9, 2.0)
    assert finding.fix == "regenerate_with_cap"


_case_undecided = [
    CannotMeasure(reason="The product is only 20 pixels wide.", second=1.0),
    AtLeast(value=0.46, uncertainty=0.02, reason="It leaves the picture at the top.", ruler=RULER),
    measured(0.50),
]


@pytest.mark.parametrize("effect", _case_undecided)
def test_an_effect_that_cannot_be_decided_goes_to_a_person(effect: object) -> None:
    assert severities(effect_height(make_facts(), plan(), observation(effect=effect))) == ["person"]


def test_an_effect_that_leaves_the_picture_above_its_cap_is_blocked() -> None:
    leaving = AtLeast(value=0.80, uncertainty=0.04, reason="It leaves the picture at the top.", ruler=RULER)
    assert severities(effect_height(make_facts(), plan(), observation(effect=leaving))) == ["block"]


def test_water_that_was_planned_but_not_seen_goes_to_a_person() -> None:
    assert severities(effect_height(make_facts(), plan(), observation(effect=measured(0.0)))) == ["person"]


_case_claims = [
    ("Sprays up to 45 cm", "info"),
    ("Sprays 30 cm high", "info"),
    ("Sprays up to 90 cm", "block"),
    ("Sprays up to ninety centimetres", "block"),
    ("Only 16 cm across", "info"),
    ("A full 30 cm wide", "block"),
    ("Pumps 150 l/h", "person"),
]


@pytest.mark.parametrize(("sentence", "severity"), _case_claims)
def test_numbers_are_held_against_parameters(sentence: str, severity: str) -> None:
    shown = observation(texts=(text(sentence),), words=())
    heard = observation(texts=(), words=words(sentence))
    assert severities(numeric_claims(make_facts(), None, shown)) == [severity]
    assert severities(numeric_claims(make_facts(), None, heard)) == [severity]


@pytest.mark.parametrize(
    ("locale", "sentence", "severity"),
    [
        ("en-US", "Hot for 8 hours", "block"),
        ("en-US", "Cold for 8 hours", "info"),
        ("fr-FR", "Chaud pendant 8 heures", "block"),
        ("zh-CN", "保温8小时", "block"),
        ("zh-CN", "直径30厘米", "block"),
    ],
)
def test_a_number_is_held_against_the_parameter_its_sentence_speaks_of(
    locale: str, sentence: str, severity: str
) -> None:
    rows = (
        Parameter(id="par-hot", name="keeps_hot", value=6, unit="h", bound="max"),
        Parameter(id="par-cold", name="keeps_cold", value=12, unit="h", bound="max"),
        Parameter(id="par-diameter", name="diameter", value=16, unit="cm"),
        Parameter(id="par-spray_height", name="spray_height", value=45, unit="cm", bound="max"),
    )
    seen = observation(locale=locale, texts=(text(sentence),), words=())
    assert severities(numeric_claims(make_facts(parameters=rows), None, seen)) == [severity]


@pytest.mark.parametrize(
    ("locale", "sentence", "severity"),
    [
        ("en-US", "18.2 cm high", "info"),
        ("en-US", "21.8 cm high", "person"),
        ("en-US", "30 cm high", "block"),
        ("en-US", "Mist 21.8 cm high", "info"),
        ("fr-FR", "Une brume haute de 30 cm", "block"),
        ("zh-CN", "高21.8厘米", "person"),
        ("en-US", "Weighs 165 g", "person"),
    ],
)
def test_a_size_of_the_product_is_not_taken_for_that_of_its_mist(locale: str, sentence: str, severity: str) -> None:
    rows = (
        Parameter(id="par-mist_height", name="mist_height", value=22, unit="cm", bound="max"),
        Parameter(id="par-height", name="height", value=18.2, unit="cm"),
        Parameter(id="par-wax_weight", name="wax_weight", value=165, unit="g"),
        Parameter(id="par-weight", name="weight", value=390, unit="g"),
    )
    seen = observation(locale=locale, texts=(text(sentence),), words=())
    assert severities(numeric_claims(make_facts(parameters=rows), None, seen)) == [severity]


def test_a_line_of_a_planned_sentence_is_held_against_what_the_sentence_cites() -> None:
    rows = (
        Parameter(id="par-spray_height", name="spray_height", value=45, unit="cm", bound="max"),
        Parameter(id="par-total_height", name="total_height", value=7, unit="cm"),
    )
    line = Line(start=0.0, end=3.0, text="Water dances up to 45 cm high", evidence=("par-spray_height",))
    found = [
        numeric_claims(make_facts(parameters=rows), plan(captions=(line,)), observation(texts=(text(seen),), words=()))
        for seen in ("up to 45 cm high", "up to 95 cm high")
    ]
    assert [severities(each) for each in found] == [["info"], ["block"]]


def test_a_price_must_be_the_one_in_the_catalog() -> None:
    facts = make_facts(price_minor=2490, currency="USD")
    found = [numeric_claims(facts, None, observation(texts=(text(t),), words=())) for t in ("$24.90", "$19.90")]
    assert [severities(each) for each in found] == [["info"], ["block"]]


_case_unlike = [
    ({"sightings": ()}, "block"),
    ({"sightings": (sighting(colour_difference=35),), "looked_at": (1.0,)}, "block"),
    ({"sightings": (sighting(colour_difference=20),), "looked_at": (1.0,)}, "person"),
    ({"sightings": (sighting(aspect=1.3),), "looked_at": (1.0,)}, "block"),
    ({"sightings": (sighting(instances=2),), "looked_at": (1.0,)}, "block"),
    ({"sightings": (sighting(instances=2), sighting(instances=2), sighting()), "looked_at": (1.0, 2, 3)}, "block"),
    ({"sightings": (sighting(likeness=0.44),), "looked_at": (1.0,)}, "person"),
    ({"sightings": (sighting(),), "looked_at": (1.0, 2.0, 3.0)}, "person"),
    ({"sightings": (), "looked_at": ()}, "person"),
]


@pytest.mark.parametrize(("changes", "severity"), _case_unlike)
def test_a_product_unlike_its_photo_is_stopped(changes: dict[str, object], severity: str) -> None:
    found = severities(likeness(make_facts(), plan(), observation(**changes)))
    assert severity in found
    assert severities(likeness(make_facts(), plan(), observation())) == ["info"]


_case_labels = [
    ((text("Al-generated scene"),), "info"),
    ((), "block"),
    ((text("AI-generated scene", 0.0, 1.0),), "block"),
    ((text("AI-generated scene", height=8),), "block"),
    ((text("Décor généré par IA"),), "block"),
]


@pytest.mark.parametrize(("texts", "severity"), _case_labels)
def test_the_ai_label_must_be_there_long_enough_large_enough_and_in_its_language(
    texts: tuple[object, ...], severity: str
) -> None:
    assert severities(ai_label(make_facts(), plan(), observation(texts=texts))) == [severity]


def test_a_french_label_is_found_without_a_plan() -> None:
    seen = observation(locale="fr-FR", texts=(text("Décor généré par lA"),))
    assert severities(ai_label(make_facts(), None, seen)) == ["info"]


def test_captions_of_another_video_are_stopped() -> None:
    other = (text("AI-generated scene"), text("Fresh water for garden birds", 0.4, 2.6))
    found = severities(caption_match(make_facts(), plan(), observation(texts=other)))
    assert found == ["block", "person"]
    assert severities(caption_match(make_facts(), plan(), observation())) == ["info"]


def test_a_single_other_word_in_a_caption_is_noticed() -> None:
    planned = plan(captions=(Line(start=0.3, end=2.7, text="Fresh water for your garden"),))
    shown = (text("AI-generated scene"), text("Fresh water for your balcony", 0.4, 2.6))
    assert severities(caption_match(make_facts(), planned, observation(texts=shown))) == ["person"]


def test_a_caption_at_another_time_is_missed() -> None:
    late = (text("AI-generated scene"), text("Runs on sunlight alone", 3.5, 5.5))
    assert severities(caption_match(make_facts(), plan(), observation(texts=late))) == ["block"]


def test_the_voice_of_another_video_is_stopped() -> None:
    other = observation(words=words("Give the birds in your garden a bath they will love."))
    assert severities(speech_match(make_facts(), plan(), other)) == ["block", "block"]
    assert severities(speech_match(make_facts(), plan(), observation())) == ["info"]


def test_a_misheard_word_does_not_stop_the_voice() -> None:
    planned = plan(narration=(Line(start=0.4, end=4, text="Runs on sunlight alone, for every bird bath."),))
    heard = observation(words=words("Runs on sunlight, alone, for every bird's path."))
    assert severities(speech_match(make_facts(), planned, heard)) == ["info"]


def test_speech_that_nobody_planned_is_stopped() -> None:
    assert severities(speech_match(make_facts(), plan(narration=()), observation())) == ["block"]
    assert severities(speech_match(make_facts(), plan(narration=()), observation(words=()))) == []


def test_a_language_heard_too_roughly_goes_to_a_person() -> None:
    planned = plan(locale="zh-CN", narration=(Line(start=0, end=2, text="阳光驱动"),))
    assert severities(speech_match(make_facts(), planned, observation(locale="zh-CN"))) == ["person"]


_case_markets = [
    ("en-GB", "Vet approved", "person", "GB"),
    ("en-US", "Vet approved", "info", "US"),
    ("en-AU", "It cures a cold", "block", "US"),
    ("fr-FR", "Un pot biodégradable", "block", "FR"),
    ("en-US", "A biodegradable pot", "person", "US"),
    ("it-IT", "Il migliore", "person", "it-IT"),
]


@pytest.mark.parametrize(("locale", "sentence", "severity", "named"), _case_markets)
def test_each_market_has_its_own_list_and_none_is_told(locale: str, sentence: str, severity: str, named: str) -> None:
    seen = observation(locale=locale, texts=(text(sentence),), words=())
    (finding,) = absolute_terms(make_facts(), None, seen)
    assert finding.severity == severity
    assert named in finding.message


def test_a_listed_term_is_found_though_the_reader_took_an_i_for_an_l() -> None:
    seen = observation(texts=(text("A mlracle in your garden"),), words=())
    assert severities(absolute_terms(make_facts(), None, seen)) == ["block"]


_case_terms = [
    ("en-US", "The best pump", ["person"]),
    ("en-US", "A miracle in your garden", ["block"]),
    ("en-US", "Best before June", ["info"]),
    ("en-US", "Bestow calm on your garden", ["info"]),
    ("fr-FR", "Résultats garantis", ["block"]),
    ("zh-CN", "全网首发的喷泉", ["block"]),
    ("zh-CN", "最大喷高四十五厘米", ["info"]),
]


@pytest.mark.parametrize(("locale", "sentence", "expected"), _case_terms)
def test_listed_terms_are_found_and_neutral_uses_are_not(locale: str, sentence: str, expected: list[str]) -> None:
    seen = observation(locale=locale, texts=(text(sentence),), words=())
    assert severities(absolute_terms(make_facts(), None, seen)) == expected


def _black(seen: Observation) -> Observation:
    return replace(seen, picture=replace(seen.picture, black=(Span(start=0, end=0.5),)))


def _frozen(seen: Observation) -> Observation:
    return replace(seen, picture=replace(seen.picture, frozen=(Span(start=1, end=4),)))


def _silent(seen: Observation) -> Observation:
    return replace(seen, sound=replace(seen.sound, loudness=None))


def _loud(seen: Observation) -> Observation:
    return replace(seen, sound=replace(seen.sound, loudness=-5.0))


_case_faults = [
    (_black, "block"),
    (_frozen, "block"),
    (_silent, "block"),
    (_loud, "warn"),
    (lambda seen: replace(seen, seconds=4.0), "block"),
    (lambda seen: replace(seen, picture=Picture(width=1280, height=720, fps=24, codec="hevc")), "warn"),
]


@pytest.mark.parametrize(("fault", "severity"), _case_faults)
def test_technical_faults_are_told(fault: object, severity: str) -> None:
    assert severities(technical(make_facts(), plan(), fault(observation()))) == [severity]  # type: ignore[operator]
    assert severities(technical(make_facts(), plan(), observation())) == ["info"]


def test_findings_and_observations_travel_as_json() -> None:
    for effect in (measured(0.3), CannotMeasure(reason="x"), _case_undecided[1]):
        seen = observation(effect=effect)
        assert Observation.from_json(seen.to_json()) == seen
    (finding,) = effect_height(make_facts(), plan(), observation(effect=measured(0.9)))
    assert Finding.from_json(finding.to_json()) == finding


@pytest.mark.parametrize(
    ("locale", "found", "severity"),
    [
        ("zh-CN", Marks(), "block"),
        ("zh-CN", Marks(is_sealed=True), "block"),
        ("zh-CN", Marks(aigc="1", producer="Rill"), "info"),
        ("fr-FR", Marks(), "warn"),
        ("fr-FR", Marks(is_sealed=True), "info"),
        ("en-US", Marks(), "info"),
    ],
)
def test_a_stranger_s_file_has_the_hidden_label_its_market_asks_for(locale: str, found: Marks, severity: str) -> None:
    seen = observation(locale=locale, marks=found)
    assert severities(hidden_label(make_facts(), None, seen)) == [severity]
    assert severities(hidden_label(make_facts(), plan(), seen)) == ["info"], "ours gets it when it is signed"
