"""How far an outcome is from the exact one, part by part, and the fixed features of the Frechet distance.

The error on prompts that ask for more than a camera move is the mean over the parts below that a clip has. Each part is
a root mean square difference divided by the size of that part in training clips, so that leaving it out costs about 1:

    motion      where every grid point is read from, all frames
    light       log gain of every grid point, all frames
    effect      height and spread as shares of the asked ones, density, sway; where an effect is asked
    sound       mean log-mel spectrum, against its spread over training clips
    own motion  1 - sum(min) / sum(max) of two maps: how strongly each cell moves by itself, whatever its phase (camera
                and everything linear in the camera's progress removed); where some cell truly moves by over a pixel
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from model.autoencoders.geometry import frame_grid
from model.evaluation.outcome import Outcome, exact
from model.tokens.compact import CELL_POINTS, CompactLayout
from model.training.camera import progress
from model.training.clips import Clip

LONG_SIDE_PIXELS = 1280
MOVING_PIXELS = 1.0
FEATURES = "motion-light-effect-sound v1, 16 principal components of training clips"
COMPONENTS = 16
MOMENTS = (12, 24, 36, 48)


@dataclass(frozen=True)
class Scales:
    """Sizes of the parts in training clips: pixels, log gain, the four effect numbers, and the spectrum's spread."""

    motion: float
    light: float
    effect: Tensor
    spectrum: Tensor
    sound: float

    @classmethod
    def of(cls, clips: list[Clip]) -> "Scales":
        truths = [exact(clip) for clip in clips]
        squares = [pixels(t.points - t.points[0], clip.view.layout) for t, clip in zip(truths, clips, strict=True)]
        effects = [effect_shares(t, clip) for t, clip in zip(truths, clips, strict=True) if clip.ask.kind != "none"]
        spectra = torch.stack([truth.spectrum for truth in truths])
        return cls(
            motion=root_mean_square(torch.stack([s.square().sum(-1).mean() for s in squares]).sqrt()),
            light=root_mean_square(torch.stack([truth.log_gain.square().mean() for truth in truths]).sqrt()),
            effect=torch.stack(effects).square().mean((0, 1)).sqrt(),
            spectrum=spectra.mean(0),
            sound=root_mean_square(spectra - spectra.mean(0)),
        )


def root_mean_square(values: Tensor) -> float:
    return float(values.square().mean().sqrt())


def pixels(displacement: Tensor, layout: CompactLayout) -> Tensor:
    """Normalised displacements (..., 2) in pixels of a frame whose long side has 1280."""
    long_side = max(layout.rows, layout.columns)
    return displacement * torch.tensor([layout.columns, layout.rows]) / long_side * LONG_SIDE_PIXELS / 2


def endpoint_error(made: Outcome, truth: Outcome, layout: CompactLayout) -> float:
    """Mean distance over frames 1..48 and grid points, in pixels at 1280."""
    return float(pixels((made.points - truth.points)[1:], layout).norm(dim=-1).mean())


def effect_shares(outcome: Outcome, clip: Clip) -> Tensor:
    """Effect track (49, 4) with lengths as shares of the asked ones."""
    asked = torch.tensor([max(clip.ask.height_m, 1e-3), max(clip.ask.spread_m, 1e-3), 1.0, 1.0])
    return outcome.effect / asked


def part_errors(made: Outcome, truth: Outcome, clip: Clip, scales: Scales) -> dict[str, float]:
    """The error of each part that the clip has, by name."""
    layout = clip.view.layout
    difference = pixels(made.points - truth.points, layout).square().sum(-1).mean().sqrt()
    errors = {
        "motion": float(difference) / scales.motion,
        "light": root_mean_square(made.log_gain - truth.log_gain) / scales.light,
        "sound": root_mean_square(made.spectrum - truth.spectrum) / scales.sound,
    }
    if clip.ask.kind != "none":
        apart = (effect_shares(made, clip) - effect_shares(truth, clip)).square().mean(0).sqrt()
        errors["effect"] = float((apart / scales.effect).mean())
    true_motion = own_motion(truth, layout)
    if float(true_motion.max()) > MOVING_PIXELS:
        found = own_motion(made, layout)
        shared, either = torch.minimum(found, true_motion).sum(), torch.maximum(found, true_motion).sum()
        errors["own motion"] = 1 - float(shared / either)
    return errors


