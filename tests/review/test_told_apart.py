"""Two videos as the product makes them, and what is done to them afterwards: the other one's sound or text, sound that
is moved, a changed bit, a stripped and a foreign seal. Each is told apart."""

import subprocess
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import pytest
from django.core.files.storage import default_storage

from accounts.models import Merchant
from benchmarks import demo_clips
from generation.render import compose
from generation.render.clip import Motion
from generation.render.scene import Scene
from generation.render.view import Cutout, Take
from generation.specs import Line, VideoSpec
from review import auditing
from review import services as review_services
from review.auditing import Question, Report
from review.checks.technical import technical
from review.checks.timing import lateness
from review.observe import media, voice
from review.provenance import verifying
from review.provenance.verifying import Verdict
from tests.factories import make_facts
from tests.review.films import approvable, flipped, remuxed, resealed
from tests.review.seen import observation

SECONDS = 2.6
SENTENCES = "Coffee stays hot for six hours", "The outside stays cool to touch"


def _plan(sentence: str) -> VideoSpec:
    """The mug's plan, cut to one sentence that is shown and said."""
    spec = demo_clips.plan(demo_clips.demo("VT-MUG"), "kitchen_counter")
    line = Line(start=0.25, end=SECONDS, text=sentence)
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
        cutout = Cutout(rgba=mug.rgba, photo=mug.image)
        folder = tmp_path_factory.mktemp(f"video{number}")
        made.append(compose.render(spec, {"wide": [Take(scene, motion)]}, cutout=cutout, out=folder)[0].path)
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


@pytest.mark.parametrize(("frames", "words"), [(3, "after"), (-3, "before")])
def test_sound_that_is_moved_by_three_frames_is_told(
    files: tuple[Path, Path], tmp_path: Path, frames: int, words: str
) -> None:
    moved = tmp_path / "moved.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(files[0]), "-itsoffset", str(frames / 24)]
    command += ["-i", str(files[0]), "-map", "0:v", "-map", "1:a", "-c", "copy", str(moved)]
    subprocess.run(command, check=True, timeout=60)
    said = []
    for file in (files[0], moved):
        seen = observation(sound=replace(observation().sound, begins=voice.beginnings(media.sound(file))), texts=())
        late = lateness(_plan(SENTENCES[0]), seen)
        assert late is not None
        said.append((late * 24, [f.message for f in technical(make_facts(), _plan(SENTENCES[0]), seen)]))
    (still, quiet), (shift, told) = said
    assert still == pytest.approx(0, abs=1)
    assert shift == pytest.approx(frames, abs=1)
    assert not any("sound comes" in message for message in quiet)
    assert any(f"frames) {words} its captions" in message for message in told)


def test_a_changed_bit_a_stripped_and_a_foreign_seal_are_told_of_a_real_video(
    files: tuple[Path, Path], at_alice: Merchant, tmp_path: Path
) -> None:
    cut = approvable(at_alice, files[0].read_bytes())
    review_services.approve(video=cut.video, approver="Ada", reason="As on the photo.")
    sealed = tmp_path / "sealed.mp4"
    with default_storage.open(str(cut.signed.get().file.name)) as stored:
        sealed.write_bytes(stored.read())
    changed = flipped(sealed, sealed.stat().st_size // 2)
    handed_in = sealed, changed, remuxed(sealed), resealed(sealed), files[1]
    told = [verifying.verify(file).verdict for file in handed_in]
    assert told == [Verdict.UNTOUCHED, Verdict.CHANGED, Verdict.STRIPPED, Verdict.FOREIGN, Verdict.UNKNOWN]
