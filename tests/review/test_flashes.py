"""Flashes are counted as the guidelines define them: by luminance or red, over a quarter of the picture."""

from dataclasses import replace

import numpy as np
import pytest

from review.checks.flashing import flashing
from review.observe.flashes import flashes
from tests.factories import make_facts
from tests.review.seen import observation

FPS = 24


def _flashing(
    rate: float, *, share: float = 1.0, low: int = 40, high: int = 200, red: bool = False
) -> tuple[float, ...]:
    """What is found in two seconds of a picture of which `share` turns bright and dark `rate` times a second."""
    frames = []
    for index in range(2 * FPS):
        frame = np.full((90, 160, 3), 100, np.uint8)
        level = high if int(index * rate * 2 / FPS) % 2 else low
        frame[:, : round(160 * share)] = (level, 0, 0) if red else level
        frames.append(frame)
    return flashes(frames, np.arange(2 * FPS) / FPS)


@pytest.mark.parametrize(("rate", "count"), [(2, 3), (3, 5), (6, 11), (12, 23)])
def test_flashes_are_counted(rate: float, count: int) -> None:
    assert len(_flashing(rate)) == count


@pytest.mark.parametrize("changes", [{"share": 0.2}, {"low": 100, "high": 110}, {"low": 250, "high": 255}])
def test_small_faint_and_bright_changes_are_no_flashes(changes: dict[str, float]) -> None:
    assert _flashing(6, **changes) == ()  # type: ignore[arg-type]


def test_saturated_red_flashes_too() -> None:
    assert len(_flashing(6, low=0, high=255, red=True)) == 11


@pytest.mark.parametrize(("rate", "severity"), [(3, "info"), (4, "block")])
def test_more_than_three_in_a_second_are_blocked(rate: float, severity: str) -> None:
    seen = observation()
    seen = replace(seen, picture=replace(seen.picture, flashes=_flashing(rate)))
    assert [finding.severity for finding in flashing(make_facts(), None, seen)] == [severity]


def test_too_few_frames_a_second_cannot_be_judged() -> None:
    seen = observation()
    (finding,) = flashing(make_facts(), None, replace(seen, picture=replace(seen.picture, flashes=None)))
    assert (finding.severity, finding.message.split(".")[0]) == ("person", "Cannot measure")
