"""Real footage of a product: a short clip probed within safe limits, kept with a poster, made playable by a worker.

A clip is what somebody sent: only two containers are opened, each by its own demuxer, without any protocol but the file
itself, in bounded time and memory; what shoppers may see is our own re-encoding, without the camera's metadata.
"""

import hashlib
import re
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import imageio_ffmpeg
from celery import current_app
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts import tenancy
from accounts.models import AuditLog, Merchant
from catalog.limits import LARGEST_CLIP, MEGABYTE
from catalog.models import Clip, Product

SECONDS = (0.5, 60.0)
"""Shortest and longest clip: a video of ours takes a few seconds of it."""
LONGEST_SIDE = 4096
INCOMING = "incoming/"
"""Where a clip waits, unseen by anybody, until its playable version is made."""
PROBE_SECONDS, ENCODE_SECONDS = 20, 300
UNATTENDED = timedelta(minutes=6)
MEMORY = 800_000_000
"""Largest single allocation of ffmpeg, in bytes."""
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
_VIDEO = re.compile(r"Stream #.*Video: .*?, (\d{2,5})x(\d{2,5})[ ,]")
_RATE = re.compile(r"([\d.]+) (?:fps|tbr)")
_TURNED = re.compile(r"rotation of (-?[\d.]+) degrees")


class ClipError(ValueError):
    """A file that is no usable clip; the message names it, the reason and the way out."""


@dataclass(frozen=True, kw_only=True)
class Probed:
    """What a clip is, as shown: pixels after the camera's turn, seconds, frames a second."""

    demuxer: str
    seconds: float
    width: int
    height: int
    fps: float
    has_sound: bool


def probe(path: Path, *, name: str) -> Probed:
    """Look at a file. Raises ClipError."""
    demuxer = _container(path, name)
    words = _ffmpeg(["-f", demuxer, "-i", str(path)], name=name, seconds=PROBE_SECONDS, may_fail=True)
    duration, video, rate = _DURATION.search(words), _VIDEO.search(words), _RATE.search(words)
    if duration is None or video is None:
        raise ClipError(f"{name} has no picture track that can be read. Export it as MP4 (H.264).")
    hours, minutes, rest = duration.groups()
    seconds, width, height = int(hours) * 3600 + int(minutes) * 60 + float(rest), int(video[1]), int(video[2])
    turned = _TURNED.search(words)
    if turned and round(float(turned[1])) % 180:
        width, height = height, width
    if not SECONDS[0] <= seconds <= SECONDS[1]:
        raise ClipError(f"{name} lasts {seconds:.1f} s. Send {SECONDS[0]} to {SECONDS[1]:.0f} s of the product.")
    if max(width, height) > LONGEST_SIDE or min(width, height) < 144:
        raise ClipError(f"{name} is {width} x {height} pixels. Export it between 144 and {LONGEST_SIDE} pixels.")
    has_sound = re.search(r"Stream #.*Audio: ", words) is not None
    fps = float(rate[1]) if rate else 0.0
    return Probed(demuxer=demuxer, seconds=seconds, width=width, height=height, fps=fps, has_sound=has_sound)


def attach(*, product: Product, path: Path, name: str, by: str, rights: str = "") -> Clip:
    """Keep a clip of a product with its poster; the same content again gives the row that exists. Raises ClipError."""
    if path.stat().st_size > LARGEST_CLIP:
        raise ClipError(f"{name} is larger than {LARGEST_CLIP // MEGABYTE} MB. Export it smaller.")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = Clip.objects.filter(product=product, sha256=digest).first()
    if known is not None:
        return known
    found = probe(path, name=name)
    poster = _poster(path, found, name)
    clip = Clip(
        merchant_id=product.merchant_id, product=product, name=Path(name).name[-200:], sha256=digest, rights=rights,
        seconds=found.seconds, width=found.width, height=found.height, fps=found.fps, has_sound=found.has_sound,
    )  # fmt: skip
    clip.poster.save(f"{product.public_id}/{digest[:16]}.jpg", ContentFile(poster), save=False)
    with path.open("rb") as file:
        clip.file.name = default_storage.save(f"{INCOMING}{product.public_id}-{digest[:16]}{path.suffix}", File(file))
    clip.save()
    AuditLog.objects.create(merchant_id=product.merchant_id, actor=by, action="add_clip", subject=product.sku)
    _order(clip)
    return clip


def is_playable(clip: Clip) -> bool:
    """Whether its playable version is made."""
    return not (clip.file.name or "").startswith(INCOMING)


