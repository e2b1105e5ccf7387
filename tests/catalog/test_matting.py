"""Mattes: one looks through a handle, but not through a white label or a highlight."""

import cv2
import numpy as np

from catalog import matting

SIDE = 400


def body() -> np.ndarray:
    """White paper with a dark jug on it and a thin handle over it."""
    picture = np.ones((SIDE, SIDE, 3), np.float32)
    cv2.rectangle(picture, (110, 200), (290, 380), (0.1, 0.3, 0.2), -1)
    cv2.ellipse(picture, ((200.0, 200.0), (160.0, 240.0), 0.0), (0.1, 0.1, 0.1), 8, cv2.LINE_AA)
    cv2.rectangle(picture, (110, 200), (290, 380), (0.1, 0.3, 0.2), -1)
    return picture


def certain(picture: np.ndarray) -> np.ndarray:
    """What a network says that takes the gap under the handle for product."""
    outline = np.zeros((SIDE, SIDE), np.float32)
    cv2.ellipse(outline, ((200.0, 200.0), (168.0, 248.0), 0.0), 1.0, -1)
    cv2.rectangle(outline, (110, 200), (290, 380), 1.0, -1)
    return outline


def test_one_looks_through_under_a_handle() -> None:
    matte = matting.on_paper(body(), certain(body()))
    assert matte.alpha[150, 200] == 0
    assert matte.alpha[300, 200] == 1
    assert matte.alpha[80, 200] > 0.9


def test_a_white_label_stays_part_of_the_product() -> None:
    picture = body()
    cv2.rectangle(picture, (150, 250), (250, 330), (1, 1, 1), -1)
    matte = matting.on_paper(picture, certain(picture))
    assert matte.alpha[290, 200] == 1


def test_a_blown_out_highlight_is_no_gap() -> None:
    soft = np.full((SIDE, SIDE), 0.3, np.float32)
    cv2.circle(soft, (146, 300), 44, 0.0, -1)
    distance = np.clip(cv2.GaussianBlur(soft, (0, 0), 6) - 0.05, 0, 1)
    distance[:, :100] = 0
    assert not matting.seen_through(distance).any()
