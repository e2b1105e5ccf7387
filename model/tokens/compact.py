"""The token layout of the compact image-to-video model: which row is what, its channels and its coordinates.

Video rows: keyframe cells, the asked effect, then for each slot its camera, its effect and its local cells.
Each kind owns its channels; four constant channels say which kind a row is.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from model.tokens.audio import line_of_places
from model.tokens.sequence import Segments, coordinate_rows
from model.tokens.text import text_coordinates

SLOTS = 12
FRAMES_PER_SLOT = 4
LATENT_FPS = 8
CLIP_SECONDS = SLOTS * FRAMES_PER_SLOT / LATENT_FPS
CELL_PIXELS = 16
"""Thumbnail pixels along one side of a cell."""
CELL_POINTS = 8
"""Points of the motion grid along one side of a cell."""
KEYFRAME_CHANNELS = 96
CAMERA_CHANNELS = 12
FLOW_COEFFICIENTS = 24
GAIN_COEFFICIENTS = 6
EFFECT_CHANNELS = 16
AUDIO_TOKENS_PER_SLOT = 2
AUDIO_CHANNELS = 48

KINDS = ("keyframe", "camera", "effect", "cell")
WIDTHS = {
    "keyframe": KEYFRAME_CHANNELS,
    "camera": CAMERA_CHANNELS,
    "effect": EFFECT_CHANNELS,
    "cell": FLOW_COEFFICIENTS + GAIN_COEFFICIENTS,
}
VIDEO_CHANNELS = len(KINDS) + sum(WIDTHS.values())


def channels_of(kind: str) -> slice:
    """Where the values of one kind of token lie in a video row."""
    start = len(KINDS) + sum(WIDTHS[name] for name in KINDS[: KINDS.index(kind)])
    return slice(start, start + WIDTHS[kind])


@dataclass(frozen=True)
class CompactLayout:
    """Rows and columns of cells (5 x 9 wide, 9 x 5 tall) and the slots in play (numbered from 1)."""

    rows: int
    columns: int
    slots: tuple[int, ...] = tuple(range(1, SLOTS + 1))

    @classmethod
    def for_size(cls, height: int, width: int) -> "CompactLayout":
        """Tall pictures get the tall grid; squares count as wide."""
        return cls(9, 5) if height > width else cls(5, 9)

    @property
    def cells(self) -> int:
        return self.rows * self.columns

    @property
    def thumbnail(self) -> tuple[int, int]:
        """Height and width of the keyframe thumbnail in pixels."""
        return self.rows * CELL_PIXELS, self.columns * CELL_PIXELS

    @property
    def motion_grid(self) -> tuple[int, int]:
        """Height and width of the grid that flow and gain live on."""
        return self.rows * CELL_POINTS, self.columns * CELL_POINTS

    @property
    def audio_tokens(self) -> int:
        return AUDIO_TOKENS_PER_SLOT * len(self.slots)

    @property
    def known_rows(self) -> int:
        """Leading video rows that are given: the keyframe and the asked effect."""
        return self.cells + 1

    @property
    def video_rows(self) -> int:
        return self.known_rows + len(self.slots) * (self.cells + 2)

    def segments(self, text_tokens: int) -> Segments:
        return Segments(self.video_rows, self.audio_tokens, text_tokens)

    @cached_property
    def kinds(self) -> Tensor:
        """Index into KINDS of each video row, int64 (rows,)."""
        slot = [KINDS.index("camera"), KINDS.index("effect")] + [KINDS.index("cell")] * self.cells
        first = [KINDS.index("keyframe")] * self.cells + [KINDS.index("effect")]
        return torch.tensor(first + slot * len(self.slots))

    @cached_property
    def value_mask(self) -> Tensor:
        """Which channels of each video row carry values of its kind, bool (rows, VIDEO_CHANNELS)."""
        by_kind = torch.zeros(len(KINDS), VIDEO_CHANNELS, dtype=torch.bool)
        for index, kind in enumerate(KINDS):
            by_kind[index, channels_of(kind)] = True
        return by_kind[self.kinds]

    def coordinates(self, text_tokens: int) -> Tensor:
        """Coordinates of the whole sequence, (L, 9); camera and effect rows sit above and below the grid."""
        middle = (self.columns - 1) / 2
        cells = [(float(row), float(column)) for row in range(self.rows) for column in range(self.columns)]
        places = [(0.0, *cell) for cell in cells] + [(0.0, self.rows + 1.0, middle)]
        for slot in self.slots:
            places += [(float(slot), -2.0, middle), (float(slot), self.rows + 1.0, middle)]
            places += [(float(slot), *cell) for cell in cells]
        size = (SLOTS + 1, self.rows, self.columns)
        video = coordinate_rows(torch.tensor(places), size, size)
        return torch.cat([video, self._audio_coordinates(), text_coordinates(text_tokens, style="v2")])

    def _audio_coordinates(self) -> Tensor:
        """Two audio tokens a slot, stretched to the slots' time axis."""
        every = line_of_places(AUDIO_TOKENS_PER_SLOT * SLOTS)
        chosen = [AUDIO_TOKENS_PER_SLOT * (slot - 1) + i for slot in self.slots for i in range(AUDIO_TOKENS_PER_SLOT)]
        return coordinate_rows(every[chosen], (len(every), 1, 1), (SLOTS, 1, 1))


