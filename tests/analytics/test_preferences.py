"""Pairs for tuning the model: both of one product and place, beyond doubt, and never with a video that was blocked."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import tenancy
from accounts.models import Merchant
from analytics import preferences, services
from analytics.models import DailyCount
from catalog.models import Product
from generation.models import Placement, Variant, Video
from tests.analytics import stage
from tests.analytics.test_experiment_pages import key_of
from tests.analytics.test_learning_loop import count


@pytest.fixture
def shown(alice: Merchant) -> list[Placement]:
    """Family sells twice as well as outdoor and children, which are alike."""
    with tenancy.merchant_context(alice.pk):
        product = stage.make_product(alice)
        placements = [stage.place(product, scenario) for scenario in ("family", "children", "outdoor")]
        for placement, clicks in zip(placements, (400, 201, 200), strict=True):
            count(placement, impression=4000, click=clicks)
        services.learn(alice)
    return placements


def found(merchant: Merchant, **options: bool) -> list[tuple[str, str]]:
    with tenancy.merchant_context(merchant.pk):
        pairs = list(preferences.pairs(merchant, **options))  # type: ignore[arg-type]  # with_simulated alone
        scenario = dict(Video.objects.values_list("public_id", "variant__scenario"))
    names = {str(video): name for video, name in scenario.items()}
    return [(names[one["preferred"]["video"]], names[one["other"]["video"]]) for one in pairs]


def test_only_what_shoppers_told_apart_becomes_a_pair(alice: Merchant, shown: list[Placement]) -> None:
    assert found(alice) == [("family", "children"), ("family", "outdoor")]


def test_a_pair_brings_its_evidence_and_both_specifications(alice: Merchant, shown: list[Placement]) -> None:
    with tenancy.merchant_context(alice.pk):
        Variant.objects.filter(pk=shown[0].cut.video.variant_id).update(spec={"seed": 7})
        pair = next(preferences.pairs(alice))
    assert (pair["metric"], pair["differs"], pair["place"]["format"]) == ("click", ["scenario"], "wide")
    assert pair["chance"] > 0.99
    assert pair["ratio"][1] > 1.5
    better = pair["preferred"]
    assert (better["visitors"], better["spec"], better["sha256"]) == (4000, {"seed": 7}, shown[0].cut.sha256)
    assert better["rates"]["click"][0] == 0.1


@pytest.mark.parametrize("state", [Video.State.REJECTED, Video.State.STALE])
def test_a_video_blocked_later_teaches_nothing_at_once(alice: Merchant, shown: list[Placement], state: str) -> None:
    with tenancy.merchant_context(alice.pk):
        Video.objects.filter(pk=shown[0].cut.video_id).update(state=state)
    assert found(alice) == []


def test_a_video_that_promises_too_much_is_in_no_pair(alice: Merchant, shown: list[Placement]) -> None:
    with tenancy.merchant_context(alice.pk):
        Variant.objects.filter(pk=shown[1].cut.video.variant_id).update(exaggerated=True)
    assert found(alice) == [("family", "outdoor")]


def test_simulated_shoppers_teach_the_model_only_when_asked(alice: Merchant, shown: list[Placement]) -> None:
    with tenancy.merchant_context(alice.pk):
        DailyCount.objects.update(source="simulated")
        services.learn(alice)
    assert found(alice) == []
    assert len(found(alice, with_simulated=True)) == 2


def test_few_visitors_prefer_nothing(alice: Merchant) -> None:
    with tenancy.merchant_context(alice.pk):
        product = stage.make_product(alice)
        for scenario, clicks in (("family", 40), ("outdoor", 2)):
            count(stage.place(product, scenario), impression=150, click=clicks)
        services.learn(alice)
    assert found(alice) == []


def test_the_command_writes_lines_and_the_api_the_same(
    client: Client, alice: Merchant, shown: list[Placement], tmp_path: Path
) -> None:
    call_command("export_preferences", merchant=alice.slug, out=tmp_path / "pairs.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    headers = key_of(alice)
    assert client.get("/api/v1/preferences", headers=headers).json() == {"pairs": lines}
    assert client.get("/api/v1/preferences?sure=0.2", headers=headers).status_code == 400
    with pytest.raises(CommandError, match="no merchant"):
        call_command("export_preferences", merchant="nobody")


def test_the_report_is_there_for_programs(
    client: Client, alice: Merchant, bob: Merchant, shown: list[Placement]
) -> None:
    with tenancy.merchant_context(alice.pk):
        product = Product.objects.get()
    said = client.get(f"/api/v1/products/{product.public_id}/report", headers=key_of(alice)).json()
    assert said["report"]["verdict"]["outcome"] == "winner"
    assert client.get(f"/api/v1/products/{product.public_id}/report", headers=key_of(bob)).status_code == 404