def own_motion(outcome: Outcome, layout: CompactLayout) -> Tensor:
    """How strongly each cell moves by itself, deviation over time in pixels, (rows, columns)."""
    grid = frame_grid(*layout.motion_grid)
    camera = apply_pan_zoom(fit_pan_zoom(outcome.points, grid), grid)
    rest = pixels(outcome.points - camera, layout)
    steps = torch.stack([torch.ones(len(rest)), progress()])
    along = torch.linalg.lstsq(steps.T, rest.flatten(1)).solution
    swing = (rest.flatten(1) - steps.T @ along).unflatten(1, rest.shape[1:])
    energy = swing.square().sum(-1).mean(0)
    return F.avg_pool2d(energy[None, None], CELL_POINTS)[0, 0].sqrt()


def fit_pan_zoom(points: Tensor, grid: Tensor) -> Tensor:
    """Least-squares shift and relative scale of each frame, (T, 3)."""
    moved = points - grid
    scale = (moved * grid).sum((1, 2, 3)) / grid.square().sum()
    return torch.cat([moved.mean((1, 2)), scale[:, None]], dim=1)


def apply_pan_zoom(move: Tensor, grid: Tensor) -> Tensor:
    """Grid points read through shifts and scales (T, 3): (T, gh, gw, 2)."""
    return grid * (1 + move[:, None, None, 2:]) + move[:, None, None, :2]


def controls(made: Outcome, truth: Outcome, clip: Clip) -> dict[str, tuple[float, float]]:
    """What was asked and what came at the end of the clip, as (exact, made) pairs; lengths in metres."""
    grid = frame_grid(*clip.view.layout.motion_grid)
    ends = [fit_pan_zoom(outcome.points[-1:], grid)[0].tolist() for outcome in (truth, made)]
    pairs = {name: (ends[0][i], ends[1][i]) for i, name in enumerate(("pan", "tilt", "zoom"))}
    pairs["light"] = (float(truth.log_gain[-1].mean()), float(made.log_gain[-1].mean()))
    swings = [float(own_motion(outcome, clip.view.layout).max()) for outcome in (truth, made)]
    pairs["own motion"] = (swings[0], swings[1])
    if clip.ask.kind != "none":
        settled = [outcome.effect[len(outcome.effect) // 2 :] for outcome in (truth, made)]
        pairs["effect height"] = (float(settled[0][:, 0].mean()), float(settled[1][:, 0].mean()))
        pairs["effect sway"] = (float(truth.effect[1:, 3].std()), float(made.effect[1:, 3].std()))
    return pairs


def features(outcome: Outcome, clip: Clip) -> Tensor:
    """The fixed description behind the Frechet distance, (54,): camera, own motion and parallax by region, light,
    effect as shares of the asked, and eight bands of sound."""
    layout = clip.view.layout
    grid = frame_grid(*layout.motion_grid)
    move = fit_pan_zoom(outcome.points, grid)
    beyond = pixels(outcome.points[-1:] - apply_pan_zoom(move[-1:], grid), layout).norm(dim=-1)
    gain = outcome.log_gain
    effect = effect_shares(outcome, clip) if clip.ask.kind != "none" else torch.zeros(len(gain), 4)
    half = effect[len(effect) // 2 :]
    parts = [
        move[list(MOMENTS)].flatten(),
        F.adaptive_avg_pool2d(own_motion(outcome, layout)[None], 3).flatten(),
        F.adaptive_avg_pool2d(beyond, 3).flatten(),
        gain[list(MOMENTS)].mean((1, 2)),
        torch.stack([gain.mean((1, 2)).diff().std(), gain[-1].std()]),
        half.mean(0),
        torch.stack([half[:, 0].std(), half[:, 3].std(), effect[8, 0], effect[8, 2]]),
        F.adaptive_avg_pool1d(outcome.spectrum[None], 8).flatten(),
        torch.tensor([float(outcome.spectrum.mean()), float(outcome.spectrum.std())]),
    ]
    return torch.cat(parts)
