"""The compact codec gives back motion, light, effect and sound closely enough to be invisible."""

import numpy as np
import pytest
import torch

from model.autoencoders.compact import OVERSCAN, fit_codec, fit_corners, interpolate_track, map_grid
from model.autoencoders.effects import (
    EffectAsk,
    decode_effect,
    encode_ask,
    encode_effect,
    latent_to_length,
    length_to_latent,
)
from model.autoencoders.geometry import CORNERS, apply_homography, fit_homography, frame_grid, homography_from_corners
from model.autoencoders.sound import CLIP_SAMPLES, SoundCodec, fit_sound_codec, log_mel
from model.tokens.compact import CompactLatent
from model.training import animation, camera
from model.training.clips import Clip, Codecs, encode_clip, make_clip
from model.training.directions import Direction
from model.training.scenes import View, synthetic_views
from model.training.sounds import SoundBank

TIMES = torch.arange(49).float()


@pytest.fixture(scope="module")
def views() -> list[View]:
    return list(synthetic_views(4, seed=0))


@pytest.fixture(scope="module")
def clips(views: list[View]) -> list[Clip]:
    bank = SoundBank.noises(0)
    return [make_clip(view, index, bank, stride=4) for view in views for index in range(3)]


@pytest.fixture(scope="module")
def codecs(clips: list[Clip], views: list[View]) -> Codecs:
    video = fit_codec([view.thumbnail for view in views], [(clip.track, clip.view.layout) for clip in clips])
    return Codecs(video, fit_sound_codec([clip.sound for clip in clips]))


def test_exact_motion_comes_back_within_a_twentieth_of_a_grid_step(clips: list[Clip], codecs: Codecs) -> None:
    errors, moved = [], []
    for clip in clips:
        parts = encode_clip(clip, codecs)
        latent = CompactLatent(*(part[None].float() for part in parts.values() for part in [part]))
        made = codecs.video.decode(latent, clip.view.layout, times=TIMES, asked=parts["asked"].float())
        grid = clip.view.layout.motion_grid
        unit = torch.tensor([grid[1] / 2, grid[0] / 2])
        points = map_grid(made.homography, *grid) + made.flow
        errors.append(float(((points - clip.track.sources) * unit).norm(dim=-1).mean()))
        moved.append(float(((frame_grid(*grid) - clip.track.sources) * unit).norm(dim=-1).mean()))
        assert torch.allclose(made.gain.log(), clip.track.log_gain, atol=0.06)
        assert torch.allclose(made.effect[4:, 0], clip.track.effect[4:, 0], rtol=0.02, atol=0.005)

    assert np.mean(errors) < 0.05
    assert np.mean(moved) > 0.5


def test_frame_zero_is_exact_and_nothing_reads_outside_the_still(clips: list[Clip], codecs: Codecs) -> None:
    wild = encode_clip(clips[0], codecs)
    latent = CompactLatent(*(part[None].float() * 3 for part in wild.values()))

    made = codecs.video.decode(latent, clips[0].view.layout, times=TIMES / 3, asked=wild["asked"].float())

    points = map_grid(made.homography, *clips[0].view.layout.motion_grid) + made.flow
    assert torch.allclose(made.homography[0], torch.eye(3), atol=1e-6)
    assert float(made.flow[0].abs().max()) < 1e-6
    assert float((made.gain[0] - 1).abs().max()) < 1e-6
    assert float(points.abs().max()) <= OVERSCAN + 1e-5


def test_backward_map_is_the_inverse_of_the_projection(views: list[View]) -> None:
    direction = Direction(camera="orbit right")
    path = camera.camera_path(views[0], direction, scale=0.4, shake=torch.zeros(49, 2)).last()

    sources = camera.backward_map(views[0], path)

    grid = frame_grid(*views[0].layout.motion_grid)
    missed = (camera.project(views[0], path, sources.flatten(1, 2)) - grid.reshape(1, -1, 2)).norm(dim=-1)
    assert float(missed.median()) < 1e-4
    assert float((missed < 0.01).float().mean()) > 0.95


@pytest.mark.parametrize(
    ("_case", "axis", "sign"),
    [("pan right", 0, 1), ("pan left", 0, -1), ("tilt down", 1, 1), ("tilt up", 1, -1)],
)
def test_pans_and_tilts_read_from_the_side_they_name(views: list[View], _case: str, axis: int, sign: int) -> None:
    sources = camera.move_camera(views[0], Direction(camera=_case), np.random.default_rng(0), stride=4)

    shift = (sources[-1] - sources[0]).mean((0, 1))[axis]
    assert float(shift) * sign > 0.04


