"""The finished file: a standard one, complete or not there at all."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from generation.render import encode
from generation.render.encode import Encoding
from generation.render.errors import CannotWrite

SIZE = (192, 108)
SOUND = (0.1 * np.sin(np.arange(24000)[:, None] * [[0.05, 0.06]])).astype(np.float32)


def _frames(count: int = 12) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(0)
    return (rng.integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8) for _ in range(count))


def test_the_file_is_what_every_shop_accepts(tmp_path: Path) -> None:
    encode.encode(_frames(), SOUND, tmp_path / "cut.mp4", Encoding(size=SIZE, fps=24))
    with av.open(str(tmp_path / "cut.mp4")) as file:
        video, sound = file.streams.video[0], file.streams.audio[0]
        assert (video.codec.name, video.profile, video.pix_fmt) == ("h264", "High", "yuv420p")
        assert (video.width, video.height, float(video.average_rate), video.frames) == (*SIZE, 24.0, 12)
        assert (sound.codec.name, sound.rate, sound.channels) == ("aac", 48000, 2)
    content = (tmp_path / "cut.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert [path.name for path in tmp_path.iterdir()] == ["cut.mp4"]


def test_colours_survive(tmp_path: Path) -> None:
    teal = np.full((SIZE[1], SIZE[0], 3), (20, 140, 130), np.uint8)
    encode.encode(iter([teal] * 6), SOUND, tmp_path / "cut.mp4", Encoding(size=SIZE, fps=24))
    with av.open(str(tmp_path / "cut.mp4")) as file:
        frame = next(file.decode(video=0))
        found = frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
    assert np.abs(found[50, 90].astype(int) - [20, 140, 130]).max() <= 4


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match=r"Cannot write .*nowhere/cut\.mp4"):
        encode.encode(_frames(), SOUND, tmp_path / "nowhere" / "cut.mp4", Encoding(size=SIZE, fps=24))


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        import numpy as np
        from generation.render import encode
        from generation.render.errors import CannotWrite

        rng = np.random.default_rng(0)
        frames = (rng.integers(0, 255, (360, 640, 3), np.uint8) for _ in range(48))
        sound = np.zeros((9600, 2), np.float32)
        try:
            encode.encode(frames, sound, Path(sys.argv[1]), encode.Encoding(size=(640, 360), fps=24))
        except CannotWrite as error:
            print(error)
    """)
    found = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "cut.mp4")], preexec_fn=_allow_small_files_only,
        capture_output=True, text=True, timeout=60, check=False, cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert f"Cannot write {tmp_path / 'cut.mp4'}" in found.stdout, found.stderr
    assert "Free space" in found.stdout
    assert list(tmp_path.iterdir()) == []


def _allow_small_files_only() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


def test_a_fault_while_drawing_stops_ffmpeg_and_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[np.ndarray]:
        yield from _frames(3)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        encode.encode(broken(), SOUND, tmp_path / "cut.mp4", Encoding(size=SIZE, fps=24))
    assert list(tmp_path.iterdir()) == []
