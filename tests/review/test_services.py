"""A video is audited as a job, moved by its verdict, and decided by named people whose words stay."""

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import ProgrammingError, transaction
from PIL import Image

from accounts.models import AuditLog, Merchant
from catalog.facts import ProductFacts
from catalog.models import Evidence, Product
from generation.models import Approval, Cut, Job, Variant, Video
from generation.specs import VideoSpec
from review import selectors, services
from review.job import ReviewHandler, Unreadable
from review.models import Audit, Decision, Finding
from review.observe import media
from review.services import NotApprovable
from tests.factories import make_facts
from tests.review.drawn import Clip, draw_clip, pump_photo
from tests.review.films import tiny_film
from tests.review.seen import plan

LABEL = "AI-generated scene"


def _facts() -> ProductFacts:
    photo = pump_photo()
    buffer = io.BytesIO()
    Image.fromarray(photo.rgba).save(buffer, "PNG")
    return make_facts(
        images=(replace(photo.image, cutout=default_storage.save("cutouts/pump.png", ContentFile(buffer.getvalue()))),)
    )


def _plan() -> VideoSpec:
    (label,) = plan().labels
    return plan(seconds=1.2, captions=(), narration=(), labels=(replace(label, end=1.2),))


def _video(merchant: Merchant, state: str = Video.State.REVIEWING) -> Video:
    product = Product.objects.create(merchant=merchant, sku="PUMP-1", title="Pump")
    spec, facts = _plan(), _facts()
    variant = Variant.objects.create(
        merchant=merchant, product=product, scenario="garden", locale="en-US", hook="benefit", spec_hash=spec.hash,
        spec=json.loads(spec.to_json()), facts=json.loads(facts.to_json()), facts_version=facts.version,
    )  # fmt: skip
    return Video.objects.create(merchant=merchant, variant=variant, state=state)


def _cut(video: Video, content: bytes, sha256: str) -> Cut:
    return Cut.objects.create(
        merchant=video.merchant, video=video, format="wide", sha256=sha256, seconds=1.2, width=1280, height=720,
        file=default_storage.save("videos/clip.mp4", ContentFile(content)), size=len(content),
    )  # fmt: skip


def _drawn(video: Video, height: float, folder: Path) -> Cut:
    file = draw_clip(Clip(height=height, seconds=1.2, seed=4, label=LABEL), pump_photo(), folder / "clip.mp4")
    return _cut(video, file.read_bytes(), media.sha256(file))


def _audited(video: Video, state: str, *severities: str) -> Audit:
    """A finished audit of a file nobody watched, for what people do afterwards."""
    film = tiny_film()
    cut = _cut(video, film, hashlib.sha256(film).hexdigest())
    audit = Audit.objects.create(merchant=video.merchant, cut=cut, sha256=cut.sha256, facts_version="v", state=state)
    for severity in severities:
        Finding.objects.create(merchant=video.merchant, audit=audit, rule="likeness", severity=severity, message="m")
    return audit


def _review(video: Video) -> list[str]:
    """The three steps of the job; returns the stages it told."""
    job = Job.objects.create(merchant=video.merchant, video=video, kind=Job.Kind.REVIEW, queue="review")
    stages: list[str] = []
    handler = ReviewHandler()
    record = handler.load(job)
    handler.commit(job, handler.perform(record, lambda stage, share: stages.append(stage)))
    video.refresh_from_db()
    return stages


def test_an_exaggerated_file_is_rejected_with_its_evidence(at_alice: Merchant, tmp_path: Path) -> None:
    video = _video(at_alice)
    cut = _drawn(video, 0.90, tmp_path)
    stages = _review(video)
    audit = selectors.audit_of(cut)
    assert audit is not None
    assert (video.state, audit.state, audit.sha256) == ("rejected", "rejected", cut.sha256)
    (blocked,) = [finding for finding in audit.findings.all() if finding.severity == "block"]
    assert (blocked.rule, blocked.parameter, blocked.allowed) == ("effect_height", "spray_height", 0.495)
    assert blocked.measured == pytest.approx(0.90, rel=0.05)
    with default_storage.open(blocked.image.name) as picture, Image.open(picture) as image:
        assert (image.format, image.size) == ("JPEG", (1280, 720))
    known = Evidence.objects.get(kind="audit")
    assert (known.parameter, known.stance, known.value) == ("spray_height", "contradicts", blocked.measured)
    assert "Measuring" in stages
    with pytest.raises(NotApprovable, match="The audit rejected the wide file"):
        services.approve(video=video, approver="Ada", reason="It looks fine to me.")


