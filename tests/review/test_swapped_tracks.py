"""Two videos as the product makes them, captions and voice: a file with the other one's sound or text is stopped."""

import subprocess
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import pytest

from benchmarks import demo_clips
from generation.render import compose
from generation.render.clip import Motion
from generation.render.scene import Scene
from generation.specs import Line, VideoSpec
from review import auditing
from review.auditing import Question, Report

SECONDS = 2.6
SENTENCES = "Coffee stays hot for six hours", "The outside stays cool to touch"


def _plan(sentence: str) -> VideoSpec:
    """The mug's plan, cut to one sentence that is shown and said."""
    spec = demo_clips.plan(demo_clips.demo("VT-MUG"), "kitchen_counter")
    line = Line(start=0.1, end=SECONDS, text=sentence)
    (shot,), (label,) = spec.shots, spec.labels
    return replace(
        spec, seconds=SECONDS, shots=(replace(shot, end=SECONDS),), captions=(line,), narration=(line,),
        labels=(replace(label, end=SECONDS),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Both videos, rendered and voiced; the camera stands still, so that no model is needed."""
    scene, made = Scene.load("kitchen_counter", "wide"), []
    for number, sentence in enumerate(SENTENCES):
        spec, mug = _plan(sentence), demo_clips.demo("VT-MUG")
        motion = Motion.still(round(SECONDS * 24), effect=spec.shots[0].effect)
        cutout = compose.Cutout(rgba=mug.rgba, photo=mug.image)
        folder = tmp_path_factory.mktemp(f"video{number}")
        made.append(compose.render(spec, {"wide": scene}, {"wide": motion}, cutout=cutout, out=folder)[0].path)
    return made[0], made[1]


def _joined(picture: Path, sound: Path, out: Path) -> Path:
    """The picture of one file with the sound of another, nothing encoded anew."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(picture), "-i", str(sound)]
    command += ["-map", "0:v", "-map", "1:a", "-c", "copy", str(out)]
    subprocess.run(command, check=True, timeout=60)
    return out


def _audited(file: Path, sentence: str) -> Report:
    mug = demo_clips.demo("VT-MUG")
    question = Question(facts=mug.facts, photo=mug.photo, locale="en-US", spec=_plan(sentence))
    return auditing.audit(file, question, lambda stage, share: None)


def _blocked(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings if finding.severity == "block"}


def test_a_file_as_planned_is_not_stopped(files: tuple[Path, Path]) -> None:
    report = _audited(files[0], SENTENCES[0])
    assert _blocked(report) == set()
    assert {f.rule for f in report.findings if f.severity == "info"} >= {"caption_match", "speech_match", "ai_label"}


def test_the_sound_of_another_video_is_stopped(files: tuple[Path, Path], tmp_path: Path) -> None:
    report = _audited(_joined(files[0], files[1], tmp_path / "swapped.mp4"), SENTENCES[0])
    assert (report.verdict, _blocked(report)) == ("rejected", {"speech_match"})


def test_the_captions_of_another_video_are_stopped(files: tuple[Path, Path], tmp_path: Path) -> None:
    report = _audited(_joined(files[1], files[0], tmp_path / "swapped.mp4"), SENTENCES[0])
    assert (report.verdict, _blocked(report)) == ("rejected", {"caption_match"})
