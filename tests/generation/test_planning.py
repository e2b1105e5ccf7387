"""Plans spread wide at first, then follow what sold without giving up on the rest."""

from dataclasses import replace

import pytest

from catalog.facts import ProductEffect, ProductImage, Question, SellingPoint
from generation.planning import Cell, Learned, SceneCard, own_scenes, plan
from generation.planning.places import kind_of
from generation.planning.scenarios import hooks_for
from tests.factories import make_facts

GARDEN = SceneCard(id="bird_bath", tags=("garden", "family", "outdoor"), surface="water")
POOL = SceneCard(id="paddling_pool", tags=("children", "summer"), surface="water")
TABLE = SceneCard(id="christmas_table", tags=("holiday",), surface="table")


def cells(**changes: object) -> list[Cell]:
    values = {"locales": ["en-US", "fr-FR"], "budget": 4, **changes}
    return plan(make_facts(), [GARDEN, POOL, TABLE], **values)  # type: ignore[arg-type]


def test_a_first_batch_varies_scenario_and_locale() -> None:
    planned = cells()
    assert {cell.scenario for cell in planned} == {"family", "children", "holiday", "outdoor"}
    assert {cell.locale for cell in planned} == {"en-US", "fr-FR"}


def test_a_floating_product_is_only_put_on_water() -> None:
    assert {cell.scene for cell in cells(budget=8)} == {"bird_bath", "paddling_pool"}


def test_a_scenario_gets_its_own_scene_where_there_is_one() -> None:
    by_scenario = {cell.scenario: cell.scene for cell in cells()}
    assert by_scenario["children"] == "paddling_pool"


def test_the_same_arguments_give_the_same_plan() -> None:
    assert cells(seed=3) == cells(seed=3)


def test_no_suitable_scene_is_an_empty_plan() -> None:
    assert plan(make_facts(), [TABLE], locales=["en-US"], budget=4) == []


def test_what_sold_leads_the_next_batch() -> None:
    sold = [
        Learned(attribute="scenario", value="outdoor", effect=0.9, low=0.8, high=1.0),
        Learned(attribute="locale", value="fr-FR", effect=0.9, low=0.8, high=1.0),
    ]
    guided = [cell for cell in cells(budget=3, learned=sold) if "sold" in cell.reason]
    assert [(cell.scenario, cell.locale) for cell in guided] == [("outdoor", "fr-FR")] * 2


def test_a_third_of_a_guided_batch_still_explores() -> None:
    sold = [Learned(attribute="scenario", value="outdoor", effect=0.9, low=0.8, high=1.0)]
    explored = [cell for cell in cells(budget=9, learned=sold) if "experiment" in cell.reason]
    assert len(explored) == 3


def test_every_batch_explores_other_cells() -> None:
    sold = [Learned(attribute="scenario", value="outdoor", effect=0.9, low=0.8, high=1.0)]
    explored = [
        {(cell.scenario, cell.locale, cell.hook) for cell in cells(budget=6, learned=sold, seed=seed)
         if "experiment" in cell.reason}
        for seed in range(1, 6)
    ]  # fmt: skip
    assert len(set.union(*explored)) > 6


def test_what_kept_credibly_fewer_orders_is_neither_followed_nor_explored() -> None:
    kept = [
        Learned(attribute="scenario", value="family", effect=0.1, low=0.02, high=0.18, is_net=True),
        Learned(attribute="scenario", value="children", effect=-0.1, low=-0.18, high=-0.02, is_net=True),
        Learned(attribute="scenario", value="holiday", effect=0.0, low=-0.1, high=0.1, is_net=True),
    ]
    for seed in range(5):
        assert "children" not in {cell.scenario for cell in cells(budget=12, learned=kept, seed=seed)}
    clicked = [replace(row, is_net=False) for row in kept]
    assert "children" in {cell.scenario for cell in cells(budget=12, learned=clicked, seed=1)}


