"""The table of what the observer can read and hear, by modality and language: data in languages.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

Modality = Literal["text", "speech"]


@cache
def measured(modality: Modality) -> frozenset[str]:
    """Languages in which reading or hearing was measured; in any other one the answer is `cannot measure`."""
    return frozenset(_table()[modality])


@cache
def numbers_heard() -> frozenset[str]:
    """Languages in which numbers that are said were measured to be understood."""
    return frozenset(language for language, figures in _table()["speech"].items() if "number" in figures)


@cache
def _table() -> dict[str, dict[str, dict[str, object]]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
