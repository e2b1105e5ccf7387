"""What a clip does, exact or made by anybody: the one record that every figure of the evaluation is taken from."""

from dataclasses import dataclass

import torch
from torch import Tensor

from model.autoencoders.codecs import Codecs
from model.autoencoders.compact import FRAMES, map_grid
from model.autoencoders.effects import encode_ask
from model.autoencoders.sound import BANDS, log_mel
from model.inference.generator import Generator
from model.tokens.compact import CompactLatent, CompactLayout
from model.training.clips import Clip


@dataclass(frozen=True)
class Outcome:
    """At 8 fps, frames 0..48: points (49, gh, gw, 2) of frame 0 that each grid point is read from, log_gain
    (49, gh, gw), effect (49, 4: height, spread, density, sway), spectrum (64,) the mean log-mel of the sound."""

    points: Tensor
    log_gain: Tensor
    effect: Tensor
    spectrum: Tensor


def exact(clip: Clip) -> Outcome:
    """The truth."""
    track = clip.track
    return Outcome(track.sources, track.log_gain, track.effect, log_mel(clip.sound).mean(0))


def decoded(codecs: Codecs, latent: CompactLatent, *, asked: Tensor, layout: CompactLayout) -> Outcome:
    """Latents of one clip (batch of 1) as motion, light, effect and sound."""
    times = torch.arange(FRAMES + 1).float()
    motion = codecs.video.decode(latent, layout, times=times, asked=asked)
    points = map_grid(motion.homography, *motion.flow.shape[1:3]) + motion.flow
    spectrum = codecs.sound.mel.decode(latent.sound[0]).reshape(-1, BANDS).mean(0)
    return Outcome(points, motion.gain.log(), motion.effect, spectrum)


def generated(generator: Generator, clip: Clip, prompt: str, *, steps: int, seed: int) -> Outcome:
    """What the weights make of a clip's still and asked effect under a prompt."""
    layout, asked = clip.view.layout, encode_ask(clip.ask)
    latent = generator.sample_latent(
        generator.codecs.video.encode_keyframe(clip.view.thumbnail), asked, layout=layout,
        text=generator.text_encoder.encode(prompt), steps=steps, generator=torch.Generator().manual_seed(seed),
    )  # fmt: skip
    return decoded(generator.codecs, latent, asked=asked, layout=layout)
