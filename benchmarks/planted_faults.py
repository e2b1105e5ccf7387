"""Which faults does the audit find, and what does it stop without reason? Faults planted by script, Wilson intervals.

A file is half a second (flashes: one) of a demo product in a scene of the pack: random place, size, light, drift,
coding, words. The clean file of a seed is watched once for most classes; a faulty one is that file with one fault (or
several, of which each rule reads its own), watched for what its rule reads. Each file becomes one line of `--store`, so
a run goes on where it was stopped. Beside it what reading one frame and a few regular expressions find.
Promise: recall at least 0.98, false alarms at most 0.02, over 150 files each.

    nice python benchmarks/planted_faults.py [--n 150] [--seed 5000] [--classes colour,flashes] [--keep FOLDER]
    nice python benchmarks/planted_faults.py --report [--json]       # figures of the lines that are stored

About 0.7 processor seconds a file, 3.5 with speech. People are photos of ../shared/data. Seeds below 5000
were used while checks were written.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped]  # it ships no types
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")
from analytics.stats.counts import Counts
from analytics.stats.intervals import wilson
from benchmarks import report
from benchmarks.drawn_clips import write
from benchmarks.fault_kinds import FAULTS, PRODUCT, TEXT, Fault
from benchmarks.fault_sample import LANGUAGES, Sample, clean
from generation.render import speech as voice
from generation.specs import Line
from review.checks import registry, term_lists
from review.observe import media, text
from review.observe.observer import Part, Subject, Track, observe
from review.observe.records import Sound
from review.provenance import aigc

STORE = report.ROOT / ".cache" / "faults"
MIDDLING = Track(sound=Sound(codec="aac", loudness=-18.0, peak=-3.0), words=())
"""Stands for a sound track in classes that are not about sound."""
NAIVE_EVERY = 3
"""Files between two that the baseline reads as well."""
Told = dict[str, object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=150, help="seeds")
    parser.add_argument("--classes", default=",".join(FAULTS))
    parser.add_argument("--seed", type=int, default=5000)
    parser.add_argument("--store", type=Path, help="JSON lines; .cache/faults/<seed>.jsonl by default")
    parser.add_argument("--keep", type=Path, help="folder for the files")
    parser.add_argument("--report", action="store_true", help="only print what is stored")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    store = options.store or STORE / f"{options.seed}.jsonl"
    if not options.report:
        with tempfile.TemporaryDirectory() as scratch:
            _fill(store, options, options.keep or Path(scratch))
    _report(_stored(store), as_json=options.json, seed=options.seed)


def _fill(store: Path, options: argparse.Namespace, folder: Path) -> None:
    """Watch every file that the store does not know yet."""
    store.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    known = {str(line["clip"]) for line in _stored(store)}
    commit = report.commit()
    with store.open("a") as lines:
        for name, language, number in _wanted(options):
            for is_faulty in (False, True):
                clip = f"{_clip(name, language, is_faulty=is_faulty)}-{options.seed + number}"
                if clip not in known:
                    known.add(clip)
                    told = _watched(name, language, options.seed + number, folder / f"{clip}.mp4", is_faulty=is_faulty)
                    lines.write(json.dumps({"clip": clip, "commit": commit, **told}) + "\n")
                    lines.flush()
                    if not options.keep:
                        (folder / f"{clip}.mp4").unlink()
            print(f"\r{name} {language} {number + 1}/{options.n}   ", end="", file=sys.stderr, flush=True)


def _wanted(options: argparse.Namespace) -> Iterator[tuple[str, str, int]]:
    for name in options.classes.split(","):
        for language in FAULTS[name].languages:
            for number in range(options.n):
                yield name, language, number


def _clip(name: str, language: str, *, is_faulty: bool) -> str:
    """Most classes share a clean file, some a faulty one."""
    own = FAULTS[name].file or name
    if is_faulty:
        return f"{own}-faulty-{language}"
    return f"{own}-clean-{language}" if FAULTS[name].clean else f"clean-{language}"


def _watched(name: str, language: str, seed: int, file: Path, *, is_faulty: bool) -> Told:
    """What each rule that was asked says of the file, and what the baseline would."""
    fault = FAULTS[name]
    started = time.process_time() + os.times().children_user
    sample = clean(np.random.default_rng([seed, list(LANGUAGES).index(language)]), LANGUAGES[language])
    random = np.random.default_rng([seed, zlib.crc32((fault.file or name).encode())])
    plant = fault.plant if is_faulty else fault.clean
    sample = plant(sample, random) if plant else sample
    _written(sample, file)
    parts = fault.parts if plant else TEXT | (PRODUCT if language == "en" else frozenset())
    rules = {each.rule for each in FAULTS.values() if (each.file == fault.file != "" if plant else each.parts <= parts)}
    rules |= {fault.rule}
    found = _found(file, sample, parts, rules)
    asked = rules & NAIVE if seed % NAIVE_EVERY == 0 and not sample.said else set()
    naive = _naive(file, sample, asked) if asked else {}
    seconds = time.process_time() + os.times().children_user - started
    return {"found": found, "naive": naive, "sku": sample.facts.sku, "cpu": round(seconds, 2)}


def _found(file: Path, sample: Sample, parts: frozenset[Part], rules: set[str]) -> dict[str, list[str]]:
    """Severities and messages of the findings that stop a file, by rule."""
    heard = None if "sound" in parts else MIDDLING
    subject = Subject(facts=sample.facts, photo=sample.product.photo, locale=sample.locale)
    seen = observe(file, subject, lambda stage, share: None, heard=heard, parts=parts)
    findings = registry.run(sample.facts, None, seen)
    stopping = [each for each in findings if each.severity in ("block", "person")]
    return {rule: [f"{each.severity}: {each.message}" for each in stopping if each.rule == rule] for rule in rules}


def _written(sample: Sample, file: Path) -> Path:
    if sample.producer:
        return _marked(sample, file)
    if not sample.said:
        return write(sample.drawing, file)
    line = Line(start=0, end=5, text=sample.said)
    said = voice.speak(line, sample.locale)
    sound = np.interp(np.arange(0, len(said.sound), voice.RATE / 16000), np.arange(len(said.sound)), said.sound)
    seconds = len(sound) / 16000 + 0.4
    return write(replace(sample.drawing, sound=sound.astype(np.float32), seconds=seconds), file)


def _marked(sample: Sample, file: Path) -> Path:
    """With its hidden label, or copied by a tool that knows nothing of it."""
    bare = write(sample.drawing, file.with_suffix(".bare.mp4"))
    label = aigc.Label(producer=sample.producer, produce_id=file.stem, reserved=media.sha256(bare))
    aigc.write(bare, file, label)
    if sample.is_stripped:
        shutil.move(file, bare)
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(bare), "-c", "copy", str(file)]
        subprocess.run(command, check=True, timeout=60)
    bare.unlink()
    return file


def _naive(file: Path, sample: Sample, rules: set[str]) -> dict[str, bool]:
    """What somebody writes in an afternoon: text of the middle frame, substrings and a regular expression."""
    streams = media.probe(file)
    frame = media.frame_at(file, streams.seconds / 2, streams)[..., ::-1].copy()
    told = text._engine()(frame, use_det=True, use_cls=False, use_rec=True)
    read = " ".join(told.txts or ()).casefold()
    return {rule: _naively(read, sample, rule) for rule in sorted(rules)}


def _naively(read: str, sample: Sample, rule: str) -> bool:
    if rule == "ai_label":
        return "ai" not in read
    if rule == "quoted":
        return bool(re.search('["“”«»「」]', read))
    if rule == "absolute_terms":
        terms = term_lists.list_for(sample.locale)
        return any(term.phrase.casefold() in read for term in (terms.terms if terms else ()) if term.severity != "warn")
    known = {f"{parameter.value:g}" for parameter in sample.facts.parameters}
    return any(number.replace(",", ".") not in known for number in re.findall(r"\d+(?:[.,]\d+)?", read))


NAIVE = frozenset({"ai_label", "absolute_terms", "numeric_claims", "quoted"})
"""Rules that the baseline has an answer to."""


def _stored(store: Path) -> list[Told]:
    return [json.loads(line) for line in store.read_text().splitlines()] if store.exists() else []


def _report(lines: list[Told], *, as_json: bool, seed: int) -> None:
    head = ("class", "modality", "language", "recall", "blocked", "false alarms", "baseline recall", "its false alarms")
    rows: list[tuple[object, ...]] = [head]
    figures: dict[str, object] = {}
    for name, fault in FAULTS.items():
        for language in fault.languages:
            figures[f"{name} {language}"] = told = _figures(lines, name, language, fault)
            rows.append((name, fault.modality, language, *told.values()))
    report.show("planted_faults", figures, rows=rows, as_json=as_json, seed=seed)


def _figures(lines: list[Told], name: str, language: str, fault: Fault) -> dict[str, str]:
    """Shares over the stored files of a class; a dash where there are none."""
    files = {kind: _of(lines, _clip(name, language, is_faulty=kind)) for kind in (True, False)}
    said = {kind: [line["found"][fault.rule] for line in files[kind]] for kind in files}
    blocked = [any(each.startswith("block") for each in found) for found in said[True]]
    read = {kind: [line["naive"][fault.rule] for line in files[kind] if fault.rule in line["naive"]] for kind in files}
    told = {kind: _share([bool(found) for found in said[kind]]) for kind in said}
    if not fault.is_claimed:
        unmeasured = {kind: [found[0].startswith("person: Cannot") for found in said[kind]] for kind in said}
        told = {kind: f"cannot measure, {sum(all_)} of {len(all_)}" for kind, all_ in unmeasured.items()}
    baseline = {kind: _share(read[kind]) if fault.rule in NAIVE and fault.modality == "text" else "-" for kind in read}
    return {
        "recall": told[True],
        "blocked": f"{np.mean(blocked):.2f}" if blocked else "-",
        "false alarms": told[False],
        "baseline recall": baseline[True],
        "baseline false alarms": baseline[False],
    }


def _of(lines: list[Told], clip: str) -> list[Told]:
    return [line for line in lines if str(line["clip"]).rsplit("-", 1)[0] == clip]


def _share(told: list[bool]) -> str:
    """``148/150 = 0.987 (0.953 to 0.996)``: a 95 % Wilson interval."""
    if not told:
        return "-"
    found = wilson(Counts(trials=len(told), successes=sum(told)), confidence=0.95)
    bounds = f" ({found.low:.3f} to {found.high:.3f})" if found else ""
    return f"{sum(told)}/{len(told)} = {np.mean(told):.3f}{bounds}"


if __name__ == "__main__":
    main()
