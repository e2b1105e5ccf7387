"""A checkpoint is a folder: NAME.safetensors and config.json with sizes, recipe, git revision and SHA-256."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from model.config import ModelConfig

FORMAT = 1


class CheckpointError(Exception):
    """The folder holds no usable checkpoint; the message says what is missing and how to get it."""


@dataclass(frozen=True)
class Checkpoint:
    """What a folder of weights holds; `notes` are recipe, revision, data hashes and figures as written by training."""

    config: ModelConfig
    tensors: dict[str, Tensor]
    sha256: str
    notes: dict[str, Any]

    def part(self, prefix: str) -> dict[str, Tensor]:
        """The tensors below one prefix, with it removed."""
        return {name[len(prefix) :]: tensor for name, tensor in self.tensors.items() if name.startswith(prefix)}


def file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save(folder: Path, name: str, *, config: ModelConfig, tensors: dict[str, Tensor], notes: dict[str, Any]) -> str:
    """Write weights, then config.json naming their hash, each to a temporary name first; returns the SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"{name}.safetensors"
    temporary = weights.with_suffix(".partial")
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, temporary)
    temporary.replace(weights)
    digest = file_sha256(weights)
    record = {"format": FORMAT, "weights": weights.name, "sha256": digest, "model": config.to_json(), **notes}
    description = folder / "config.json"
    temporary = description.with_suffix(".partial")
    temporary.write_text(json.dumps(record, indent=2) + "\n")
    temporary.replace(description)
    return digest


def load(folder: Path) -> Checkpoint:
    """Read a checkpoint folder. Raises CheckpointError when it is absent, of another format or not the hashed file."""
    description = folder / "config.json"
    if not description.is_file():
        raise CheckpointError(f"no weights in {folder}: train them with `python -m model train`, then `ship`")
    record = json.loads(description.read_text())
    if record.pop("format") != FORMAT:
        raise CheckpointError(f"{description} is of another format than {FORMAT}: ship the weights again")
    weights = folder / record.pop("weights")
    if not weights.is_file():
        raise CheckpointError(f"{description} names {weights.name}, which is not there")
    digest = file_sha256(weights)
    if digest != record.pop("sha256"):
        raise CheckpointError(f"{weights} is not the file that {description.name} was written for: its SHA-256 differs")
    config = ModelConfig.from_json(record.pop("model"))
    return Checkpoint(config=config, tensors=load_file(weights), sha256=digest, notes=record)


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Write a training state whole or not at all: a run that is killed meanwhile still has the state before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    torch.save(state, temporary)
    temporary.replace(path)


def floats(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Stored bfloat16 tensors widened to float32, the dtype the small models compute their residual stream in."""
    return {name: tensor.float() if tensor.dtype == torch.bfloat16 else tensor for name, tensor in tensors.items()}
