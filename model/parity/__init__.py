"""Compare this code with golden vectors of the published reference: `python -m model parity FOLDER`.

Layout and tolerances of such a folder are described in its own README; widths and shapes are read from its files.
"""

from collections.abc import Iterator
from pathlib import Path

from model.parity.autoencoders import compare_autoencoders
from model.parity.comparison import Comparison
from model.parity.network import compare_operations, compare_tokens, compare_transformer
from model.parity.pipelines import compare_pipelines
from model.parity.solvers import compare_schedules, compare_solvers


def compare(folder: Path) -> Iterator[Comparison]:
    """All comparisons a golden folder asks for, in the order of its README."""
    yield from compare_tokens(folder)
    yield from compare_transformer(folder, "fp32")
    yield from compare_transformer(folder, "bf16")
    yield from compare_operations(folder)
    yield from compare_schedules(folder)
    yield from compare_solvers(folder)
    yield from compare_pipelines(folder)
    yield from compare_autoencoders(folder)


__all__ = ["Comparison", "compare"]
