"""The pages where an approval is taken back, and those of the platform's operators."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts import tenancy
from accounts.models import Membership, Merchant
from generation.models import Video
from review.models import Audit, Finding, Ruling, Takedown
from tests.factories import make_video
from tests.review.test_oversight import REASON, make_live


@pytest.fixture
def video(alice: Merchant) -> Video:
    """A live video of Alice's."""
    with tenancy.merchant_context(alice.pk):
        return make_live(alice)


@pytest.fixture
def desk(alice: Merchant) -> Client:
    """Mia, signed in at Alice's."""
    user = User.objects.create_user("mia", first_name="Mia", last_name="Lund")
    with tenancy.merchant_context(alice.pk):
        Membership.objects.create(merchant=alice, user=user)
    return _signed_in(user)


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _operator(name: str) -> Client:
    return _signed_in(User.objects.create_user(name, is_staff=True))


def _state(video: Video) -> str:
    with tenancy.merchant_context(video.merchant_id):
        video.refresh_from_db()
    return video.state


def _case(video: Video) -> str:
    return f"/platform/{video.merchant.public_id}/videos/{video.public_id}/"


def _take_down(client: Client, video: Video) -> str:
    answer = client.post(_case(video) + "take-down/", {"rule": "exaggeration", "reason": REASON}, follow=True)
    return answer.content.decode()


def test_an_approval_is_withdrawn_on_the_page_of_its_video(desk: Client, video: Video) -> None:
    address = f"/videos/{video.public_id}/"
    refused = desk.post(address + "withdraw/", {"by": "Mia", "reason": ""})
    assert (refused.status_code, _state(video)) == (422, "published")
    assert "Say why: whoever verifies the file reads it." in refused.content.decode()

    page = desk.post(address + "withdraw/", {"by": "Mia", "reason": "Lower jet now."}, follow=True).content.decode()

    assert _state(video) == "withdrawn"
    for words in ("Approval withdrawn", "Withdrawn by", "Lower jet now.", "Make it anew"):
        assert words in page
    assert "Withdraw for good" not in page


def test_an_approval_is_withdrawn_by_a_program(desk: Client, video: Video) -> None:
    address = f"/api/v1/videos/{video.public_id}/decisions"
    sent = {"verdict": "withdraw", "by": "Mia", "reason": "Lower jet now."}
    assert desk.post(address, {**sent, "reason": ""}).json()["error"]["code"] == "not_approvable"
    assert desk.post(address, sent).status_code == 204
    again = desk.post(address, sent)
    assert (again.status_code, again.json()["error"]["code"], _state(video)) == (409, "decided", "withdrawn")


def test_an_operator_lands_on_the_platform_and_sees_every_shop(video: Video) -> None:
    olga = _operator("olga")
    page = olga.get("/", follow=True)
    assert page.request["PATH_INFO"] == "/platform/"
    assert "Alice&#x27;s Garden" in page.content.decode()
    assert olga.get(_case(video)).status_code == 200
    assert olga.get(f"/videos/{video.public_id}/").status_code == 404


def test_the_platform_is_closed_to_shops_and_visitors(desk: Client, video: Video, alice: Merchant) -> None:
    both = User.objects.create_user("both", is_staff=True)
    with tenancy.merchant_context(alice.pk):
        Membership.objects.create(merchant=alice, user=both)
    for client in (desk, _signed_in(both)):
        assert client.get("/platform/").status_code == 403
        assert client.get(_case(video)).status_code == 403
        assert client.post(_case(video) + "take-down/", {"rule": "rights", "reason": "x"}).status_code == 403
    assert Client().get("/platform/").status_code == 302
    assert _state(video) == "published"


def test_a_takedown_is_read_appealed_and_decided(desk: Client, video: Video) -> None:
    olga, otto, address = _operator("olga"), _operator("otto"), f"/videos/{video.public_id}/"
    assert olga.post(_case(video) + "take-down/", {"rule": "", "reason": "x"}).status_code == 422
    assert "Taken down." in _take_down(olga, video)
    page = desk.get(address).content.decode()
    for words in (REASON, "Shows more than the product does", "Appeal against it"):
        assert words in page
    assert "The platform took 1 video down." in desk.get("/").content.decode()

    desk.post(address + "appeal/", {"by": "Mia", "reason": "Measured with a rule."})
    assert "Appeal against it" not in desk.get(address).content.decode()
    assert "For another operator" in olga.get("/platform/").content.decode()
    assert "Needs your word" in otto.get("/platform/").content.decode()

    with tenancy.merchant_context(video.merchant_id):
        taken = Takedown.objects.get()
    decide = f"/platform/{video.merchant.public_id}/takedowns/{taken.public_id}/"
    own = olga.post(decide, {"verdict": "upheld", "reason": "I was right."}, follow=True).content.decode()
    assert "another operator decides" in own
    assert _state(video) == "taken_down"
    otto.post(decide, {"verdict": "lifted", "reason": "The rule is in the picture."})
    assert _state(video) == "published"
    assert "otto</strong> decided that the video may be shown" in desk.get(address).content.decode()


def test_a_program_reads_takedowns_and_appeals(desk: Client, video: Video) -> None:
    address = f"/api/v1/videos/{video.public_id}/takedowns"
    assert desk.get(address).json() == []
    assert desk.post(address, {"by": "Mia", "reason": "x"}).status_code == 409
    _take_down(_operator("olga"), video)
    (row,) = desk.get(address).json()
    assert (row["rule"], row["by"], row["reason"], row["appeal"], row["ruling"]) == (
        "exaggeration", "olga", REASON, None, None,
    )  # fmt: skip
    sent = desk.post(address, {"by": "Mia", "reason": "Measured with a rule."})
    assert (sent.status_code, sent.json()["appeal"]["by"]) == (201, "Mia")
    assert desk.post(address, {"by": "Mia", "reason": "x"}).json()["error"]["code"] == "not_appealable"
    with tenancy.merchant_context(video.merchant_id):
        assert not Ruling.objects.exists()


def test_the_rules_are_there_for_shops_too(desk: Client) -> None:
    page = desk.get("/platform/rules/").content.decode()
    assert "Edition 2026-11-22" in page
    assert 'id="exaggeration"' in page


def test_a_file_in_doubt_is_refused_and_made_again_on_one_click(desk: Client, video: Video) -> None:
    with tenancy.merchant_context(video.merchant_id):
        Video.objects.filter(pk=video.pk).update(state=Video.State.NEEDS_PERSON)
        Finding.objects.create(
            merchant=video.merchant, audit=Audit.objects.get(), rule="effect_height", severity="person", message="m",
            fix="regenerate_with_cap",
        )  # fmt: skip
    address = f"/videos/{video.public_id}/"
    assert "Make it again within its limits" in desk.get(address).content.decode()

    page = desk.post(address + "again/", {"because": "Size of the effect"}, follow=True).content.decode()

    assert "has no photo" in page or "real size" in page, "what the product lacks is said, and nothing is refused"
    assert _state(video) == "needs_person"


def test_the_next_video_that_waits_is_one_step_away(desk: Client, video: Video) -> None:
    address = f"/videos/{video.public_id}/"
    assert "Next that waits" not in desk.get(address).content.decode()
    with tenancy.merchant_context(video.merchant_id):
        other = make_video(video.merchant, state=Video.State.NEEDS_PERSON)
    assert f'href="/videos/{other.public_id}/" data-next' in desk.get(address).content.decode()
