"""Weights that others published: safetensors files with an index, and pickles that are read as data only.

Nothing is executed and nothing outside the folder is opened. A network is built without memory first; each tensor is
then mapped from its file and converted to the dtype the network keeps it in, so that at most one is held twice.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from model.architecture.transformer import UnifiedTransformer, stored_dtype
from model.config import ModelConfig

INDEX = "model.safetensors.index.json"
WHOLE = "model.safetensors"
NAMED_PROBLEMS = 3


class WeightsError(Exception):
    """A folder or file of weights cannot be used; the message names it and what is wrong."""


@dataclass(frozen=True)
class Shards:
    """Which file of a folder holds which tensor."""

    folder: Path
    files: dict[str, str]

    @classmethod
    def open(cls, folder: Path, *, prefix: str = "") -> "Shards":
        """Read the index, or the names in the single file; only names below `prefix` count."""
        if (folder / INDEX).is_file():
            files = indexed(folder)
        elif (folder / WHOLE).is_file():
            files = dict.fromkeys(names_in(folder / WHOLE), WHOLE)
        else:
            raise WeightsError(f"no weights in {folder}: neither {INDEX} nor {WHOLE} is there")
        return cls(folder, {name: file for name, file in files.items() if name.startswith(prefix)})

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Names and tensors, file by file, mapped and not yet read."""
        for file in dict.fromkeys(self.files.values()):
            wanted = {name for name, place in self.files.items() if place == file}
            with opened(self.folder / file) as shard:
                missing = sorted(wanted - set(shard.keys()))
                if missing:
                    raise WeightsError(f"{self.folder / file} lacks {shortened(missing)}, which the index places there")
                for name in sorted(wanted):
                    yield name, shard.get_tensor(name)


def indexed(folder: Path) -> dict[str, str]:
    """The weight map of an index; every file must lie in the folder itself."""
    try:
        files = json.loads((folder / INDEX).read_text())["weight_map"]
        names = {str(name): str(file) for name, file in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{folder / INDEX} is not an index with a weight_map: {error}") from error
    for file in sorted(set(names.values())):
        if Path(file).name != file or not file.endswith(".safetensors"):
            raise WeightsError(f"{folder / INDEX} names {file!r}: only .safetensors files beside it are opened")
        if not (folder / file).is_file():
            raise WeightsError(f"{folder / file} is missing: download all shards that {INDEX} names")
    return names


def opened(path: Path) -> safe_open:
    try:
        return safe_open(path, framework="pt")
    except SafetensorError as error:
        raise WeightsError(f"{path} is not a whole safetensors file ({error}): download it again") from error


def names_in(path: Path) -> list[str]:
    with opened(path) as file:
        return list(file.keys())


def load_transformer(folder: Path, config: ModelConfig, *, device: str = "cpu") -> UnifiedTransformer:
    """The network with the folder's weights, matrices in the compute dtype and all else in float32.

    On the CPU, tensors that are stored in their final dtype stay mapped: they cost memory when they are first used.
    """
    with torch.device("meta"):
        network = UnifiedTransformer(config)
    fill(network, ((name, t.to(device, stored_dtype(name, config))) for name, t in Shards.open(folder).tensors()))
    return network.eval()


def fill(module: nn.Module, tensors: Iterator[tuple[str, Tensor]]) -> None:
    """Give a module built without memory its tensors one by one; every name and shape must fit."""
    expected, wrong = dict(module.state_dict()), list[str]()
    for name, tensor in tensors:
        if name not in expected:
            wrong.append(f"{name} is not of this network")
        elif expected[name].shape != tensor.shape:
            wrong.append(f"{name} is {tuple(tensor.shape)}, not {tuple(expected[name].shape)}")
        else:
            put(module, name, tensor)
        expected.pop(name, None)
    wrong += [f"{name} is missing" for name in expected]
    if wrong:
        raise WeightsError(f"these weights are not of this configuration: {shortened(wrong)}")


def put(module: nn.Module, name: str, tensor: Tensor) -> None:
    """Replace one parameter or buffer by a tensor, without copying it."""
    path, _, leaf = name.rpartition(".")
    owner = module.get_submodule(path)
    is_buffer = leaf in dict(owner.named_buffers(recurse=False))
    setattr(owner, leaf, tensor if is_buffer else nn.Parameter(tensor, requires_grad=False))


def read_pickle(path: Path) -> dict[str, Tensor]:
    """A dictionary of tensors from a .pth or .ckpt file; anything but data in it is refused, not run."""
    try:
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:
        raise WeightsError(
            f"{path} is refused: it is not a plain dictionary of tensors ({type(error).__name__})"
        ) from error
    if not isinstance(found, dict):
        raise WeightsError(f"{path} holds a {type(found).__name__}, not a dictionary of tensors")
    return found


def mismatches(shards: Shards, config: ModelConfig) -> str:
    """What in the headers of these files does not fit the configuration; empty when all does. Reads no weights."""
    with torch.device("meta"):
        expected = {name: tuple(tensor.shape) for name, tensor in UnifiedTransformer(config).state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in shards.tensors()}
    names = sorted(found.keys() ^ expected.keys())
    shapes = sorted(name for name in found.keys() & expected.keys() if found[name] != expected[name])
    return "; ".join(f"{what} {shortened(wrong)}" for what, wrong in (("names", names), ("shapes", shapes)) if wrong)


def shortened(problems: list[str]) -> str:
    """The first few, and how many more there are."""
    more = len(problems) - NAMED_PROBLEMS
    return "; ".join(problems[:NAMED_PROBLEMS]) + (f" and {more} more" if more > 0 else "")
