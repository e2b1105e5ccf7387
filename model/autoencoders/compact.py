"""The compact codec: a clip is its first frame plus camera, local flow, relight and effect, on fitted linear bases.

Nothing here knows the network. Motion is stored at 8 frames a second against frame 0 and read back at any rate.
"""

from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional as F

from model.autoencoders.effects import decode_effect, encode_effect
from model.autoencoders.geometry import (
    CORNERS,
    apply_homography,
    fit_homography,
    frame_grid,
    homography_from_corners,
    interpolate_track,
)
from model.tokens.compact import (
    CELL_PIXELS,
    CELL_POINTS,
    FLOW_COEFFICIENTS,
    FRAMES_PER_SLOT,
    GAIN_COEFFICIENTS,
    KEYFRAME_CHANNELS,
    SLOTS,
    CompactLatent,
    CompactLayout,
)

OVERSCAN = 1.15
"""A still is this much larger than its frame in both directions: frame coordinates reach +-1.15."""
CORNER_BASIS = torch.stack([torch.ones(4), CORNERS[:, 0], CORNERS[:, 1], CORNERS[:, 0] * CORNERS[:, 1]]) / 2
GLOBAL_GAIN_SCALE = 0.15
MAX_LOG_GAIN = 0.9
FIT_STRIDE = 4
FRAMES = SLOTS * FRAMES_PER_SLOT


@dataclass(frozen=True)
class MotionTrack:
    """One clip at 8 fps, frames 0..48: sources (49, gh, gw, 2) are the points of frame 0 that each grid point is
    read from; log_gain (49, gh, gw); effect (49, 4); rigid (gh, gw) weights what stands still by itself."""

    sources: Tensor
    log_gain: Tensor
    effect: Tensor
    effect_kind: int
    rigid: Tensor


@dataclass(frozen=True)
class DecodedMotion:
    """What the renderer needs, at the asked frame rate; see `model.inference.request.Sample` for the units."""

    homography: Tensor
    flow: Tensor
    gain: Tensor
    effect: Tensor


@dataclass(frozen=True)
class Basis:
    """An affine basis: values = mean + (latent * scale) @ rows, rows orthonormal (K, N)."""

    mean: Tensor
    rows: Tensor
    scale: Tensor

    def encode(self, values: Tensor) -> Tensor:
        return (values - self.mean) @ self.rows.T / self.scale

    def decode(self, latent: Tensor) -> Tensor:
        return latent.float() * self.scale @ self.rows + self.mean

    @classmethod
    def fit(cls, samples: Tensor, count: int, *, centred: bool, floor: float) -> "Basis":
        """Principal components of samples (M, N). Without centring zero stays zero: still scenes have zero latents.

        Scales are the component deviations, but at least `floor` times the first, so that weak components stay weak.
        """
        mean = samples.mean(0) if centred else torch.zeros(samples.shape[1])
        shifted = (samples - mean).double()
        values, vectors = torch.linalg.eigh(shifted.T @ shifted / len(samples))
        deviation = values.flip(0)[:count].clamp(min=1e-12).sqrt()
        rows = vectors.flip(1)[:, :count].T
        return cls(mean, rows.float().contiguous(), deviation.clamp(min=floor * float(deviation[0])).float())


