"""Only the signed copy of a file that a person approved can be placed: Postgres says so, whatever the code does."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditLog, Merchant
from generation import services
from generation.models import Approval, Cut, Placement, SignedFile, Video
from tests.factories import make_cut, make_signed, make_video


def test_an_approved_video_is_placed_with_every_cut(at_alice: Merchant) -> None:
    video = make_video(at_alice, state=Video.State.REVIEWING)
    wide, tall = make_cut(video), make_cut(video, format="tall", sha256="b" * 64)
    services.approve(video=video, approver="alice", reason="as in the photo")
    make_signed(wide, sha256="e" * 64)
    make_signed(tall, sha256="f" * 64)
    placements = services.publish(video=video, by="alice")
    assert {(row.cut_id, row.sha256) for row in placements} == {(wide.pk, "e" * 64), (tall.pk, "f" * 64)}
    assert [log.action for log in AuditLog.objects.order_by("id")] == ["approve", "publish"]


def _place(merchant: Merchant, cut: Cut, sha256: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into generation_placement (merchant_id, public_id, created, cut_id, sha256, channel, state,"
            " paused_because) values (%s, gen_random_uuid(), now(), %s, %s, 'shop', 'live', '')",
            [merchant.pk, cut.pk, sha256],
        )
        cursor.execute("set constraints all immediate")


def test_raw_sql_cannot_place_a_file_without_a_seal(at_alice: Merchant) -> None:
    video = make_video(at_alice, state=Video.State.REVIEWING)
    cut = make_cut(video)
    services.approve(video=video, approver="alice")
    with pytest.raises(IntegrityError, match="only_signed_files_are_placed"), transaction.atomic():
        _place(at_alice, cut, cut.sha256)
    seal = make_signed(cut, sha256="e" * 64)
    with pytest.raises(IntegrityError, match="only_signed_files_are_placed"), transaction.atomic():
        _place(at_alice, cut, seal.audited_sha256)
    _place(at_alice, cut, seal.sha256)
    assert Placement.objects.get().sha256 == "e" * 64


def test_raw_sql_cannot_sign_a_file_nobody_approved(at_alice: Merchant) -> None:
    cut = make_cut(make_video(at_alice, state=Video.State.REVIEWING))
    with pytest.raises(IntegrityError, match="only_approved_files_are_signed"), transaction.atomic():
        make_signed(cut)


def test_a_signed_files_bytes_cannot_be_swapped_while_it_is_placed(at_alice: Merchant) -> None:
    video = make_video(at_alice, state=Video.State.REVIEWING)
    cut = make_cut(video)
    services.approve(video=video, approver="alice")
    signed = make_signed(cut, sha256="e" * 64)
    services.publish(video=video, by="alice")
    with pytest.raises(IntegrityError, match="only_signed_files_are_placed"), transaction.atomic():
        SignedFile.objects.filter(pk=signed.pk).update(sha256="c" * 64)


def test_nothing_is_shown_while_one_file_lacks_its_seal(at_alice: Merchant) -> None:
    video = make_video(at_alice, state=Video.State.REVIEWING)
    wide = make_cut(video)
    make_cut(video, format="tall", sha256="b" * 64)
    services.approve(video=video, approver="alice")
    make_signed(wide)
    with pytest.raises(services.NotSigned, match="without a seal"):
        services.publish(video=video, by="alice")
    assert Placement.objects.count() == 0


def test_swapped_bytes_cannot_ride_on_an_approval(at_alice: Merchant) -> None:
    video = make_video(at_alice, state=Video.State.REVIEWING)
    cut = make_cut(video)
    services.approve(video=video, approver="alice")
    with pytest.raises(IntegrityError, match="approval_names_the_file"), transaction.atomic():
        type(cut).objects.filter(pk=cut.pk).update(sha256="c" * 64)


@pytest.mark.parametrize("_state", [Video.State.PLANNED, Video.State.REJECTED, Video.State.FAILED])
def test_only_a_reviewed_video_can_be_approved(_state: str, at_alice: Merchant) -> None:
    video = make_video(at_alice, state=_state)
    make_cut(video)
    assert services.approve(video=video, approver="alice") == []
    assert (Approval.objects.count(), AuditLog.objects.count()) == (0, 0)


def test_the_log_cannot_be_rewritten(at_alice: Merchant) -> None:
    AuditLog.objects.create(merchant=at_alice, actor="alice", action="approve", subject="x")
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        AuditLog.objects.update(actor="mallory")
