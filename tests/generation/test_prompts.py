"""What a video says: only what has evidence, in its own language, within its caps."""

import pytest

from catalog.facts import Parameter, Question, SellingPoint
from generation.planning import Cell, SceneCard
from generation.prompts import compose, exaggerate
from generation.prompts.locales import UnknownLocaleError
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
    assert [line.text for line in spec.captions] == ["For slow family weekends", "Solar fountain pump"]


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
    assert twin.title == "Solar pump, floating"
    assert not any(sign.isdigit() for line in twin.captions + twin.narration for sign in line.text)


def test_a_spec_survives_json_unchanged() -> None:
    spec = compose(make_facts(), cell(), SCENE)
    assert VideoSpec.from_json(spec.to_json()) == spec
