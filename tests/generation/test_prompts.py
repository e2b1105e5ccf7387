"""What a video says: only what has evidence, in its own language, within its caps."""

from dataclasses import replace

import pytest

from catalog.facts import Parameter, Question, SellingPoint
from generation.planning import Cell, SceneCard
from generation.planning.scenarios import TELLING
from generation.prompts import compose, exaggerate
from generation.prompts.locales import UnknownLocaleError, locales, phrases
from generation.prompts.names import short_name
from generation.prompts.statements import stated
from generation.specs import VideoSpec
from tests.factories import make_facts

SCENE = SceneCard(id="bird_bath", title="a stone bird bath", surface="water", sound="water", max_height_m=1.2)


def cell(**changes: object) -> Cell:
    values = {"scenario": "family", "locale": "en-US", "hook": "benefit", "scene": "bird_bath", "seed": 1, "reason": ""}
    return Cell(**{**values, **changes})  # type: ignore[arg-type]


def test_every_claim_cites_its_evidence() -> None:
    spec = compose(make_facts(), cell(), SCENE)
    assert spec.captions[0].text == "Runs on sunlight alone"
    assert spec.captions[0].evidence == ("sp-solar", "par-spray_height")


def test_a_selling_point_without_evidence_is_not_said() -> None:
    facts = make_facts(selling_points=(SellingPoint(id="sp-1", text={"en-US": "The best pump in the world"}),))
    spec = compose(facts, cell(), SCENE)
    assert [line.text for line in spec.captions] == ["16 cm across", "For slow family weekends"]


BOTTLE = (
    Parameter(id="par-capacity", name="capacity", value=0.35, unit="L"),
    Parameter(id="par-run_time", name="run_time", value=8, lower=6, unit="h", bound="range"),
    Parameter(id="par-height", name="height", value=0.1597, unit="m"),
    Parameter(id="par-weight", name="weight", value=1.206, unit="kg", bound="max"),
    Parameter(id="par-ip", name="ip_rating", value=67, unit=""),
)


def test_without_selling_points_a_video_states_a_number_of_the_product() -> None:
    facts = make_facts(selling_points=(), parameters=BOTTLE)
    specs = [compose(facts, cell(hook="scene", seed=seed), SCENE) for seed in range(3)]
    assert {spec.captions[0].text for spec in specs} == {"For slow family weekends"}
    assert [(spec.captions[1].text, spec.captions[1].evidence) for spec in specs] == [
        ("Holds 350 ml", ("par-capacity",)), ("Runs 6 to 8 h", ("par-run_time",)), ("16 cm tall", ("par-height",)),
    ]  # fmt: skip
    assert specs[1].narration[1].text == "Runs 6 to 8 hours"
    assert compose(facts, cell(hook="proof", seed=0), SCENE).captions[0].text == "Holds 350 ml"


def test_a_stated_number_is_true_to_its_bound_in_every_language() -> None:
    heavy = Parameter(id="par-weight", name="weight", value=1.206, unit="kg", bound="max")
    long = Parameter(id="par-length", name="length", value=1.206, unit="m", bound="min")
    facts = make_facts(selling_points=(), parameters=(heavy, long))
    assert [text for text, _, _ in stated(facts, phrases("en-US"))] == ["At least 1.206 m long", "Weighs up to 1.2 kg"]
    rounder = make_facts(parameters=(replace(heavy, value=1.296), replace(long, value=1.296)))
    assert [text for text, _, _ in stated(rounder, phrases("fr-FR"))] == [
        "Au moins 1,296 m de long", "Pèse jusqu’à 1,296 kg",
    ]  # fmt: skip


def test_every_language_has_words_for_every_telling_number() -> None:
    for locale in locales():
        assert phrases(locale).statements.keys() == set(TELLING)
        assert phrases(locale).bounds.keys() == {"exact", "max", "min", "range"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Solar fountain pump, floating, 16 cm", "Solar fountain pump"),
        ("Face serum with dropper, 30 ml", "Face serum"),
        ("LED, warm white, 3 m", "LED, warm white"),
        ("太阳能浮水喷泉泵", "太阳能浮水喷泉泵"),
        ("Ultra Quiet Rechargeable Handheld Milk Frother Wand Deluxe", "Ultra Quiet Rechargeable Handheld Milk"),
    ],
)
def test_an_end_card_names_the_product_in_a_few_of_its_own_words(title: str, name: str) -> None:
    assert short_name(title) == name