@dataclass(frozen=True)
class CompactCodec:
    """Fitted bases of the video part; stored beside the network's weights."""

    keyframe: Basis
    flow: Basis
    gain: Basis
    camera_scale: Tensor

    def tensors(self) -> dict[str, Tensor]:
        """Flat names for the checkpoint."""
        named = {"camera_scale": self.camera_scale}
        for name in ("keyframe", "flow", "gain"):
            basis = getattr(self, name)
            named |= {f"{name}.{part.name}": getattr(basis, part.name) for part in fields(Basis)}
        return named

    @classmethod
    def from_tensors(cls, named: dict[str, Tensor]) -> "CompactCodec":
        bases = {
            name: Basis(*(named[f"{name}.{part.name}"].float() for part in fields(Basis)))
            for name in ("keyframe", "flow", "gain")
        }
        return cls(**bases, camera_scale=named["camera_scale"].float())

    def encode_keyframe(self, thumbnail: Tensor) -> Tensor:
        """Thumbnail (3, h, w) in [0, 1] -> (cells, 96)."""
        return self.keyframe.encode(cells_of(thumbnail, CELL_PIXELS))

    def encode_motion(self, track: MotionTrack, layout: CompactLayout) -> tuple[Tensor, Tensor, Tensor]:
        """Track -> camera (S, 12), effect (S, 16), cells (S, cells, 30)."""
        corners = fit_corners(track)
        camera = self.encode_corners(corners, layout)
        total_gain = track.log_gain.mean((1, 2))  # (49,)
        slot_gain = total_gain[1:].reshape(SLOTS, FRAMES_PER_SLOT) / GLOBAL_GAIN_SCALE
        residual = track.sources - camera_sources(corners, layout)
        flow = self.flow.encode(slot_cells(to_grid_units(residual, layout)))
        local = track.log_gain - total_gain[:, None, None]
        gain = self.gain.encode(slot_cells(local[..., None]))
        effect = encode_effect(track.effect_kind, track.effect[1:].reshape(SLOTS, FRAMES_PER_SLOT, 4))
        return torch.cat([camera, slot_gain], dim=1), effect, torch.cat([flow, gain], dim=-1)

    def decode(self, latent: CompactLatent, layout: CompactLayout, *, times: Tensor, asked: Tensor) -> DecodedMotion:
        """The first clip of a batch of latents at `times` seconds * 8 (frame 0 exact); asked (16,) opens the effect."""
        corners = self.decode_corners(latent.camera[0, :, :8].float(), layout)
        homography = homography_from_corners(interpolate_track(corners, times / FRAMES_PER_SLOT))
        flow_rows, gain_rows = latent.cells[0].float().split([FLOW_COEFFICIENTS, GAIN_COEFFICIENTS], dim=-1)
        flow = smooth_seams(from_slot_cells(self.flow.decode(flow_rows), layout, channels=2))
        local = smooth_seams(from_slot_cells(self.gain.decode(gain_rows), layout, channels=1))
        total = latent.camera[0, :, 8:].float().reshape(-1, 1, 1, 1) * GLOBAL_GAIN_SCALE
        log_gain = with_first_frame((local + total)[..., 0].clamp(-MAX_LOG_GAIN, MAX_LOG_GAIN))
        flow = interpolate_track(with_first_frame(from_grid_units(flow, layout)), times)
        effect = decode_effect(latent.effect[0].float()).reshape(FRAMES, 4)
        opening = decode_effect(asked)[:1] if bool(effect[0, 0] > 0.5 * decode_effect(asked)[0, 0]) else effect[:1]
        return DecodedMotion(
            homography=homography,
            flow=keep_inside(homography, flow),
            gain=interpolate_track(log_gain, times).exp(),
            effect=interpolate_track(torch.cat([opening, effect]), times),
        )

    def encode_corners(self, corners: Tensor, layout: CompactLayout) -> Tensor:
        in_grid = to_grid_units(corners[1:], layout)  # (S, 4, 2)
        return torch.einsum("kc,sca->ska", CORNER_BASIS, in_grid).flatten(1) / self.camera_scale

    def decode_corners(self, latent: Tensor, layout: CompactLayout) -> Tensor:
        in_grid = torch.einsum("kc,ska->sca", CORNER_BASIS, (latent * self.camera_scale).unflatten(1, (4, 2)))
        return with_first_frame(from_grid_units(in_grid, layout))


def fit_codec(thumbnails: list[Tensor], tracks: list[tuple[MotionTrack, CompactLayout]]) -> CompactCodec:
    """Fit all bases on training thumbnails (3, h, w) and motion tracks."""
    flows, gains, cameras = [], [], []
    for track, layout in tracks:
        corners = fit_corners(track)
        in_grid = to_grid_units(corners[1:], layout)
        cameras.append(torch.einsum("kc,sca->ska", CORNER_BASIS, in_grid).flatten(1))
        residual = track.sources - camera_sources(corners, layout)
        flows.append(slot_cells(to_grid_units(residual, layout)).flatten(0, 1))
        gains.append(slot_cells((track.log_gain - track.log_gain.mean((1, 2), keepdim=True))[..., None]).flatten(0, 1))
    deviation = torch.cat(cameras).square().mean(0).sqrt()
    patches = torch.cat([cells_of(thumbnail, CELL_PIXELS) for thumbnail in thumbnails])
    return CompactCodec(
        keyframe=Basis.fit(patches, KEYFRAME_CHANNELS, centred=True, floor=0.1),
        flow=Basis.fit(torch.cat(flows), FLOW_COEFFICIENTS, centred=False, floor=0.1),
        gain=Basis.fit(torch.cat(gains), GAIN_COEFFICIENTS, centred=False, floor=0.1),
        camera_scale=deviation.clamp(min=0.1 * float(deviation.max())),
    )


def fit_corners(track: MotionTrack) -> Tensor:
    """Corner displacements at the ends of the slots, from the homography that best explains what is rigid.

    Returns (S + 1, 4, 2) in normalised coordinates; row 0 is zero.
    """
    points = frame_grid(*track.sources.shape[1:3])[::FIT_STRIDE, ::FIT_STRIDE].reshape(-1, 2)
    images = track.sources[FRAMES_PER_SLOT::FRAMES_PER_SLOT, ::FIT_STRIDE, ::FIT_STRIDE].flatten(1, 2)
    weights = track.rigid[::FIT_STRIDE, ::FIT_STRIDE].flatten() + 0.01
    homography = fit_homography(points, images, weights)
    return with_first_frame(apply_homography(homography, CORNERS.expand(len(images), 4, 2)) - CORNERS)


