"""Every part of the published stack loads from local files, and parts under other licences only once accepted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, T5GemmaConfig, T5GemmaForConditionalGeneration

from model.__main__ import main
from model.autoencoders.oobleck import OobleckConfig, OobleckVAE
from model.autoencoders.turbo import TurboConfig, TurboVAED
from model.autoencoders.wan import WanConfig, WanVAE
from model.config import ModelConfig
from model.published import assets
from model.published.assets import LicenceError, load_audio, load_network, load_text, load_turbo, load_wan
from model.published.shards import WeightsError
from tests.model.published_files import write_hollow_shards, write_shards
from tests.model.test_shards import TINY, shapes_and_dtypes, tiny_network

NOTHING, ALL = frozenset[str](), frozenset({"gemma", "stability"})
SIZES = {
    "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 8,
    "num_key_value_heads": 1, "vocab_size": 8, "sliding_window": 8, "layer_types": ["full_attention"] * 2,
}  # fmt: skip
WORDS = {"<pad>": 0, "<eos>": 1, "<bos>": 2, "<unk>": 3, "a": 4, "blue": 5, "pool": 6, "jet": 7}


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A folder of tiny parts in the published places and formats."""
    write_shards(tmp_path / "daVinci-MagiHuman" / "distill", tiny_network().state_dict(), shards=2)
    turbo, wan, audio = tiny_media()
    state = {f"module.{name}": tensor for name, tensor in turbo.state_dict().items()}
    state["module.aligned_feature_projection_heads.0.weight"] = torch.zeros(1)
    for part, contents in (("turbo_vae", {"ema_state_dict": state}), ("video_vae", wan.state_dict())):
        folder = assets.PARTS[part].folder(tmp_path)
        folder.mkdir(parents=True)
        torch.save(contents, folder / (assets.TURBO_FILE if part == "turbo_vae" else assets.WAN_FILE))
    folder = assets.PARTS["audio_vae"].folder(tmp_path)
    folder.mkdir()
    stored = {f"pretransform.model.{name}": tensor for name, tensor in audio.state_dict().items()}
    save_file(stored | {"model.model.other": torch.zeros(1)}, folder / "model.safetensors")
    save_text_encoder(assets.PARTS["text_encoder"].folder(tmp_path))
    return tmp_path


TURBO, WAN, AUDIO = (
    TurboConfig(decoder_block_out_channels=(4, 4, 8, 8)),
    WanConfig(dim=4, dec_dim=4),
    OobleckConfig(channels=2),
)


def tiny_media() -> tuple[TurboVAED, WanVAE, OobleckVAE]:
    torch.manual_seed(0)
    audio = OobleckVAE(AUDIO)
    for weight in audio.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    return TurboVAED(TURBO), WanVAE(WAN), audio


def save_text_encoder(folder: Path) -> None:
    """Encoder and decoder in one checkpoint, as published; only the encoder is wanted."""
    torch.manual_seed(0)
    T5GemmaForConditionalGeneration(
        T5GemmaConfig(encoder=dict(SIZES), decoder=dict(SIZES), vocab_size=8)
    ).save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel(WORDS, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    names = {"unk_token": "<unk>", "pad_token": "<pad>", "eos_token": "<eos>", "bos_token": "<bos>"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)


@torch.no_grad()
def test_media_parts_compute_what_the_saved_ones_do(root: Path) -> None:
    turbo, wan, audio = tiny_media()
    latent, sound = torch.randn(1, 48, 2, 1, 1), torch.randn(1, 64, 2)

    assert torch.equal(load_turbo(root, TURBO).decode(latent), turbo.eval().decode(latent))
    assert torch.equal(load_wan(root, WAN).decode(latent), wan.eval().decode(latent))
    assert torch.equal(load_audio(root, ALL, AUDIO).decode(sound), audio.decode(sound))


def test_the_network_is_found_at_its_published_place(root: Path) -> None:
    assert load_network(root, "distill", config=TINY).config == TINY
    with pytest.raises(WeightsError, match=r"no weights in .*daVinci-MagiHuman/base"):
        load_network(root, "base", config=TINY)


def test_the_text_encoder_is_the_encoder_half_and_pads_nothing(root: Path) -> None:
    text = load_text(root, ALL)

    short, long = text.encode("a blue pool"), text.encode("a blue pool a blue jet")

    whole = T5GemmaForConditionalGeneration.from_pretrained(
        assets.PARTS["text_encoder"].folder(root), dtype=torch.bfloat16
    )
    with torch.no_grad():
        expected = whole.get_encoder()(input_ids=torch.tensor([[4, 5, 6]])).last_hidden_state
    assert short.shape == (1, 3, 16)
    assert long.shape == (1, 6, 16)
    assert short.dtype == torch.float32
    assert torch.allclose(short, expected.half().float(), atol=2e-2)


def test_a_prompt_longer_than_the_model_reads_is_cut_after_encoding(root: Path) -> None:
    assert load_text(root, ALL).encode("pool " * 700).shape[1] == 640


@pytest.mark.parametrize(("load", "word"), [(load_text, "gemma"), (load_audio, "stability")])
def test_a_part_with_a_licence_to_accept_is_not_opened_before(root: Path, load, word: str) -> None:
    with pytest.raises(LicenceError, match=f"Read and accept it at https://huggingface.co/.*--accept {word}"):
        load(root, ALL - {word})


def test_a_missing_file_is_answered_with_the_command_that_gets_it(root: Path) -> None:
    (assets.PARTS["video_vae"].folder(root) / assets.WAN_FILE).unlink()

    with pytest.raises(WeightsError, match=r"hf download Wan-AI/Wan2.2-TI2V-5B --include 'Wan2.2_VAE.pth'"):
        load_wan(root, WAN)


def test_the_command_names_every_part_with_licence_and_state(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_hollow_shards(root / "daVinci-MagiHuman" / "base", shapes_and_dtypes(ModelConfig.base15b()), shards=2)

    assert main(["weights", str(root), "--accept", "gemma"]) == 1

    printed = capsys.readouterr().out
    assert "Gemma Terms of Use\n              present" in printed
    assert "licence not accepted: --accept stability" in printed
    assert "absent: hf download GAIR/daVinci-MagiHuman --include '1080p_sr/*' --local-dir daVinci-MagiHuman" in printed
    assert "base          Apache-2.0\n              present, every tensor has its published shape" in printed
    assert "distill       Apache-2.0\n              of another network: names" in printed
