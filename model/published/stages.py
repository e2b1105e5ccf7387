"""The stages of `python -m model` for the published 15B: each prints what it found and returns an exit code."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy.io import wavfile

from model.inference.film import Film, FilmRequest
from model.published import assets, ready
from model.published import bench as measuring
from model.published import plan as planning
from model.published.shards import WeightsError
from model.tokens.sequence import Segments
from model.training import pictures

AUDIO_SHARE, TEXT_SHARE = 30, 8
SHEET_FRAMES = 6


def plan(options: argparse.Namespace) -> int:
    """Print the plan, or on the error stream why the run cannot be made and what would do."""
    try:
        made = planning.make_plan(ask_of(options))
    except planning.DoesNotFitError as error:
        print(error, file=sys.stderr)
        return 1
    print(planning.table(made))
    return 0


def ask_of(options: argparse.Namespace) -> planning.Ask:
    """The devices of the table, changed by what the command line says about them."""
    known = planning.DEVICES.get(options.device)
    if known is None and (options.memory_gib is None or options.tflops is None):
        names = ", ".join(planning.DEVICES)
        raise planning.DoesNotFitError(
            f"no device {options.device!r} in the table ({names}): pass --memory-gib and --tflops"
        )
    memory = options.memory_gib or (known.memory_gib if known else 0)
    peak = options.tflops or (known.peak_tflops if known else 0)
    link = known.link_gb_s if known else planning.PLAIN_LINK_GB_S
    return planning.Ask(
        config=options.config,
        resolution=options.resolution,
        seconds=options.seconds,
        device=planning.Device(options.device, memory, peak, link),
        gpus=options.gpus,
        distilled=not options.guided,
    )


def bench(options: argparse.Namespace) -> int:
    """Time the network on this machine's accelerator, or its processor where there is none."""
    torch.set_num_threads(options.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    audio, text = options.tokens // AUDIO_SHARE, options.tokens // TEXT_SHARE
    segments = Segments(options.tokens - audio - text, audio, text)
    try:
        found = measuring.measure(
            options.config,
            options.layers,
            segments=segments,
            device=device,
            runs=options.runs,
            compiled=options.compile,
        )
    except measuring.TooLargeError as error:
        print(error, file=sys.stderr)
        return 1
    rates = {
        "tokens_per_s": found.tokens_per_s,
        "achieved_tflops": found.achieved_tflops,
        "peak_tflops": found.peak_flops_per_s / 1e12,
        "mfu": found.utilisation,
        "load": os.getloadavg()[0],
    }
    if options.json:
        print(json.dumps({**asdict(found), **rates}))
        return 0
    print(f"{found.config}, {found.layers} layers, {found.tokens} tokens, {found.dtype} on {found.device}")
    print(f"{found.seconds * 1e3:.1f} ms a forward pass, {found.tokens_per_s:.0f} tokens/s")
    best = rates["peak_tflops"]
    print(f"{rates['achieved_tflops']:.3f} TFLOP/s, {found.utilisation:.0%} of {best:.3f} (best matmul now)")
    return 0


def weights(options: argparse.Namespace) -> int:
    """Print every part with its licence and state; 0 only when all are there and accepted."""
    try:
        lines = assets.report(options.folder, frozenset(options.accept))
    except WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    for name, licence, state in lines:
        print(f"{name:13} {licence}\n{'':13} {state}")
    return 0 if all(state.startswith(assets.USABLE) for _, _, state in lines) else 1


def film(options: argparse.Namespace) -> int:
    """Make one clip with the parts of a folder: numbered PNG frames, a contact sheet and sound.wav."""
    wish = ready.Wish(
        resolution=options.resolution, seconds=options.seconds, guided=options.guided, compiled=options.compile
    )
    try:
        maker = ready.film_maker(options.folder, frozenset(options.accept), wish)
    except (planning.DoesNotFitError, assets.LicenceError, WeightsError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    width, height = planning.SIZES[options.resolution]
    request = FilmRequest(
        prompt=options.prompt,
        still=np.asarray(Image.open(options.still).convert("RGB")) if options.still else None,
        seconds=options.seconds,
        width=width,
        height=height,
        seed=options.seed,
    )
    write_film(maker.make(request), options.out, title=options.prompt)
    print(f"wrote {options.out}/frames, sheet.jpg and sound.wav")
    return 0


def write_film(made: Film, folder: Path, *, title: str) -> None:
    """Frames as PNG files, six of them on a sheet, and the sound."""
    (folder / "frames").mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(made.frames):
        Image.fromarray(frame).save(folder / "frames" / f"{number:04}.png")
    chosen = np.linspace(0, len(made.frames) - 1, SHEET_FRAMES).astype(int)
    pictures.contact_sheet([(title, [made.frames[number] for number in chosen])], folder / "sheet.jpg")
    wavfile.write(folder / "sound.wav", made.sound_rate, made.sound)