def camera_sources(corners: Tensor, layout: CompactLayout) -> Tensor:
    """Where the camera alone reads each grid point from, at all 49 frames: (49, gh, gw, 2)."""
    times = torch.arange(FRAMES + 1) / FRAMES_PER_SLOT
    homography = homography_from_corners(interpolate_track(corners, times))
    return map_grid(homography, *layout.motion_grid)


def map_grid(homography: Tensor, height: int, width: int) -> Tensor:
    """Grid points mapped by homographies (T, 3, 3): (T, height, width, 2)."""
    points = frame_grid(height, width).reshape(1, -1, 2).expand(len(homography), -1, -1)
    return apply_homography(homography, points).unflatten(1, (height, width))


def to_grid_units(displacement: Tensor, layout: CompactLayout) -> Tensor:
    """Normalised displacements (..., 2) -> steps of the motion grid, whose points are square on the picture."""
    height, width = layout.motion_grid
    return displacement * torch.tensor([width / 2, height / 2])


def from_grid_units(displacement: Tensor, layout: CompactLayout) -> Tensor:
    height, width = layout.motion_grid
    return displacement / torch.tensor([width / 2, height / 2])


def cells_of(picture: Tensor, side: int) -> Tensor:
    """Picture (C, h, w) -> flattened square cells (cells, C * side * side), raster order."""
    channels = picture.shape[0]
    grid = picture.unfold(1, side, side).unfold(2, side, side)  # (C, rows, columns, side, side)
    return grid.permute(1, 2, 0, 3, 4).reshape(-1, channels * side * side)


def slot_cells(values: Tensor) -> Tensor:
    """Frames 1..48 of a grid (49, gh, gw, C) -> (S, cells, 4 * 8 * 8 * C)."""
    height, width, channels = values.shape[1:]
    shape = (SLOTS, FRAMES_PER_SLOT, height // CELL_POINTS, CELL_POINTS, width // CELL_POINTS, CELL_POINTS, channels)
    return values[1:].reshape(shape).permute(0, 2, 4, 1, 3, 5, 6).reshape(SLOTS, -1, FRAMES_PER_SLOT * 64 * channels)


def from_slot_cells(rows: Tensor, layout: CompactLayout, *, channels: int) -> Tensor:
    """The inverse of `slot_cells`: (S, cells, N) -> frames 1..48 (48, gh, gw, C)."""
    shape = (len(rows), layout.rows, layout.columns, FRAMES_PER_SLOT, CELL_POINTS, CELL_POINTS, channels)
    return rows.reshape(shape).permute(0, 3, 1, 4, 2, 5, 6).reshape(-1, *layout.motion_grid, channels)


def smooth_seams(values: Tensor) -> Tensor:
    """A 3x3 binomial blur of each frame (T, gh, gw, C): cells are decoded apart and must not show their borders."""
    kernel = torch.tensor([0.25, 0.5, 0.25])
    weights = (kernel[:, None] * kernel[None, :])[None, None]
    planes = values.permute(0, 3, 1, 2).flatten(0, 1)[:, None]
    blurred = F.conv2d(F.pad(planes, (1, 1, 1, 1), mode="replicate"), weights)
    return blurred[:, 0].unflatten(0, (len(values), -1)).permute(0, 2, 3, 1)


def with_first_frame(values: Tensor) -> Tensor:
    """Put the zero of frame 0 in front."""
    return torch.cat([torch.zeros_like(values[:1]), values])


def keep_inside(homography: Tensor, flow: Tensor) -> Tensor:
    """Flow (T, gh, gw, 2) changed where camera plus flow would read outside the still."""
    base = map_grid(homography, *flow.shape[1:3])
    return (base + flow).clamp(-OVERSCAN, OVERSCAN) - base


def thumbnail_of(still: Tensor, layout: CompactLayout) -> Tensor:
    """The frame (central crop) of a still uint8 (H, W, 3), shrunk to the layout's thumbnail (3, h, w) in [0, 1]."""
    height, width = still.shape[:2]
    inner_h, inner_w = round(height / OVERSCAN), round(width / OVERSCAN)
    top, left = (height - inner_h) // 2, (width - inner_w) // 2
    frame = still[top : top + inner_h, left : left + inner_w].permute(2, 0, 1).float()[None] / 255
    return F.interpolate(frame, size=layout.thumbnail, mode="bilinear", antialias=True, align_corners=False)[0]
