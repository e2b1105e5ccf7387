"""Reads of review: what waits for a person, and what the audit of a file found."""

from django.db.models import Prefetch, QuerySet

from generation.models import Cut, SignedFile, Video
from review.models import Audit, Finding


def videos_waiting(limit: int = 100) -> QuerySet[Video]:
    """Videos that wait for a person, longest waiting first: an open finding, or a passed audit without approval."""
    passed = Video.objects.filter(state=Video.State.REVIEWING, cuts__audits__state=Audit.State.PASSED).exclude(
        cuts__audits__state=Audit.State.RUNNING
    )
    waiting = Video.objects.filter(state=Video.State.NEEDS_PERSON).values("pk").union(passed.values("pk"))
    return (
        Video.objects.filter(pk__in=[row["pk"] for row in waiting])
        .select_related("variant__product")
        .prefetch_related("cuts")
        .order_by("updated", "id")[:limit]
    )


def audit_of(cut: Cut) -> Audit | None:
    """The newest audit of a cut, with its findings and their decisions."""
    return audits().filter(cut=cut).first()


def audits_of(video: Video) -> dict[str, Audit]:
    """The newest audit of every cut of a video, by the cut's format."""
    found: dict[str, Audit] = {}
    for audit in audits().filter(cut__video=video).select_related("cut"):
        found.setdefault(audit.cut.format, audit)
    return found


def audits() -> QuerySet[Audit]:
    """Audits, newest first, with findings and decisions."""
    findings = Prefetch("findings", queryset=Finding.objects.prefetch_related("decisions"))
    return Audit.objects.order_by("-id").prefetch_related(findings)


def is_ready(video: Video) -> bool:
    """Whether every file of a video passed its audit, so that a yes needs no further reason."""
    found = audits_of(video)
    cuts = list(video.cuts.all())
    return bool(cuts) and all(
        (audit := found.get(cut.format)) and audit.state == Audit.State.PASSED and audit.sha256 == cut.sha256
        for cut in cuts
    )


def signed_file(cut: Cut) -> SignedFile | None:
    """The copy of this very file with its seal; None until it is approved."""
    return SignedFile.objects.filter(cut=cut, audited_sha256=cut.sha256).first()
