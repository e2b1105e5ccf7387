"""CIEDE2000 gives the published differences."""

import numpy as np
import pytest

from review.observe.colour import ciede2000, lab

_case_sharma = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]
"""Pairs of the test data of Sharma, Wu and Dalal (2005)."""


@pytest.mark.parametrize(("first", "second", "difference"), _case_sharma)
def test_difference_is_the_published_one(first: tuple[float], second: tuple[float], difference: float) -> None:
    assert float(ciede2000(np.array(first), np.array(second))) == pytest.approx(difference, abs=5e-5)
    assert float(ciede2000(np.array(second), np.array(first))) == pytest.approx(difference, abs=5e-5)


def test_srgb_corners_have_their_known_lab_values() -> None:
    found = lab(np.array([[255, 255, 255], [255, 0, 0], [0, 0, 0]]))
    assert found == pytest.approx(np.array([[100, 0, 0], [53.24, 80.09, 67.20], [0, 0, 0]]), abs=0.02)
