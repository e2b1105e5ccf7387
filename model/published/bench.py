"""How fast the network runs on this machine, beside the matrix products that this machine can do at best.

Model FLOPs utilisation is counted operations (`model.published.cost`) over seconds, divided by the best plain matmul of
the same dtype, threads and device measured in the same minute.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from model.architecture.transformer import UnifiedTransformer, stored_dtype
from model.config import ModelConfig
from model.published import cost
from model.tokens.sequence import Segments

MATMUL_SIDES = {"cpu": (1024, 2048), "cuda": (4096, 8192)}
MEMORY_SHARE = 0.8


@dataclass(frozen=True)
class Figures:
    """One measurement; every rate is the best of its runs."""

    config: str
    device: str
    dtype: str
    threads: int
    layers: int
    tokens: int
    seconds: float
    flops: int
    peak_flops_per_s: float

    @property
    def tokens_per_s(self) -> float:
        return self.tokens / self.seconds

    @property
    def achieved_tflops(self) -> float:
        return self.flops / self.seconds / 1e12

    @property
    def utilisation(self) -> float:
        return self.flops / self.seconds / self.peak_flops_per_s


class TooLargeError(Exception):
    """The network does not fit into this machine; the message says how much of it would."""


def matmul_peak(dtype: torch.dtype, *, device: str, runs: int = 4) -> float:
    """Best rate of square matrix products, operations a second."""
    best = 0.0
    for side in MATMUL_SIDES[device]:
        one, other = (torch.randn(side, side, device=device).to(dtype) for _ in "ab")
        best = max(best, 2 * side**3 / best_seconds(partial(torch.matmul, one, other), device, runs))
    return best


def best_seconds(call: Callable[[], object], device: str, runs: int) -> float:
    """Shortest wall time of a call after one warm-up, with the device's queue drained."""
    times = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        call()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return min(times[1:])


def has_gpu() -> bool:
    """Whether this process sees a GPU."""
    return torch.cuda.is_available()


def free_bytes(device: str) -> int:
    """Memory that is free now on the device."""
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    values = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return int(values["MemAvailable"].split()[0]) * 1024


def shallow(config: ModelConfig, layers: int | None, *, room: int) -> ModelConfig:
    """The configuration with its first `layers` layers, or the error that says how many fit into `room` bytes."""
    wanted = replace(config, num_layers=layers or config.num_layers)
    if cost.weight_bytes(wanted) <= room:
        return wanted
    fitting = [n for n in range(1, wanted.num_layers) if cost.weight_bytes(replace(config, num_layers=n)) <= room]
    advice = f"pass --layers {fitting[-1]}" if fitting else "there is no room for one layer"
    size = cost.weight_bytes(wanted) / 2**30
    raise TooLargeError(f"{wanted.num_layers} layers are {size:.1f} GiB and {room / 2**30:.1f} GiB are free: {advice}")


def random_network(config: ModelConfig, device: str) -> UnifiedTransformer:
    """The network with small uniform weights in their stored dtypes, made where it runs."""
    network = cost.without_memory(config)
    for name, weight in network.named_parameters():
        weight.data = weight.data.to(stored_dtype(name, config))
    network.to_empty(device=device)
    for weight in network.parameters():
        weight.data.uniform_(-0.02, 0.02)
    return network.eval()


@torch.no_grad()
def measure(
    name: str, layers: int | None, *, segments: Segments, device: str, runs: int, compiled: bool = False
) -> Figures:
    """Time forward passes of a named configuration at one sequence length."""
    full: ModelConfig = getattr(ModelConfig, name)()
    config = shallow(full, layers, room=int(MEMORY_SHARE * free_bytes(device)))
    network = random_network(config, device)
    if compiled:
        network.compile(fullgraph=True)
    tokens = torch.randn(1, segments.total, config.token_width, device=device)
    coordinates = torch.randint(1, 9, (1, segments.total, 9), device=device).float()
    seconds = best_seconds(lambda: network(tokens, coordinates, segments), device, runs)
    peak = matmul_peak(getattr(torch, config.compute_dtype), device=device)
    flops = cost.forward_flops(config, segments)
    threads = torch.get_num_threads()
    return Figures(name, device, config.compute_dtype, threads, config.num_layers, segments.total, seconds, flops, peak)
