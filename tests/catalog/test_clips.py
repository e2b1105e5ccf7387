"""Real footage: probed within limits, made playable without the camera's data, refused in a merchant's words."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from django.core.files.storage import default_storage

from accounts import tenancy
from accounts.models import AuditLog, Merchant
from catalog import clips
from catalog.clips import ClipError
from catalog.models import Clip
from catalog.selectors import product_facts
from tests.factories import make_product


def film(path: Path, *options: str, seconds: float = 1.0, size: str = "320x240") -> Path:
    source = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}"]
    sound = ["-f", "lavfi", "-i", f"sine=duration={seconds}", "-metadata", "location=+48.85+002.35/"]
    order = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", *source, *sound, *options, str(path)]
    subprocess.run(order, check=True, capture_output=True, timeout=60)
    return path


def test_a_clip_is_kept_listed_and_made_playable_once(alice: Merchant, tmp_path: Path) -> None:
    path = film(tmp_path / "use.mov")
    with tenancy.merchant_context(alice.pk):
        product = make_product(alice)
        clip = clips.attach(product=product, path=path, name="use.mov", by="ann")
        again = clips.attach(product=product, path=path, name="again.mov", by="ann")
        (fact,) = product_facts(product).clips
    assert (again.pk, clips.is_playable(clip)) == (clip.pk, False)
    assert (fact.seconds, fact.width, fact.height, fact.fps, fact.has_sound) == (1.0, 320, 240, 25.0, True)
    sent = clip.file.name

    made = [clips.make_playable(merchant_id=alice.pk, clip_id=clip.pk) for _ in range(2)]

    with tenancy.merchant_context(alice.pk):
        clip.refresh_from_db()
    assert (made, clips.is_playable(clip), default_storage.exists(sent)) == ([True, False], True, False)
    stored = Path(default_storage.path(clip.file.name))
    assert clips.probe(stored, name="x").seconds == pytest.approx(1.0, abs=0.1)
    assert b"+48.85" not in stored.read_bytes()
    assert b"+48.85" in path.read_bytes()
    with default_storage.open(clip.poster.name) as poster:
        assert poster.read(3) == b"\xff\xd8\xff"


def test_webm_is_a_clip_too(tmp_path: Path) -> None:
    path = film(tmp_path / "a.webm", "-c:v", "libvpx", "-an")
    found = clips.probe(path, name="a.webm")
    assert (found.demuxer, found.width, found.has_sound) == ("matroska", 320, False)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "no MP4, MOV or WebM"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "no MP4, MOV or WebM"),
        (b"\x00\x00\x00\x18ftypisom" + b"\x00" * 500, "no picture track"),
        (b"\x1a\x45\xdf\xa3" + b"\xff" * 500, "no picture track"),
        (b"", "no MP4, MOV or WebM"),
    ],
)
def test_what_is_no_clip_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(ClipError, match=words):
        clips.probe(path, name="clip.mp4")


def test_a_clip_that_is_too_long_or_too_small_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match=r"lasts 61"):
        clips.probe(film(tmp_path / "long.mp4", "-preset", "ultrafast", seconds=61, size="160x144"), name="long.mp4")
    with pytest.raises(ClipError, match="64 x 64"):
        clips.probe(film(tmp_path / "small.mp4", size="64x64"), name="small.mp4")


def test_a_clip_that_breaks_off_is_taken_out_with_the_reason(alice: Merchant, tmp_path: Path) -> None:
    path = film(tmp_path / "use.mp4", "-movflags", "+faststart")
    with tenancy.merchant_context(alice.pk):
        clip = clips.attach(product=make_product(alice), path=path, name="use.mp4", by="ann")
    with default_storage.open(clip.file.name, "wb") as file:
        file.write(b"\x00\x00\x00\x18ftypisom" + b"\x00" * 500)

    clips.make_playable(merchant_id=alice.pk, clip_id=clip.pk)

    with tenancy.merchant_context(alice.pk):
        assert Clip.objects.count() == 0
        assert "could not be read to its end" in AuditLog.objects.get(action="refuse_clip").reason


def test_removing_a_clip_removes_its_files(
    alice: Merchant, tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    with tenancy.merchant_context(alice.pk):
        clip = clips.attach(product=make_product(alice), path=film(tmp_path / "a.mp4"), name="a.mp4", by="ann")
        names = [clip.file.name, clip.poster.name]
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            clips.remove(clip=clip, by="ann")
    assert [default_storage.exists(name) for name in names] == [False, False]
