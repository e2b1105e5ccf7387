"""What a speech recogniser sees of a sound: the log-mel spectrogram that Whisper was trained on.

After Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (2022), section 2.2; the mel scale is
Slaney's (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
RATE = 16_000
HOP = 160
BANDS = 80
_WINDOW = 400
_KNEE_HZ, _HZ_PER_MEL, _LOG_STEP = 1000.0, 200.0 / 3, np.log(6.4) / 27
"""Slaney's scale: where it bends, its slope below, and its step above."""


def log_mel(sound: Floats, seconds: float) -> Floats:
    """Mono sound (samples,) at 16 kHz, padded or cut to `seconds` -> (80, 100 frames a second)."""
    wanted = round(seconds * RATE)
    padded = np.pad(sound[:wanted], (0, max(0, wanted - len(sound))))
    framed = np.pad(padded, _WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(framed, _WINDOW)[::HOP][:-1]
    window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    level = np.log10(np.maximum(_bank() @ power.T, 1e-10))
    level = np.maximum(level, level.max() - 8.0)
    return np.ascontiguousarray((level + 4.0) / 4.0, np.float32)


@cache
def _bank() -> NDArray[np.float64]:
    """Triangles of equal area over the spectrum's bins: (80, 201)."""
    bins = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    edges = _hertz(np.linspace(0, _mels(RATE / 2), BANDS + 2))
    rise = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)) * (2.0 / (edges[2:] - edges[:-2]))[:, None])


def _mels(hertz: float) -> float:
    linear = hertz / _HZ_PER_MEL
    return float(linear if hertz < _KNEE_HZ else _KNEE_HZ / _HZ_PER_MEL + np.log(hertz / _KNEE_HZ) / _LOG_STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _KNEE_HZ / _HZ_PER_MEL
    return np.where(mels < knee, mels * _HZ_PER_MEL, _KNEE_HZ * np.exp(_LOG_STEP * (mels - knee)))
