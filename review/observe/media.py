"""The door to ffmpeg: what a file holds, its frames and its sound. Runs as a separate program with time limits."""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped]  # it ships no types
import numpy as np
from numpy.typing import NDArray

TIMEOUT = 300
"""Seconds after which ffmpeg is stopped."""
SOUND_RATE = 16_000
THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))
"""Of one network; more of them wait for each other on machines that are shared."""

Frame = NDArray[np.uint8]
"""RGB, (height, width, 3)."""


class MediaError(RuntimeError):
    """The file cannot be read as a video."""


@dataclass(frozen=True, kw_only=True)
class Streams:
    """What the container says. `audio_codec` is empty when there is no sound."""

    seconds: float
    width: int
    height: int
    fps: float
    video_codec: str
    audio_codec: str


def sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def probe(file: Path) -> Streams:
    """Read the headers; raises MediaError when ffmpeg finds no picture in the file."""
    if not file.is_file():
        raise MediaError(f"{file} does not exist.")
    told = _run(["-i", str(file)], must_succeed=False)[1]
    duration = re.search(r"Duration: (\d+):(\d+):([\d.]+)", told)
    video = re.search(r"Stream #.*?Video: (\w+).*?, (\d{2,5})x(\d{2,5}).*?([\d.]+) (?:fps|tbr)", told)
    if not video or not duration:
        raise MediaError(f"{file.name} holds no readable video: {_last_line(told)}")
    audio = re.search(r"Stream #.*?Audio: (\w+)", told)
    hours, minutes, seconds = duration.groups()
    return Streams(
        seconds=int(hours) * 3600 + int(minutes) * 60 + float(seconds),
        width=int(video[2]),
        height=int(video[3]),
        fps=float(video[4]),
        video_codec=video[1],
        audio_codec=audio[1] if audio else "",
    )


def frames(file: Path, *, width: int, height: int, fps: float | None = None) -> Iterator[Frame]:
    """Decode once, in order, scaled to `width` x `height`; `fps` resamples in time."""
    scale = f"scale={width}:{height}:flags=area"
    chain = f"fps={fps},{scale}" if fps else scale
    command = [_ffmpeg(), "-v", "error", "-nostdin", "-i", str(file), "-an", "-vf", chain]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    size = width * height * 3
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            while len(data := process.stdout.read(size)) == size:
                yield np.frombuffer(data, np.uint8).reshape(height, width, 3)
        finally:
            process.kill()


def frame_at(file: Path, second: float, streams: Streams) -> Frame:
    """One full-size frame; the last one when `second` lies behind the end."""
    for moment in (second, max(0.0, second - 2.0 / streams.fps), max(0.0, streams.seconds - 0.5)):
        arguments = ["-ss", f"{moment:.3f}", "-i", str(file), "-frames:v", "1"]
        data, _ = _run([*arguments, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"])
        if len(data) == streams.width * streams.height * 3:
            return np.frombuffer(data, np.uint8).reshape(streams.height, streams.width, 3)
    raise MediaError(f"{file.name} gives no frame at {second:.2f} s.")


def sound(file: Path) -> NDArray[np.float32]:
    """The sound as mono float32 in -1..1 at `SOUND_RATE`, from the film's first moment: a track that begins later is
    preceded by silence."""
    chain = "aresample=async=1:first_pts=0"
    data, _ = _run(["-i", str(file), "-vn", "-af", chain, "-ac", "1", "-ar", str(SOUND_RATE), "-f", "f32le", "pipe:1"])
    return np.frombuffer(data, np.float32)


def loudness(file: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBFS) by ffmpeg's meter of ITU-R BS.1770; -inf for silence."""
    told = _run(["-nostats", "-i", str(file), "-vn", "-af", "ebur128=peak=true", "-f", "null", "-"])[1]
    summary = told.rsplit("Summary:", 1)[-1]
    integrated = re.search(r"I:\s+(-?[\d.]+|-inf|nan) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+|-inf|nan) dBFS", summary)
    if not integrated or not peak:
        raise MediaError(f"The loudness of {file.name} cannot be read: {_last_line(told)}")
    return float(integrated[1]), float(peak[1])


def _run(arguments: list[str], *, must_succeed: bool = True) -> tuple[bytes, str]:
    command = [_ffmpeg(), "-hide_banner", "-nostdin", *arguments]
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise MediaError(f"ffmpeg did not finish within {TIMEOUT} s.") from error
    told = done.stderr.decode(errors="replace")
    if must_succeed and done.returncode != 0:
        raise MediaError(f"ffmpeg failed: {_last_line(told)}")
    return done.stdout, told


def _last_line(told: str) -> str:
    lines = [line for line in told.splitlines() if line.strip() and "At least one output" not in line]
    return lines[-1].strip() if lines else "it says nothing."


def _ffmpeg() -> str:
    return str(imageio_ffmpeg.get_ffmpeg_exe())
