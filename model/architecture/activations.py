"""Clipped activations of the published model, with a backward pass that never builds full-size temporaries.

Written out because the elementwise part, not the matrix products, dominated training on a CPU: row blocks stay in
the cache, and only the layer's own half-precision output is kept for the backward pass.
"""

import torch
from torch import Tensor

SLOPE = 1.702
CLIP = 7.0
ROWS, DEVICE_ROWS = 512, 8192


def gelu7(x: Tensor) -> Tensor:
    """Sigmoid-GELU of the input clipped at 7, computed in float32."""
    x = x.float().clamp(max=CLIP)
    return x * torch.sigmoid(SLOPE * x)


def swiglu7(x: Tensor) -> Tensor:
    """Clipped SwiGLU over interleaved columns: even columns gate, odd columns carry value + 1; halves the width.

    A compiler fuses the plain formula by itself; elsewhere blocks of rows keep the temporaries small.
    """
    if torch.compiler.is_compiling():
        gate, value = halves(x)
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
        step = ROWS if x.device.type == "cpu" else DEVICE_ROWS
        for start in range(0, len(rows), step):
            gate, value = halves(rows[start : start + step])
            result[start : start + step] = gate * torch.sigmoid(SLOPE * gate) * (value + 1)
        return result.unflatten(0, x.shape[:-1])

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *upstream: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors  # type: ignore[attr-defined]  # FunctionCtx is typed without it
        rows, above = x.reshape(-1, x.shape[-1]), upstream[0].reshape(-1, x.shape[-1] // 2)
        result = torch.empty_like(rows)
        for start in range(0, len(rows), ROWS):
            block, up = rows[start : start + ROWS].float(), above[start : start + ROWS].float()
            gate, value = halves(block)
            share = torch.sigmoid(SLOPE * gate)
            slope = share * (1 + SLOPE * gate * (1 - share)) * (value + 1)
            out = result[start : start + ROWS]
            out[:, 0::2] = up * slope * (block[:, 0::2] <= CLIP)
            out[:, 1::2] = up * gate * share * (block[:, 1::2].abs() <= CLIP)
        return result.view_as(x)


def halves(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Clipped gate and value columns in float32."""
    rows = rows.float()
    return rows[..., 0::2].clamp(max=CLIP), rows[..., 1::2].clamp(-CLIP, CLIP)