def test_a_full_batch_is_planned_even_where_little_is_left() -> None:
    kept = [
        Learned(attribute="locale", value="en-US", effect=0.2, low=0.1, high=0.3, is_net=True),
        Learned(attribute="locale", value="fr-FR", effect=-0.2, low=-0.3, high=-0.1, is_net=True),
    ]
    planned = cells(budget=32, learned=kept)
    assert len(planned) == len(cells(budget=32))
    assert {cell.locale for cell in planned} == {"en-US"}
    takes = [cell for cell in planned if "another take" in cell.reason]
    assert takes
    assert len({cell.seed for cell in planned}) == len(planned)
    assert {cell.locale for cell in cells(locales=["fr-FR"], learned=kept)} == {"fr-FR"}


def test_a_scene_photo_of_the_merchant_comes_first() -> None:
    photo = ProductImage(
        sha256="f" * 64,
        name="garden.jpg",
        width=1600,
        height=1000,
        role="scene",
        metres_per_pixel=0.001,
        base_px=(800, 800),
    )
    facts = make_facts(images=(*make_facts().images, photo))
    own = own_scenes(facts)
    planned = plan(facts, [*own, GARDEN, POOL], locales=["en-US"], budget=2)
    assert {cell.scene for cell in planned} == {f"photo:{'f' * 64}"}


def test_a_festive_scene_waits_for_a_festive_scenario() -> None:
    lamp = make_facts(title={"en-US": "Table lamp"}, effect=ProductEffect(), audience_tags=("family", "holiday"))
    kitchen = SceneCard(id="kitchen", tags=("kitchen",), surface="stone")
    festive = SceneCard(id="christmas_table", tags=("holiday", "family", "home"), surface="wood")
    chosen = {cell.scenario: cell.scene for cell in plan(lamp, [festive, kitchen], locales=["en-US"], budget=2)}
    assert chosen == {"family": "kitchen", "holiday": "christmas_table"}


@pytest.mark.parametrize(
    ("title", "category", "kind"),
    [
        ("Loafers", "", "footwear"),
        ("Coffee table lamp with glass shade", "", "decor"),
        ("Bambus-Tasse für Kaffee", "", "kitchen"),
        ("不锈钢保温杯", "", "kitchen"),
        ("The Classic", "Shoes > Women", "footwear"),
        ("Widget", "Parts", None),
    ],
)
def test_the_kind_of_a_product_is_told_by_what_names_it(title: str, category: str, kind: str | None) -> None:
    found = kind_of(make_facts(title={"en-US": title}, category=category))
    assert (found.name if found else None) == kind


def test_shoes_do_not_stand_on_a_kitchen_counter() -> None:
    counter = SceneCard(id="kitchen", tags=("kitchen", "home"), surface="stone")
    camp = SceneCard(id="campsite", tags=("camping",), surface="wood")
    shoes = make_facts(title={"en-US": "Trail shoes"}, effect=ProductEffect())
    shirt = make_facts(title={"en-US": "Linen shirt"}, effect=ProductEffect())
    assert {cell.scene for cell in plan(shoes, [counter, camp], locales=["en-US"], budget=4)} == {"campsite"}
    assert plan(shirt, [counter, camp], locales=["en-US"], budget=4) == []


def test_a_hook_is_only_planned_where_there_is_something_to_open_with() -> None:
    bare = make_facts(selling_points=(), questions=(), parameters=())
    numbered = make_facts(selling_points=(), questions=())
    proud = make_facts(
        selling_points=(SellingPoint(id="sp-1", text={"en-US": "Up to 45 cm high"}, evidence=("par-spray_height",)),),
        questions=(Question(id="q-1", question="Does it float?", answer="Yes."),),
    )
    assert hooks_for(bare) == ("scene",)
    assert hooks_for(numbered) == ("proof", "scene")
    assert hooks_for(proud) == ("benefit", "proof", "question", "scene")
    assert {cell.hook for cell in plan(bare, [GARDEN, POOL], locales=["en-US"], budget=8)} == {"scene"}
