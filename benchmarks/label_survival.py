"""Which labels of a signed video survive what platforms do to files: re-encode, scale, crop, trim, remux.

    python -m benchmarks.label_survival [--keep FOLDER]

Three labels are read back from every derived file: the words "AI-generated" in the picture (by the audit's own text
reader), the C2PA seal (by the reference reader) and the AIGC metadata. The film is signed like an approved one.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k")
WAYS: dict[str, Sequence[str]] = {
    "untouched": (),
    "copied by name only": ("-c", "copy"),
    "remuxed with all metadata kept": ("-c", "copy", "-map_metadata", "0", "-movflags", "use_metadata_tags"),
    "re-encoded at 2000 kbit/s": (*X264, "-b:v", "2000k"),
    "re-encoded at 800 kbit/s": (*X264, "-b:v", "800k"),
    "re-encoded at 300 kbit/s": (*X264, "-b:v", "300k"),
    "re-encoded, metadata kept": (*X264, "-b:v", "800k", "-map_metadata", "0", "-movflags", "use_metadata_tags"),
    "scaled to 640 x 360": (*X264, "-crf", "23", "-vf", "scale=640:360"),
    "scaled to 426 x 240": (*X264, "-crf", "23", "-vf", "scale=426:240"),
    "cropped 16:9 to 9:16, middle": (*X264, "-crf", "23", "-vf", "crop=ih*9/16:ih"),
    "trimmed, first second off": ("-ss", "1", "-c", "copy"),
    "trimmed, middle third re-encoded": (*X264, "-crf", "23", "-ss", "2", "-t", "2"),
}
"""What is done -> arguments of ffmpeg; none leaves the file as it is."""


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, default=None, help="leave the files in this folder")
    asked = parser.parse_args(arguments)
    _set_up()
    with tempfile.TemporaryDirectory(prefix="vitrine-") as name:
        folder = asked.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        film = _signed(folder)
        sys.stdout.write("| what was done | AI label, seen | C2PA seal | AIGC metadata | picture and sound |\n")
        sys.stdout.write("|---|---|---|---|---|\n")
        for number, (words, options) in enumerate(WAYS.items()):
            sys.stdout.write(_row(words, film, _derived(film, folder / f"{number:02d}.mp4", options)) + "\n")
            sys.stdout.flush()
    return 0


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


def _signed(folder: Path) -> Path:
    """A demo film with its label where the product puts it, labelled and signed as after an approval."""
    from benchmarks import demo_clips
    from generation.render import compose
    from generation.render.clip import Motion
    from generation.render.scene import Scene
    from generation.render.view import Cutout, Take
    from review.provenance import keys, signing
    from review.provenance.streams import streams_hash

    mug = demo_clips.demo("VT-MUG")
    spec = demo_clips.plan(mug, "kitchen_counter")
    scene = Scene.load("kitchen_counter", "wide")
    motion = Motion.still(round(spec.seconds * spec.fps), effect=spec.shots[0].effect)
    cutout = Cutout(rgba=mug.rgba, photo=mug.image)
    film = compose.render(spec, {"wide": [Take(scene, motion)]}, cutout=cutout, out=folder)[0].path
    pack = {
        "merchant": "Demo", "video": "benchmark", "format": "wide", "title": "Mug", "ingredients": [],
        "model": {"made_by": "a camera that stands still"}, "streams": streams_hash(film),
    }  # fmt: skip
    return signing.seal(film, folder, pack=pack, signer=keys.development_signer(folder))


def _derived(film: Path, target: Path, options: Sequence[str]) -> Path:
    if not options:
        return film
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(film), *options, str(target)]
    subprocess.run(command, check=True, timeout=300)
    return target


def _row(words: str, film: Path, derived: Path) -> str:
    from review.observe.marks import aigc_label
    from review.provenance.streams import streams_hash

    label = "kept" if aigc_label(derived) else "lost"
    same = "the same" if streams_hash(derived) == streams_hash(film) else "others"
    return f"| {words} | {_seen(derived)} | {_seal(film, derived)} | {label} | {same} |"


def _seal(film: Path, derived: Path) -> str:
    from review.provenance import c2pa, keys

    anchor = keys.known_of(keys.development_signer(film.parent).chain)
    seal = c2pa.read(derived, [anchor])
    if seal is None:
        return "lost"
    return "kept, valid" if seal.is_ours and seal.is_intact else "kept, broken"


def _seen(derived: Path) -> str:
    """What the audit's own rule says about the words in the picture, knowing no plan: only the market's rule."""
    from benchmarks import demo_clips
    from review.checks.ai_label import ai_label
    from review.observe.observer import Subject, observe

    facts = demo_clips.demo("VT-MUG").facts
    subject = Subject(facts=facts, photo=None, locale="en-US")
    seen = observe(derived, subject, lambda stage, share: None, parts=frozenset({"text"}))
    (finding,) = ai_label(facts, None, seen)
    return "kept" if finding.severity == "info" else finding.message


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
