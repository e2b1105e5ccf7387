"""`Generator`: loaded weights, codecs and text encoder behind one method, `SampleRequest` -> `Sample`."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from model import checkpoint
from model.architecture.transformer import UnifiedTransformer
from model.autoencoders.codecs import Codecs
from model.autoencoders.compact import thumbnail_of
from model.autoencoders.effects import NO_EFFECT, encode_ask
from model.autoencoders.sound import SOUND_RATE
from model.config import ModelConfig
from model.inference.request import Sample, SampleRequest
from model.inference.sampler import Canvas, denoise
from model.tokens.compact import (
    AUDIO_CHANNELS,
    CAMERA_CHANNELS,
    EFFECT_CHANNELS,
    LATENT_FPS,
    SLOTS,
    WIDTHS,
    CompactLatent,
    CompactLayout,
    free_numbers,
    from_rows,
    to_rows,
)
from model.tokens.sequence import pack
from model.tokens.text import TextEncoder

FADE_SECONDS = 0.05


@dataclass(frozen=True)
class Generator:
    """Everything one process needs to sample; make it once with `load` and keep it."""

    network: UnifiedTransformer
    codecs: Codecs
    text_encoder: TextEncoder
    weights_sha256: str

    @classmethod
    def load(cls, weights: Path, text_encoder: Path) -> "Generator":
        """Read a checkpoint and a MiniLM folder. Raises CheckpointError or FileNotFoundError; never falls back."""
        stored = checkpoint.load(weights)
        network = build_network(stored.config, checkpoint.floats(stored.part("network.")))
        codecs = Codecs.from_tensors(stored.part("codec."))
        return cls(network, codecs, TextEncoder(text_encoder), stored.sha256)

    def sample(self, request: SampleRequest) -> Sample:
        """Generate camera, motion, light, effect and sound for one still; the same request gives the same sample."""
        ask = request.effect or NO_EFFECT
        asked = encode_ask(ask)
        layout = CompactLayout.for_size(*request.still.shape[:2])
        keyframe = self.codecs.video.encode_keyframe(thumbnail_of(torch.from_numpy(request.still), layout))
        generator = torch.Generator().manual_seed(request.seed)
        latent = self.sample_latent(
            keyframe, asked, layout=layout, text=self.text_encoder.encode(request.prompt), steps=request.steps,
            generator=generator,
        )  # fmt: skip
        times = torch.arange(request.frames) / request.fps * LATENT_FPS
        motion = self.codecs.video.decode(latent, layout, times=times, asked=asked)
        sound = self.codecs.sound.decode(latent.sound[0], generator=generator)
        return Sample(
            fps=request.fps,
            homography=motion.homography.numpy(),
            flow=motion.flow.numpy(),
            gain=motion.gain.numpy(),
            effect=motion.effect.numpy() * (ask.kind != "none"),
            effect_kind=ask.kind,
            sound=faded(sound[: round(request.seconds * SOUND_RATE)])[:, None].numpy(),
            sound_rate=SOUND_RATE,
            weights_sha256=self.weights_sha256,
            steps=request.steps,
            seed=request.seed,
        )

    def sample_latent(
        self,
        keyframe: Tensor,
        asked: Tensor,
        *,
        layout: CompactLayout,
        text: Tensor,
        steps: int,
        generator: torch.Generator,
    ) -> CompactLatent:
        """Denoise the whole sequence around a keyframe (cells, 96), an asked effect (16,) and text (tokens, 384)."""
        canvas = canvas_for(keyframe, asked, layout=layout, text=text, width=self.network.config.token_width)
        tokens = denoise(self.network, canvas, steps=steps, generator=generator)
        video, audio, _ = tokens.split(canvas.segments.sizes, dim=1)
        return from_rows(video, audio[..., :AUDIO_CHANNELS], layout)


def build_network(config: ModelConfig, weights: dict[str, Tensor]) -> UnifiedTransformer:
    """The network with these weights, ready to run; every key must fit."""
    network = UnifiedTransformer(config)
    network.load_state_dict(weights, strict=True)
    return network.eval()


def canvas_for(keyframe: Tensor, asked: Tensor, *, layout: CompactLayout, text: Tensor, width: int) -> Canvas:
    """The sequence with only keyframe, asked effect and text filled in."""
    blank = CompactLatent(
        keyframe=keyframe[None],
        asked=asked[None],
        camera=torch.zeros(1, SLOTS, CAMERA_CHANNELS),
        effect=torch.zeros(1, SLOTS, EFFECT_CHANNELS),
        cells=torch.zeros(1, SLOTS, layout.cells, WIDTHS["cell"]),
        sound=torch.zeros(1, layout.audio_tokens, AUDIO_CHANNELS),
    )
    segments = layout.segments(len(text))
    known = pack(to_rows(blank, layout), blank.sound, text[None], width=width)
    free = torch.stack(list(free_numbers(layout, segments, width).values())).any(0)
    return Canvas(known, free, layout.coordinates(len(text))[None], segments)


def faded(sound: Tensor) -> Tensor:
    """Short fades at both ends, so that cuts do not click."""
    count = min(int(FADE_SECONDS * SOUND_RATE), len(sound) // 2)
    ramp = torch.linspace(0, 1, count)
    shape = torch.ones_like(sound)
    shape[:count], shape[len(sound) - count :] = ramp, ramp.flip(0)
    return sound * shape
