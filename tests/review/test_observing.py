"""Real files are watched, read and listened to: heights come out in metres, words come out as words."""

import wave
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy import signal

from catalog import assets
from catalog.facts import ProductEffect
from generation.render import speech as voice
from generation.specs import Line
from review.checks.effect_height import effect_height
from review.checks.likeness import likeness
from review.checks.wording import coverage
from review.observe import hearing, media, observer, overlay, product, speech, text
from review.observe.effect import Window, _together, measure
from review.observe.observer import Subject, Track, observe
from review.observe.overlay import Height
from review.observe.photo import Photo
from review.observe.records import CannotMeasure, Measured, Sound
from review.observe.text import Film
from tests.factories import make_facts
from tests.review.drawn import Clip, draw_clip, frames_of, pump_photo
from tests.review.seen import RULER, observation
from tests.review.seen import measured as seen_as


def _quiet(stage: str, share: float) -> None:
    """Nobody watches the progress of a test."""


def _subject(photo: Photo) -> Subject:
    return Subject(facts=make_facts(), photo=photo, locale="en-US")


@pytest.fixture(scope="module")
def photo() -> Photo:
    return pump_photo()


def _half(frames: list[np.ndarray]) -> list[np.ndarray]:
    return [cv2.resize(frame, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for frame in frames]


def _measure(clip: Clip, photo: Photo) -> object:
    frames = _half(list(frames_of(clip, photo)))
    middle = len(frames) // 2
    still = np.median(np.stack(frames[middle - 4 : middle + 5]), axis=0).astype(np.uint8)
    seen = product.locate(still, photo, second=middle / clip.fps, enlarge=2)
    assert seen is not None
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    window = Window(grey=grey, middle=middle, sighting=seen, captions=())
    return measure([window], photo, enlarge=2, progress=lambda share: None)


@pytest.mark.parametrize("height", [0.30, 0.45, 0.90])
def test_the_height_of_a_drawn_fountain_is_measured_within_seven_per_cent(height: float, photo: Photo) -> None:
    found = _measure(Clip(height=height, seconds=1.0, seed=3), photo)
    assert isinstance(found, Measured)
    assert found.value == pytest.approx(height, rel=0.07)
    assert found.uncertainty < 0.07 * height + 0.01
    assert found.second_opinion == pytest.approx(found.value, rel=0.2)


def test_still_air_above_a_product_has_no_height(photo: Photo) -> None:
    found = _measure(Clip(height=0.0, seconds=1.0, seed=5), photo)
    assert isinstance(found, Measured)
    assert found.value == 0.0


def test_a_height_that_one_window_alone_shows_is_not_taken_for_the_truth() -> None:
    usual, high = seen_as(0.44), seen_as(0.78)
    assert _together([usual, usual, high]) == CannotMeasure(
        reason="Only at 2.0 s it reads 0.78 m; elsewhere it reads 0.44 m.", second=2.0
    )
    rising = _together([usual, high, seen_as(0.80)])
    assert isinstance(rising, Measured)
    assert rising.value == pytest.approx(0.79)


def test_a_product_of_few_pixels_is_no_ruler(photo: Photo) -> None:
    frames = _half(list(frames_of(Clip(height=0.3, seconds=0.6, pixels_per_metre=560), photo)))
    seen = product.locate(frames[7], photo, second=0.3, enlarge=2)
    assert seen is not None
    tiny = Window(
        grey=[cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames],
        middle=7,
        sighting=_shrunk(seen),
        captions=(),
    )
    found = measure([tiny], photo, enlarge=2, progress=lambda share: None)
    assert found == CannotMeasure(reason="The product is only 20 pixels wide at 0.3 s.", second=0.3)


def _shrunk(seen: object) -> object:
    return replace(seen, box=replace(seen.box, width=20.0))  # type: ignore[type-var,attr-defined]


def test_the_product_is_found_at_its_place_size_and_number(photo: Photo) -> None:
    frames = _half(list(frames_of(Clip(seconds=0.1, products=2, drift=0, zoom=0), photo)))
    seen = product.locate(frames[0], photo, second=0, enlarge=2)
    assert seen is not None
    assert (seen.box.width, seen.box.x + seen.box.width / 2) == (
        pytest.approx(89.6, rel=0.02),
        pytest.approx(640, abs=3),
    ) or (seen.box.x > 800)
    assert seen.aspect == pytest.approx(1.0, abs=0.06)
    assert product.count(frames[0], photo, sighting=seen, enlarge=2) == 2


def test_a_red_pump_is_far_from_the_photo_in_colour(photo: Photo) -> None:
    red = pump_photo(tint=(2.2, 0.7, 0.5))
    frames = _half(list(frames_of(Clip(seconds=0.1, height=0), red)))
    own = _half(list(frames_of(Clip(seconds=0.1, height=0), photo)))
    seen = [product.locate(each[0], photo, second=0, enlarge=2) for each in (frames, own)]
    assert seen[0] is not None
    assert seen[1] is not None
    assert seen[0].colour_difference > 17 > 6 > seen[1].colour_difference


def test_a_picture_without_the_product_has_no_sighting(photo: Photo) -> None:
    frames = _half(list(frames_of(Clip(seconds=0.1, products=0), photo)))
    assert product.locate(frames[0], photo, second=0, enlarge=2) is None


def test_english_french_and_chinese_text_is_read_and_timed() -> None:
    shown = _written(["AI-generated scene", "Jusqu'à 45 cm d'élan, été, cœur", "太阳能喷泉"])
    blank = np.full_like(shown, 90)
    frames = [blank] * 6 + [shown] * 14 + [blank] * 4
    film = Film(
        frames=_half(frames), seconds=np.arange(24) / 12, enlarge=2, full=lambda second: frames[round(second * 12)]
    )
    lines = text.read(film, every=0.5, progress=lambda share: None)
    assert [line.text.replace("Al-", "AI-") for line in lines] == [
        "AI-generated scene",
        "Jusqu'à 45 cm d'élan, été, cœur",
        "太阳能喷泉",
    ]
    assert [(line.start, line.end) for line in lines] == [(0.5, pytest.approx(20 / 12, abs=0.01))] * 3


def _written(lines: list[str]) -> np.ndarray:
    image = Image.new("RGB", (1280, 720), (90, 90, 90))
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        font = assets.resolve("font_cjk" if line[0] > "\u3000" else "font_inter")
        draw.text((80, 120 + 180 * row), line, font=ImageFont.truetype(str(font), 52), fill=(255, 255, 255))
    return np.asarray(image)


def test_a_file_is_observed_from_end_to_end(photo: Photo, tmp_path: Path) -> None:
    clip = Clip(height=0.45, seconds=1.2, seed=2)
    file = draw_clip(clip, photo, tmp_path / "clip.mp4", sound=_tone(tmp_path / "tone.wav"))
    stages: list[str] = []
    heard = Track(sound=Sound(codec="aac"), words=())
    seen = observe(file, _subject(photo), lambda stage, share: stages.append(stage), heard=heard)
    assert (seen.picture.width, seen.picture.codec, seen.picture.cuts) == (1280, "h264", ())
    assert isinstance(seen.effect, Measured)
    assert seen.effect.value == pytest.approx(0.45, rel=0.07)
    assert seen.sha256 == media.sha256(file)
    assert {"Listening", "Reading", "Finding the product", "Measuring"} <= set(stages)


@pytest.mark.parametrize("kind", ["steam", "mist", "beam", "particles"])
def test_an_effect_without_edges_is_left_to_a_person(kind: str, photo: Photo) -> None:
    facts = make_facts(effect=ProductEffect(kind=kind, cap_parameter="spray_height"))  # type: ignore[arg-type]
    clip = Film(frames=[], seconds=np.zeros(0), enlarge=2, full=lambda second: np.zeros((1, 1, 3), np.uint8))
    found = observer._extent(clip, replace(_subject(photo), facts=facts), ((), (), ()), lambda share: None)
    assert isinstance(found, CannotMeasure)
    (finding,) = effect_height(facts, None, observation(effect=found))
    assert (finding.severity, finding.message.split(".")[0]) == ("person", "Cannot measure")
    assert kind in finding.message.replace("light ", "")


def test_a_product_shown_twice_is_blocked_in_the_finished_file(photo: Photo, tmp_path: Path) -> None:
    heard = Track(sound=Sound(codec="aac"), words=())
    verdicts = []
    for products in (1, 2):
        clip = Clip(height=0, seconds=1.2, fps=10, products=products)
        file = draw_clip(clip, photo, tmp_path / f"{products}.mp4")
        seen = observe(file, _subject(photo), _quiet, heard=heard, parts=frozenset(["product"]))
        verdicts.append([finding.severity for finding in likeness(make_facts(), None, seen)])
    assert verdicts == [["info"], ["info", "block"]]


def test_loudness_and_silence_are_measured(photo: Photo, tmp_path: Path) -> None:
    clip = Clip(height=0, seconds=2.0, fps=4)
    file = draw_clip(clip, photo, tmp_path / "clip.mp4", sound=_tone(tmp_path / "tone.wav"))
    streams = media.probe(file)
    sound, words, unheard = hearing.listen(file, streams, "xx")
    assert (sound.codec, words, unheard) == ("aac", (), ("Speech in 'xx' cannot be understood by the audit.",))
    assert sound.loudness == pytest.approx(-23.0, abs=1.5)
    assert [(span.start, span.end) for span in sound.silent] == [
        (pytest.approx(1.2, abs=0.1), pytest.approx(2, abs=0.1))
    ]


def _tone(file: Path) -> Path:
    """1.2 s of a tone at -23 LUFS, then 0.8 s of silence."""
    samples = np.where(np.arange(32000) < 19200, 3300 * np.sin(np.arange(32000) * 2 * np.pi / 16), 0)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(samples.astype("<i2").tobytes())
    return file


def test_spoken_words_are_heard_with_their_times() -> None:
    line = Line(start=0.0, end=4.0, text="Fresh water for your birds, up to forty-five centimetres high.")
    said = voice.speak(line, "en-US")
    samples = signal.resample_poly(np.concatenate([np.zeros(voice.RATE // 2), said.sound]), 16000, voice.RATE)
    heard = speech.hear(samples.astype(np.float32), "en")
    assert coverage(line.text, " ".join(word.text for word in heard)) > 0.9
    assert heard[0].start == pytest.approx(0.5, abs=0.5)
    assert heard[-1].end == pytest.approx(0.5 + said.seconds, abs=0.5)


def test_a_file_that_is_no_video_is_refused_by_name(tmp_path: Path, photo: Photo) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    with pytest.raises(media.MediaError, match=r"broken\.mp4 holds no readable video"):
        observe(broken, _subject(photo), _quiet)


def test_the_evidence_picture_marks_both_heights() -> None:
    frame = np.full((720, 1280, 3), 60, np.uint8)
    height = Height(ruler=RULER, allowed=0.495, measured=0.9, uncertainty=0.04, exceeds=True)
    drawn = cv2.imdecode(np.frombuffer(overlay.height_picture(frame, height), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    rows = [
        drawn[round(RULER.row(metres)) - 2 : round(RULER.row(metres)) + 3, 560:700].astype(int)
        for metres in (0.9, 0.495)
    ]
    for row, tone in zip(rows, (overlay.SEEN, overlay.ALLOWED), strict=True):
        assert np.abs(row - np.array(tone)).sum(axis=-1).min() < 60
