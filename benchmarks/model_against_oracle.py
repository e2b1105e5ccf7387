"""Forward passes of our network against the plain second implementation in tests/model/oracle.py: same weights,
same dtype, same threads; and the block linears against the matmul peak that this machine reaches in the same run.

python benchmarks/model_against_oracle.py [--tokens 512] [--runs 3] [--threads 2] [--json]
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import torch
from torch.nn import functional as F

from benchmarks.report import show
from model.architecture.layers import Layer, attention
from model.architecture.positions import RotaryEmbedding
from model.architecture.transformer import UnifiedTransformer
from model.config import ModelConfig
from model.tokens.sequence import Segments
from tests.model import oracle
from tests.model.test_against_oracle import KINDS, fill, real_width_layer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=512)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    figures: dict[str, float] = {}
    with torch.no_grad():
        for name, ours, theirs in subjects(options):
            first, second = alternating(ours, theirs, options.runs)
            figures |= {f"{name}: ms": 1e3 * first, f"{name}: oracle ms": 1e3 * second}
            figures[f"{name}: oracle takes times"] = second / first
        figures |= linears(options)
    rows = [["figure", "value"], *([name, f"{value:.2f}"] for name, value in figures.items())]
    show("model_against_oracle", figures, rows=rows, as_json=options.json)


def alternating(first: Callable[[], object], second: Callable[[], object], runs: int) -> tuple[float, float]:
    """Best processor time of each a thread, in turns, so that a busy machine harms both alike."""
    best = [float("inf"), float("inf")]
    for call in (first, second):
        call()
    for _ in range(runs):
        for place, call in enumerate((first, second)):
            begun = time.process_time()
            call()
            best[place] = min(best[place], (time.process_time() - begun) / torch.get_num_threads())
    return best[0], best[1]


def sequence(tokens: int) -> tuple[Segments, torch.Tensor]:
    """Mostly video, as in a clip, with random coordinates: their values cost nothing."""
    segments = Segments(tokens - tokens // 8 - 16, 16, tokens // 8)
    coordinates = torch.randint(1, 9, (tokens, 9), generator=torch.Generator().manual_seed(1)).float()
    return segments, coordinates


def subjects(options: argparse.Namespace):
    """Name, our forward and the oracle's, for each kind of layer at real width and for the compact network."""
    segments, coordinates = sequence(options.tokens)
    about = {"coordinates": coordinates, "modality": segments.modality()}
    for kind in options.kinds:
        layer, x = real_width_layer(kind, "bfloat16"), torch.randn(options.tokens, 5120)
        rope, weights = RotaryEmbedding(16)(coordinates)[None], dict(layer.named_parameters())
        yield (
            f"layer, {kind}, bf16",
            lambda layer=layer, x=x, rope=rope: layer(x[None], rope, segments, (), attention),
            lambda weights=weights, x=x: oracle.layer(x, weights, head_dim=128, low=torch.bfloat16, **about),
        )
    for precision in ("float32", "bfloat16"):
        config = replace(ModelConfig.compact(), compute_dtype=precision)
        network, low = UnifiedTransformer(config), getattr(torch, precision)
        fill(network, seed=1)
        tokens = torch.randn(options.tokens, config.token_width)
        yield (
            f"compact, {precision}",
            lambda network=network, tokens=tokens: network(tokens[None], coordinates[None], segments),
            lambda network=network, tokens=tokens, low=low: oracle.forward(
                tokens, network.state_dict(), head_dim=64, low=low, **about
            ),
        )


def linears(options: argparse.Namespace) -> dict[str, float]:
    """Rate of each block matrix of a shared layer in bfloat16, as a share of the best square matmul beside it."""
    squares = [(torch.randn(side, side).bfloat16(), side) for side in (1024, 2048)]
    peak = max(2 * side**3 / alternating(lambda x=x: x @ x, lambda: None, options.runs)[0] for x, side in squares)
    figures = {"matmul peak, bf16, GFLOP/s a thread": peak / 1e9}
    with torch.device("meta"):
        layer = Layer(ModelConfig.base15b(), KINDS["shared"])
    for name, weight in layer.named_parameters():
        if weight.ndim == 2:
            width_out, width_in = weight.shape
            filled, x = torch.randn(width_out, width_in).bfloat16(), torch.randn(options.tokens, width_in).bfloat16()
            best, _ = alternating(lambda x=x, filled=filled: F.linear(x, filled), lambda: None, options.runs)
            figures[f"{name}: share of peak"] = 2 * options.tokens * width_in * width_out / best / peak
    return figures


if __name__ == "__main__":
    main()
