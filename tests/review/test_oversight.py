"""Operators see what is live everywhere and can stop it; a shop appeals, and another operator decides."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts import tenancy
from accounts.models import AuditLog, Merchant
from catalog.models import Evidence
from generation import recall
from generation.models import Approval, Placement, Video
from review.models import Audit, Finding, Ruling, Takedown
from review.oversight import cases, queue
from tests.factories import make_cut, make_signed, make_video

REASON = "At second 2 the jet is twice as high as the float allows."


def make_live(merchant: Merchant, *, unmeasured: bool = False) -> Video:
    """A video that shoppers see; with a rule that could not measure it, if wanted."""
    video = make_video(merchant, state=Video.State.PUBLISHED)
    cut = make_cut(video)
    Approval.objects.create(merchant=merchant, cut=cut, sha256=cut.sha256, facts_version="v", approver="Ada")
    Placement.objects.create(merchant=merchant, cut=cut, sha256=make_signed(cut).sha256)
    audit = Audit.objects.create(merchant=merchant, cut=cut, sha256=cut.sha256, facts_version="v", state="needs_person")
    if unmeasured:
        Finding.objects.create(
            merchant=merchant, audit=audit, rule="effect_height", severity="person", message="Cannot measure. Too dark."
        )
    return video


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create_user("olga", first_name="Olga", last_name="Reyes", is_staff=True)


@pytest.fixture
def otto(db: None) -> User:
    return User.objects.create_user("otto", is_staff=True)


@contextmanager
def _as(user: User | None, merchant: Merchant | None = None) -> Iterator[None]:
    """What the middleware sets up for a person's request, and where that person went."""
    with transaction.atomic():
        tenancy.set_user(user.pk if user else 0)
        if merchant is None:
            yield
        else:
            with tenancy.merchant_context(merchant.pk):
                yield


@pytest.fixture
def shops(alice: Merchant, bob: Merchant) -> tuple[Video, Video]:
    """A live video of each shop; nobody could measure Bob's."""
    with tenancy.merchant_context(alice.pk):
        calm = make_live(alice)
    with tenancy.merchant_context(bob.pk):
        return calm, make_live(bob, unmeasured=True)


def _taken_down(video: Video, operator: User) -> Takedown:
    with _as(operator, video.merchant):
        return cases.take_down(video=video, operator=operator, rule="exaggeration", reason=REASON)


def test_an_operator_sees_every_shop_the_riskiest_first(shops: tuple[Video, Video], olga: User) -> None:
    calm, risky = shops
    with tenancy.merchant_context(calm.merchant_id):
        Evidence.objects.create(
            merchant=calm.merchant, product=calm.variant.product, key="r", kind="refund", stance="contradicts", text="t"
        )
    with _as(olga):
        rows = queue.live_videos()
    assert [(row.shop, row.video, row.risk) for row in rows] == [
        ("Bob's Lamps", risky.public_id, 3.0), ("Alice's Garden", calm.public_id, 2.0),
    ]  # fmt: skip
    assert [row.reasons for row in rows] == [("1 thing could not be measured",), ("1 refund, not as described",)]


def test_nobody_but_an_operator_reads_across_shops(shops: tuple[Video, Video], alice: Merchant, olga: User) -> None:
    member, former = User.objects.create_user("mia"), User.objects.create_user("fred", is_staff=True, is_active=False)
    for user in (None, member, former):
        with _as(user):
            assert (queue.live_videos(), queue.open_appeals()) == ([], [])
    with _as(member, alice):
        assert queue.live_videos() == []
    with _as(olga):
        assert not Video.objects.exists(), "outside the narrow list, an operator sees no row either"


def test_a_takedown_stops_the_video_at_once_and_tells_its_shop(shops: tuple[Video, Video], olga: User) -> None:
    video = shops[0]
    taken = _taken_down(video, olga)
    with tenancy.merchant_context(video.merchant_id):
        video.refresh_from_db()
        placement = Placement.objects.get()
        assert (video.state, placement.state) == ("taken_down", "paused")
        assert placement.paused_because == f"Shows more than the product does. {REASON}"
        assert (taken.by, taken.rule, taken.rules_version) == ("Olga Reyes", "exaggeration", "2026-11-22")
        assert AuditLog.objects.get(action="take_down").actor == "Olga Reyes"
        with pytest.raises(IntegrityError, match="taken_down_videos_are_not_placed"), transaction.atomic():
            Placement.objects.update(state="live")
    with _as(olga):
        assert [row.video for row in queue.live_videos()] == [shops[1].public_id]


def test_a_takedown_by_raw_sql_stops_the_video_too(shops: tuple[Video, Video], olga: User) -> None:
    video = shops[0]
    with _as(olga, video.merchant):
        Takedown.objects.create(
            merchant=video.merchant, video=video, operator=olga, by="Olga", rule="rights", rules_version="1", reason="r"
        )
        assert Placement.objects.get().state == "paused"


