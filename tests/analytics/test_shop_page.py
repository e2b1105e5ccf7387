"""The public page shows one live, approved video in the shopper's language, the same on every visit."""

import re

import pytest
from django.test import Client

from accounts import tenancy
from accounts.models import Merchant
from analytics import decisions
from analytics.models import Allocation
from generation.models import Placement
from tests.analytics import stage

PAGE = "/shop/alices-garden/PUMP-1/"


@pytest.fixture
def placements(alice: Merchant) -> list[Placement]:
    with tenancy.merchant_context(alice.pk):
        product = stage.make_product(alice)
        english = [stage.place(product, scenario) for scenario in ("family", "outdoor")]
        return [*english, stage.place(product, locale="fr-FR"), stage.place(product, frame="tall")]


def shown(client: Client, path: str = PAGE, **headers: str) -> decisions.Decision:
    answer = client.get(path, headers={"User-Agent": "Mozilla/5.0", **headers})
    assert answer.status_code == 200
    found = re.search(r'data-vitrine="([^"]+)"', answer.content.decode())
    assert found is not None
    decision = decisions.read(found[1])
    assert decision is not None
    return decision


def test_a_visitor_sees_one_video_and_the_same_one_again(client: Client, placements: list[Placement]) -> None:
    first = shown(client)
    assert first.placement in {placement.public_id for placement in placements[:2]}
    assert {shown(client) for _ in range(3)} == {first}
    assert (first.propensity, first.source) == (0.5, "live")


def test_visitors_differ_and_a_shop_of_its_own_may_ask_for_many(client: Client, placements: list[Placement]) -> None:
    ask = {"merchant": "alices-garden", "sku": "PUMP-1", "visitors": [f"visitor-{one}" for one in range(200)]}
    answer = client.post("/api/v1/decisions", ask, content_type="application/json")
    seen = [row["placement"] for row in answer.json()["decisions"]]
    assert len(seen) == 200
    films = answer.json()["videos"]
    assert set(films) == set(seen)
    film = films[str(placements[0].public_id)]
    assert film["file"] == f"http://testserver{placements[0].file.url}"
    assert (film["video"], film["width"], film["height"]) == (str(placements[0].cut.video.public_id), 1280, 720)
    assert {seen.count(str(one.public_id)) > 70 for one in placements[:2]} == {True}


def test_the_language_and_the_frame_choose_the_market(client: Client, placements: list[Placement]) -> None:
    assert shown(client, **{"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"}).placement == placements[2].public_id
    assert shown(client, PAGE + "?locale=fr-FR").placement == placements[2].public_id
    assert shown(client, **{"User-Agent": "iPhone Mobile"}).placement == placements[3].public_id
    assert shown(client, PAGE + "?locale=de-DE").placement in {one.public_id for one in placements[:2]}


def test_a_paused_video_is_never_served(client: Client, alice: Merchant, placements: list[Placement]) -> None:
    shown(client)
    with tenancy.merchant_context(alice.pk):
        Placement.objects.filter(pk=placements[0].pk).update(state=Placement.State.PAUSED)
    assert {shown(Client()).placement for _ in range(4)} == {placements[1].public_id}


def test_without_a_live_video_the_page_still_sells(client: Client, alice: Merchant) -> None:
    with tenancy.merchant_context(alice.pk):
        stage.make_product(alice)
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "There is no approved video of this product yet." in answer.content.decode()
    with tenancy.merchant_context(alice.pk):
        assert Allocation.objects.count() == 0


@pytest.mark.parametrize("path", ["/shop/alices-garden/NOTHING/", "/shop/nobody/PUMP-1/", "/shop/alices-garden/%00/"])
def test_what_is_not_sold_is_not_found(client: Client, alice: Merchant, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_privacy_signals_leave_the_tracker_out(client: Client, placements: list[Placement], header: str) -> None:
    asked = client.get(PAGE, headers={"User-Agent": "Mozilla/5.0", header: "1"}).content.decode()
    plain = client.get(PAGE, headers={"User-Agent": "Mozilla/5.0"}).content.decode()
    assert ("analytics/track" in asked, "analytics/track" in plain) == (False, True)


def test_shares_are_even_again_when_a_video_joins(client: Client, alice: Merchant, placements: list[Placement]) -> None:
    before = shown(client).allocation
    with tenancy.merchant_context(alice.pk):
        stage.place(placements[0].cut.video.variant.product, "holiday")
    after = shown(client)
    assert after.allocation != before
    assert after.propensity == pytest.approx(1 / 3, abs=1e-5)


@pytest.mark.parametrize(
    ("_case", "body", "status"),
    [
        ("no JSON", "{", 400),
        ("nobody", '{"merchant": "alices-garden", "sku": "PUMP-1", "visitors": []}', 400),
        ("short visitor", '{"merchant": "alices-garden", "sku": "PUMP-1", "visitors": ["a"]}', 400),
        ("unknown field", '{"merchant": "a", "sku": "b", "visitors": ["abcdefgh"], "x": 1}', 400),
        ("zero byte", '{"merchant": "a", "sku": "\\u0000", "visitors": ["abcdefgh"]}', 400),
        ("no product", '{"merchant": "alices-garden", "sku": "NO", "visitors": ["abcdefgh"]}', 404),
    ],
)
def test_a_wrong_question_has_the_one_error_shape(
    client: Client, placements: list[Placement], _case: str, body: str, status: int
) -> None:
    answer = client.post("/api/v1/decisions", body, content_type="application/json")
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message"}


def test_only_post_is_taken_and_any_shop_may_ask(client: Client, db: None) -> None:
    assert client.get("/api/v1/events").status_code == 405
    preflight = client.options("/api/v1/events")
    assert (preflight.status_code, preflight["Access-Control-Allow-Origin"]) == (204, "*")
