"""The one place that runs ffmpeg: frames and sound in, a finished .mp4 out, complete or not at all.

ffmpeg is a program of its own (its build is under the GPL): it is started, never linked.
"""

import contextlib
import errno
import subprocess
import tempfile
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import cv2
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from generation.render.errors import CannotWrite, RenderError
from generation.render.scene import Picture

SOUND_RATE = 48000
FINISH_SECONDS = 120
"""Time ffmpeg may take after the last frame was handed to it."""
_COLOUR = (
    "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
)  # fmt: skip
_RED, _BLUE = 0.2126, 0.0722
"""Luma weights of BT.709."""
_TO_YUV = np.array(
    [
        [219 / 255 * _RED, 219 / 255 * (1 - _RED - _BLUE), 219 / 255 * _BLUE, 16],
        [-112 / 255 * _RED / (1 - _BLUE), -112 / 255 * (1 - _RED - _BLUE) / (1 - _BLUE), 112 / 255, 128],
        [112 / 255, -112 / 255 * (1 - _RED - _BLUE) / (1 - _RED), -112 / 255 * _BLUE / (1 - _RED), 128],
    ],
    np.float32,
)
"""(3, 4): RGB and 1 to Y, Cb and Cr in 16..235 and 16..240."""
_SITED_LEFT = np.array([[0.25, 0.5, 0.25]], np.float32)


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How frames become a file. `quality` is x264's constant rate factor: lower is finer and larger."""

    size: tuple[int, int]
    fps: int
    quality: int = 19
    preset: str = "superfast"
    tuning: str = "mbtree=1:rc-lookahead=10"
    """With what this preset leaves out and gains most: as good as the next preset, 30 % less time, 8 % more bytes."""
    threads: int = 2


def encode(frames: Iterable[Picture], sound: NDArray[np.float32], target: Path, encoding: Encoding) -> None:
    """Write RGB frames and (samples, 2) sound at 48 kHz as H.264 High + AAC, ready to stream.

    Raises RenderError that names the file and what to do; nothing half-written stays behind.
    """
    part = target.with_name(f".{target.stem}.part{target.suffix}")
    try:
        with tempfile.TemporaryDirectory(prefix="vitrine-", dir=target.parent) as folder:
            spoken, log = Path(folder) / "sound.wav", Path(folder) / "ffmpeg.log"
            _write_wave(spoken, sound)
            _run(frames, _command(spoken, part, encoding), log=log, target=target)
        part.replace(target)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        part.unlink(missing_ok=True)


def _write_wave(path: Path, sound: NDArray[np.float32]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(SOUND_RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def _command(spoken: Path, part: Path, encoding: Encoding) -> list[str]:
    width, height = encoding.size
    return [
        imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y", "-xerror",
        "-f", "rawvideo", "-pix_fmt", "yuv420p", *_COLOUR, "-s", f"{width}x{height}", "-r", str(encoding.fps),
        "-i", "pipe:0", "-i", str(spoken),
        "-c:v", "libx264", "-preset", encoding.preset, "-x264-params", encoding.tuning,
        "-crf", str(encoding.quality), "-profile:v", "high", "-pix_fmt", "yuv420p", *_COLOUR,
        "-threads", str(encoding.threads), "-g", str(2 * encoding.fps),
        "-c:a", "aac", "-b:a", "160k", "-ar", str(SOUND_RATE), "-movflags", "+faststart", str(part),
    ]  # fmt: skip


def _run(frames: Iterable[Picture], command: list[str], *, log: Path, target: Path) -> None:
    with log.open("w+b") as messages:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=messages)
        try:
            assert process.stdin  # asked for above
            _feed(frames, process.stdin)
            code = process.wait(timeout=FINISH_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"ffmpeg did not finish {target} within {FINISH_SECONDS} s; try again.") from error
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        messages.seek(0)
        said = messages.read().decode(errors="replace").strip().splitlines()[-3:]
    if code != 0:
        raise _failed(target, code, " ".join(said))


def _feed(frames: Iterable[Picture], pipe: IO[bytes]) -> None:
    """Hand over the frames; when ffmpeg died first, its exit code tells more than the broken pipe."""
    with contextlib.suppress(BrokenPipeError):
        for frame in frames:
            for plane in planes(frame):
                pipe.write(plane.data)
    with contextlib.suppress(BrokenPipeError):
        pipe.close()


def planes(frame: Picture) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """RGB to Y, Cb and Cr of BT.709 in video range, colour at half size and sited left: half of ffmpeg's own time."""
    luma = cv2.transform(frame, _TO_YUV[:1])
    halved = cv2.resize(frame, (frame.shape[1], frame.shape[0] // 2), interpolation=cv2.INTER_AREA)
    quarter = np.ascontiguousarray(cv2.filter2D(halved, -1, _SITED_LEFT)[:, ::2])
    cb, cr = (np.asarray(cv2.transform(quarter, _TO_YUV[row : row + 1]), np.uint8) for row in (1, 2))
    return np.asarray(luma, np.uint8), cb, cr


def _failed(target: Path, code: int, said: str) -> RenderError:
    full = ("No space left", "File too large", "Disk quota")
    if code < 0 or any(words in said for words in full):
        reason = said or f"stopped by signal {-code}"
        return CannotWrite(f"Cannot write {target}: {reason}. Free space on that disk or raise its limit, then retry.")
    return RenderError(f"ffmpeg could not encode {target} (exit code {code}): {said}")


def _cannot_write(target: Path, error: OSError) -> CannotWrite:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return CannotWrite(f"Cannot write {target}: {error.strerror}. Free space on that disk, then retry.")
    reason = error.strerror or error
    return CannotWrite(f"Cannot write {target}: {reason}. Check that its folder exists and is writable.")
