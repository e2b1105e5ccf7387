"""One packed sequence [video, audio, text]: where each modality lies, its rows, and who may look at whom."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Segments:
    """Token counts of a packed sequence; tokens of one modality are always contiguous."""

    video: int
    audio: int
    text: int

    @property
    def total(self) -> int:
        return self.video + self.audio + self.text

    @property
    def sizes(self) -> list[int]:
        return [self.video, self.audio, self.text]

    def modality(self) -> Tensor:
        """Per token id: 0 video, 1 audio, 2 text; int64 (L,)."""
        return torch.repeat_interleave(torch.arange(3), torch.tensor(self.sizes))


def pack(video: Tensor, audio: Tensor, text: Tensor, *, width: int) -> Tensor:
    """Rows (B, N, C) of each modality -> (B, L, width), zero padded on the right."""
    parts = (video, audio, text)
    if max(part.shape[-1] for part in parts) > width:
        raise ValueError(f"token rows of width {[p.shape[-1] for p in parts]} do not fit into {width} channels")
    return torch.cat([F.pad(part, (0, width - part.shape[-1])) for part in parts], dim=-2)


def coordinate_rows(places: Tensor, sizes: tuple[int, int, int], references: tuple[int, int, int]) -> Tensor:
    """Places (N, 3) with their grid size and reference size -> coordinate rows (N, 9), float32.

    Raises ValueError for an axis of size one with a longer reference: there is nothing to stretch.
    """
    if any(size == 1 and reference != 1 for size, reference in zip(sizes, references, strict=True)):
        raise ValueError(f"a coordinate axis of size 1 cannot be stretched: sizes {sizes}, references {references}")
    constant = torch.tensor([*sizes, *references], dtype=torch.float32).expand(len(places), 6)
    return torch.cat([places.float(), constant], dim=-1)


@dataclass(frozen=True)
class Window:
    """Queries that share their keys: `queries` see the union of the `keys` slices and nothing else."""

    queries: slice
    keys: tuple[slice, ...]


def local_windows(segments: Segments, *, frames: int, receptive_field: int) -> tuple[Window, ...]:
    """Who sees whom in a local layer, as slices, so that no L x L mask is ever built.

    A video query of latent frame f sees video keys of frames f - field .. f + field and all audio and text;
    audio and text queries see everything.
    """
    size, others = segments.video // frames, slice(segments.video, segments.total)
    windows = []
    for frame in range(frames):
        near = slice(max(frame - receptive_field, 0) * size, min(frame + receptive_field + 1, frames) * size)
        windows.append(Window(slice(frame * size, (frame + 1) * size), (near, others)))
    return (*windows, Window(others, (slice(0, segments.total),)))
