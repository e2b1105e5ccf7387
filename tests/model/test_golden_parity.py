"""Our code reproduces the reference's numbers on the golden folder, where that folder is present."""

import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from model.__main__ import main
from model.parity import Comparison, compare
from model.parity.autoencoders import compare_autoencoders

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "a"


@pytest.fixture(scope="module")
def golden() -> Path:
    if not GOLDEN.is_dir():
        pytest.skip(f"golden vectors {GOLDEN} are not on this machine")
    return GOLDEN


@pytest.fixture(scope="module")
def comparisons(golden: Path) -> list[Comparison]:
    return list(compare(golden))


def test_everything_in_the_folder_agrees_with_the_reference(comparisons: list[Comparison]) -> None:
    wrong = [(result.file, result.name, result.error) for result in comparisons if not result.passed]

    assert wrong == []
    assert len(comparisons) == 130


def test_errors_are_those_of_rounding_not_just_within_the_tolerance(comparisons: list[Comparison]) -> None:
    worst = {file: max(r.error for r in comparisons if r.file == file) for file in {r.file for r in comparisons}}

    assert worst["dit_inputs"] == 0
    assert worst["dit_expected_fp32"] < 5e-6
    assert worst["pipeline"] < 2e-4
    assert worst["vae"] < 1e-4


def test_every_expected_tensor_of_the_folder_is_compared(golden: Path, comparisons: list[Comparison]) -> None:
    compared = {result.name for result in comparisons}
    media = load_file(golden / "vae.safetensors")
    inputs = {"wan.video_in", "wan.image_in", "wan.latent_in", "turbo.core_in", "audio.latent_in", "audio.wave_in"}

    assert set(media) - inputs - compared == {name for name in media if name.startswith("turbo.latent_")}
    assert set(load_file(golden / "dit_expected_fp32.safetensors")) <= compared
    assert {n for n in load_file(golden / "pipeline.safetensors") if ".final_" in n} <= compared


def test_a_folder_with_another_expectation_is_seen_as_wrong(golden: Path, tmp_path: Path) -> None:
    for file in golden.iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / "vae.safetensors").chmod(0o644)
    media = load_file(golden / "vae.safetensors")
    media["turbo.decoded_T2"][0, 0, 0, 0, 0] += 0.01
    save_file(media, tmp_path / "vae.safetensors")

    wrong = [result.name for result in compare_autoencoders(tmp_path) if not result.passed]

    assert wrong == ["turbo.decoded_T2"]


def test_the_command_prints_the_worst_error_of_each_file_and_succeeds(
    golden: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parity", str(golden)]) == 0

    printed = capsys.readouterr().out
    assert "130 of 130 agree" in printed
    assert "vae                    18 tensors, worst relative error" in printed
