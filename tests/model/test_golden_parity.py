"""Our code reproduces the reference's numbers on the golden folder, where that folder is present."""

from pathlib import Path

import pytest

from model.__main__ import main
from model.parity import Comparison, compare

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "a"


@pytest.fixture(scope="module")
def comparisons() -> list[Comparison]:
    if not GOLDEN.is_dir():
        pytest.skip(f"golden vectors {GOLDEN} are not on this machine")
    return list(compare(GOLDEN))


def test_everything_that_is_built_agrees_with_the_reference(comparisons: list[Comparison]) -> None:
    wrong = [result.name for result in comparisons if not result.skipped and not result.passed]

    assert wrong == []
    assert sum(result.passed for result in comparisons) == 75


def test_what_is_not_built_is_named_and_not_counted_as_passed(comparisons: list[Comparison]) -> None:
    skipped = [result for result in comparisons if result.skipped]

    assert [result.name for result in skipped] == [
        "pipeline.safetensors: not implemented",
        "vae.safetensors: not implemented",
    ]
    assert not any(result.passed for result in skipped)


def test_the_command_prints_each_comparison_and_fails_while_parts_are_missing(
    comparisons: list[Comparison], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parity", str(GOLDEN)]) == 1

    printed = capsys.readouterr().out
    assert "75 of 75 agree, 2 files are not implemented" in printed
    assert "v1_local.fp32.out_video" in printed
