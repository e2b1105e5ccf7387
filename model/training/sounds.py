"""Ambience for training clips: recordings under CC0 or CC-BY, paired with a scene by its sound class."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
import torch
from torch import Tensor

from model.autoencoders.sound import CLIP_SAMPLES, SOUND_RATE

HELD_OUT_FOLD = "5"
TARGET_RMS = 0.05
QUIET_RMS = 0.004
RECORDINGS = {
    "birds": ("loops/birds.ogg",),
    "waves": ("esc10/sea_waves/*.ogg", "loops/waves.ogg"),
    "rain": ("esc10/rain/*.ogg", "loops/rain.ogg"),
    "fire": ("esc10/fire_crackling/*.ogg", "loops/fireplace.ogg"),
    "clock": ("esc10/clock_tick/*.ogg",),
    "city": ("loops/city.ogg",),
    "cafe": ("loops/coffee-shop.ogg",),
    "wind": ("loops/wind.ogg",),
    "night": ("loops/summer-night.ogg",),
}
KEYWORDS = (
    ("quiet", "quiet"), ("night_city", "city"), ("stream", "stream"), ("night", "night"),
    ("fire", "fire"), ("candle", "fire"), ("sea", "waves"), ("beach", "waves"),
    ("wave", "waves"), ("rain", "rain"), ("storm", "rain"), ("fountain", "stream"),
    ("cafe", "cafe"), ("coffee", "cafe"), ("restaurant", "cafe"), ("gym", "cafe"),
    ("market", "cafe"), ("city", "city"), ("street", "city"), ("clock", "clock"),
    ("bird", "birds"), ("garden", "birds"), ("park", "birds"), ("meadow", "birds"),
    ("window", "birds"), ("forest", "birds"), ("snow", "wind"), ("wind", "wind"),
    ("room", "clock"), ("studio", "quiet"),
)  # fmt: skip
"""First match decides which recordings a scene's sound class means."""


def sound_class(words: str) -> str:
    """The recordings that belong to a scene's sound class. Raises ValueError for a class nobody has mapped."""
    for keyword, name in KEYWORDS:
        if keyword in words.lower():
            return name
    raise ValueError(f"scene sound {words!r} has no recordings: add it to KEYWORDS in model/training/sounds.py")


@dataclass(frozen=True)
class SoundBank:
    """Recordings by class, decoded once; each is mono at 16 kHz and at least six seconds long."""

    recordings: dict[str, list[Tensor]]

    @classmethod
    def load(cls, folder: Path, *, held_out: bool) -> "SoundBank":
        """Training or evaluation side: one ESC-10 fold, and the last fifth of every loop, are held out."""
        bank: dict[str, list[Tensor]] = {}
        for name, patterns in RECORDINGS.items():
            paths = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
            bank[name] = [part for path in paths for part in recording_parts(path, held_out=held_out)]
        return cls(bank)

    @classmethod
    def noises(cls, seed: int) -> "SoundBank":
        """Filtered noise in place of recordings, for tests and the debug recipe."""
        generator = torch.Generator().manual_seed(seed)
        noise = torch.randn(2 * CLIP_SAMPLES, generator=generator)
        return cls({"rain": [noise * 0.1], "birds": [torch.cumsum(noise, 0) * 1e-3]})

    def draw(self, name: str, rng: np.random.Generator) -> Tensor:
        """Six seconds of a class at a common loudness; quiet is a faint room tone, a stream is birds and soft rain."""
        if name == "quiet":
            return room_tone(rng)
        if name == "stream":
            return 0.6 * self.draw("rain", rng) + 0.5 * self.draw("birds", rng)
        choices = self.recordings.get(name)
        if not choices:
            raise ValueError(f"no recording of class {name!r} in this bank")
        recording = choices[int(rng.integers(len(choices)))]
        start = int(rng.integers(len(recording) - CLIP_SAMPLES + 1))
        piece = recording[start : start + CLIP_SAMPLES]
        return piece * (TARGET_RMS / piece.square().mean().sqrt().clamp(min=1e-4))


def room_tone(rng: np.random.Generator) -> Tensor:
    """Low, very soft noise: what a quiet room sounds like."""
    noise = torch.from_numpy(rng.standard_normal(CLIP_SAMPLES)).float()
    spectrum = torch.fft.rfft(noise)
    spectrum = spectrum / (1 + torch.arange(len(spectrum)) / 600)
    tone = torch.fft.irfft(spectrum, CLIP_SAMPLES)
    return tone * (QUIET_RMS / tone.square().mean().sqrt())


def recording_parts(path: Path, *, held_out: bool) -> list[Tensor]:
    """The part of a recording that belongs to this side of the split, or nothing."""
    if "esc10" in path.parts:
        return [repeated(decoded(path))] if (path.name[0] == HELD_OUT_FOLD) == held_out else []
    sound = decoded(path)
    cut = len(sound) * 4 // 5
    return [repeated(sound[cut:] if held_out else sound[:cut])]


def repeated(sound: Tensor) -> Tensor:
    """A short recording played in a loop until it fills a clip twice over."""
    times = -(-2 * CLIP_SAMPLES // len(sound))
    return sound.repeat(times) if times > 1 else sound


@cache
def decoded(path: Path) -> Tensor:
    """Any audio file as mono float32 at 16 kHz, without the silence ESC-10 pads short takes with."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=SOUND_RATE)
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
        frames += resampler.resample(None)
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    loud = np.flatnonzero(np.abs(samples) > 1e-4)
    return torch.from_numpy(samples[: loud[-1] + 1].copy())
