"""What is seen and heard at once tells whether sound and picture run together; other films are not judged by it."""

import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from generation.specs import Line
from review.checks.technical import technical
from review.observe import sync
from review.observe.observer import Subject, observe
from review.observe.records import Observation, Sync
from tests.factories import make_facts
from tests.review.seen import observation, plan

FPS, SECONDS = 24, 4
HITS = 9, 31, 40, 62, 77
"""Frames in which something strikes."""


@cache
def _picture(seed: int = 0) -> list[np.ndarray]:
    """128 x 72: a drifting background with grain, and a bar that jumps when it strikes."""
    random = np.random.default_rng(seed)
    still, frames = random.integers(40, 200, (9, 28, 3)).repeat(8, 0).repeat(8, 1), []
    for index in range(FPS * SECONDS):
        frame = np.roll(still, index, axis=1)[:, :128].astype(float) + random.normal(0, 2, (72, 128, 3))
        place = 16 * sum(hit <= index for hit in HITS)
        frame[16:56, place : place + 24] = 240
        frames.append(np.clip(frame, 0, 255).astype(np.uint8))
    return frames


def _sound(late: float, seed: int = 0) -> np.ndarray:
    """Hits that fade over a tenth of a second, `late` frames after they are seen, over a quiet hiss."""
    random = np.random.default_rng(seed)
    sound = random.normal(0, 0.01, SECONDS * 16000)
    for hit in HITS:
        start = round((hit + late) / FPS * 16000)
        sound[start : start + 1600] += random.normal(0, 0.3, 1600) * np.exp(-np.arange(1600) / 400)
    return sound.astype(np.float32)


TIMES = np.arange(FPS * SECONDS) / FPS


@pytest.mark.parametrize("late", [-3, 0, 3])
@pytest.mark.parametrize("seed", range(3))
def test_a_shift_is_read_to_a_frame(late: int, seed: int) -> None:
    seen = sync.measure(_picture(seed), TIMES, _sound(late, seed))
    assert seen is not None
    assert seen.late * FPS == pytest.approx(late, abs=1)


@pytest.mark.parametrize("seed", range(6))
def test_sound_of_its_own_is_not_judged(seed: int) -> None:
    random = np.random.default_rng(seed)
    rain = random.normal(0, 0.1, SECONDS * 16000) * (1 + 0.3 * np.sin(np.arange(SECONDS * 16000) / 3000))
    assert sync.measure(_picture(seed % 3), TIMES, rain.astype(np.float32)) is None
    assert sync.measure(_picture(seed % 3), TIMES, np.zeros(SECONDS * 16000, np.float32)) is None


def test_three_frames_are_told_of_a_finished_file(tmp_path: Path) -> None:
    (tmp_path / "sound.f32").write_bytes(_sound(3).tobytes())
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "128x72"]
    command += ["-r", str(FPS), "-i", "pipe:0", "-f", "f32le", "-ar", "16000", "-i", str(tmp_path / "sound.f32")]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", str(tmp_path / "late.mp4")]
    subprocess.run(command, input=b"".join(frame.tobytes() for frame in _picture()), check=True, timeout=60)
    subject = Subject(facts=make_facts(), photo=None, locale="en-US")
    seen = observe(tmp_path / "late.mp4", subject, lambda stage, share: None, parts=frozenset(["sync"]))
    assert seen.sync is not None
    assert seen.sync.late * FPS == pytest.approx(3, abs=1)
    assert Observation.from_json(seen.to_json()).sync == seen.sync
    told = [f.message for f in technical(make_facts(), None, seen) if f.severity == "person"]
    assert told == ["The sound comes 0.12 s (3 frames) after what is seen."]


@pytest.mark.parametrize(
    ("begins", "told"),
    [
        ((0.30, 3.33), []),
        ((0.42, 1.9, 3.45), ["The sound comes 0.12 s (3 frames) after its captions."]),
        ((0.17, 3.20), ["The sound comes 0.13 s (3 frames) before its captions."]),
        ((0.55, 3.33), []),
        ((0.425,), []),
    ],
)
def test_sentences_that_all_come_late_are_told(begins: tuple[float, ...], told: list[str]) -> None:
    said = tuple(Line(start=start, end=start + 2, text="Runs on sunlight alone") for start in (0.25, 3.3))
    seen = replace(observation(), sound=replace(observation().sound, begins=begins), texts=())
    found = technical(make_facts(), plan(narration=said), seen)
    assert [finding.message for finding in found if finding.severity == "person"] == told


def test_a_shift_nobody_notices_stops_nothing() -> None:
    near = replace(observation(), sync=Sync(late=0.042, frame=1 / 24, likeness=0.9))
    assert {finding.severity for finding in technical(make_facts(), None, near)} == {"info"}