@dataclass(frozen=True)
class CompactLatent:
    """A clip as latents, batched: keyframe (B, cells, 96), asked (B, 16), camera (B, S, 12), effect (B, S, 16),
    cells (B, S, cells, 30), sound (B, 2 S, 48)."""

    keyframe: Tensor
    asked: Tensor
    camera: Tensor
    effect: Tensor
    cells: Tensor
    sound: Tensor

    def choose(self, slots: Tensor) -> "CompactLatent":
        """Only the slots with these zero-based indices."""
        sound = self.sound.unflatten(1, (-1, AUDIO_TOKENS_PER_SLOT))[:, slots].flatten(1, 2)
        camera, effect, cells = (part[:, slots] for part in (self.camera, self.effect, self.cells))
        return CompactLatent(self.keyframe, self.asked, camera, effect, cells, sound)


def to_rows(latent: CompactLatent, layout: CompactLayout) -> Tensor:
    """Latents -> video rows (B, rows, VIDEO_CHANNELS), with the constant kind channels set."""
    batch = latent.keyframe.shape[0]
    rows = torch.zeros(batch, layout.video_rows, VIDEO_CHANNELS)
    rows[:, torch.arange(layout.video_rows), layout.kinds] = 1.0
    rows[:, : layout.cells, channels_of("keyframe")] = latent.keyframe.float()
    rows[:, layout.cells, channels_of("effect")] = latent.asked.float()
    slots = rows[:, layout.known_rows :].view(batch, len(layout.slots), layout.cells + 2, VIDEO_CHANNELS)
    slots[:, :, 0, channels_of("camera")] = latent.camera.float()
    slots[:, :, 1, channels_of("effect")] = latent.effect.float()
    slots[:, :, 2:, channels_of("cell")] = latent.cells.float()
    return rows


def from_rows(rows: Tensor, sound: Tensor, layout: CompactLayout) -> CompactLatent:
    """The inverse of `to_rows`; sound (B, 2 S, 48) passes through."""
    slots = rows[:, layout.known_rows :].unflatten(1, (len(layout.slots), layout.cells + 2))
    return CompactLatent(
        keyframe=rows[:, : layout.cells, channels_of("keyframe")],
        asked=rows[:, layout.cells, channels_of("effect")],
        camera=slots[:, :, 0, channels_of("camera")],
        effect=slots[:, :, 1, channels_of("effect")],
        cells=slots[:, :, 2:, channels_of("cell")],
        sound=sound,
    )


def free_numbers(layout: CompactLayout, segments: Segments, width: int) -> dict[str, Tensor]:
    """For each kind of row the numbers that are generated, bool (L, W); given rows and constants are in none."""
    masks = {}
    for kind in ("camera", "effect", "cell"):
        mask = torch.zeros(segments.total, width, dtype=torch.bool)
        rows = layout.kinds == KINDS.index(kind)
        rows[: layout.known_rows] = False
        mask[: segments.video, : layout.value_mask.shape[1]] = layout.value_mask & rows[:, None]
        masks[kind] = mask
    sound = torch.zeros(segments.total, width, dtype=torch.bool)
    sound[segments.video : segments.video + segments.audio, :AUDIO_CHANNELS] = True
    return masks | {"sound": sound}
