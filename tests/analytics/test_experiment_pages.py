"""An experiment on the dashboard and through the API: written down, started, moved, stopped; never a neighbour's."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts import keys, tenancy
from accounts.models import Membership, Merchant
from analytics import experiments
from analytics.models import Experiment
from catalog.models import Product
from generation.models import Placement
from tests.analytics import stage
from tests.analytics.test_experiments import count

SCOPES = ["reports:read", "reports:write"]


@pytest.fixture
def product(alice: Merchant) -> Product:
    with tenancy.merchant_context(alice.pk):
        return stage.make_product(alice)


@pytest.fixture
def arms(alice: Merchant, product: Product) -> list[Placement]:
    with tenancy.merchant_context(alice.pk):
        return [stage.place(product, scenario) for scenario in ("family", "outdoor")]


@pytest.fixture
def ada(client: Client, alice: Merchant) -> Client:
    with tenancy.merchant_context(alice.pk):
        Membership.objects.create(merchant=alice, user=(user := User.objects.create_user("ada")))
    client.force_login(user)
    return client


def key_of(merchant: Merchant, scopes: list[str] = SCOPES) -> dict[str, str]:
    with tenancy.merchant_context(merchant.pk):
        _, token = keys.issue(merchant=merchant, name="Shop", scopes=scopes, by="Ada")
    return {"Authorization": f"Bearer {token}"}


def ask(client: Client, path: str, headers: dict[str, str], **body: Any) -> Any:
    return client.post(f"/api/v1/experiments{path}", body, content_type="application/json", headers=headers)


def test_a_merchant_writes_one_down_starts_moves_and_stops_it(
    ada: Client, alice: Merchant, product: Product, arms: list[Placement]
) -> None:
    form = {
        "name": "Family or garden", "metric": "click", "lift": "20", "control": arms[0].pk, "arms": [arms[1].pk],
        "guardrails": ["refunds"],
    }  # fmt: skip
    written = ada.post(f"/reports/{product.public_id}/experiment/", form, follow=True)
    assert "Needs 13 864 visitors for each video" in written.content.decode().replace("\u202f", " ")
    address = written.redirect_chain[-1][0]
    assert "Still open" not in ada.post(f"{address}act/", {"do": "start"}, follow=True).content.decode()
    moved = ada.post(f"{address}act/", {"do": "shares", f"share-{arms[0].pk}": "90", f"share-{arms[1].pk}": "10"})
    assert moved.status_code == 302
    with tenancy.merchant_context(alice.pk):
        made = Experiment.objects.get()
        assert made.phases.latest("id").shares == {str(arms[0].pk): 0.9, str(arms[1].pk): 0.1}
        count(made, arms[0], impression=9000, click=450)
        count(made, arms[1], impression=1000, click=54)
        experiments.look_at_all(alice)
    page = ada.get(address).content.decode()
    assert "Still open" in page
    assert "outdoor · benefit" in page
    stopped = ada.post(f"{address}act/", {"do": "stop", "reason": "new photos"}, follow=True).content.decode()
    assert "New photos (ada)." in stopped
    assert "Family or garden" in ada.get("/reports/experiments/").content.decode()


def test_a_report_names_the_experiment_of_its_place(
    ada: Client, alice: Merchant, product: Product, arms: list[Placement]
) -> None:
    from analytics import services

    with tenancy.merchant_context(alice.pk):
        contest = experiments.Contest(product_id=product.pk, channel="shop", market="en", format="wide")
        plan = experiments.Plan(
            name="Family or garden", contest=contest, arms=[one.pk for one in arms], metric="click", lift=0.2,
            guardrails=[],
        )  # fmt: skip
        experiments.draft(alice, plan, by="Ada")
        services.learn(alice)
    page = ada.get(f"/reports/{product.public_id}/").content.decode()
    assert "Family or garden" in page
    assert f"/reports/{product.public_id}/experiment/?channel=shop" in page


def test_a_program_does_the_same(client: Client, alice: Merchant, product: Product, arms: list[Placement]) -> None:
    headers = key_of(alice)
    sent = {"name": "Family or garden", "metric": "click", "lift": 0.2, "arms": [str(arm.public_id) for arm in arms]}
    made = ask(client, "", headers, **sent)
    assert (made.status_code, made.json()["units"], made.json()["state"]) == (201, 13864, "draft")
    address = f"/{made.json()['id']}"
    started = ask(client, f"{address}/start", headers).json()
    assert (started["state"], started["phases"][0]["shares"]) == ("running", dict.fromkeys(sent["arms"], 0.5))
    assert ask(client, f"{address}/start", headers).status_code == 409
    assert ask(client, f"{address}/stop", headers, reason="enough").json()["reason"] == "enough (key: Shop)"
    listed = client.get("/api/v1/experiments", headers=headers).json()["results"]
    assert [one["state"] for one in listed] == ["stopped"]


def test_a_neighbour_sees_and_compares_nothing(
    client: Client, alice: Merchant, bob: Merchant, product: Product, arms: list[Placement]
) -> None:
    sent = {"name": "x", "metric": "click", "lift": 0.2, "arms": [str(arm.public_id) for arm in arms]}
    made = ask(client, "", key_of(alice), **sent).json()
    theirs = key_of(bob)
    assert ask(client, "", theirs, **sent).status_code == 404
    assert client.get(f"/api/v1/experiments/{made['id']}", headers=theirs).status_code == 404
    assert ask(client, "", key_of(alice, ["reports:read"]), **sent).status_code == 403
