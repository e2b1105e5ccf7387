"""Pictures as fields of edge orientation, and how alike two of them are.

After Fitch et al., "Orientation correlation" (BMVC 2002), with doubled angles so that a dark edge on light equals a
light one on dark: blind to brightness, tint and background, sensitive to outline and pattern.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
"""(height, width, 2): cosine and sine of twice the edge's angle, weighted 0..1 by its strength."""
BORDER = 3
"""Pixels of background kept around a template, so that its outline counts."""
_FAINT = 48.0
"""Gradient (Sobel, 0..255) at which an edge weighs one half."""
_GREY = 128.0


def field(picture: NDArray[np.uint8] | NDArray[np.float32]) -> Field:
    """Edge orientations of an RGB picture."""
    grey = cv2.cvtColor(picture.astype(np.float32), cv2.COLOR_RGB2GRAY)
    grey = cv2.GaussianBlur(grey, (0, 0), 0.7)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    power = across * across + down * down + 1e-6
    weight = np.sqrt(power)
    weight = weight / (weight + _FAINT) / power
    return np.dstack([(across * across - down * down) * weight, 2 * across * down * weight]).astype(np.float32)


def template(drawn: NDArray[np.float32]) -> Field:
    """Edge orientations of a cut-out (RGB times alpha, alpha 0..1) on grey, with a border of `BORDER` pixels."""
    padded = cv2.copyMakeBorder(drawn, BORDER, BORDER, BORDER, BORDER, cv2.BORDER_CONSTANT)
    return field(padded[..., :3] + (1 - padded[..., 3:]) * _GREY)


def likeness(picture: Field, wanted: Field) -> NDArray[np.float32] | None:
    """Normalised correlation (-1..1) of a template with every place of a picture; None when it does not fit in."""
    if wanted.shape[0] > picture.shape[0] or wanted.shape[1] > picture.shape[1]:
        return None
    scores = cv2.matchTemplate(picture, wanted, cv2.TM_CCORR_NORMED)
    return np.where(np.isfinite(scores), scores, -1).astype(np.float32)
