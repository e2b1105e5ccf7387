"""The whole published stack on tiny random parts: shapes, repeatability, the given first frame and sound, offload."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.io import wavfile
from torch import Tensor, nn

from model.__main__ import main
from model.architecture.transformer import UnifiedTransformer
from model.autoencoders.oobleck import OobleckConfig, OobleckVAE
from model.autoencoders.turbo import TurboConfig, TurboVAED
from model.autoencoders.wan import WanConfig, WanVAE
from model.config import ModelConfig
from model.inference.film import Film, FilmMaker, FilmParts, FilmRequest, Running, cut_to
from model.inference.published import ClipShape
from model.published import bench, plan, ready

SIZES = ModelConfig(
    num_layers=2, hidden_size=32, head_dim=16, num_query_groups=1, video_in_channels=192, audio_in_channels=64,
    text_in_channels=8, mm_layers=(0,), gelu7_layers=(0,), compute_dtype="float32",
)  # fmt: skip
REQUEST = FilmRequest(prompt="a blue pool", seconds=1, width=64, height=64, seed=3)
SMALL = Running(first_size=32)


def drawn(module: nn.Module, seed: int) -> nn.Module:
    generator = torch.Generator().manual_seed(seed)
    for weight in module.parameters():
        nn.init.normal_(weight, std=0.1, generator=generator)
    return module.eval()


class Words:
    """Features that depend on the prompt, in place of an encoder of 9 billion weights; it notes what it read."""

    def __init__(self) -> None:
        self.network, self.read = nn.Linear(1, 1), list[str]()

    def encode(self, prompt: str) -> Tensor:
        self.read.append(prompt)
        return torch.randn(1, len(prompt.split()), 8, generator=torch.Generator().manual_seed(len(prompt)))


@pytest.fixture(scope="module")
def parts() -> FilmParts:
    upscaler = replace(SIZES, coords_style="v1", local_attn_layers=(1,), frame_receptive_field=2)
    return FilmParts(
        text=Words(),
        base=drawn(UnifiedTransformer(SIZES), 1),  # type: ignore[arg-type]
        upscaler=drawn(UnifiedTransformer(upscaler), 2),  # type: ignore[arg-type]
        video_encoder=drawn(WanVAE(WanConfig(dim=4, dec_dim=4)), 3),  # type: ignore[arg-type]
        video_decoder=drawn(TurboVAED(TurboConfig(decoder_block_out_channels=(4, 4, 4, 8))), 4),  # type: ignore[arg-type]
        audio=drawn(OobleckVAE(OobleckConfig(channels=2)), 5),  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def film(parts: FilmParts) -> Film:
    return FilmMaker(parts, SMALL).make(REQUEST)


def test_a_second_is_25_frames_and_a_frame_of_sound_more_than_a_second(film: Film) -> None:
    assert film.frames.shape == (25, 64, 64, 3)
    assert film.frames.dtype == np.uint8
    assert film.sound.shape == (26 * 2048 * 441 // 512, 2)  # 26 latents: 1.04 s at 44,100 Hz
    assert film.sound.dtype == np.float32
    assert film.frames.std() > 1
    assert film.sound.std() > 0


def test_the_same_request_gives_the_same_film_and_another_seed_another(parts: FilmParts, film: Film) -> None:
    assert np.array_equal(FilmMaker(parts, SMALL).make(REQUEST).frames, film.frames)
    other = FilmMaker(parts, SMALL).make(replace(REQUEST, seed=4))

    assert not np.array_equal(other.frames, film.frames)


def test_parts_that_visit_make_the_same_film(parts: FilmParts, film: Film) -> None:
    visited = FilmMaker(parts, replace(SMALL, offload=True)).make(REQUEST)

    assert np.array_equal(visited.frames, film.frames)
    assert np.array_equal(visited.sound, film.sound)


def test_a_tile_as_large_as_the_picture_makes_the_same_film(parts: FilmParts, film: Film) -> None:
    tiled = FilmMaker(parts, replace(SMALL, tile=4)).make(REQUEST)

    assert np.abs(tiled.frames.astype(int) - film.frames).max() <= 1


def test_a_guided_base_without_upscaling_reads_the_negative_prompt(parts: FilmParts) -> None:
    text = Words()
    guided = replace(parts, upscaler=None, guided=True, text=text)

    made = FilmMaker(guided, Running()).make(replace(REQUEST, width=32, height=32))

    assert made.frames.shape == (25, 32, 32, 3)
    assert text.read[0] == "a blue pool"
    assert "hiss" in text.read[1]
    assert "stutter" in text.read[1]


def test_video_parts_in_bfloat16_make_nearly_the_same_film(parts: FilmParts, film: Film) -> None:
    halved = {name: deepcopy(getattr(parts, name)).bfloat16() for name in ("video_encoder", "video_decoder")}

    made = FilmMaker(replace(parts, **halved), SMALL).make(REQUEST)

    difference = np.abs(made.frames.astype(int) - film.frames).mean()
    assert 0 < difference < 0.2 * film.frames.std()


@torch.no_grad()
def test_a_given_still_is_the_first_latent_frame(parts: FilmParts, monkeypatch: pytest.MonkeyPatch) -> None:
    still = np.random.default_rng(0).integers(0, 255, (70, 90, 3), dtype=np.uint8)
    request = replace(REQUEST, still=still)
    seen: list[Tensor] = []
    decode = parts.video_decoder.decode
    monkeypatch.setattr(parts.video_decoder, "decode", lambda latent: seen.append(latent) or decode(latent))

    FilmMaker(parts, SMALL).make(request)

    expected = FilmMaker(parts, SMALL).still(request, ClipShape(1, 64, 64))
    assert expected is not None
    assert torch.equal(seen[0][:, :, :1], expected)


@torch.no_grad()
def test_given_sound_comes_out_as_it_went_in_and_moves_the_picture(parts: FilmParts, film: Film) -> None:
    tone = np.sin(np.arange(16_000) / 16_000 * 2 * np.pi * 440).astype(np.float32)
    request = replace(REQUEST, speech=(tone, 16_000))

    made = FilmMaker(parts, SMALL).make(request)

    latents = FilmMaker(parts, SMALL).speech(request)
    assert latents is not None
    assert latents.shape == (1, 26, 64)
    assert np.allclose(made.sound, FilmMaker(parts, SMALL).sound(latents), atol=1e-6)
    assert not np.array_equal(made.frames, film.frames)


def test_a_still_is_cut_in_the_middle_to_the_proportions_of_the_clip() -> None:
    still = np.zeros((40, 120, 3), np.uint8)
    still[:, 40:80] = 200

    assert cut_to(still, (32, 32)).min() > 180  # Lanczos rings at the borders
    assert cut_to(still, (96, 32)).min() == 0


def command(folder: Path, *more: str) -> int:
    return main(["film", str(folder), "a blue pool", "--seconds", "1", "--out", str(folder / "out"), *more])


def test_the_command_refuses_what_memory_cannot_hold_before_it_looks_for_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "free_bytes", lambda _device: 24 * 2**30)

    assert command(tmp_path, "--resolution", "1080p") == 1
    assert "28.5 GiB of it weights" in capsys.readouterr().err


def test_the_command_refuses_parts_whose_licence_was_not_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "free_bytes", lambda _device: 100 * 2**30)

    assert command(tmp_path) == 1
    assert "under the Gemma Terms of Use" in capsys.readouterr().err
    assert command(tmp_path, "--accept", "gemma", "stability") == 1
    assert "no text encoder in" in capsys.readouterr().err


def test_the_command_writes_frames_a_sheet_and_sound(
    tmp_path: Path, parts: FilmParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "free_bytes", lambda _device: 100 * 2**30)
    monkeypatch.setattr(ready, "film_parts", lambda *_given: replace(parts, upscaler=None))
    monkeypatch.setitem(plan.SIZES, "256p", (64, 32))

    assert command(tmp_path) == 0

    assert len(list((tmp_path / "out" / "frames").glob("*.png"))) == 25
    assert Image.open(tmp_path / "out" / "frames" / "0024.png").size == (64, 32)
    rate, sound = wavfile.read(tmp_path / "out" / "sound.wav")
    assert (rate, sound.shape) == (44_100, (45_864, 2))
    assert (tmp_path / "out" / "sheet.jpg").stat().st_size > 1000
