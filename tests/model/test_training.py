"""The whole life of a debug-size model: data, training, resuming, shipping, sampling."""

import dataclasses
import json
import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from model import checkpoint
from model.autoencoders.effects import EffectAsk
from model.autoencoders.geometry import frame_grid
from model.config import ModelConfig
from model.inference import Generator, SampleRequest
from model.recipes import debug
from model.training import loop
from model.training.pictures import loss_curve_svg, read_points, warped_frame
from model.training.prepare import Sources, prepare
from model.training.recipe import Recipe
from model.training.scenes import MIRRORED, is_held_out, mirrored

VIEWS = Sources(synthetic=2, fitting_clips=6, clips_per_render=4)
RECIPE: Recipe = dataclasses.replace(debug(), steps=6, save_every=3)


class WordsAsNoise:
    """Text features drawn from the prompt's own bytes: the real encoder is tested where its files are installed."""

    def encode(self, prompt: str) -> torch.Tensor:
        count = 2 + len(prompt.split()) % 2
        generator = torch.Generator().manual_seed(sum(prompt.encode()))
        return torch.randn(count, 384, generator=generator)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    assert (
        len(list(prepare(VIEWS, folder=folder, encode_text=WordsAsNoise().encode))) == 4
    )  # two views and their mirrors
    return folder


def run(data: Path, folder: Path, recipe: Recipe = RECIPE) -> list[float]:
    null_text = torch.zeros(1, 2, 384)
    records = loop.train(recipe, shards=data / "shards", folder=folder, null_text=null_text)
    return [record["loss"] for record in records]


@pytest.fixture(scope="module")
def finished(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[float]]:
    folder = tmp_path_factory.mktemp("run")
    return folder, run(data, folder)


