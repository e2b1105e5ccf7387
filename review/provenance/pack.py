"""What a seal says about a file: its parts, what was measured, what its sentences rest on, and who approved it."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings

from catalog.facts import ProductFacts
from generation.formats import named
from generation.models import Approval, Video
from generation.planning.scenes import PACK
from generation.specs import VideoSpec
from review import selectors
from review.models import Audit, Finding
from review.parts import parts_of
from review.provenance.c2pa import CannotSign
from review.provenance.keys import Signer
from review.provenance.streams import file_hash
from review.said import said_lines

VERSION = 1
DATA = "own scene renderings; CC0 panoramas (Poly Haven); ESC-10 and other ambience (CC0, CC-BY): see the model card"
"""What the compact model was trained on, as its card tells at length."""


def pack_of(approval: Approval, *, streams: str, signer: Signer) -> dict[str, Any]:
    """The truth pack of an approved file. Raises CannotSign when the file was not audited."""
    cut, video = approval.cut, approval.cut.video
    audit = selectors.audit_of(cut)
    if audit is None or audit.sha256 != approval.sha256 or audit.state == Audit.State.RUNNING:
        raise CannotSign(f"The {cut.format} file of video {video.public_id} has no finished audit: check it again.")
    product = video.variant.product
    return {
        "version": VERSION,
        "title": product.title,
        "sku": product.sku,
        "merchant": product.merchant.name,
        "video": str(video.public_id),
        "format": cut.format,
        "locale": video.variant.locale,
        "facts_version": approval.facts_version,
        "audited_sha256": approval.sha256,
        "streams": streams,
        "parts": _parts(video),
        "ingredients": _ingredients(video, cut.format),
        "model": _model(video),
        "audit": _audit(audit),
        "said": _said(video.variant.spec),
        "approver": approval.approver,
        "reason": approval.reason,
        "approved": approval.created.isoformat(timespec="seconds"),
        "certificate": signer.fingerprint,
        "is_development": signer.is_development,
    }


def report_hash(audit: Audit) -> str:
    """SHA-256 of an audit's whole report: verdict, observation and findings as canonical JSON."""
    report = {
        "sha256": audit.sha256, "facts_version": audit.facts_version, "state": audit.state,
        "observation": audit.observation, "findings": [_finding(row) for row in audit.findings.all()],
    }  # fmt: skip
    return hashlib.sha256(json.dumps(report, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _parts(video: Video) -> list[dict[str, str]]:
    """What is real and what was generated, in words for those who are not the seller."""
    parts = parts_of(video)
    words = [part.words.replace("Your ", "The seller’s ").replace(" by us", " by Vitrine") for part in parts]
    return [{"name": part.name, "kind": part.kind, "words": said} for part, said in zip(parts, words, strict=True)]


def _audit(audit: Audit) -> dict[str, Any]:
    return {
        "sha256": report_hash(audit),
        "verdict": audit.state,
        "finished": audit.finished.isoformat(timespec="seconds") if audit.finished else "",
        "findings": [_finding(row) for row in audit.findings.all()],
    }


def _finding(row: Finding) -> dict[str, Any]:
    fields = ("rule", "severity", "message", "parameter", "allowed", "measured", "uncertainty", "unit", "second")
    return {name: getattr(row, name) for name in fields if getattr(row, name) not in (None, "")}


def _said(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"text": row.text, "how": list(row.how), "evidence": list(row.evidence)} for row in said_lines(spec)]


def _ingredients(video: Video, frame_format: str) -> list[dict[str, str]]:
    """The pictures that went in, by hash: the product photo, and the scene's still."""
    facts = ProductFacts.from_json(json.dumps(video.variant.facts))
    spec = VideoSpec.from_json(json.dumps(video.variant.spec))
    photo = facts.packshot()
    found = [_picture("Product photo", photo.name, photo.sha256, "drawn into every frame as it is")] if photo else []
    names = {image.sha256: image.name for image in facts.images}
    for scene in dict.fromkeys(shot.scene for shot in spec.shots):
        digest = scene.removeprefix("photo:")
        if scene.startswith("photo:"):
            found.append(_picture("Scene photo", names.get(digest, scene), digest, "the merchant's own"))
        elif still := _still(scene, frame_format):
            found.append(_picture(f"Scene {scene}", still.name, file_hash(still), "rendered by Vitrine"))
    return found


def _still(scene: str, frame_format: str) -> Path | None:
    path = PACK / scene / f"{named(frame_format).still}.jpg"
    return path if path.is_file() else None


def _picture(title: str, name: str, digest: str, words: str) -> dict[str, str]:
    kind = "image/png" if name.endswith(".png") else "image/jpeg"
    return {"title": title, "format": kind, "sha256": digest, "words": words}


def _model(video: Video) -> dict[str, str]:
    """Which weights drew the motion, and what they learned from; the data is told of our own checkpoint only."""
    made_by = str(video.recipe.get("made_by", video.engine))
    told = {"made_by": made_by, "render_hash": video.render_hash}
    config = Path(settings.ENGINE_WEIGHTS) / "config.json"
    weights = json.loads(config.read_text()).get("sha256", "") if config.is_file() else ""
    if weights and weights[:16] in made_by:
        told |= {"weights_sha256": weights, "data": DATA}
    return told
