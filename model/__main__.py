"""`python -m model STAGE`: the life of the compact checkpoint, and what the published 15B needs, does and costs."""

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
    add_published_stages(stages)
    for name, help_text in (
        ("data", "render training clips into shards"),
        ("train", "train, or go on with a stopped run"),
        ("distil", "turn a trained run into a student of few steps"),
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
            stage.add_argument("--steps", type=int, default=4)
            stage.add_argument("--beside", nargs=3, action="append", default=[], metavar=("NAME", "FOLDER", "STEPS"))
            stage.add_argument("--again", nargs="*", default=[], metavar="NAME", help="also with another draw of noise")
        if name == "distil":
            stage.add_argument("--steps", type=int, default=4)
            stage.add_argument("--iterations", type=int, default=400)
        if name in ("sample", "evaluate"):
            stage.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    return run(options)


def add_published_stages(stages: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`plan`, `bench`, `weights` and `film`."""
    plan = stages.add_parser(
        "plan", help="memory, operations and seconds of a run of the 15B, before anything is loaded"
    )
    plan.add_argument("--config", default="base15b")
    plan.add_argument("--gpus", type=int, default=1)
    plan.add_argument("--resolution", default="1080p", help="256p, 540p or 1080p")
    plan.add_argument("--seconds", type=int, default=5)
    plan.add_argument("--device", default="h100", help="a name of the table, or any name with the next two options")
    plan.add_argument("--memory-gib", type=float, help="memory of one device")
    plan.add_argument("--tflops", type=float, help="bfloat16 peak of one device, as `bench` measures it")
    plan.add_argument("--guided", action="store_true", help="the undistilled base: 32 steps, two runs each")
    bench = stages.add_parser("bench", help="tokens a second and share of the matmul peak on this machine")
    bench.add_argument("--config", default="compact", choices=("compact", "base15b", "debug"))
    bench.add_argument("--layers", type=int, help="the first N layers only")
    bench.add_argument("--tokens", type=int, default=730)
    bench.add_argument("--runs", type=int, default=5)
    bench.add_argument("--threads", type=int, default=2)
    bench.add_argument("--json", action="store_true")
    bench.add_argument("--compile", action="store_true", help="as one compiled graph; compiling is not timed")
    weights = stages.add_parser("weights", help="which published parts a folder holds, and their licences")
    film = stages.add_parser("film", help="make one clip with the published parts of a folder")
    for stage in (weights, film):
        stage.add_argument("folder", type=Path)
        stage.add_argument("--accept", nargs="*", default=[], choices=("gemma", "stability"))
    film.add_argument("prompt")
    film.add_argument("--still", type=Path, help="first frame; without it the whole clip is made up")
    film.add_argument("--resolution", default="256p", choices=("256p", "540p", "1080p"))
    film.add_argument("--seconds", type=int, default=5)
    film.add_argument("--guided", action="store_true", help="the undistilled base: 32 steps, two runs each")
    film.add_argument("--seed", type=int, default=42)
    film.add_argument("--compile", action="store_true", help="compile each network as one graph")
    film.add_argument("--out", type=Path, default=STATE / "film")


def run(options: argparse.Namespace) -> int:
    """Dispatch; heavy modules are imported by the stage that needs them, so that --help is quick."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from model import stages
    from model.published import stages as published_stages

    action = {
        "plan": published_stages.plan,
        "bench": published_stages.bench,
        "weights": published_stages.weights,
        "film": published_stages.film,
        "parity": stages.parity,
        "data": stages.data,
        "train": stages.train,
        "distil": stages.distil,
        "sample": stages.sample,
        "evaluate": stages.evaluate,
        "ship": stages.ship,
    }[options.stage]
    return action(options)


if __name__ == "__main__":
    sys.exit(main())
