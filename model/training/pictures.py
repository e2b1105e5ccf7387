"""Pictures of a run for human eyes: the loss curve as SVG and contact sheets of warped held-out stills."""

from pathlib import Path

import cv2
import numpy as np
import torch

from model.autoencoders.compact import OVERSCAN
from model.autoencoders.sound import BANDS, log_mel

WIDTH, HEIGHT, MARGIN = 760, 380, 56
COLOURS = {"camera": "#0b6e75", "effect": "#c4620a", "cell": "#5b4b9a", "sound": "#7c8a2a", "fake": "#0b6e75"}
SMOOTHING = 0.94
LABEL_PIXELS = 14
SOUND_WIDTH, WAVE, QUIETEST, INK = 480, 64, 8.0, (24, 90, 80)


def loss_curve_svg(records: list[dict[str, float]], title: str) -> str:
    """Smoothed squared error of each kind of token, or of the fake score, over the steps; logarithmic, as an SVG."""
    lines = {name: smoothed([record[name] for record in records]) for name in COLOURS if name in records[0]}
    low = np.floor(np.log10(min(values.min() for values in lines.values())) * 2) / 2
    high = np.ceil(np.log10(max(values.max() for values in lines.values())) * 2) / 2
    last = max(records[-1]["step"], 1)

    def place(step: float, value: float) -> str:
        x = MARGIN + (WIDTH - MARGIN - 110) * step / last
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (np.log10(value) - low) / (high - low)
        return f"{x:.1f},{y:.1f}"

    parts = [f'<text x="{MARGIN}" y="28" font-size="15" font-weight="600">{title}</text>']
    for tick in np.arange(low, high + 0.01, 0.5):
        x, y = place(0, 10**tick).split(",")
        parts.append(f'<line x1="{x}" y1="{y}" x2="{WIDTH - 110}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="{MARGIN - 8}" y="{float(y) + 4:.1f}" text-anchor="end">{10**tick:.2g}</text>')
    for step in np.linspace(0, last, 6).astype(int):
        x = place(float(step), 10**low).split(",")[0]
        parts.append(f'<text x="{x}" y="{HEIGHT - MARGIN + 20}" text-anchor="middle">{step}</text>')
    ends: dict[str, float] = {}
    for name, values in lines.items():
        points = " ".join(place(record["step"], value) for record, value in zip(records, values, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>')
        ends[name] = float(points.rsplit(",", 1)[-1])
    for name, base in spread_labels(ends).items():
        parts.append(f'<text x="{WIDTH - 102}" y="{base + 4:.1f}" fill="{COLOURS[name]}">{name}</text>')
    parts.append(f'<text x="{(WIDTH - 110 + MARGIN) / 2}" y="{HEIGHT - 12}" text-anchor="middle">step</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="Inter, sans-serif" '
        f'font-size="12" fill="#333"><rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )


def spread_labels(heights: dict[str, float]) -> dict[str, float]:
    """Label positions at least a line apart, in the order of the given heights."""
    placed: dict[str, float] = {}
    for name, height in sorted(heights.items(), key=lambda item: item[1]):
        placed[name] = max(height, max(placed.values(), default=-LABEL_PIXELS) + LABEL_PIXELS)
    return placed


def smoothed(values: list[float]) -> np.ndarray:
    """Exponential moving average, started at the first value."""
    result, state = [], values[0]
    for value in values:
        state = SMOOTHING * state + (1 - SMOOTHING) * value
        result.append(state)
    return np.array(result)


def warped_frame(still: np.ndarray, points: np.ndarray, gain: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """One frame drawn from a still: read points (gh, gw, 2) and gain (gh, gw) on the motion grid, result uint8 of
    `size` (height, width)."""
    height, width = size
    source = cv2.resize(points, (width, height), interpolation=cv2.INTER_LINEAR)
    relight = cv2.resize(gain, (width, height), interpolation=cv2.INTER_LINEAR)
    at = (source / OVERSCAN + 1) / 2 * np.array([still.shape[1], still.shape[0]], np.float32) - 0.5
    picture = cv2.remap(still, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    linear = (picture.astype(np.float32) / 255) ** 2.2 * relight[..., None]
    return (linear.clip(0, 1) ** (1 / 2.2) * 255).round().astype(np.uint8)


def read_points(homography: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Where each point of the motion grid is read from: homography (3, 3) plus flow (gh, gw, 2)."""
    height, width = flow.shape[:2]
    x, y = (np.arange(width) + 0.5) / width * 2 - 1, (np.arange(height) + 0.5) / height * 2 - 1
    grid = np.stack([*np.meshgrid(x, y), np.ones((height, width))], axis=-1)
    moved = grid @ homography.T
    return (moved[..., :2] / moved[..., 2:] + flow).astype(np.float32)


def sound_picture(sound: torch.Tensor, loudest: float) -> np.ndarray:
    """Six seconds of mono sound (96000,) as its wave above its log-mel bands, uint8 (WAVE + 2 * BANDS, SOUND_WIDTH, 3).

    The wave fills its strip where it is as loud as `loudest`; bands go from silence (dark) to amplitude 1.
    """
    parts = sound[: len(sound) // SOUND_WIDTH * SOUND_WIDTH].reshape(SOUND_WIDTH, -1).abs().amax(1).numpy() / loudest
    heights = (parts.clip(0.01, 1) * (WAVE // 2 - 1)).astype(int)
    distance = np.abs(np.arange(WAVE) - WAVE // 2)[:, None]
    wave = np.where((distance <= heights)[..., None], np.array(INK, np.uint8), np.uint8(255))
    level = ((log_mel(sound).T.flip(0) + QUIETEST) / QUIETEST).clamp(0, 1).numpy()
    bands = cv2.resize((level * 255).astype(np.uint8), (SOUND_WIDTH, 2 * BANDS), interpolation=cv2.INTER_NEAREST)
    return np.concatenate([wave, cv2.applyColorMap(bands, cv2.COLORMAP_VIRIDIS)[..., ::-1]])


def contact_sheet(rows: list[tuple[str, list[np.ndarray]]], path: Path) -> None:
    """Labelled rows of equally high frames, written as JPEG."""
    strips = []
    for label, frames in rows:
        strip = np.concatenate([np.pad(f, ((2, 2), (2, 2), (0, 0)), constant_values=255) for f in frames], axis=1)
        band = np.full((26, strip.shape[1], 3), 255, np.uint8)
        cv2.putText(band, label, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (40, 40, 40), 1, cv2.LINE_AA)
        strips.append(np.concatenate([band, strip]))
    width = max(strip.shape[1] for strip in strips)
    padded = [np.pad(s, ((0, 0), (0, width - s.shape[1]), (0, 0)), constant_values=255) for s in strips]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.concatenate(padded)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])
