"""Narration: real phonemes, real voices, and lines that must fit their window."""

import numpy as np
import pytest

from catalog import assets
from generation.render import speech
from generation.render.errors import RenderError, SpeechDoesNotFit
from generation.specs import Line


@pytest.fixture
def voices() -> None:
    try:
        assets.resolve("kokoro_voices")
        assets.resolve("kokoro")
    except assets.AssetError as error:
        pytest.skip(str(error))


def test_english_and_french_are_read_by_their_own_rules() -> None:
    assert speech.phonemes("Fresh water", "en") == "fɹˈɛʃ wˈɔTəɹ"
    assert speech.phonemes("Bonjour", "fr").startswith("bɔ̃ʒ")


def test_punctuation_is_kept_for_the_melody() -> None:
    assert [sign for sign in speech.phonemes("No cable, no battery. Ready?", "en") if sign in ",.?"] == [",", ".", "?"]


def test_a_decimal_point_is_not_a_pause() -> None:
    assert "pYnt" in speech.phonemes("0.45 metres", "en")


def test_every_phoneme_is_known_to_the_voice() -> None:
    table = speech._vocabulary()
    text = speech.phonemes("The large jet charges quickly, and nothing measures more than ours.", "en")
    assert [sign for sign in text if sign not in table] == []


@pytest.mark.usefixtures("voices")
def test_a_voice_says_a_line_within_its_window() -> None:
    said = speech.speak(Line(start=0.5, end=2.5, text="Fresh water."), "en-US")
    assert 0.4 < said.seconds <= 2.0
    assert said.speed == 1.0
    assert 0.05 < np.abs(said.sound).max() <= 1.0


@pytest.mark.usefixtures("voices")
def test_a_line_that_cannot_fit_is_named() -> None:
    line = Line(start=1.0, end=1.4, text="Fresh water.")
    with pytest.raises(SpeechDoesNotFit, match=r"“Fresh water\.” takes .* its window is 0\.4 s \(1\.0 to"):
        speech.speak(line, "en-US")


def test_a_locale_without_voice_is_said_to_have_none() -> None:
    assert speech.has_voice("en-GB")
    assert not speech.has_voice("zh-CN")
    with pytest.raises(RenderError, match="no voice for zh-CN; make this video with captions only"):
        speech.speak(Line(start=0, end=2, text="你好"), "zh-CN")


def test_a_missing_voice_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("VITRINE_CACHE", str(tmp_path))
    monkeypatch.delenv("VITRINE_VOICES", raising=False)
    assets.resolve.cache_clear()
    speech._styles.cache_clear()
    try:
        with pytest.raises(assets.AssetError, match=r"kokoro_voices is not installed: fetch kokoro-js-1\.2\.1\.tgz"):
            speech._styles("af_heart")
    finally:
        assets.resolve.cache_clear()
