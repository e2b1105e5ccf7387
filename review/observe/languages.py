"""The table of what the observer can read and hear, by modality and language: data in languages.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

Modality = Literal["text", "speech"]


@cache
def measured(modality: Modality) -> frozenset[str]:
    """Languages in which reading or hearing was measured; in any other one the answer is `cannot measure`."""
    return frozenset(tomllib.loads(Path(__file__).with_suffix(".toml").read_text())[modality])
