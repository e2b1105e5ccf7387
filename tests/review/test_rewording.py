"""A new list of terms takes back what it stops, and leaves alone what people judged before."""

import pytest

from accounts.models import Merchant
from generation import recall, tasks
from generation.models import Placement, Video
from review import rewording
from review.checks.term_lists import edition_of, list_for
from review.models import Audit, Finding
from tests.factories import make_cut, make_signed, make_video
from tests.review.seen import observation, text

OLDER = "US 2026-01-01 000000000000"


def _live(merchant: Merchant, said: str, **changes: str) -> Video:
    video = make_video(merchant, state=Video.State.REVIEWING)
    cut = make_cut(video)
    cut.approvals.create(merchant=merchant, sha256=cut.sha256, facts_version="v", approver="Ada")
    Placement.objects.create(merchant=merchant, cut=cut, sha256=make_signed(cut).sha256)
    Video.objects.filter(pk=video.pk).update(state=Video.State.PUBLISHED)
    Audit.objects.create(
        merchant=merchant, cut=cut, facts_version="v", state=Audit.State.PASSED,
        observation=observation(texts=(text(said),), words=()).to_dict(),
        **{"sha256": cut.sha256, "terms": OLDER, **changes},
    )  # fmt: skip
    return video


def test_a_new_list_pauses_what_it_stops_and_says_why(at_alice: Merchant) -> None:
    video = _live(at_alice, "A miracle for your garden")
    assert [(found.pk, "“miracle” may not be claimed" in because) for found, because in recall.overtaken()] == [
        (video.pk, True)
    ]

    assert tasks.recall_overtaken() == 1

    video.refresh_from_db()
    placement = Placement.objects.get()
    assert (video.state, placement.state) == ("stale", "paused")
    assert placement.paused_because.startswith("The list of terms changed: “miracle” may not be claimed")


def test_what_a_new_list_allows_stays_and_is_not_read_again(at_alice: Merchant) -> None:
    _live(at_alice, "Runs on sunlight alone")
    assert list(rewording.overtaken()) == []
    assert Audit.objects.get().terms == edition_of("en-US")


@pytest.mark.parametrize("changes", [{"terms": edition_of("en-US")}, {"sha256": "b" * 64}])
def test_a_file_held_to_todays_list_or_replaced_since_is_left_alone(
    at_alice: Merchant, changes: dict[str, str]
) -> None:
    _live(at_alice, "A miracle for your garden", **changes)
    assert list(rewording.overtaken()) == []


def test_what_a_person_judged_under_the_older_list_stands(at_alice: Merchant) -> None:
    _live(at_alice, "A miracle for your garden")
    Finding.objects.create(
        merchant=at_alice, audit=Audit.objects.get(), rule="absolute_terms", severity="person", message="Ours.",
        claim="A miracle for your garden",
    )  # fmt: skip
    assert list(rewording.overtaken()) == []


def test_a_list_that_extends_a_changed_one_is_another_edition() -> None:
    ours = list_for("en-GB")
    assert ours is not None
    shorter = type(ours)(**{**vars(ours), "terms": ours.terms[1:]})
    assert (shorter.name, shorter.edition != ours.edition) == (ours.name, True)
    assert edition_of("xx-XX") == ""
