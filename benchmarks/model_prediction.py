"""Should the head of a small model return the velocity, as the 15B's does, or the clean sample?

Two networks of the compact shape at a quarter of its width, alike in everything but `prediction` (and in what belongs
to it: a sample loss is weighted by 1 / sigma^2, capped), trained on the same batches for the same number of steps, then
asked for two slots of clips of scene families that neither has seen. Error of each kind of token: what is missed as a
share of what is there (0 is exact, 1 is leaving it out), from the same noise. A seed is another pair of networks.

    python -m model data
    nice python benchmarks/model_prediction.py [--steps 300] [--seeds 2] [--json]
"""

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from torch import Tensor

from benchmarks import report
from model.architecture.transformer import UnifiedTransformer
from model.config import ModelConfig, Prediction
from model.inference.sampler import Canvas, denoise
from model.recipes import compact_cpu
from model.training.clips import ClipStore
from model.training.loop import Batch, Trainer, assemble, draw_batch
from model.training.recipe import Recipe

SHARDS = report.ROOT / ".cache" / "training" / "data" / "shards"
UNSEEN = ("desk", "picnic", "bathroom_shelf")
"""Families that are trained on otherwise; here they are kept apart."""
ASKED_SLOTS, ASKED_CLIPS, LONG = (5, 11), 48, 8
KINDS = ("camera", "effect", "cell", "sound")
PREDICTIONS: tuple[Prediction, ...] = ("velocity", "sample")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not SHARDS.is_dir():
        raise SystemExit(f"no training shards in {SHARDS}: run `python -m model data` first")
    torch.set_num_threads(1)
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        known, unseen = parted(Path(scratch))
        for seed in range(1, options.seeds + 1):
            for prediction in PREDICTIONS:
                network = trained(small(prediction, seed, options.steps), known, Path(scratch) / f"{prediction}{seed}")
                for steps in (2, LONG):
                    figures[f"{prediction}, seed {seed}, {steps} steps"] = errors(network, unseen, steps)
                print(f"{prediction} seed {seed}: {figures[f'{prediction}, seed {seed}, 2 steps']}", file=sys.stderr)
    rows = [("network", *KINDS), *((name, *(f"{row[kind]:.3f}" for kind in KINDS)) for name, row in figures.items())]
    report.show("model_prediction", figures, rows=rows, as_json=options.json, seed=1)


def parted(folder: Path) -> tuple[ClipStore, ClipStore]:
    """The clips to train on, and those of the families that are kept apart."""
    stores = []
    for name, is_unseen in (("known", False), ("unseen", True)):
        (folder / name).mkdir()
        for path in SHARDS.glob("*.safetensors"):
            if path.name.startswith(UNSEEN) == is_unseen:
                (folder / name / path.name).symlink_to(path)
        stores.append(ClipStore.open(folder / name))
    return stores[0], stores[1]


def small(prediction: Prediction, seed: int, steps: int) -> Recipe:
    """The compact recipe at a quarter of the width, in float32, on two slots throughout."""
    size = replace(
        ModelConfig.compact(), hidden_size=64, head_dim=32, num_query_groups=1, compute_dtype="float32",
        prediction=prediction,
    )  # fmt: skip
    return replace(
        compact_cpu(), name=f"small {prediction}", model=size, seed=seed, steps=steps, full_share=0.0, ema=0.97,
        learning_rate=4e-3, final_rate=0.02,
    )  # fmt: skip


def trained(recipe: Recipe, store: ClipStore, folder: Path) -> UnifiedTransformer:
    """The averaged network after the last step."""
    trainer, nothing = Trainer(recipe, folder), torch.zeros(1, 2, recipe.model.text_in_channels)
    for step in range(recipe.steps):
        parts = trainer.train_step(draw_batch(store, recipe, step=step, null_text=nothing))
        if step % 50 == 0:
            print(recipe.name, step, {name: round(value, 3) for name, value in parts.items()}, file=sys.stderr)
    trainer.network.load_state_dict(trainer.network.state_dict() | trainer.average)
    return trainer.network.eval()


def errors(network: UnifiedTransformer, store: ClipStore, steps: int) -> dict[str, float]:
    """What is missed as a share of what is there, by kind, over clips of the most common prompt lengths."""
    missed, there = dict.fromkeys(KINDS, 0.0), dict.fromkeys(KINDS, 0.0)
    for number, members in enumerate(sorted(store.groups().values(), key=len)[-4:]):
        batch = asked(store, members[: ASKED_CLIPS // 4], network.config.token_width)
        made = denoise(network, canvas_of(batch), steps=steps, generator=torch.Generator().manual_seed(number))
        for kind in KINDS:
            mask = batch.targets[kind]
            missed[kind] += float((made - batch.clean)[:, mask].square().sum())
            there[kind] += float(batch.clean[:, mask].square().sum())
    return {kind: round(missed[kind] / there[kind], 4) for kind in KINDS}


def asked(store: ClipStore, members: Tensor, width: int) -> Batch:
    text = torch.stack([store.texts[int(index)] for index in members]).float()
    return assemble(store, members, slots=torch.tensor(ASKED_SLOTS), text=text, width=width)


def canvas_of(batch: Batch) -> Canvas:
    free = torch.stack(list(batch.targets.values())).any(0)
    known = torch.where(free, torch.zeros_like(batch.clean), batch.clean)
    return Canvas(known, free, batch.coordinates, batch.segments)


if __name__ == "__main__":
    main()
