"""`python -m model parity|data|train|sample|evaluate|ship`: the whole life of the compact checkpoint."""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
STATE = ROOT / ".cache" / "training"


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run one stage; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m model", description=__doc__)
    stages = parser.add_subparsers(dest="stage", required=True)
    parity = stages.add_parser("parity", help="compare with golden vectors of the published reference")
    parity.add_argument("folder", type=Path)
    for name, help_text in (
        ("data", "render training clips into shards"),
        ("train", "train, or go on with a stopped run"),
        ("sample", "animate one picture"),
        ("evaluate", "measure a checkpoint on scenes it never saw"),
        ("ship", "write the averaged weights as a checkpoint"),
    ):
        stage = stages.add_parser(name, help=help_text)
        stage.add_argument("--recipe", default="compact_cpu")
        stage.add_argument("--run", default="run1", help="name of the folder below .cache/training")
        stage.add_argument("--weights", type=Path, default=ROOT / "model" / "weights")
        stage.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", help="folder of real data")
        stage.add_argument("--text-encoder", type=Path, default=None, help="folder of MiniLM; default: the package")
        if name == "sample":
            stage.add_argument("still", type=Path)
            stage.add_argument("prompt")
            stage.add_argument("--out", type=Path, default=STATE / "sample")
        if name == "evaluate":
            stage.add_argument("--clips", type=int, default=132)
            stage.add_argument("--steps", type=int, default=2)
        if name in ("sample", "evaluate"):
            stage.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    return run(options)


def run(options: argparse.Namespace) -> int:
    """Dispatch; heavy modules are imported by the stage that needs them, so that --help is quick."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from model import stages

    action = {
        "parity": stages.parity,
        "data": stages.data,
        "train": stages.train,
        "sample": stages.sample,
        "evaluate": stages.evaluate,
        "ship": stages.ship,
    }[options.stage]
    return action(options)


if __name__ == "__main__":
    sys.exit(main())
