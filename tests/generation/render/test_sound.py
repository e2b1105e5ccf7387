"""Sound: as loud as shops expect, never clipped, the ambience under the voice."""

from dataclasses import replace

import numpy as np
import pytest

from generation.render import loudness, sound
from generation.render.clip import Motion
from generation.render.speech import RATE, Utterance


def _motion(level: float = 0.05) -> Motion:
    noise = np.random.default_rng(0).normal(0, level, (6 * 16000, 1)).astype(np.float32)
    return replace(Motion.still(144), sound=noise)


def _said(start: float = 1.0, seconds: float = 2.0) -> Utterance:
    time = np.arange(int(seconds * RATE)) / RATE
    voice = (0.4 * np.sin(2 * np.pi * 220 * time) * (1 + np.sin(2 * np.pi * 4 * time))).astype(np.float32)
    return Utterance(start=start, sound=voice, speed=1.0, text="")


def test_loudness_agrees_with_the_standards_reference_tone() -> None:
    tone = (0.1 * np.sin(2 * np.pi * 997 * np.arange(5 * 48000) / 48000)).astype(np.float32)
    assert loudness.lufs(np.repeat(tone[:, None], 2, axis=1)) == pytest.approx(-20.0, abs=0.05)
    assert loudness.lufs(tone[:, None]) == pytest.approx(-23.01, abs=0.05)


@pytest.mark.parametrize(("_case", "voices"), [("ambience alone", []), ("with a voice", [_said()])])
def test_a_mix_is_loud_enough_and_never_clips(_case: str, voices: list[Utterance]) -> None:
    mixed = sound.mix(_motion(), voices, 6.0)
    assert mixed.shape == (288000, 2)
    assert loudness.lufs(mixed) == pytest.approx(-16.0, abs=0.7)
    assert loudness.true_peak_db(mixed) <= -1.0


def test_ambience_makes_way_for_the_voice() -> None:
    ducking = sound._ducking([(2.0, np.ones(48000, np.float32))], 288000)
    assert ducking[48000 * 2 + 24000] == pytest.approx(sound.DUCKED, abs=0.02)
    assert ducking[0] == pytest.approx(1.0, abs=0.01)
    assert ducking[-1] == pytest.approx(1.0, abs=0.01)


def test_silence_stays_silent() -> None:
    mixed = sound.mix(Motion.still(48), [], 2.0)
    assert mixed.shape == (96000, 2)
    assert not mixed.any()


def test_a_loop_does_not_click() -> None:
    mixed = sound.mix(_motion(), [], 6.0)
    assert np.abs(mixed[:20]).max() < 0.01
    assert np.abs(mixed[-20:]).max() < 0.01


def test_the_ambience_is_there_in_mono_too() -> None:
    mixed = sound.mix(_motion(), [], 6.0)
    middle, one = mixed.mean(1), mixed[:, 0]
    assert 0.7 < middle.std() / one.std() < 1.1
