"""Marks that a container carries beside picture and sound: the hidden AI label of GB 45438-2025, and a C2PA seal."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import imageio_ffmpeg  # type: ignore[import-untyped]  # it ships no types

from review.observe.records import Marks

SECONDS = 60
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"""The uuid of the MP4 box that holds a C2PA manifest store (C2PA 2.2, annex A.5)."""


def marks(path: Path) -> Marks:
    """What is there, not whether it is valid: the verify page holds a seal against keys and records."""
    label = aigc_label(path) or {}
    return Marks(aigc=label.get("Label", ""), producer=label.get("ContentProducer", ""), is_sealed=_is_sealed(path))


def aigc_label(path: Path) -> dict[str, str] | None:
    """The JSON under the key ``AIGC``; None when there is none, or it is no JSON object."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-protocol_whitelist", "file", "-f", "mov",
        "-i", f"file:{path}",
        "-f", "ffmetadata", "-",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    for line in done.stdout.decode(errors="replace").splitlines():
        if line.startswith("AIGC="):
            return _parsed(line.removeprefix("AIGC="))
    return None


def _parsed(escaped: str) -> dict[str, str] | None:
    """ffmpeg's metadata text puts a backslash before = ; # and its own backslashes."""
    plain, characters = "", iter(escaped)
    for character in characters:
        plain += next(characters, "") if character == "\\" else character
    try:
        found = json.loads(plain)
    except ValueError:
        return None
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else None


def _is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return any(kind == b"uuid" and start == _C2PA for kind, start in _boxes(file))


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Type and first 16 bytes of each box at the top of an MP4 (ISO/IEC 14496-12)."""
    place = 0
    while len(head := file.read(8)) == 8:
        size, header = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(file.read(8), "big"), 16
        yield head[4:], file.read(16)
        if size < header:  # 0: it reaches to the end; anything else is no MP4
            return
        place += size
        file.seek(place)
