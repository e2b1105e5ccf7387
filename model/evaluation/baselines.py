"""Four ways to move a still without a model, each given all it could honestly know.

`static`: nothing moves. `pan/zoom`: the shift and scale that training clips with the same camera words make on
average, and the average light of the same light words. `parallax`: the same with shift and scale that grow with
nearness, read from the view's exact depth, which the model never sees. `nearest clip`: the training clip whose words
(and, among equals, whose picture) are nearest, played on this still. All but the last show the asked effect as it was
asked, unmoving, and play the average ambience of training.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from model.autoencoders.codecs import Codecs
from model.autoencoders.geometry import frame_grid
from model.evaluation.outcome import Outcome, decoded, exact
from model.tokens.compact import CompactLatent
from model.training.camera import SLOW_FACTOR, focus_depth
from model.training.clips import Clip, ClipStore
from model.training.scenes import View

NAMES = ("static", "pan/zoom", "parallax", "nearest clip")
PICTURE_SHARE = 0.25
"""How much a likeness of pictures counts beside one of words."""
RIDGE = 1e-6


@dataclass(frozen=True)
class Baselines:
    """Averages over training clips: moves by camera word, (49, 3) without and (49, 6) with depth; light by word."""

    plain: dict[str, Tensor]
    deep: dict[str, Tensor]
    light: dict[str, Tensor]
    spectrum: Tensor
    store: ClipStore
    words: Tensor
    """Mean text features of each clip in the store, unit length."""
    codecs: Codecs

    @classmethod
    def fit(cls, clips: list[Clip], *, shards: Path, codecs: Codecs) -> "Baselines":
        cameras = {clip.direction.camera for clip in clips}
        lights = {clip.direction.light for clip in clips}
        store = ClipStore.open(shards)
        return cls(
            {word: fit_moves(clips, word, depth=False) for word in cameras},
            {word: fit_moves(clips, word, depth=True) for word in cameras},
            {word: mean_light(clips, word) for word in lights},
            torch.stack([exact(clip).spectrum for clip in clips]).mean(0),
            store,
            F.normalize(torch.stack([features.float().mean(0) for features in store.texts]), dim=-1),
            codecs,
        )

    def outcomes(self, clip: Clip, text: Tensor) -> dict[str, Outcome]:
        """Every baseline's answer to a clip's still and words; text (tokens, 384) are the prompt's features."""
        grid = frame_grid(*clip.view.layout.motion_grid)
        still = grid.expand(len(clip.track.sources), *grid.shape)
        dark = torch.zeros(still.shape[:3])
        light = self.light.get(clip.direction.light, torch.zeros(len(still)))[:, None, None].expand(still.shape[:3])
        asked = torch.tensor([clip.ask.height_m, clip.ask.spread_m, clip.ask.density, clip.ask.sway])
        effect = asked.expand(len(still), 4)
        moved = {"pan/zoom": self._moved(clip, self.plain), "parallax": self._moved(clip, self.deep)}
        return {
            "static": Outcome(still, dark, effect, self.spectrum),
            **{name: Outcome(points, light, effect, self.spectrum) for name, points in moved.items()},
            "nearest clip": self._nearest(clip, text),
        }

    def _moved(self, clip: Clip, moves: dict[str, Tensor]) -> Tensor:
        grid = frame_grid(*clip.view.layout.motion_grid)
        if clip.direction.camera not in moves:
            return grid.expand(len(clip.track.sources), *grid.shape)
        move = moves[clip.direction.camera] * (SLOW_FACTOR if clip.direction.slow else 1.0)
        terms = move_terms(clip.view, depth=move.shape[1] == 6)
        return grid + torch.einsum("hwak,tk->thwa", terms, move)

    def _nearest(self, clip: Clip, text: Tensor) -> Outcome:
        store, layout = self.store, clip.view.layout
        likeness = self.words @ F.normalize(text.mean(0), dim=0)
        pictures = F.normalize(store.tensors["keyframe"].float().flatten(1), dim=-1)
        own = self.codecs.video.encode_keyframe(clip.view.thumbnail).flatten()
        likeness = likeness + PICTURE_SHARE * pictures @ F.normalize(own, dim=0)
        likeness[store.tensors["tall"] != (layout.rows > layout.columns)] = -torch.inf
        best = int(likeness.argmax())
        names = ("keyframe", "asked", "camera", "effect", "cells", "sound")
        latent = CompactLatent(*(store.tensors[name][best : best + 1].float() for name in names))
        return decoded(self.codecs, latent, asked=latent.asked[0], layout=layout)


def nearness(view: View) -> Tensor:
    """How much nearer than the focus each grid point lies, 0 at the focus, (gh, gw)."""
    inverse = view.at(view.inverse_depth[None], frame_grid(*view.layout.motion_grid))[0]
    return (focus_depth(view) * inverse - 1).clamp(-1, 2)


def move_terms(view: View, *, depth: bool) -> Tensor:
    """Displacement (x, y) per unit of shift x, shift y and scale, then the same times nearness: (gh, gw, 2, 3 or 6)."""
    grid = frame_grid(*view.layout.motion_grid)
    one, zero = torch.ones_like(grid[..., 0]), torch.zeros_like(grid[..., 0])
    terms = torch.stack([one, zero, grid[..., 0], zero, one, grid[..., 1]], -1).unflatten(-1, (2, 3))
    return torch.cat([terms, terms * nearness(view)[..., None, None]], -1) if depth else terms


def fit_moves(clips: list[Clip], word: str, *, depth: bool) -> Tensor:
    """Least squares over all training clips that ask for a camera word, slow ones scaled up: (49, 3 or 6)."""
    count = 6 if depth else 3
    normal, right = RIDGE * torch.eye(count), torch.zeros(count, len(clips[0].track.sources))
    for clip in clips:
        if clip.direction.camera != word:
            continue
        factor = SLOW_FACTOR if clip.direction.slow else 1.0
        terms = move_terms(clip.view, depth=depth).flatten(0, 2)
        moved = (clip.track.sources - clip.track.sources[0]).flatten(1) / factor
        normal, right = normal + terms.T @ terms, right + terms.T @ moved.T
    return torch.linalg.solve(normal, right).T


def mean_light(clips: list[Clip], word: str) -> Tensor:
    """The average log gain of a light word, (49,)."""
    return torch.stack([clip.track.log_gain.mean((1, 2)) for clip in clips if clip.direction.light == word]).mean(0)