@pytest.fixture(scope="module")
def weights(data: Path, finished: tuple[Path, list[float]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    state = torch.load(finished[0] / "state.pt", weights_only=True)
    tensors = {f"network.{name}": tensor for name, tensor in state["network"].items()}
    tensors |= {f"codec.{name}": tensor for name, tensor in load_file(data / "codecs.safetensors").items()}
    checkpoint.save(folder, "compact", config=RECIPE.model, tensors=tensors, notes={"recipe": "debug"})
    return folder


@pytest.fixture(scope="module")
def generator(weights: Path) -> Generator:
    return with_noise_words(checkpoint.load(weights))


def with_noise_words(stored: checkpoint.Checkpoint) -> Generator:
    from model.autoencoders.codecs import Codecs
    from model.inference.generator import build_network

    network = build_network(stored.config, checkpoint.floats(stored.part("network.")))
    return Generator(network, Codecs.from_tensors(stored.part("codec.")), WordsAsNoise(), stored.sha256)  # type: ignore[arg-type]


def request(**changes: object) -> SampleRequest:
    still = np.random.default_rng(0).integers(0, 255, (104, 184, 3), dtype=np.uint8)
    values = {"still": still, "prompt": "pan left", "steps": 2, "seconds": 2.0, **changes}
    return SampleRequest(**values)  # type: ignore[arg-type]


def train_until_killed(data: Path, folder: Path) -> None:
    """In a process of its own: four steps, then death without a chance to tidy up."""
    torch.set_num_threads(1)
    records = loop.train(RECIPE, shards=data / "shards", folder=folder, null_text=torch.zeros(1, 2, 384))
    for _ in range(4):
        next(records)
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_run_goes_on_to_the_same_loss_curve(
    data: Path, finished: tuple[Path, list[float]], tmp_path: Path
) -> None:
    victim = multiprocessing.get_context("spawn").Process(target=train_until_killed, args=(data, tmp_path))
    victim.start()
    victim.join(timeout=300)
    assert victim.exitcode == -signal.SIGKILL

    rest = run(data, tmp_path)  # state was saved after three steps

    lines = [json.loads(line) for line in (tmp_path / "curve.jsonl").read_text().splitlines()]
    curve = {record["step"]: record["loss"] for record in lines}
    assert [record["step"] for record in lines] == [0, 1, 2, 3, 3, 4, 5]
    assert lines[3]["loss"] == pytest.approx(lines[4]["loss"], rel=1e-5)  # the step that was lost is made again
    assert list(curve.values()) == pytest.approx(finished[1], rel=1e-5)
    assert len(rest) == 3


def test_training_changes_every_kind_of_weight(finished: tuple[Path, list[float]]) -> None:
    state = torch.load(finished[0] / "state.pt", weights_only=True)
    trainer = loop.Trainer(RECIPE, finished[0] / "elsewhere")

    unchanged = [n for n, p in trainer.network.named_parameters() if torch.equal(p, state["network"][n])]

    assert state["step"] == 6
    assert unchanged == []


def test_new_shards_are_found_while_a_run_goes_on(data: Path, tmp_path: Path) -> None:
    from model.training.clips import ClipStore

    shards = sorted((data / "shards").glob("*.safetensors"))
    shutil.copy(shards[0], tmp_path)
    store = ClipStore.open(tmp_path)
    before = len(store)
    shutil.copy(shards[1], tmp_path)

    assert store.refresh() == 1
    assert len(store) == 2 * before
    assert store.refresh() == 0


def test_a_mirrored_view_is_seen_from_the_other_side_and_at_times_moves_the_camera_alone(data: Path) -> None:
    view = next(iter(VIEWS.views(held_out=False)))
    other = mirrored(view)
    grid = frame_grid(4, 6)
    looked = other.at(other.inverse_depth[None], grid * torch.tensor([-1.0, 1.0]))
    with safe_open(data / "shards" / f"{other.name}.safetensors", "pt") as shard:
        clips = json.loads(shard.metadata()["clips"])

    assert torch.allclose(looked, view.at(view.inverse_depth[None], grid), atol=1e-5)
    assert not is_held_out(other.name)
    assert is_held_out(f"fish_pond_edge_001{MIRRORED}")
    assert [clip["light"] == "steady" and clip["effect"] == "none" for clip in clips][2]


def test_an_empty_data_folder_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="python -m model data"):
        run(tmp_path, tmp_path / "run")


def test_the_same_request_gives_the_same_sample_and_another_seed_another(generator: Generator) -> None:
    first, second, other = (generator.sample(request(seed=seed)) for seed in (1, 1, 2))

    for name in ("homography", "flow", "gain", "effect", "sound"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name
    assert not np.array_equal(first.sound, other.sound)


def test_a_sample_has_the_shapes_and_first_frame_of_the_motion_record(generator: Generator) -> None:
    ask = EffectAsk(kind="jet", height_m=0.45, spread_m=0.1)

    made = generator.sample(request(effect=ask, fps=24))

    assert made.homography.shape == (48, 3, 3)
    assert made.flow.shape == (48, 40, 72, 2)
    assert made.gain.shape == (48, 40, 72)
    assert made.effect.shape == (48, 4)
    assert made.sound.shape == (32_000, 1)
    assert np.allclose(made.homography[0], np.eye(3), atol=1e-6)
    assert np.abs(made.flow[0]).max() < 1e-6
    assert np.allclose(made.gain[0], 1, atol=1e-6)
    assert made.effect_kind == "jet"


def test_a_tall_still_gets_the_tall_grid_and_no_effect_stays_none(generator: Generator) -> None:
    made = generator.sample(request(still=np.zeros((184, 104, 3), np.uint8)))

    assert made.flow.shape[1:3] == (72, 40)
    assert not made.effect.any()


def test_zeroed_weights_change_the_sample(weights: Path) -> None:
    stored = checkpoint.load(weights)
    trained = with_noise_words(stored)
    emptied = {name: t * 0 if name.startswith("network.") else t for name, t in stored.tensors.items()}
    zeroed = with_noise_words(dataclasses.replace(stored, tensors=emptied))

    first, second = trained.sample(request()), zeroed.sample(request())

    assert not np.allclose(first.homography, second.homography, atol=1e-4)
    assert not np.allclose(first.sound, second.sound, atol=1e-4)


def test_a_still_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="must be uint8"):
        request(still=np.zeros((100, 100, 3)))
    with pytest.raises(ValueError, match="up to 6 seconds, not 7"):
        request(seconds=7.0)


def test_a_missing_checkpoint_is_an_error_and_not_a_fallback(tmp_path: Path) -> None:
    with pytest.raises(checkpoint.CheckpointError, match="no weights in"):
        Generator.load(tmp_path, tmp_path)


def test_a_changed_weights_file_is_noticed(weights: Path, tmp_path: Path) -> None:
    shutil.copytree(weights, tmp_path / "copy")
    path = tmp_path / "copy" / "compact.safetensors"
    save_file({name: tensor + 1 for name, tensor in load_file(path).items()}, path)

    with pytest.raises(checkpoint.CheckpointError, match="SHA-256 differs"):
        checkpoint.load(tmp_path / "copy")


def test_a_checkpoint_comes_back_whole(weights: Path) -> None:
    stored = checkpoint.load(weights)

    assert stored.config == ModelConfig.debug()
    assert stored.notes == {"recipe": "debug"}
    assert json.loads((weights / "config.json").read_text())["sha256"] == checkpoint.file_sha256(
        weights / "compact.safetensors"
    )


def test_loss_curve_draws_one_line_a_kind() -> None:
    records = [{"step": float(s), "camera": 1 / (s + 1), "effect": 0.5, "cell": 0.2, "sound": 0.3} for s in range(10)]

    svg = loss_curve_svg(records, "A run")

    assert svg.count("<polyline") == 4
    assert "A run" in svg


def test_warping_frame_zero_returns_the_central_crop(generator: Generator) -> None:
    ramp = np.tile(np.linspace(0, 255, 184).astype(np.uint8)[None, :, None], (104, 1, 3))

    made = generator.sample(request(still=ramp))

    frame = warped_frame(ramp, read_points(made.homography[0], made.flow[0]), made.gain[0], (90, 160))

    assert frame.shape == (90, 160, 3)
    assert abs(int(frame[45, 0, 0]) - 17) <= 3
    assert abs(int(frame[45, -1, 0]) - 238) <= 3
