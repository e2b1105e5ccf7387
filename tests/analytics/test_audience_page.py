"""Audiences are written down by a person, mean one thing each, and belong to one merchant."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts import tenancy
from accounts.models import AuditLog, Membership, Merchant
from analytics.models import Allocation, Audience
from tests.analytics import stage
from tests.analytics.test_learning_loop import count

PAGE = "/reports/audiences/"
PARENTS = {"name": "Parents", "tag": "parents", "scenarios": ["family", "children"]}


@pytest.fixture
def ada(client: Client, alice: Merchant) -> Client:
    with tenancy.merchant_context(alice.pk):
        Membership.objects.create(merchant=alice, user=(user := User.objects.create_user("ada")))
    client.force_login(user)
    return client


def test_an_audience_is_written_down_used_and_removed(ada: Client, alice: Merchant) -> None:
    assert ada.post(PAGE, PARENTS).status_code == 302
    with tenancy.merchant_context(alice.pk):
        stage.place(stage.make_product(alice))
    ask = {"merchant": alice.slug, "sku": "PUMP-1", "visitors": [f"visitor-{one}" for one in range(30)]}
    assert ada.post("/api/v1/decisions", {**ask, "audience": "parents"}, "application/json").status_code == 200
    with tenancy.merchant_context(alice.pk):
        shares = Allocation.objects.get(audience="parents", is_holdout=False)
        (place,) = shares.shares
        count(stage.Placement.objects.get(pk=place), allocation=shares.pk, impression=40, click=2)
        parents = Audience.objects.get()
        assert parents.scenarios == ["family", "children"]
    page = ada.get(PAGE).content.decode()
    assert "Family, Children" in page
    assert '<td class="number">40</td>' in page
    ada.post(f"{PAGE}{parents.public_id}/remove/")
    assert ada.post("/api/v1/decisions", {**ask, "audience": "parents"}, "application/json").status_code == 400
    with tenancy.merchant_context(alice.pk):
        said = AuditLog.objects.order_by("id").values_list("action", flat=True)
        assert list(said) == ["add_audience", "remove_audience"]


@pytest.mark.parametrize(
    ("changed", "said"), [({"tag": "Wise Parents"}, "small letters"), ({"tag": "parents"}, "already")]
)
def test_a_tag_is_plain_and_means_one_audience(
    ada: Client, alice: Merchant, changed: dict[str, str], said: str
) -> None:
    ada.post(PAGE, PARENTS)
    answer = ada.post(PAGE, {**PARENTS, **changed})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    with tenancy.merchant_context(alice.pk):
        assert Audience.objects.count() == 1


def test_a_neighbour_sees_and_removes_nothing(ada: Client, alice: Merchant, bob: Merchant) -> None:
    with tenancy.merchant_context(bob.pk):
        theirs = Audience.objects.create(merchant=bob, tag="theirs", name="Theirs")
    assert "theirs" not in ada.get(PAGE).content.decode()
    assert ada.post(f"{PAGE}{theirs.public_id}/remove/").status_code == 404
