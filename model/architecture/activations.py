"""Clipped activations of the published model, with a backward pass that never builds full-size temporaries.

Written out because the elementwise part, not the matrix products, dominated training on a CPU: row blocks stay in
the cache, and only the layer's own half-precision output is kept for the backward pass.
"""

import torch
from torch import Tensor

SLOPE = 1.702
CLIP = 7.0
CACHED_NUMBERS, DEVICE_NUMBERS = 2**19, 2**28
UPPER_HALF = -(2**16)


def gelu7(x: Tensor) -> Tensor:
    """Sigmoid-GELU of the input clipped at 7, computed in float32."""
    x = x.float().clamp(max=CLIP)
    return x * torch.sigmoid(SLOPE * x)


def swiglu7(x: Tensor) -> Tensor:
    """Clipped SwiGLU over interleaved columns: even columns gate, odd columns carry value + 1; halves the width.

    A compiler fuses the plain formula by itself; elsewhere blocks of rows keep the temporaries in the cache.
    """
    if torch.compiler.is_compiling():
        gate, value = x[..., 0::2].float().clamp(max=CLIP), x[..., 1::2].float().clamp(-CLIP, CLIP)
        return (gate * torch.sigmoid(SLOPE * gate) * (value + 1)).to(x.dtype)
    result: Tensor = SwiGLU7.apply(x)  # type: ignore[no-untyped-call]  # typed as object in torch
    return result


class SwiGLU7(torch.autograd.Function):
    """a = min(even, 7), b = clamp(odd, -7, 7): a sigmoid(1.702 a) (b + 1) in float32, rounded to the input's dtype."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        rows = x.reshape(-1, x.shape[-1])
        result = x.new_empty(rows.shape[0], x.shape[-1] // 2)
        for block, out in zip(rows.split(block_rows(rows)), result.split(block_rows(rows)), strict=True):
            gate, value = columns(block)
            gate.clamp_(max=CLIP)
            share = torch.sigmoid(SLOPE * gate)
            out.copy_(gate.mul_(share).mul_(value.clamp_(-CLIP, CLIP).add_(1)))
        return result.unflatten(0, x.shape[:-1])

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *upstream: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors  # type: ignore[attr-defined]  # FunctionCtx is typed without it
        rows, above = x.reshape(-1, x.shape[-1]), upstream[0].reshape(-1, x.shape[-1] // 2)
        result = torch.empty_like(rows)
        size = block_rows(rows)
        for block, up, out in zip(rows.split(size), above.split(size), result.split(size), strict=True):
            gate, value = columns(block)
            gate_moves, value_moves = gate <= CLIP, value.abs() <= CLIP
            gate.clamp_(max=CLIP)
            share, raised = torch.sigmoid(SLOPE * gate), value.clamp_(-CLIP, CLIP).add_(1)
            out[:, 0::2] = up * (share * (1 + SLOPE * gate * (1 - share)) * raised) * gate_moves
            out[:, 1::2] = up * (gate * share) * value_moves
        return result.view_as(x)


def block_rows(rows: Tensor) -> int:
    """As many rows as fit into a processor's cache; an accelerator takes larger blocks."""
    return max(1, (CACHED_NUMBERS if rows.device.type == "cpu" else DEVICE_NUMBERS) // rows.shape[1])


def columns(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Even and odd columns as fresh float32 tensors.

    A pair of bfloat16 numbers is one integer whose halves are the upper halves of two float32 numbers: two integer
    operations split and widen them, which reads memory in order and is 2.5 times as fast as slicing.
    """
    if rows.dtype != torch.bfloat16:
        return rows[:, 0::2].float().clone(), rows[:, 1::2].float().clone()
    pairs = rows.view(torch.int32)  # little-endian: the even column is the lower half
    return (pairs << 16).view(torch.float32), (pairs & UPPER_HALF).view(torch.float32)
