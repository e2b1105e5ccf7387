"""When a voice begins: the moments at which the band of speech rises out of what was heard before."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from review.observe.media import SOUND_RATE

BAND = 250.0, 6000.0
"""Hertz."""
BLOCK = 0.01
"""Seconds over which loudness is taken."""
BELOW, FAINT = 12.0, 18.0
"""Decibels under the louder tenth of the track: so loud a voice is on average as it begins, and at its very first."""
PAUSE, AHEAD = 20, 6
"""Blocks without a voice before a beginning, and blocks over which its loudness is taken."""
SILENT = -60.0


def beginnings(sound: NDArray[np.float32]) -> tuple[float, ...]:
    """Seconds at which a voice begins after at least a fifth of a second without one; mono sound at 16 kHz."""
    size = round(BLOCK * SOUND_RATE)
    if len(sound) < 2 * PAUSE * size:
        return ()
    heard = sosfiltfilt(butter(4, BAND, "bandpass", fs=SOUND_RATE, output="sos"), sound.astype(np.float64))
    power = (heard[: len(heard) // size * size].reshape(-1, size) ** 2).mean(axis=1) + 1e-12
    coming = np.convolve(np.pad(power, (0, AHEAD - 1)), np.full(AHEAD, 1 / AHEAD), "valid")
    level, rising = 10 * np.log10(power), 10 * np.log10(coming)
    loudest = float(np.quantile(level, 0.9))
    if loudest < SILENT:
        return ()
    is_voice = (rising > loudest - BELOW) & (level > loudest - FAINT)
    starts = [place for place in np.flatnonzero(is_voice) if not is_voice[max(0, place - PAUSE) : place].any()]
    return tuple(round(float(place) * BLOCK, 2) for place in starts)
