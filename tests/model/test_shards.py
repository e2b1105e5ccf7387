"""Published weights are loaded without the memory they fill, and anything that does not fit is refused by name."""

import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from model.architecture.transformer import UnifiedTransformer, initialise, stored_dtype
from model.config import ModelConfig
from model.published.shards import INDEX, Shards, WeightsError, load_transformer, read_pickle
from tests.model.published_files import write_hollow_shards, write_shards

TINY = replace(ModelConfig.debug(), compute_dtype="bfloat16", prediction="velocity")


def resident_bytes() -> int:
    """Private memory of this process: what loading would fill if it copied."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def shapes_and_dtypes(config: ModelConfig) -> dict[str, tuple[torch.Size, torch.dtype]]:
    with torch.device("meta"):
        tensors = UnifiedTransformer(config).state_dict()
    return {name: (tensor.shape, stored_dtype(name, config)) for name, tensor in tensors.items()}


def tiny_network() -> UnifiedTransformer:
    network = UnifiedTransformer(TINY)
    initialise(network, seed=1)
    return network


def test_the_whole_15b_loads_from_published_shards_without_the_memory(tmp_path: Path) -> None:
    config = ModelConfig.base15b()
    size = write_hollow_shards(tmp_path, shapes_and_dtypes(config), shards=7)
    before = resident_bytes()

    network = load_transformer(tmp_path, config)

    assert size == 30_642_008_128
    assert sum(path.stat().st_size for path in tmp_path.glob("*.safetensors")) > size
    assert resident_bytes() - before < 200 * 2**20
    assert len(network.state_dict()) == 331
    assert network.block.layers[39].mlp.down_proj.weight.dtype == torch.bfloat16
    assert network.adapter.text_embedder.weight.dtype == torch.float32
    assert not any(tensor.is_meta for tensor in network.state_dict().values())


def test_a_loaded_network_computes_what_the_saved_one_does(tmp_path: Path) -> None:
    from model.tokens.sequence import Segments

    network, segments = tiny_network(), Segments(4, 2, 2)
    network.final_linear_video.weight.data.normal_()
    write_shards(tmp_path, network.state_dict(), shards=3)  # everything float32, as the distilled weights are

    loaded = load_transformer(tmp_path, TINY)

    tokens, coordinates = torch.randn(1, 8, TINY.token_width), torch.ones(1, 8, 9)
    assert loaded.block.layers[0].mlp.down_proj.weight.dtype == torch.bfloat16
    assert loaded.final_linear_video.weight.dtype == torch.float32
    assert torch.equal(loaded(tokens, coordinates, segments), network(tokens, coordinates, segments))


def test_weights_of_another_configuration_are_refused_by_name(tmp_path: Path) -> None:
    write_shards(tmp_path, tiny_network().state_dict(), shards=2)

    with pytest.raises(WeightsError, match=r"video_embedder.weight is \(64, 158\), not \(64, 100\)"):
        load_transformer(tmp_path, replace(TINY, video_in_channels=100))
    with pytest.raises(WeightsError, match=r"block.layers.3.attention.pre_norm.weight is missing; .* and 5 more"):
        load_transformer(tmp_path, replace(TINY, num_layers=4))


def test_a_missing_shard_and_a_cut_one_are_refused(tmp_path: Path) -> None:
    write_shards(tmp_path, tiny_network().state_dict(), shards=2)
    second = tmp_path / "model-00002-of-00002.safetensors"
    whole = second.read_bytes()

    second.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        load_transformer(tmp_path, TINY)
    second.unlink()
    with pytest.raises(WeightsError, match=r"model-00002-of-00002\.safetensors is missing: download all shards"):
        load_transformer(tmp_path, TINY)


@pytest.mark.parametrize("name", ["../elsewhere.safetensors", "/etc/passwd", "model.bin"])
def test_an_index_that_points_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / INDEX).write_text(json.dumps({"weight_map": {"a": name}}))

    with pytest.raises(WeightsError, match=r"only \.safetensors files beside it are opened"):
        Shards.open(tmp_path)


def test_an_empty_folder_and_a_broken_index_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no weights in"):
        Shards.open(tmp_path)
    (tmp_path / INDEX).write_text("[1]")
    with pytest.raises(WeightsError, match="is not an index with a weight_map"):
        Shards.open(tmp_path)


def test_a_single_file_is_read_below_a_prefix(tmp_path: Path) -> None:
    save_file({"pretransform.model.a": torch.ones(2), "model.b": torch.zeros(1)}, tmp_path / "model.safetensors")

    shards = Shards.open(tmp_path, prefix="pretransform.model.")

    assert [name for name, _ in shards.tensors()] == ["pretransform.model.a"]


def test_a_pickle_that_would_run_code_is_refused_and_not_run(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "ran",)  # type: ignore[return-value]

    (tmp_path / "bad.ckpt").write_bytes(pickle.dumps({"ema_state_dict": Bomb()}))
    torch.save({"ema_state_dict": Bomb()}, tmp_path / "worse.ckpt")
    torch.save([1, 2], tmp_path / "list.ckpt")

    for name in ("bad.ckpt", "worse.ckpt"):
        with pytest.raises(WeightsError, match="is refused"):
            read_pickle(tmp_path / name)
    with pytest.raises(WeightsError, match="holds a list"):
        read_pickle(tmp_path / "list.ckpt")
    assert not (tmp_path / "ran").exists()
