"""Seal what was approved: label, sign, prove that picture and sound are the same packets, keep, and only then show."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from generation.models import Approval, SignedFile, Video
from review.provenance import aigc, c2pa, keys
from review.provenance.c2pa import CannotSign
from review.provenance.keys import Signer
from review.provenance.pack import pack_of
from review.provenance.streams import file_hash, streams_hash


@transaction.atomic
def sign_video(video: Video) -> list[SignedFile]:
    """Seal every approved file of a video that has no seal yet. Raises CannotSign or keys.NoKey; then none is kept."""
    approvals = Approval.objects.filter(cut__video=video, sha256=F("cut__sha256"), withdrawal__isnull=True).exclude(
        cut__signed__audited_sha256=F("sha256")
    )
    rows = list(approvals.select_related("cut__video__variant__product__merchant").order_by("cut_id"))
    signer = keys.signer() if rows else None
    return [_signed(approval, signer) for approval in rows if signer]


def _signed(approval: Approval, signer: Signer) -> SignedFile:
    cut = approval.cut
    with tempfile.TemporaryDirectory(prefix="vitrine-") as name:
        folder = Path(name)
        audited = _local(approval, folder / "audited.mp4")
        streams = streams_hash(audited)
        if streams is None:
            raise CannotSign(f"The {cut.format} file cannot be read as H.264 video: make it anew.")
        pack = pack_of(approval, streams=streams, signer=signer)
        sealed = seal(audited, folder, pack=pack, signer=signer)
        digest = file_hash(sealed)
        stored = f"videos/{cut.video.public_id}/{cut.format}-{digest[:16]}.mp4"
        with sealed.open("rb") as file:
            stored = default_storage.save(stored, File(file))
    return SignedFile.objects.create(
        merchant_id=cut.merchant_id, cut=cut, audited_sha256=approval.sha256, sha256=digest, streams=streams,
        file=stored, pack=pack,
    )  # fmt: skip


def seal(audited: Path, folder: Path, *, pack: dict[str, object], signer: Signer) -> Path:
    """The labelled and signed copy of a file, in `folder`. Raises CannotSign unless its streams are the same."""
    labelled, sealed = folder / "labelled.mp4", folder / "sealed.mp4"
    label = aigc.Label(
        producer=settings.AIGC_PRODUCER or str(pack["merchant"]),
        produce_id=f"{pack['video']}/{pack['format']}",
        reserved=str(pack["streams"]),
    )
    aigc.write(audited, labelled, label)
    c2pa.sign(labelled, sealed, c2pa.manifest(pack, datetime.now(UTC)), signer)
    if streams_hash(sealed) != pack["streams"]:
        raise CannotSign("Signing would have changed picture or sound, so nothing was signed: report this file.")
    return sealed


def _local(approval: Approval, target: Path) -> Path:
    """The approved bytes, held against their hash: a file that was swapped since is never signed."""
    name = str(approval.cut.file.name)
    if not default_storage.exists(name):
        raise CannotSign(f"{name} is gone from storage: make the video anew.")
    with default_storage.open(name) as stored, target.open("wb") as file:
        file.writelines(stored.chunks())
    found = file_hash(target)
    if found != approval.sha256:
        wanted = approval.sha256[:12]
        raise CannotSign(f"{name} was changed since it was approved: its SHA-256 is {found[:12]}, not {wanted}.")
    return target
