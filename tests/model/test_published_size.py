"""The 15B configuration is the published one: same keys, same shapes, same number of weights."""

import torch

from model.architecture.transformer import UnifiedTransformer
from model.config import ModelConfig


def network_without_memory(config: ModelConfig) -> UnifiedTransformer:
    with torch.device("meta"):
        return UnifiedTransformer(config)


def test_15b_has_the_published_number_of_keys_and_elements() -> None:
    tensors = network_without_memory(ModelConfig.base15b()).state_dict()

    assert len(tensors) == 331
    assert sum(tensor.numel() for tensor in tensors.values()) == 15_299_419_152


def test_15b_shapes_of_modality_and_shared_layers_are_the_published_ones() -> None:
    shapes = {name: tuple(t.shape) for name, t in network_without_memory(ModelConfig.base15b()).state_dict().items()}

    assert shapes["adapter.text_embedder.weight"] == (5120, 3584)
    assert shapes["adapter.rope.bands"] == (16,)
    assert shapes["block.layers.0.attention.linear_qkv.weight"] == (7208 * 3, 5120)
    assert shapes["block.layers.0.mlp.up_gate_proj.weight"] == (61440, 5120)
    assert shapes["block.layers.0.mlp.down_proj.weight"] == (15360, 20480)
    assert shapes["block.layers.4.mlp.up_gate_proj.weight"] == (27304, 5120)
    assert shapes["block.layers.4.attention.q_norm.weight"] == (128,)
    assert shapes["block.layers.39.mlp.up_gate_proj.weight"] == (81912, 5120)
    assert shapes["block.layers.39.mlp.down_proj.weight"] == (15360, 13652)
    assert shapes["final_linear_video.weight"] == (192, 5120)
    assert shapes["final_linear_audio.weight"] == (64, 5120)


def test_15b_layers_have_the_published_sizes() -> None:
    network = network_without_memory(ModelConfig.base15b())

    sizes = [sum(p.numel() for p in layer.parameters() if p.ndim == 2) for layer in network.block.layers]

    assert [round(size / 1e6, 1) for size in (sizes[0], sizes[20], sizes[39])] == [818.5, 272.8, 818.4]


def test_a_configuration_survives_json() -> None:
    for config in (ModelConfig.base15b(), ModelConfig.compact(), ModelConfig.debug()):
        assert ModelConfig.from_json(config.to_json()) == config
