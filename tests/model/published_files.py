"""Files laid out like the published ones, for tests: sharded safetensors whose numbers are holes in the file."""

import json
import struct
from pathlib import Path

import torch
from torch import Tensor

NAMES = {torch.float32: "F32", torch.bfloat16: "BF16"}


def write_hollow_shards(folder: Path, tensors: dict[str, tuple[torch.Size, torch.dtype]], *, shards: int) -> int:
    """Write an index and `shards` files that claim these tensors and hold only zeros nobody stored; returns bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {name: shape.numel() * dtype.itemsize for name, (shape, dtype) in tensors.items()}
    total, weight_map, groups, filled = sum(sizes.values()), {}, [[] for _ in range(shards)], 0
    for name, size in sizes.items():
        groups[min(filled * shards // total, shards - 1)].append(name)
        filled += size
    for number, names in enumerate(groups, 1):
        file = f"model-{number:05}-of-{shards:05}.safetensors"
        weight_map |= dict.fromkeys(names, file)
        header, offset = {}, 0
        for name in names:
            shape, dtype = tensors[name]
            end = offset + sizes[name]
            header[name] = {"dtype": NAMES[dtype], "shape": list(shape), "data_offsets": [offset, end]}
            offset = end
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with (folder / file).open("wb") as stream:
            stream.write(struct.pack("<Q", len(text)) + text)
            stream.truncate(8 + len(text) + offset)
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return total


def write_shards(folder: Path, tensors: dict[str, Tensor], *, shards: int) -> None:
    """The same layout with the numbers in it."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    names, weight_map = list(tensors), {}
    for number in range(shards):
        file = f"model-{number + 1:05}-of-{shards:05}.safetensors"
        save_file({name: tensors[name].contiguous() for name in names[number::shards]}, folder / file)
        weight_map |= dict.fromkeys(names[number::shards], file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