def test_an_honest_file_passes_and_waits_for_a_name(at_alice: Merchant, tmp_path: Path) -> None:
    video = _video(at_alice)
    cut = _drawn(video, 0.45, tmp_path)
    _review(video)
    assert (video.state, selectors.is_ready(video)) == ("reviewing", True)
    assert list(selectors.videos_waiting()) == [video]
    with pytest.raises(NotApprovable, match="Say who approves"):
        services.approve(video=video, approver=" ")
    (approval,) = services.approve(video=video, approver="Ada")
    assert (approval.sha256, approval.approver, approval.facts_version) == (
        cut.sha256,
        "Ada",
        video.variant.facts_version,
    )
    assert [(row.who, row.verdict) for row in Decision.objects.all()] == [("Ada", "approve")]
    assert AuditLog.objects.filter(action="approve", actor="Ada").count() == 1
    assert not Evidence.objects.exists()


def test_bytes_that_were_swapped_are_not_audited(at_alice: Merchant) -> None:
    video = _video(at_alice)
    _cut(video, b"other bytes", "c" * 64)
    with pytest.raises(Unreadable, match="was changed"):
        _review(video)
    assert Audit.objects.get().state == "running"


def test_nothing_is_approved_before_its_audit(at_alice: Merchant) -> None:
    video = _video(at_alice)
    _cut(video, b"bytes", "b" * 64)
    with pytest.raises(NotApprovable, match="has not been audited yet"):
        services.approve(video=video, approver="Ada")
    assert not Approval.objects.exists()


def test_open_findings_need_a_reason_and_each_is_decided(at_alice: Merchant) -> None:
    video = _video(at_alice, state=Video.State.NEEDS_PERSON)
    audit = _audited(video, "needs_person", "person", "person", "info")
    with pytest.raises(NotApprovable, match="2 findings need your reason"):
        services.approve(video=video, approver="Ada")
    services.approve(video=video, approver="Ada", reason="Compared with the real pump.")
    video.refresh_from_db()
    assert video.state == "approved"
    assert [row.verdict for row in Decision.objects.all()] == ["accept", "accept", "approve"]
    assert [finding.is_open for finding in audit.findings.all()] == [False, False, False]


def test_a_no_is_kept_with_its_reason(at_alice: Merchant) -> None:
    video = _video(at_alice, state=Video.State.NEEDS_PERSON)
    _audited(video, "needs_person", "person")
    assert services.reject(video=video, by="Ada", reason="The pump looks larger.")
    assert not services.reject(video=video, by="Bea", reason="Too late.")
    assert [(row.who, row.verdict, row.reason) for row in Decision.objects.all()] == [
        ("Ada", "reject", "The pump looks larger.")
    ]


def test_asking_again_starts_a_new_audit(at_alice: Merchant) -> None:
    video = _video(at_alice, state=Video.State.REJECTED)
    _audited(video, "rejected", "block")
    assert services.ask_again(video=video, by="Ada", reason="The cap was changed.")
    video.refresh_from_db()
    assert (video.state, Job.objects.get(video=video).state) == ("reviewing", "queued")


def test_decisions_cannot_be_changed(at_alice: Merchant) -> None:
    video = _video(at_alice, state=Video.State.NEEDS_PERSON)
    _audited(video, "needs_person", "person")
    services.reject(video=video, by="Ada", reason="No.")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Decision.objects.update(reason="Yes.")
    assert Decision.objects.get().reason == "No."