def test_pushing_in_reads_a_smaller_part_and_pulling_out_a_larger(views: list[View]) -> None:
    def extent(word: str) -> float:
        sources = camera.move_camera(views[0], Direction(camera=word), np.random.default_rng(0), stride=4)
        return float(sources[-1].std() / sources[0].std())

    assert extent("push in") < 0.97
    assert extent("pull out") > 1.02


def test_only_masked_things_move_by_themselves(views: list[View]) -> None:
    still = frame_grid(*views[0].layout.motion_grid).expand(49, -1, -1, -1)
    rigid = View(**{**views[0].__dict__, "masks": torch.zeros_like(views[0].masks)})
    wet = View(**{**views[0].__dict__, "masks": torch.ones_like(views[0].masks)})

    def energy(view: View, water: str) -> float:
        return float(animation.own_motion(view, still, Direction(water=water), np.random.default_rng(0)).std())

    assert energy(rigid, "strong") == 0
    assert energy(wet, "strong") > energy(wet, "calm") > 0


def test_homography_fit_returns_the_one_that_made_the_points() -> None:
    corners = torch.tensor([[[0.05, 0.01], [-0.04, 0.02], [0.03, 0.0], [0.01, -0.06]]])
    true = homography_from_corners(corners)
    points = frame_grid(6, 8).reshape(-1, 2)

    found = fit_homography(points, apply_homography(true, points[None]), torch.ones(len(points)))

    assert torch.allclose(found, true, atol=1e-5)
    assert torch.allclose(apply_homography(true, CORNERS[None]) - CORNERS, corners, atol=1e-5)


def test_corner_fit_starts_at_rest(clips: list[Clip]) -> None:
    assert fit_corners(clips[0].track).shape == (13, 4, 2)
    assert float(fit_corners(clips[0].track)[0].abs().max()) == 0


def test_interpolation_passes_through_its_samples_and_keeps_straight_lines() -> None:
    line, times = torch.arange(5.0)[:, None], torch.tensor([0.0, 1.5, 2.25, 4.0])

    assert torch.allclose(interpolate_track(line, times)[:, 0], times)


def test_effect_lengths_return_within_a_thousandth() -> None:
    metres = torch.tensor([0.0, 0.05, 0.45, 2.0, 4.0])

    assert torch.allclose(latent_to_length(length_to_latent(metres)), metres, rtol=1e-3, atol=1e-6)


def test_effect_token_carries_kind_height_spread_density_and_sway() -> None:
    track = torch.tensor([[0.1, 0.2, 0.5, -0.3], [0.2, 0.2, 0.5, 0.1], [0.3, 0.2, 0.5, 0.4], [0.4, 0.2, 0.5, 0.9]])

    assert torch.allclose(decode_effect(encode_effect(2, track)), track, atol=1e-4)
    assert encode_effect(2, track)[:6].tolist() == [-1, -1, 1, -1, -1, -1]


def test_an_impossible_effect_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="effect kind 'lava' is not one of none, jet"):
        EffectAsk(kind="lava", height_m=0.4, spread_m=0.1)
    with pytest.raises(ValueError, match="is outside"):
        EffectAsk(kind="jet", height_m=50.0, spread_m=0.1)


def test_asked_effect_is_one_row_of_sixteen_numbers() -> None:
    row = encode_ask(EffectAsk(kind="jet", height_m=0.45, spread_m=0.1, density=0.5, sway=0.2))

    assert row.shape == (16,)
    assert float(decode_effect(row)[0, 0]) == pytest.approx(0.45, rel=1e-3)


def test_ambience_returns_with_its_spectrum(codecs: Codecs, clips: list[Clip]) -> None:
    sound = next(clip.sound for clip in clips if float(clip.sound.std()) > 0.02)
    latent = codecs.sound.encode(sound)

    made = codecs.sound.decode(latent, generator=torch.Generator().manual_seed(0))

    assert made.shape == (CLIP_SAMPLES,)
    decibels = (log_mel(made) - log_mel(sound)).mean(0).abs().mean() * 8.686
    assert float(decibels) < 2.5


def test_sound_codec_survives_its_tensors(codecs: Codecs) -> None:
    again = SoundCodec.from_tensors(codecs.sound.tensors())

    latent = torch.randn(24, 48, generator=torch.Generator().manual_seed(0))
    assert torch.equal(again.mel.decode(latent), codecs.sound.mel.decode(latent))
