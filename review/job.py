"""The audit of a video as a job of the review queue. Loads what watches and listens: never imported by a web page."""

import io
import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from catalog import rights
from catalog.facts import ProductFacts, ProductImage
from catalog.models import Evidence
from generation import services
from generation.models import Job, Video
from generation.specs import VideoSpec
from review import auditing
from review.auditing import Question, Report
from review.checks import base
from review.checks.term_lists import edition_of
from review.models import Audit, Finding
from review.observe import media
from review.observe.media import MediaError
from review.observe.observer import Track
from review.observe.photo import Photo

Progress = Callable[[str, float], None]


class Unreadable(RuntimeError):
    """A finished file is no video any more; the message names it. Trying again would not help."""

    is_permanent = True


@dataclass(frozen=True, kw_only=True)
class CutToAudit:
    """One finished file in storage."""

    audit_id: int
    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class AuditOrder:
    """What the audit of a video reads from the database: files, facts, photo and plan; not how it was made."""

    cuts: tuple[CutToAudit, ...]
    spec: VideoSpec
    facts: ProductFacts


@dataclass(frozen=True, kw_only=True)
class AuditedCut:
    """A cut's report; its evidence pictures are in storage already, by the names in `images`."""

    audit_id: int
    report: Report
    images: dict[str, str]


class ReviewHandler:
    """Job kind ``review``: every cut of a video is watched, read, listened to and judged."""

    def load(self, job: Job) -> AuditOrder:
        """Open an audit for each file and read what it is compared with."""
        variant = job.video.variant
        facts = ProductFacts.from_json(json.dumps(variant.facts))
        return AuditOrder(
            cuts=tuple(_opened(cut, facts) for cut in job.video.cuts.all()),
            spec=VideoSpec.from_json(json.dumps(variant.spec)),
            # Rights are no promise of the video: what counts is the register of today, not of the day it was planned.
            facts=replace(facts, consents=rights.consents_of(variant.product)),
        )

    def perform(self, record: AuditOrder, progress: Progress) -> tuple[AuditedCut, ...]:
        """Audit every cut; the sound that cuts share is listened to once."""
        question = Question(
            facts=record.facts, photo=stored_photo(record.facts), locale=record.spec.locale, spec=record.spec
        )
        audited: list[AuditedCut] = []
        heard: Track | None = None
        with ExitStack() as stack:
            for number, cut in enumerate(record.cuts):
                report = _report(
                    stack.enter_context(_Local(cut)), question, _part(progress, number, len(record.cuts)), heard
                )
                observation = report.observation
                heard = heard or Track(sound=observation.sound, words=observation.words)
                audited.append(AuditedCut(audit_id=cut.audit_id, report=report, images=_stored(cut, report)))
        return tuple(audited)

    def commit(self, job: Job, result: Sequence[AuditedCut]) -> None:
        """Keep findings, move the video on, and tell the catalog what contradicted it."""
        for audited in result:
            _record(job.video, audited)
        verdicts = {audited.report.verdict for audited in result}
        if "rejected" in verdicts:
            services.advance(job.video, [Video.State.REVIEWING], Video.State.REJECTED)
        elif "needs_person" in verdicts:
            services.advance(job.video, [Video.State.REVIEWING], Video.State.NEEDS_PERSON)


def stored_photo(facts: ProductFacts) -> Photo | None:
    """The cut-out that likeness is judged by; None when the product has none."""
    image: ProductImage | None = facts.packshot()
    if image is None or not image.cutout:
        return None
    with default_storage.open(image.cutout) as file:
        return Photo.load(image, io.BytesIO(file.read()))


def _opened(cut: Any, facts: ProductFacts) -> CutToAudit:
    """The running audit of a cut: a second try of the same job goes on with the first one's."""
    audit, _ = Audit.objects.update_or_create(
        cut=cut,
        state=Audit.State.RUNNING,
        defaults={"merchant_id": cut.merchant_id, "sha256": cut.sha256, "facts_version": facts.version},
    )
    return CutToAudit(audit_id=audit.pk, name=cut.file.name, sha256=cut.sha256)


def _report(file: Path, question: Question, progress: Progress, heard: Track | None) -> Report:
    try:
        return auditing.audit(file, question, progress, heard=heard)
    except MediaError as error:
        raise Unreadable(str(error)) from error


def _part(progress: Progress, number: int, count: int) -> Progress:
    """Progress of one cut as progress of all."""
    return lambda stage, share: progress(stage, (number + share) / count)


class _Local:
    """A stored file as a local path, whose content is checked against the hash that is being audited."""

    def __init__(self, cut: CutToAudit) -> None:
        self._cut = cut
        self._file = tempfile.NamedTemporaryFile(suffix=".mp4")  # noqa: SIM115  # closed by __exit__

    def __enter__(self) -> Path:
        with default_storage.open(self._cut.name) as stored:
            for chunk in stored.chunks():
                self._file.write(chunk)
        self._file.flush()
        path = Path(self._file.name)
        found = media.sha256(path)
        if found != self._cut.sha256:
            raise Unreadable(f"{self._cut.name} was changed: its SHA-256 is {found[:12]}, not {self._cut.sha256[:12]}.")
        return path

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _stored(cut: CutToAudit, report: Report) -> dict[str, str]:
    """Keep the evidence pictures; returns their names in storage."""
    folder = f"evidence/{cut.sha256[:16]}-{cut.audit_id}"
    return {
        name: default_storage.save(f"{folder}/{name}", ContentFile(picture))
        for name, picture in report.pictures.items()
    }


def _record(video: Video, audited: AuditedCut) -> None:
    report = audited.report
    Audit.objects.filter(pk=audited.audit_id).update(
        state=report.verdict,
        observation=report.observation.to_dict(),
        terms=edition_of(report.observation.locale),
        seconds=report.seconds,
        finished=timezone.now(),
    )
    for found in report.findings:
        fields = {key: value for key, value in vars(found).items() if key != "image"}
        Finding.objects.create(
            merchant_id=video.merchant_id,
            audit_id=audited.audit_id,
            image=audited.images.get(found.image, ""),
            **fields,
        )
        if found.severity == "block" and found.parameter and found.measured is not None:
            _contradict(video, found, report.observation.sha256)


def _contradict(video: Video, found: base.Finding, sha256: str) -> None:
    """Append what a file showed or said against a parameter, so that the catalog knows of it."""
    Evidence.objects.get_or_create(
        product=video.variant.product,
        key=f"audit-{sha256[:12]}-{found.rule}-{found.parameter}"[:120],
        defaults={
            "merchant_id": video.merchant_id, "kind": Evidence.Kind.AUDIT, "parameter": found.parameter,
            "stance": Evidence.Stance.CONTRADICTS, "value": found.measured, "unit": found.unit,
            "text": found.message, "source": f"audit of {sha256[:16]}",
        },
    )  # fmt: skip
