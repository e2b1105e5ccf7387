"""A very small real film with sound, for tests that handle a file's bytes and never look at its picture; tampering."""

import hashlib
import subprocess
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import imageio_ffmpeg
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import Merchant
from generation.models import Cut, Video
from review.models import Audit, Finding
from review.provenance import c2pa, keys
from tests.factories import make_cut, make_video


@cache
def tiny_film(tone: int = 440) -> bytes:
    """One second of a test picture and a tone; another tone makes another film."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiny.mp4"
        picture = ["-f", "lavfi", "-i", "testsrc=d=1:s=192x108:r=24", "-f", "lavfi", "-i", f"sine=f={tone}:d=1"]
        codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"]
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *picture, *codecs, str(path)]
        subprocess.run(command, check=True, timeout=60)
        return path.read_bytes()


def approvable(merchant: Merchant, film: bytes = b"") -> Cut:
    """A real film whose audit passed, a small one if none is given."""
    film = film or tiny_film()
    cut = make_cut(
        make_video(merchant, state=Video.State.REVIEWING),
        sha256=hashlib.sha256(film).hexdigest(),
        file=default_storage.save("videos/tiny.mp4", ContentFile(film)),
    )
    audit = Audit.objects.create(merchant=merchant, cut=cut, sha256=cut.sha256, facts_version="v", state="passed")
    Finding.objects.create(
        merchant=merchant, audit=audit, rule="effect_height", severity="info", message="0.44 m of 0.45 m",
        parameter="spray_height", allowed=0.495, measured=0.44, uncertainty=0.02, unit="m",
    )  # fmt: skip
    return cut


def flipped(path: Path, place: int, name: str = "flipped.mp4") -> Path:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    other = path.with_name(name)
    other.write_bytes(content)
    return other


def remuxed(path: Path) -> Path:
    """As any tool leaves it that copies the streams and knows nothing of seals."""
    other = path.with_name("stripped.mp4")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0", "-c", "copy", str(other)]
    subprocess.run(command, check=True, timeout=60)
    return other


def resealed(path: Path) -> Path:
    """The same film under somebody else's key."""
    foreign, other = keys.development_signer(path.parent / "foreign"), path.with_name("foreign.mp4")
    pack = {"title": "Mine", "ingredients": [], "model": {"made_by": "somebody"}}
    c2pa.sign(path, other, c2pa.manifest(pack, datetime.now(UTC)), foreign)
    return other
