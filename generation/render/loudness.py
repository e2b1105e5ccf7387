"""How loud a mix is to a listener, and making it as loud as shops and networks expect without clipping.

Loudness after ITU-R BS.1770-4 at 48 kHz; the filter coefficients are those of its tables 1 and 2.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import lfilter, resample_poly

Floats = NDArray[np.float32]
RATE = 48000
TARGET_LUFS = -16.0
CEILING_DBTP = -1.3
"""A little under the promised -1: the encoder adds some tenths."""
_SHELF = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
_HIGH_PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
_BLOCK, _STEP = round(0.4 * RATE), round(0.1 * RATE)
_LOOK_AHEAD = round(0.004 * RATE)


def lufs(sound: Floats) -> float:
    """Integrated loudness of (samples, channels); minus infinity for silence or less than 0.4 s."""
    weighted = lfilter(*_HIGH_PASS, lfilter(*_SHELF, sound.astype(np.float64), axis=0), axis=0)
    if len(weighted) < _BLOCK:
        return float("-inf")
    energy = np.concatenate([[0.0], np.cumsum((weighted**2).sum(1))])
    starts = np.arange(0, len(weighted) - _BLOCK + 1, _STEP)
    power = (energy[starts + _BLOCK] - energy[starts]) / _BLOCK
    power = power[power > 10 ** ((-70 + 0.691) / 10)]
    if not len(power):
        return float("-inf")
    power = power[power > power.mean() / 10]
    return float(-0.691 + 10 * np.log10(power.mean()))


def true_peak_db(sound: Floats) -> float:
    """Highest peak between the samples too, in dB of full scale (four times oversampled)."""
    return float(20 * np.log10(np.abs(resample_poly(sound, 4, 1, axis=0)).max() + 1e-12))


def normalised(sound: Floats, target: float = TARGET_LUFS) -> Floats:
    """The mix at the target loudness with its peaks held under the ceiling; silence comes back as it is."""
    for _ in range(2):
        loudness = lufs(sound)
        if not np.isfinite(loudness):
            return sound
        sound = _limited((sound * 10 ** ((target - loudness) / 20)).astype(np.float32))
    return sound


def _limited(sound: Floats) -> Floats:
    ceiling = 10 ** (CEILING_DBTP / 20)
    peaks = np.abs(resample_poly(sound, 4, 1, axis=0)).reshape(len(sound), 4, -1).max((1, 2))
    if peaks.max() <= ceiling:
        return sound
    wanted = np.minimum(1, ceiling / np.maximum(peaks, 1e-9))
    held = minimum_filter1d(wanted, 2 * _LOOK_AHEAD + 1)
    return np.asarray(sound * uniform_filter1d(held, _LOOK_AHEAD + 1)[:, None], np.float32)