def test_the_text_is_in_the_language_of_the_video() -> None:
    spec = compose(make_facts(), cell(locale="fr-FR"), SCENE)
    assert [line.text for line in spec.captions] == ["Fonctionne au soleil seul", "Pour les week-ends en famille"]
    assert spec.title == "Pompe de fontaine solaire"


def test_an_unknown_locale_is_refused_by_name() -> None:
    with pytest.raises(UnknownLocaleError, match="No phrases for locale 'xx-XX'; there are en-US, fr-FR"):
        compose(make_facts(), cell(locale="xx-XX"), SCENE)


def test_units_are_spoken_in_full_and_shown_short() -> None:
    point = SellingPoint(id="sp-h", text={"en-US": "Sprays up to 45 cm"}, evidence=("par-spray_height",))
    spec = compose(make_facts(selling_points=(point,)), cell(), SCENE)
    assert spec.captions[0].text == "Sprays up to 45 cm"
    assert spec.narration[0].text == "Sprays up to 45 centimeters"


def test_the_question_hook_opens_with_an_answered_question() -> None:
    facts = make_facts(questions=(Question(id="q-1", question="Does it need a battery?", answer="No."),))
    spec = compose(facts, cell(hook="question"), SCENE)
    assert (spec.captions[0].text, spec.captions[0].evidence) == ("Does it need a battery?", ("q-1",))


def test_the_effect_stays_below_its_cap_and_inside_the_scene() -> None:
    effect = compose(make_facts(), cell(), SCENE).shots[0].effect
    assert (effect.kind, effect.height_m, effect.cap_m) == ("jet", 0.405, 0.495)
    low = SceneCard(id="low", surface="water", max_height_m=0.3)
    outlet, headroom = (1000 - 620) * 0.16 / 1100, 0.05
    assert compose(make_facts(), cell(), low).shots[0].effect.height_m == round(0.3 - outlet - headroom, 3)


def test_with_the_second_sentence_the_picture_comes_nearer() -> None:
    spec = compose(make_facts(), cell(), SCENE)
    whole, close = spec.shots
    assert (whole.framing, close.framing, whole.scene) == ("whole", "close", close.scene)
    assert (whole.start, whole.end, close.end) == (0.0, close.start, spec.seconds)
    assert close.start == spec.captions[1].start >= 2.4
    assert whole.effect == close.effect
    assert close.prompt.startswith("slow push in")


def test_changing_one_parameter_changes_prompt_clause_effect_and_version() -> None:
    cap = Parameter(
        id="par-spray_height", name="spray_height", value=0.3, unit="m", bound="max", how_it_may_look="no higher than"
    )
    changed = make_facts(parameters=(cap,))
    spec = compose(changed, cell(), SCENE)
    assert (spec.shots[0].effect.height_m, spec.shots[0].effect.cap_m) == (0.27, 0.3)
    assert spec.constraints[0].clause == "no higher than"
    assert spec.facts_version == changed.version != make_facts().version


def test_the_exaggerated_twin_differs_only_in_the_pixels() -> None:
    honest = compose(make_facts(title={"en-US": "Solar pump, floating, 16 cm"}), cell(), SCENE, numbers=False)
    twin = exaggerate(honest)
    assert twin.shots[0].effect.height_m == pytest.approx(0.99)
    assert (twin.captions, twin.narration, twin.title) == (honest.captions, honest.narration, honest.title)
    assert twin.title == "Solar pump"
    assert not any(sign.isdigit() for line in twin.captions + twin.narration for sign in line.text)


def test_a_spec_survives_json_unchanged() -> None:
    spec = compose(make_facts(), cell(), SCENE)
    assert VideoSpec.from_json(spec.to_json()) == spec
