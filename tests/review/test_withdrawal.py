"""An approval can be taken back: what is live stops, the file is never shown again, and whoever verifies it is told."""

from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.models import AuditLog, Merchant
from generation import recall
from generation.models import Approval, Placement, SignedFile, Video, Withdrawal
from review import deciding
from review.models import Decision
from review.provenance import verifying
from review.provenance.verifying import Verdict
from tests.factories import make_cut, make_signed, make_video

REASON = "The new pump is lower."


def _live(merchant: Merchant) -> Video:
    video = make_video(merchant, state=Video.State.REVIEWING)
    cut = make_cut(video)
    Approval.objects.create(merchant=merchant, cut=cut, sha256=cut.sha256, facts_version="v", approver="Ada")
    Placement.objects.create(merchant=merchant, cut=cut, sha256=make_signed(cut).sha256)
    Video.objects.filter(pk=video.pk).update(state=Video.State.PUBLISHED)
    video.refresh_from_db()
    return video


def test_a_withdrawn_approval_stops_what_is_live_and_is_written_down(at_alice: Merchant) -> None:
    video = _live(at_alice)

    assert deciding.withdraw(video=video, by="Bea", reason=REASON)

    video.refresh_from_db()
    placement, withdrawal = Placement.objects.get(), Withdrawal.objects.get()
    assert (video.state, placement.state) == ("withdrawn", "paused")
    assert placement.paused_because == f"The approval was withdrawn: {REASON}"
    assert (withdrawal.approval.approver, withdrawal.by, withdrawal.reason) == ("Ada", "Bea", REASON)
    assert [(row.who, row.verdict, row.reason) for row in Decision.objects.all()] == [("Bea", "withdraw", REASON)]
    assert AuditLog.objects.get(action="withdraw_approval").actor == "Bea"
    assert not deciding.withdraw(video=video, by="Bea", reason="Again.")


def test_withdrawing_needs_a_name_and_a_reason(at_alice: Merchant) -> None:
    video = _live(at_alice)
    for by, reason in (("", REASON), ("Bea", " ")):
        with pytest.raises(deciding.NotApprovable, match="Say who withdraws"):
            deciding.withdraw(video=video, by=by, reason=reason)
    assert Placement.objects.get().state == "live"


def test_nothing_withdrawn_can_be_made_live_again_by_raw_sql(at_alice: Merchant) -> None:
    video = _live(at_alice)
    recall.withdraw(video=video, by="Bea", reason=REASON)
    with pytest.raises(IntegrityError, match="withdrawn_files_are_not_placed"), transaction.atomic():
        Placement.objects.update(state="live")
    placement = Placement.objects.get()
    with pytest.raises(IntegrityError, match="withdrawn_files_are_not_placed"), transaction.atomic():
        Placement.objects.create(
            merchant=at_alice, cut=placement.cut, sha256=placement.sha256, channel="feed", state="live"
        )


def test_a_withdrawal_by_raw_sql_stops_the_placement_too(at_alice: Merchant) -> None:
    approval = Approval.objects.get(cut__video=_live(at_alice))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into generation_withdrawal (merchant_id, public_id, created, approval_id, by, reason)"
            " values (%s, gen_random_uuid(), now(), %s, 'Bea', 'By hand')",
            [at_alice.pk, approval.pk],
        )
    assert Placement.objects.get().state == "paused"


@pytest.mark.parametrize(
    "change", ["update generation_withdrawal set reason = 'x'", "delete from generation_withdrawal"]
)
def test_a_withdrawal_cannot_be_changed_or_deleted(change: str, at_alice: Merchant) -> None:
    recall.withdraw(video=_live(at_alice), by="Bea", reason=REASON)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(change)


def test_the_sealed_file_stays_whole_and_says_that_its_approval_was_withdrawn(
    sealed: tuple[SignedFile, Path],
) -> None:
    signed, path = sealed
    recall.withdraw(video=signed.cut.video, by="Bea", reason=REASON)

    answer = verifying.verify(path)

    assert answer.verdict == Verdict.UNTOUCHED
    assert answer.seal is not None
    assert answer.seal.is_intact
    assert answer.record is not None
    assert (answer.record.state, answer.record.withdrawn_by, answer.record.because) == ("withdrawn", "Bea", REASON)
    assert answer.record.withdrawn == Withdrawal.objects.get().created