def make_playable(*, merchant_id: int, clip_id: int) -> bool:
    """Re-encode a clip for browsers and drop what was sent; False when that was done before.

    A clip that cannot be decoded to its end is removed, with the reason in the log.
    """
    with tenancy.merchant_context(merchant_id):
        clip = Clip.objects.select_related("product").filter(pk=clip_id).first()
    if clip is None or is_playable(clip):
        return False
    sent = clip.file.name or ""
    with tempfile.TemporaryDirectory(prefix="vitrine-clip-") as folder:
        source, made = Path(folder) / "sent", Path(folder) / "clip.mp4"
        with default_storage.open(sent) as stored, source.open("wb") as file:
            file.writelines(stored.chunks())
        try:
            _encode(source, made, clip.name)
        except ClipError as error:
            _drop(clip, str(error))
        else:
            _swap(clip, made, sent)
    default_storage.delete(sent)
    return True


def remove(*, clip: Clip, by: str) -> None:
    """Take a clip away with its files."""
    product, names = clip.product, [clip.file.name, clip.poster.name]
    clip.delete()
    AuditLog.objects.create(merchant_id=product.merchant_id, actor=by, action="remove_clip", subject=product.sku)

    def drop() -> None:
        for name in names:
            default_storage.delete(name or "")

    transaction.on_commit(drop)


def sweep() -> int:
    """Order again what nobody made playable (a dead worker, a lost message); returns how many."""
    late, found = timezone.now() - UNATTENDED, 0
    for merchant in Merchant.objects.all():
        with tenancy.merchant_context(merchant.pk):
            for clip in Clip.objects.filter(file__startswith=INCOMING, created__lt=late):
                _order(clip)
                found += 1
    return found


def _order(clip: Clip) -> None:
    """By name, because tasks stand above; a lost ticket is replaced by the sweep."""
    which = [clip.merchant_id, clip.pk]

    def ring() -> None:
        current_app.send_task("catalog.tasks.make_clip_playable", args=which)

    transaction.on_commit(ring, robust=True)


def _container(path: Path, name: str) -> str:
    """The demuxer of a file, by its first bytes: a playlist that names other files never reaches ffmpeg."""
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] == b"ftyp":
        return "mov"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    raise ClipError(f"{name} is no MP4, MOV or WebM video. Export it as MP4 (H.264).")


def _poster(path: Path, found: Probed, name: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="vitrine-poster-") as folder:
        picture = Path(folder) / "poster.jpg"
        scale = "scale='min(960,iw)':'min(960,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2"
        order = ["-ss", f"{found.seconds / 3:.2f}", "-f", found.demuxer, "-i", str(path), "-frames:v", "1"]
        _ffmpeg([*order, "-vf", scale, "-q:v", "3", str(picture)], name=name, seconds=PROBE_SECONDS)
        if not picture.is_file():
            raise ClipError(f"{name} holds no picture that can be shown. Export it as MP4 (H.264).")
        return picture.read_bytes()


def _encode(source: Path, made: Path, name: str) -> None:
    scale = "scale='min(1280,iw)':'min(1280,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2"
    order = [
        "-f",
        _container(source, name),
        "-i",
        str(source),
        "-t",
        str(SECONDS[1]),
        "-map",
        "0:v:0",
        "-map",
        "0:a:0?",
    ]
    video = ["-vf", scale, "-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-pix_fmt", "yuv420p"]
    rest = ["-c:a", "aac", "-b:a", "128k", "-map_metadata", "-1", "-movflags", "+faststart", str(made)]
    _ffmpeg([*order, *video, *rest], name=name, seconds=ENCODE_SECONDS)


def _swap(clip: Clip, made: Path, sent: str) -> None:
    """The playable version takes the place of what was sent, once."""
    with made.open("rb") as file:
        stored = default_storage.save(f"clips/{clip.product.public_id}/{clip.sha256[:16]}.mp4", File(file))
    with tenancy.merchant_context(clip.merchant_id):
        if not Clip.objects.filter(pk=clip.pk, file=sent).update(file=stored):
            default_storage.delete(stored)


def _drop(clip: Clip, why: str) -> None:
    with tenancy.merchant_context(clip.merchant_id):
        subject = clip.product.sku
        AuditLog.objects.create(
            merchant_id=clip.merchant_id, actor="clips", action="refuse_clip", subject=subject, reason=why[:300]
        )
        Clip.objects.filter(pk=clip.pk).delete()
    with suppress(OSError):
        default_storage.delete(clip.poster.name or "")


def _ffmpeg(order: list[str], *, name: str, seconds: int, may_fail: bool = False) -> str:
    """Run ffmpeg on one local file; what it says. Raises ClipError."""
    guards = [
        "-hide_banner",
        "-nostdin",
        "-y",
        "-max_alloc",
        str(MEMORY),
        "-protocol_whitelist",
        "file",
        "-threads",
        "1",
    ]
    try:
        done = subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), *guards, *order], capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ClipError(f"{name} took longer than {seconds} s to read. Export it shorter or smaller.") from error
    words = done.stderr.decode("utf-8", "replace")[-20_000:]
    if done.returncode and not may_fail:
        raise ClipError(f"{name} could not be read to its end. Export it again as MP4 (H.264).")
    return words
