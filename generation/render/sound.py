"""The sound of a video: ambience from the clip, narration over it, mixed on one timeline at shop loudness."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from moviepy import AudioArrayClip, CompositeAudioClip, afx
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import resample_poly

from generation.render import loudness
from generation.render.clip import Motion
from generation.render.encode import SOUND_RATE
from generation.render.speech import RATE as SPEECH_RATE
from generation.render.speech import Utterance

Floats = NDArray[np.float32]
SPEECH_LUFS, AMBIENCE_LUFS = -16.0, -27.0
DUCKED = 0.45
"""Ambience under speech, as a factor."""
FADE_IN, FADE_OUT = 0.15, 0.45
"""Seconds at the clip's ends, so that a loop does not click."""
JOINT = 0.02
"""Seconds on either side of a cut, for the same reason."""


def mix(motion: Motion, utterances: Sequence[Utterance], seconds: float) -> Floats:
    """(samples, 2) at 48 kHz, exactly as long as the picture, at the target loudness; silent if nothing sounds."""
    ambience = _ambience(motion, seconds)
    voices = [(said.start, _spoken(said)) for said in utterances]
    if voices:
        ambience *= _ducking(voices, len(ambience))[:, None]
    layers = [_clip(ambience).with_effects([afx.AudioFadeIn(FADE_IN), afx.AudioFadeOut(FADE_OUT)])]
    layers += [_clip(voice).with_start(start) for start, voice in voices]
    mixed = CompositeAudioClip(layers).with_duration(seconds).to_soundarray(fps=SOUND_RATE)
    whole = np.zeros((round(seconds * SOUND_RATE), 2), np.float32)
    count = min(len(whole), len(mixed))
    whole[:count] = mixed[:count]
    return loudness.normalised(whole)


def joined(motion: Motion, shown: Sequence[int]) -> Motion:
    """The motion with the sound of these frames alone, softened where two of them did not follow each other."""
    if len(shown) == len(motion):
        return motion
    frame, ends = motion.sound_rate / motion.fps, np.flatnonzero(np.diff(shown) > 1)
    runs = np.split(np.asarray(shown), ends + 1)
    parts = [motion.sound[round(run[0] * frame) : round((run[-1] + 1) * frame)].copy() for run in runs]
    for before, after in pairwise(parts):
        ramp = np.linspace(1, 0, min(round(JOINT * motion.sound_rate), len(before), len(after)), dtype=np.float32)
        before[len(before) - len(ramp) :] *= ramp[:, None]
        after[: len(ramp)] *= ramp[::-1, None]
    return replace(motion, sound=np.concatenate(parts))


def _clip(sound: Floats) -> AudioArrayClip:
    return AudioArrayClip(sound, fps=SOUND_RATE)


def _ambience(motion: Motion, seconds: float) -> Floats:
    """Mono ambience widened to stereo so that its mono sum stays itself, and levelled below speech."""
    wanted = round(seconds * SOUND_RATE)
    mono = _resampled(motion.sound[:, 0], motion.sound_rate)
    mono = np.pad(mono, (0, max(0, wanted - len(mono))))[:wanted]
    side = 0.35 * np.concatenate([np.zeros(round(0.011 * SOUND_RATE), np.float32), mono])[:wanted]
    return _levelled(np.stack([mono + side, mono - side], 1), AMBIENCE_LUFS)


def _spoken(said: Utterance) -> Floats:
    return _levelled(np.repeat(_resampled(said.sound, SPEECH_RATE)[:, None], 2, axis=1), SPEECH_LUFS)


def _resampled(sound: Floats, rate: int) -> Floats:
    if not len(sound):
        return sound
    divisor = int(np.gcd(SOUND_RATE, rate))
    return np.asarray(resample_poly(sound, SOUND_RATE // divisor, rate // divisor), np.float32)


def _levelled(sound: Floats, target: float) -> Floats:
    loud = loudness.lufs(sound)
    return sound if not np.isfinite(loud) else np.asarray(sound * 10 ** ((target - loud) / 20), np.float32)


def _ducking(voices: Sequence[tuple[float, Floats]], length: int) -> Floats:
    """Factor for the ambience: down shortly before a voice begins, up softly after it ends."""
    spoken = np.zeros(length // 480 + 1, np.float32)
    for start, voice in voices:
        first = round(start * SOUND_RATE) // 480
        spoken[max(first - 15, 0) : first + len(voice) // 480 + 20] = 1
    smooth = np.repeat(gaussian_filter1d(spoken, 9), 480)[:length]
    return np.asarray(1 - (1 - DUCKED) * smooth, np.float32)
