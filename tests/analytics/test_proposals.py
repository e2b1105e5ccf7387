"""Nothing tunes itself: what was learnt waits for a person, expires, and is taken back when its video is blocked."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from accounts import tenancy
from accounts.models import AuditLog, Membership, Merchant
from analytics import proposals, services
from analytics.models import Proposal
from generation.models import Placement, Score, Video
from tests.analytics import stage
from tests.analytics.test_learning_loop import SCENARIOS, count


@pytest.fixture
def shown(at_alice: Merchant) -> list[Placement]:
    """Four scenarios of three products, of which family sells and outdoor does not."""
    placements = []
    for number in range(3):
        product = stage.make_product(at_alice, f"PUMP-{number}")
        for scenario, clicks in zip(SCENARIOS, (160, 120, 100, 60), strict=True):
            placements.append(placement := stage.place(product, scenario))
            count(placement, impression=2000, click=clicks)
    services.learn(at_alice)
    return placements


def family(merchant: Merchant) -> Proposal:
    return proposals.waiting(merchant).get(category="garden", attribute="scenario", value="family")


def scores() -> dict[str, float]:
    return {row.value: row.effect for row in Score.objects.filter(category="garden", attribute="scenario")}


def test_planning_hears_nothing_before_a_person_says_so(at_alice: Merchant, shown: list[Placement]) -> None:
    assert Score.objects.count() == 0
    one = family(at_alice)
    assert one.effect > 0.1
    assert (one.before, one.products, len(one.videos), one.impressions) == (None, 3, 3, 6000)


def test_an_approved_choice_becomes_a_score_and_is_not_proposed_again(
    at_alice: Merchant, shown: list[Placement]
) -> None:
    assert proposals.approve(at_alice, proposals.waiting(at_alice).filter(value="family"), by="Ada") == 2
    assert set(scores()) == {"family"}
    services.learn(at_alice)
    assert not proposals.waiting(at_alice).filter(value="family").exists()
    assert AuditLog.objects.filter(actor="Ada", action="approve_learning").count() == 2


def test_new_data_propose_a_change_beside_what_is_believed(at_alice: Merchant, shown: list[Placement]) -> None:
    proposals.approve(at_alice, proposals.waiting(at_alice), by="Ada")
    believed = scores()["family"]
    for placement in shown[::4]:
        count(placement, add_to_cart=400, order=200)
    services.learn(at_alice)
    assert family(at_alice).before == believed
    assert scores()["family"] == believed


def test_a_rejected_choice_stays_rejected_while_the_data_say_the_same(
    at_alice: Merchant, shown: list[Placement]
) -> None:
    proposals.reject(at_alice, proposals.waiting(at_alice).filter(value="family"), by="Ada")
    services.learn(at_alice)
    assert scores() == {}
    assert not proposals.waiting(at_alice).filter(value="family").exists()


def test_what_a_blocked_video_taught_is_taken_back(at_alice: Merchant, shown: list[Placement]) -> None:
    proposals.approve(at_alice, proposals.waiting(at_alice), by="Ada")
    assert "family" in scores()
    Video.objects.filter(pk=shown[0].cut.video_id).update(state=Video.State.REJECTED)
    services.learn(at_alice)
    assert "family" not in scores()
    gone = Proposal.objects.filter(value="family", state=Proposal.State.EXPIRED)
    assert {row.because for row in gone} == {"learnt from a video that was blocked later"}
    assert str(shown[0].cut.video.public_id) not in family(at_alice).videos
    assert family(at_alice).impressions == 4000


def test_proposals_expire(at_alice: Merchant, shown: list[Placement]) -> None:
    proposals.approve(at_alice, proposals.waiting(at_alice).filter(value="family"), by="Ada")
    long_ago = timezone.now() - timedelta(days=121)
    Proposal.objects.filter(state=Proposal.State.APPROVED).update(decided=long_ago)
    Proposal.objects.filter(state=Proposal.State.OPEN).update(created=long_ago)
    open_before = proposals.waiting(at_alice).count()
    assert proposals.expire(at_alice) == open_before + 2
    assert scores() == {}


def test_the_page_shows_and_decides(at_alice: Merchant, shown: list[Placement], client: Client) -> None:
    user = User.objects.create_user("ada", password="a")
    Membership.objects.create(merchant=at_alice, user=user)
    client.force_login(user)
    page = client.get("/reports/learning/")
    assert "all other categories" in page.content.decode()
    chosen = family(at_alice)
    client.post("/reports/learning/decide/", {"proposal": [chosen.pk, "x"], "decision": "approve"})
    with tenancy.merchant_context(at_alice.pk):
        assert set(scores()) == {"family"}
        chosen.refresh_from_db()
        assert (chosen.state, chosen.decided_by) == ("approved", "ada")


def test_a_stranger_decides_nothing(alice: Merchant, bob: Merchant, client: Client) -> None:
    with tenancy.merchant_context(alice.pk):
        chosen = Proposal.objects.create(
            merchant=alice, attribute="scenario", value="family", effect=0.2, low=0.1, high=0.3, impressions=9,
            products=1, videos=[],
        )  # fmt: skip
    user = User.objects.create_user("eve")
    with tenancy.merchant_context(bob.pk):
        Membership.objects.create(merchant=bob, user=user)
    client.force_login(user)
    client.post("/reports/learning/decide/", {"proposal": [chosen.pk], "decision": "approve"})
    with tenancy.merchant_context(alice.pk):
        chosen.refresh_from_db()
        assert (chosen.state, Score.objects.count()) == (Proposal.State.OPEN, 0)
