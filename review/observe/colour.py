"""Colour as people see it: sRGB to CIE L*a*b* (D65) and the CIEDE2000 difference."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Colours = NDArray[np.float64]
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_CHROMA_KNEE = 25.0**7


def lab(rgb: ArrayLike) -> Colours:
    """sRGB 0..255, (..., 3) -> L*a*b*, (..., 3). IEC 61966-2-1 and CIE 15:2004."""
    value = np.asarray(rgb, np.float64) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    ratio = linear @ _TO_XYZ.T / _WHITE
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(first: ArrayLike, second: ArrayLike) -> Colours:
    """Difference of L*a*b* colours, (..., 3) and (..., 3) -> (...).

    After Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", Color Res. Appl. 30 (2005).
    """
    lightness_1, chroma_1, hue_1, lightness_2, chroma_2, hue_2 = _adjusted(np.asarray(first), np.asarray(second))
    achromatic = chroma_1 * chroma_2 == 0
    turn = hue_2 - hue_1
    turn = np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn))
    hue_step = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(np.radians(np.where(achromatic, 0.0, turn) / 2))
    lightness, chroma = (lightness_1 + lightness_2) / 2, (chroma_1 + chroma_2) / 2
    total = hue_1 + hue_2
    far = np.abs(hue_1 - hue_2) > 180
    hue = np.where(achromatic, total, np.where(far, np.where(total < 360, total + 360, total - 360), total) / 2)
    weight = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    from_middle = (lightness - 50) ** 2
    by_lightness = (lightness_2 - lightness_1) / (1 + 0.015 * from_middle / np.sqrt(20 + from_middle))
    by_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    by_hue = hue_step / (1 + 0.015 * chroma * weight)
    spread = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + _CHROMA_KNEE)) * np.sin(np.radians(2 * spread))
    difference: Colours = np.sqrt(by_lightness**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue)
    return difference


def _adjusted(first: Colours, second: Colours) -> tuple[Colours, ...]:
    """L', C' and h' (degrees) of both colours: a* stretched near the grey axis."""
    mean = (np.hypot(first[..., 1], first[..., 2]) + np.hypot(second[..., 1], second[..., 2])) / 2
    stretch = 1 + 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + _CHROMA_KNEE)))
    parts: list[Colours] = []
    for colour in (first, second):
        red = colour[..., 1] * stretch
        parts += [colour[..., 0], np.hypot(red, colour[..., 2]), np.degrees(np.arctan2(colour[..., 2], red)) % 360]
    return tuple(parts)
