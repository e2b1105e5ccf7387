"""Rows, coordinates and masks of the packed sequence, and rotary positions."""

import pytest
import torch
from torch.nn import functional as F

from model.architecture import layers
from model.architecture.activations import SwiGLU7, swiglu7
from model.architecture.layers import attention
from model.architecture.positions import RotaryEmbedding, apply_rotary, scaled_positions
from model.tokens.compact import CompactLatent, CompactLayout, free_numbers, from_rows, to_rows
from model.tokens.sequence import Segments, local_windows, pack
from model.tokens.text import text_coordinates
from model.tokens.video import patchify, unpatchify


def test_input_patches_are_channel_major_and_output_patches_channel_last() -> None:
    latent = torch.arange(2 * 4.0).reshape(1, 2, 1, 2, 2)

    assert patchify(latent)[0, 0].tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert torch.equal(unpatchify(torch.tensor([[[0.0, 4, 1, 5, 2, 6, 3, 7]]]), (1, 2, 2)), latent)


def test_packing_pads_on_the_right_and_refuses_rows_that_do_not_fit() -> None:
    packed = pack(torch.ones(1, 2, 3), torch.ones(1, 1, 2), torch.ones(1, 1, 5), width=5)

    assert packed[0].sum(-1).tolist() == [3, 3, 2, 5]
    assert packed[0, 2].tolist() == [1, 1, 0, 0, 0]
    with pytest.raises(ValueError, match="do not fit into 4 channels"):
        pack(torch.ones(1, 1, 3), torch.ones(1, 1, 2), torch.ones(1, 1, 5), width=4)


def test_compact_rows_return_what_was_put_in() -> None:
    layout, generator = CompactLayout(5, 9, (2, 7)), torch.Generator().manual_seed(0)
    shapes = ((1, 45, 96), (1, 16), (1, 2, 12), (1, 2, 16), (1, 2, 45, 30), (1, 4, 48))
    latent = CompactLatent(*(torch.randn(shape, generator=generator) for shape in shapes))

    back = from_rows(to_rows(latent, layout), latent.sound, layout)

    for name in ("keyframe", "asked", "camera", "effect", "cells", "sound"):
        assert torch.equal(getattr(back, name), getattr(latent, name)), name


def test_given_rows_are_never_generated() -> None:
    layout = CompactLayout(9, 5)
    segments = layout.segments(text_tokens=7)

    free = torch.stack(list(free_numbers(layout, segments, 384).values())).any(0)

    assert not free[: layout.known_rows].any()
    assert not free[-7:].any()
    assert int(free.sum()) == 12 * (12 + 16 + 45 * 30) + 24 * 48


def test_times_of_slots_do_not_depend_on_which_slots_are_present() -> None:
    every, some = CompactLayout(5, 9), CompactLayout(5, 9, (3, 11))

    times_of_cameras = [scaled_positions(layout.coordinates(4))[46::47, 0] for layout in (every, some)]

    assert times_of_cameras[1][:2].tolist() == [3, 11]
    assert times_of_cameras[0][:12].tolist() == list(range(1, 13))


def test_text_carries_no_order_and_the_grid_is_centred() -> None:
    positions = scaled_positions(CompactLayout(5, 9).coordinates(6))

    assert positions[-6:, 0].tolist() == [0] * 6
    assert positions[:45].mean(0).tolist() == [0, 0, 0]


def test_rotary_keeps_lengths_and_depends_on_distance_only() -> None:
    rope, generator = RotaryEmbedding(4), torch.Generator().manual_seed(0)
    q, k = torch.randn(2, 1, 1, 1, 32, generator=generator)

    def score(first: float, second: float) -> float:
        rows = [torch.tensor([[[time, 0, 0, 9, 1, 1, 9, 1, 1.0]]]) for time in (first, second)]
        return float((apply_rotary(q, rope(rows[0])) * apply_rotary(k, rope(rows[1]))).sum())

    assert score(1, 3) == pytest.approx(score(5, 7), abs=1e-5)
    assert abs(score(1, 3) - score(1, 6)) > 1e-3


def test_stretching_an_axis_of_one_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="cannot be stretched"):
        text_coordinates(1, style="v1")


def test_local_attention_equals_attention_under_a_mask() -> None:
    generator, segments = torch.Generator().manual_seed(0), Segments(6, 1, 1)
    q, k, v = (torch.randn(2, 8, heads, 8, generator=generator) for heads in (4, 2, 2))
    mask = torch.ones(8, 8, dtype=torch.bool)
    mask[0:2, 4:6] = mask[4:6, 0:2] = False  # frames 0 and 2 are two apart; audio and text see and are seen

    windowed = attention(q, k, v, local_windows(segments, frames=3, receptive_field=1))

    heads_first = (x.transpose(1, 2) for x in (q, k, v))
    masked = F.scaled_dot_product_attention(*heads_first, attn_mask=mask, enable_gqa=True).transpose(1, 2)
    assert torch.allclose(windowed, masked, atol=1e-6)
    assert not torch.allclose(windowed, attention(q, k, v), atol=1e-3)


def test_blocks_of_queries_give_what_the_fused_kernel_gives() -> None:
    generator = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(2, 300, heads, 8, generator=generator) for heads in (4, 2, 2))

    heads_first = (x.transpose(1, 2) for x in (q, k, v))
    fused = F.scaled_dot_product_attention(*heads_first, enable_gqa=True).transpose(1, 2)

    assert layers.QUERY_BLOCK < 300
    assert torch.allclose(attention(q, k, v), fused, atol=1e-5)


def test_gradient_of_the_gated_activation_is_right_inside_and_outside_the_clip() -> None:
    x = torch.tensor([[0.3, -0.5, 9.0, 0.2, 1.0, 8.0]], dtype=torch.float64, requires_grad=True)

    assert swiglu7(x).shape == (1, 3)
    assert torch.autograd.gradcheck(SwiGLU7.apply, (x,), eps=1e-3, atol=1e-3)
