"""Putting one picture on another inside the small window that it covers: the inner loop of every frame."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.render.scene import Doubles, Picture

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Window:
    """A rectangle of a frame: rows top..bottom, columns left..right."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height; zero or less when nothing of it is on the frame."""
        return self.right - self.left, self.bottom - self.top

    @property
    def is_empty(self) -> bool:
        """Whether it lies off the frame."""
        return min(self.size) <= 0

    def of(self, frame: Picture) -> Picture:
        """The view of the frame that it names."""
        return frame[self.top : self.bottom, self.left : self.right]

    def clipped(self, size: tuple[int, int]) -> "Window":
        """The part of it on a frame of that width and height."""
        return Window(
            left=max(self.left, 0),
            top=max(self.top, 0),
            right=min(self.right, size[0]),
            bottom=min(self.bottom, size[1]),
        )


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Where a layer's anchor is on the frame, and how many frame pixels one of its own pixels covers."""

    anchor: Doubles
    """(x, y) in layer pixels."""
    at: Doubles
    """(x, y) in frame pixels, sub-pixel."""
    scale: float

    def matrix(self) -> Doubles:
        """(2, 3) affine from layer to frame, for pixel centres at whole numbers as OpenCV counts them."""
        move = self.at - 0.5 - self.scale * (self.anchor - 0.5)
        return np.array([[self.scale, 0, move[0]], [0, self.scale, move[1]]])

    def window(self, shape: tuple[int, ...], frame_size: tuple[int, int]) -> Window:
        """What a layer of that shape covers of the frame."""
        corner = self.at - self.scale * self.anchor
        end = corner + self.scale * np.array([shape[1], shape[0]])
        left, top = np.floor(corner).astype(int) - 1
        right, bottom = np.ceil(end).astype(int) + 1
        return Window(left=int(left), top=int(top), right=int(right), bottom=int(bottom)).clipped(frame_size)


def placed(layer: Floats, pose: Pose, window: Window) -> Floats:
    """The layer resampled into a window of the frame, clear outside itself."""
    matrix = pose.matrix()
    matrix[:, 2] -= [window.left, window.top]
    return np.asarray(cv2.warpAffine(layer, matrix, window.size, flags=cv2.INTER_LINEAR), np.float32)


def lay_over(frame: Picture, rgba: Floats, window: Window, *, opacity: float = 1.0) -> None:
    """Draw a premultiplied layer (window's size, 4) over the frame in place."""
    kept = threefold(1 - np.float32(opacity) * rgba[..., 3])
    mix(window.of(frame), cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB), kept, opacity=opacity)


def darken(frame: Picture, darkness: Floats, window: Window) -> None:
    """Multiply the frame by 1 - darkness in place."""
    under = window.of(frame)
    np.copyto(under, cv2.multiply(under, threefold(1 - darkness), dtype=cv2.CV_8U))


def brighten(frame: Picture, light: Floats, window: Window) -> None:
    """Add light (window's size, 3), 0..1, to the frame in place as a screen: bright places do not clip."""
    mix(window.of(frame), light, 1 - light)


def mix(under: Picture, over: Floats, kept: Floats, *, opacity: float = 1.0, base: Picture | None = None) -> None:
    """Set `under` to ``base * kept + over * opacity``, rounded; `over` and `kept` 0..1, `base` is `under` if not given.

    OpenCV keeps everything in 32 bits and in one pass each; the same in numpy took most of a frame's time.
    """
    rest = cv2.multiply(under if base is None else base, kept, dtype=cv2.CV_32F)
    np.copyto(under, cv2.addWeighted(rest, 1.0, over, 255.0 * opacity, 0.0, dtype=cv2.CV_8U))


def threefold(plane: Floats) -> Floats:
    """(rows, columns) as three equal channels."""
    return np.asarray(cv2.merge([plane, plane, plane]), np.float32)
