"""Parts that wait in host memory and visit the device one at a time, so that the largest alone must fit."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def visiting(module: nn.Module, device: torch.device) -> Iterator[None]:
    """Have the module's tensors on `device` inside the block, and the very same host tensors again after it.

    Weights do not change while sampling, so the device's copies are dropped and nothing is copied back.
    """
    waiting = [
        (owner, name, tensor)
        for owner in module.modules()
        for name, tensor in (*owner.named_parameters(recurse=False), *owner.named_buffers(recurse=False))
    ]
    for owner, name, tensor in waiting:
        moved = tensor.detach().to(device)
        setattr(owner, name, nn.Parameter(moved, False) if isinstance(tensor, nn.Parameter) else moved)
    try:
        yield
    finally:
        for owner, name, tensor in waiting:
            setattr(owner, name, tensor)
