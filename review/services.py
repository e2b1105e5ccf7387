"""Writes of review: what people decide about a video, and asking for another audit."""

from django.db import transaction

from accounts.models import AuditLog
from generation import jobs, recall, services
from generation.models import Approval, Job, SignedFile, Video
from review import selectors
from review.models import Audit, Decision, Finding
from review.provenance import signing
from review.provenance.aigc import CannotLabel
from review.provenance.c2pa import CannotSign
from review.provenance.keys import NoKey


class NotApprovable(ValueError):
    """The video may not be approved as it stands; the message says what is missing."""


@transaction.atomic
def approve(*, video: Video, approver: str, reason: str = "") -> list[Approval]:
    """A named person's yes to every file of a video, and to each finding that asked for a person; then seal them.

    Raises NotApprovable when a file has no finished audit, when one was rejected, when findings are open and no
    reason is given, or when a file is not the one that was audited any more.
    """
    if not approver.strip():
        raise NotApprovable("Say who approves: a name is kept with it.")
    open_findings = _open_findings(video)
    if open_findings and not reason.strip():
        raise NotApprovable(f"{len(open_findings)} findings need your reason: say why they are acceptable.")
    for finding in open_findings:
        _decide(video, approver, Decision.Verdict.ACCEPT, reason, finding=finding)
    approvals = services.approve(video=video, approver=approver, reason=reason)
    if not approvals:
        raise NotApprovable("The video was decided by somebody else meanwhile.")
    _decide(video, approver, Decision.Verdict.APPROVE, reason)
    sign(video)
    return approvals


def sign(video: Video) -> list[SignedFile]:
    """Seal the approved files that have no seal yet. Raises NotApprovable."""
    try:
        return signing.sign_video(video)
    except (CannotSign, CannotLabel, NoKey) as problem:
        raise NotApprovable(str(problem)) from problem


@transaction.atomic
def reject(*, video: Video, by: str, reason: str) -> bool:
    """A named person's no; False when the video was decided meanwhile."""
    if not services.reject(video=video, by=by, reason=reason):
        return False
    _decide(video, by, Decision.Verdict.REJECT, reason)
    return True


@transaction.atomic
def withdraw(*, video: Video, by: str, reason: str) -> bool:
    """A named person takes the yes back, for good; False when the video carries none. Raises NotApprovable."""
    if not by.strip() or not reason.strip():
        raise NotApprovable(
            "Say who withdraws the approval and why: both are kept, and shown to who verifies the file."
        )
    if not recall.withdraw(video=video, by=by, reason=reason):
        return False
    _decide(video, by, Decision.Verdict.WITHDRAW, reason)
    return True


@transaction.atomic
def make_again(*, video: Video, by: str, because: str) -> list[Video]:
    """Refuse a video for what was found in it, and have its cell made again within today's limits.

    Raises generation.services.CannotPlan. [] when the video is neither in doubt nor rejected.
    """
    reject(video=video, by=by, reason=because)
    return recall.remake(video=video, by=by)


@transaction.atomic
def ask_again(*, video: Video, by: str, reason: str = "") -> bool:
    """Audit the files once more; False when the video is not waiting for a decision."""
    if not services.advance(video, [Video.State.NEEDS_PERSON, Video.State.REJECTED], Video.State.REVIEWING):
        return False
    Job.objects.filter(video=video, kind=Job.Kind.REVIEW).delete()
    jobs.enqueue(video=video, kind=Job.Kind.REVIEW)
    _decide(video, by, Decision.Verdict.ASK_AGAIN, reason)
    AuditLog.objects.create(
        merchant_id=video.merchant_id, actor=by, action="ask_again", subject=f"video {video.public_id}", reason=reason
    )
    return True


def _open_findings(video: Video) -> list[Finding]:
    """Findings that still wait for a person. Raises NotApprovable when a file is unaudited or rejected."""
    findings: list[Finding] = []
    for cut in video.cuts.all():
        audit = selectors.audit_of(cut)
        if audit is None or audit.state == Audit.State.RUNNING or audit.sha256 != cut.sha256:
            raise NotApprovable(f"The {cut.format} file has not been audited yet.")
        if audit.state == Audit.State.REJECTED:
            raise NotApprovable(f"The audit rejected the {cut.format} file: make it anew, it cannot be approved.")
        findings += [finding for finding in audit.findings.all() if finding.is_open]
    return findings


def _decide(video: Video, who: str, verdict: str, reason: str, *, finding: Finding | None = None) -> Decision:
    return Decision.objects.create(
        merchant_id=video.merchant_id, video=video, finding=finding, who=who, verdict=verdict, reason=reason
    )
