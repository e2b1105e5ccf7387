"""Faults of motion fields that an eye would see in the picture: smears, bent lines, block borders, blown exposure."""

import torch
from torch import Tensor

from model.autoencoders.geometry import frame_grid
from model.evaluation.measures import pixels
from model.evaluation.outcome import Outcome
from model.tokens.compact import CELL_POINTS, CompactLayout

STRETCHED = 0.5
BRIGHTEST, DARKEST = 1.8, 0.45


def faults(outcome: Outcome, layout: CompactLayout, rigid: Tensor) -> dict[str, float]:
    """Figures of one clip; rigid (gh, gw) weights what should stay straight."""
    gain = outcome.log_gain.exp()
    return {
        "smeared share": smeared_share(outcome.points[-1]),
        "line wobble px": line_wobble(outcome.points[-1], layout, rigid),
        "block borders": block_borders(outcome.points, layout),
        "share outside exposure": float(((gain > BRIGHTEST) | (gain < DARKEST)).float().mean()),
    }


def smeared_share(points: Tensor) -> float:
    """Share of the frame (gh, gw, 2) whose pixels are drawn from less than half their own area, or from it folded."""
    height, width = points.shape[:2]
    down, right = torch.gradient(points, dim=(0, 1))
    area = (right[..., 0] * down[..., 1] - right[..., 1] * down[..., 0]) / (4 / height / width)
    return float((area < STRETCHED).float().mean())


def line_wobble(points: Tensor, layout: CompactLayout, rigid: Tensor) -> float:
    """Root mean square bend of the grid's lines over three neighbouring points, pixels at 1280, where all is rigid."""
    moved = pixels(points - frame_grid(*points.shape[:2]), layout)
    still = rigid > 0.95
    bends = [
        (moved[2:] - 2 * moved[1:-1] + moved[:-2]).norm(dim=-1)[still[1:-1]],
        (moved[:, 2:] - 2 * moved[:, 1:-1] + moved[:, :-2]).norm(dim=-1)[still[:, 1:-1]],
    ]
    all_bends = torch.cat(bends)
    return float(all_bends.square().mean().sqrt()) if len(all_bends) else 0.0


def block_borders(points: Tensor, layout: CompactLayout) -> float:
    """Bends across the borders of 8x8 cells over bends inside them: 1 when the cells do not show."""
    moved = pixels(points[-1] - frame_grid(*points.shape[1:3]), layout)
    ratios = []
    for field in (moved, moved.transpose(0, 1)):
        bend = (field[2:] - 2 * field[1:-1] + field[:-2]).norm(dim=-1).mean(1)
        place = torch.arange(1, len(field) - 1) % CELL_POINTS
        at_border = (place == 0) | (place == CELL_POINTS - 1)
        ratios.append(float(bend[at_border].mean() / bend[~at_border].mean().clamp(min=1e-3)))
    return sum(ratios) / 2
