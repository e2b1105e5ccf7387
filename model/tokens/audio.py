"""Coordinates of audio tokens: one row along the time axis, stretched to the latent frames of the video."""

import torch
from torch import Tensor

from model.config import CoordinateStyle
from model.tokens.sequence import coordinate_rows


def line_of_places(count: int, *, start: int = 0) -> Tensor:
    """Places (start + i, 0, 0), (count, 3)."""
    places = torch.zeros(count, 3)
    places[:, 0] = torch.arange(start, start + count)
    return places


def audio_coordinates(count: int, *, style: CoordinateStyle, latent_frames: int) -> Tensor:
    """Coordinates (count, 9). v2 derives the reference from the audio alone (four audio tokens a latent frame)."""
    reference = (count - 1) // 4 + 1 if style == "v2" else latent_frames
    return coordinate_rows(line_of_places(count), (count, 1, 1), (reference, 1, 1))