def test_a_shop_cannot_take_down_rule_or_change_what_was_decided(shops: tuple[Video, Video], olga: User) -> None:
    video = shops[0]
    taken = _taken_down(video, olga)
    member = User.objects.create_user("mia")
    with _as(member, video.merchant):
        cases.appeal(takedown=taken, by="Mia", reason="Measured with a rule.")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            cases.decide(takedown=taken, operator=member, verdict="lifted", reason="It is fine.")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Takedown.objects.create(
                merchant=video.merchant, video=video, operator=olga, by="x", rule="x", rules_version="1", reason="x"
            )
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Takedown.objects.update(reason="Nothing.")
        video.refresh_from_db()
        assert video.state == "taken_down"


def test_an_appeal_is_decided_by_another_operator(shops: tuple[Video, Video], olga: User, otto: User) -> None:
    video = shops[0]
    taken = _taken_down(video, olga)
    with tenancy.merchant_context(video.merchant_id):
        cases.appeal(takedown=taken, by="Mia", reason="Measured with a rule.")
        with pytest.raises(cases.CaseError, match="answered once"):
            cases.appeal(takedown=taken, by="Mia", reason="Once more.")
    with _as(otto):
        (waiting,) = queue.open_appeals()
    assert (waiting.shop, waiting.taken_down_by, waiting.reason) == (
        "Alice's Garden", "Olga Reyes", "Measured with a rule.",
    )  # fmt: skip
    with _as(olga, video.merchant), pytest.raises(cases.CaseError, match="another operator decides"):
        cases.decide(takedown=taken, operator=olga, verdict="upheld", reason="I was right.")
    with _as(otto, video.merchant):
        cases.decide(takedown=taken, operator=otto, verdict="lifted", reason="The rule is in the picture.")
        video.refresh_from_db()
        assert (video.state, Placement.objects.get().state) == ("published", "live")
        assert list(AuditLog.objects.order_by("id").values_list("actor", "action")) == [
            ("Olga Reyes", "take_down"), ("Mia", "appeal"), ("otto", "lift_takedown"), ("otto", "put_back"),
        ]  # fmt: skip
    with _as(otto):
        assert queue.open_appeals() == []


def test_the_database_refuses_a_ruling_on_ones_own_takedown(shops: tuple[Video, Video], olga: User, otto: User) -> None:
    video = shops[0]
    taken = _taken_down(video, olga)
    row = {"merchant": video.merchant, "takedown": taken, "by": "Olga", "verdict": "upheld", "reason": "r"}
    with _as(olga, video.merchant):
        cases.appeal(takedown=taken, by="Mia", reason="No.")
        with pytest.raises(IntegrityError, match="ruled_by_another_operator"), transaction.atomic():
            Ruling.objects.create(**row, operator=olga, taken_by=olga)
        with pytest.raises(IntegrityError, match="ruling_names_who_took_it_down"), transaction.atomic():
            Ruling.objects.create(**row, operator=olga, taken_by=otto)
            _now()


def test_the_database_refuses_a_ruling_without_an_appeal(shops: tuple[Video, Video], olga: User, otto: User) -> None:
    video = shops[0]
    taken = _taken_down(video, olga)
    with _as(otto, video.merchant):
        with pytest.raises(IntegrityError, match="ruling_answers_an_appeal"), transaction.atomic():
            Ruling.objects.create(
                merchant=video.merchant, takedown=taken, by="Otto", verdict="lifted", reason="r", operator=otto,
                taken_by=olga,
            )  # fmt: skip
            _now()


def test_a_lifted_takedown_does_not_bring_back_what_went_stale(
    shops: tuple[Video, Video], olga: User, otto: User
) -> None:
    video = shops[0]
    taken = _taken_down(video, olga)
    with _as(otto, video.merchant):
        recall.mark_stale(product_ids=[video.variant.product_id], because="The height changed.")
        cases.appeal(takedown=taken, by="Mia", reason="No.")
        cases.decide(takedown=taken, operator=otto, verdict="lifted", reason="It was true.")
        video.refresh_from_db()
        assert (video.state, Placement.objects.get().state) == ("stale", "paused")


def test_a_lifted_takedown_shows_again_what_it_paused_and_nothing_else(
    shops: tuple[Video, Video], olga: User, otto: User
) -> None:
    video = shops[0]
    with tenancy.merchant_context(video.merchant_id):
        shown = Placement.objects.get()
        Placement.objects.create(
            merchant=video.merchant, cut=shown.cut, sha256=shown.sha256, channel="feed", state="paused",
            paused_because="The campaign is over.",
        )  # fmt: skip
    taken = _taken_down(video, olga)
    with _as(otto, video.merchant):
        cases.appeal(takedown=taken, by="Mia", reason="Measured with a rule.")
        cases.decide(takedown=taken, operator=otto, verdict="lifted", reason="It was true.")
        assert list(Placement.objects.order_by("id").values_list("channel", "state", "paused_because")) == [
            ("shop", "live", ""), ("feed", "paused", "The campaign is over."),
        ]  # fmt: skip


def _now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
