"""What lets a large model run: tiles that fade, parts that visit the device, one compiled graph."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.architecture.transformer import UnifiedTransformer
from model.autoencoders.tiling import decode_in_tiles, starts
from model.autoencoders.turbo import TurboConfig, TurboVAED
from model.config import ModelConfig
from model.inference.residence import visiting
from model.tokens.sequence import Segments, local_windows


def test_tiles_of_a_local_decoder_are_the_whole_picture() -> None:
    def decode(latent: Tensor) -> Tensor:
        return F.interpolate(latent[:, :3], scale_factor=(1, 16, 16), mode="nearest")

    latent = torch.randn(1, 4, 2, 9, 13)

    for tile, overlap in ((4, 1), (5, 3), (20, 2)):
        assert torch.allclose(decode_in_tiles(decode, latent, tile=tile, overlap=overlap), decode(latent), atol=1e-6)


@torch.no_grad()
def test_overlap_brings_the_tiles_of_a_real_decoder_closer_to_the_whole_picture() -> None:
    torch.manual_seed(0)
    turbo = TurboVAED(TurboConfig(decoder_block_out_channels=(4, 4, 8, 8)))
    latent = F.interpolate(torch.randn(1, 48, 2, 4, 6), size=(2, 8, 12), mode="trilinear")
    whole = turbo.decode(latent)

    tiled = {overlap: decode_in_tiles(turbo.decode, latent, tile=6, overlap=overlap) for overlap in (0, 3)}
    errors = {overlap: float((pixels - whole).norm() / whole.norm()) for overlap, pixels in tiled.items()}

    assert errors[3] < 0.8 * errors[0]
    assert errors[3] < 0.15


def test_tiles_cover_every_length_and_must_advance() -> None:
    assert starts(9, 4, 1) == [0, 3, 5]
    assert starts(4, 4, 1) == [0]
    with pytest.raises(ValueError, match="cannot overlap by 4"):
        decode_in_tiles(torch.clone, torch.zeros(1, 1, 1, 8, 8), tile=4, overlap=4)


def test_a_visiting_part_leaves_its_host_memory_untouched() -> None:
    part = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    before = [tensor.data_ptr() for tensor in part.state_dict().values()]

    with visiting(part, torch.device("meta")):
        assert all(tensor.is_meta for tensor in part.state_dict().values())
    with pytest.raises(KeyError), visiting(part, torch.device("meta")):
        raise KeyError

    assert [tensor.data_ptr() for tensor in part.state_dict().values()] == before


@torch.no_grad()
def test_the_network_with_local_layers_is_one_graph() -> None:
    config = replace(ModelConfig.debug(), compute_dtype="bfloat16", local_attn_layers=(1,))
    network, segments = UnifiedTransformer(config), Segments(12, 4, 3)
    for weight in network.parameters():
        nn.init.normal_(weight, std=0.1)
    windows = local_windows(segments, frames=3, receptive_field=1)
    inputs = torch.randn(1, 19, config.token_width), torch.randint(1, 5, (1, 19, 9)).float(), segments

    compiled = torch.compile(network, fullgraph=True, backend="eager")

    assert torch.allclose(compiled(*inputs, windows=windows), network(*inputs, windows=windows), atol=1e-2)
