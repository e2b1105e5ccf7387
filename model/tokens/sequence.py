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
    """Places (N, 3) with their grid size and reference size -> coordinate rows (N, 9), float32."""
    constant = torch.tensor([*sizes, *references], dtype=torch.float32).expand(len(places), 6)
    return torch.cat([places.float(), constant], dim=-1)


def local_attention_mask(segments: Segments, *, frames: int, receptive_field: int) -> Tensor:
    """Which key each query may see, bool (L, L).

    A video query of latent frame f sees video keys of frames f - field .. f + field and all audio and text;
    audio and text queries see everything.
    """
    per_frame = segments.video // frames
    frame = torch.arange(segments.video) // per_frame
    mask = torch.ones(segments.total, segments.total, dtype=torch.bool)
    mask[: segments.video, : segments.video] = (frame[:, None] - frame[None, :]).abs() <= receptive_field
    return mask
