"""Ambience as log-mel latents, and the vocoder that shapes noise into it. Made for rain and birds, not for speech."""

from dataclasses import dataclass, fields
from functools import cache

import torch
from torch import Tensor

from model.autoencoders.compact import Basis
from model.tokens.compact import AUDIO_CHANNELS, AUDIO_TOKENS_PER_SLOT, CLIP_SECONDS, SLOTS

SOUND_RATE = 16_000
HOP = 500
FFT = 1024
BANDS = 64
FRAMES_PER_TOKEN = 8
LOWEST_HZ, HIGHEST_HZ = 40.0, 7_800.0
SILENCE = 1e-4
CLIP_SAMPLES = int(CLIP_SECONDS * SOUND_RATE)
CLIP_TOKENS = SLOTS * AUDIO_TOKENS_PER_SLOT
PHASE_ROUNDS = 12


@cache
def mel_filters() -> Tensor:
    """Triangular filters on the mel scale (O'Shaughnessy 1987), rows sum to one: (bands, bins)."""

    def to_mel(hertz: Tensor) -> Tensor:
        return 2595 * torch.log10(1 + hertz / 700)

    low, high = (to_mel(torch.tensor(edge)).item() for edge in (LOWEST_HZ, HIGHEST_HZ))
    edges = 700 * (10 ** (torch.linspace(low, high, BANDS + 2) / 2595) - 1)
    bins = torch.linspace(0, SOUND_RATE / 2, FFT // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    filters = torch.minimum(rising, falling).clamp(min=0)
    nearest = (bins - edges[1:-1, None]).abs().argmin(1)
    filters[torch.arange(BANDS), nearest] = filters[torch.arange(BANDS), nearest].clamp(min=1e-3)
    return filters / filters.sum(1, keepdim=True)


def log_mel(sound: Tensor) -> Tensor:
    """Six seconds of mono sound (96000,) -> log band amplitudes (192, 64)."""
    spectrum = torch.stft(sound, FFT, HOP, window=torch.hann_window(FFT), return_complex=True, pad_mode="reflect")
    power = mel_filters() @ spectrum.abs().square()[:, : len(sound) // HOP]
    return (power.sqrt() / FFT**0.5 + SILENCE).log().T


@dataclass(frozen=True)
class SoundCodec:
    """One fitted basis over a quarter second of log-mel."""

    mel: Basis

    def tensors(self) -> dict[str, Tensor]:
        return {f"mel.{part.name}": getattr(self.mel, part.name) for part in fields(Basis)}

    @classmethod
    def from_tensors(cls, named: dict[str, Tensor]) -> "SoundCodec":
        return cls(Basis(*(named[f"mel.{part.name}"].float() for part in fields(Basis))))

    def encode(self, sound: Tensor) -> Tensor:
        """Sound (96000,) -> (24, 48)."""
        return self.mel.encode(log_mel(sound).reshape(CLIP_TOKENS, FRAMES_PER_TOKEN * BANDS))

    def decode(self, latent: Tensor, *, generator: torch.Generator) -> Tensor:
        """Latents (24, 48) -> sound (96000,): noise given the bands' energies, its phases then made consistent."""
        bands = self.mel.decode(latent).reshape(-1, BANDS).clamp(max=1.0)
        amplitude = (bands.exp() - SILENCE).clamp(min=0)
        filters = mel_filters()
        spread = filters / filters.sum(0, keepdim=True).clamp(min=1e-3)
        covered = filters.sum(0) > 0
        magnitude = (spread.T @ amplitude.square().T).sqrt() * FFT**0.5 * covered[:, None]
        magnitude = torch.cat([magnitude, magnitude[:, -1:]], dim=1)
        return shape_noise(magnitude, CLIP_SAMPLES, generator)


def shape_noise(magnitude: Tensor, samples: int, generator: torch.Generator) -> Tensor:
    """Griffin-Lim from noise phases: magnitude (bins, frames) -> sound (samples,), at most full scale."""
    window = torch.hann_window(FFT)
    noise = torch.randn(samples, generator=generator)
    for _ in range(PHASE_ROUNDS):
        spectrum = torch.stft(noise, FFT, HOP, window=window, return_complex=True, pad_mode="reflect")
        spectrum = spectrum / spectrum.abs().clamp(min=1e-8) * magnitude[:, : spectrum.shape[1]]
        noise = torch.istft(spectrum, FFT, HOP, window=window, length=samples)
    return noise / noise.abs().max().clamp(min=1.0)


def fit_sound_codec(sounds: list[Tensor]) -> SoundCodec:
    """Fit the basis on training sounds (96000,) each."""
    rows = torch.cat([log_mel(sound).reshape(CLIP_TOKENS, FRAMES_PER_TOKEN * BANDS) for sound in sounds])
    return SoundCodec(Basis.fit(rows, AUDIO_CHANNELS, centred=True, floor=0.1))
