"""Training clips: a view, a direction and a sound become exact motion tracks, and these become latents in shards."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from model.autoencoders.codecs import Codecs
from model.autoencoders.compact import OVERSCAN, MotionTrack
from model.autoencoders.effects import EFFECT_KINDS, NO_EFFECT, EffectAsk, encode_ask
from model.autoencoders.geometry import frame_grid
from model.training import animation, camera, panoramas
from model.training.directions import CAMERAS, Direction, draw_direction, write_prompt
from model.training.scenes import FAR_METRES, MASK_CLASSES, View
from model.training.sounds import SoundBank, sound_class

HEIGHT_RANGE = {
    "jet": (0.08, 1.8), "mist": (0.1, 1.2), "steam": (0.05, 0.6), "beam": (0.3, 4.0), "particles": (0.3, 3.0),
}  # fmt: skip
EFFECT_SOUND = {"jet": 0.8, "mist": 0.25}
SOUND_WORDS = {
    "birds": "birds singing", "waves": "sea waves", "rain": "rain", "fire": "crackling fire",
    "clock": "a ticking clock", "city": "city street", "cafe": "cafe murmur", "wind": "wind",
    "night": "crickets at night", "quiet": "a quiet room", "stream": "a small stream",
}  # fmt: skip
PRESENT_SHARE = 0.02


@dataclass(frozen=True)
class Clip:
    """One drawn clip before encoding: what it shows, exactly."""

    view: View
    direction: Direction
    prompt: str
    ask: EffectAsk
    track: MotionTrack
    sound: Tensor


def clip_seed(view: View, index: int) -> list[int]:
    """The same view and number always give the same clip."""
    return [int.from_bytes(hashlib.sha256(view.name.encode()).digest()[:4], "big"), index]


def make_clip(view: View, index: int, bank: SoundBank, *, stride: int = 1, plain: bool = False) -> Clip:
    """Draw a direction and compute its exact motion, light, effect and sound; `stride` as in `move_camera`.

    A `plain` clip is the camera move alone, and its prompt names no sound.
    """
    rng = np.random.default_rng(clip_seed(view, index))
    flat = float(view.inverse_depth.max()) <= 1.01 / FAR_METRES
    direction = draw_direction(rng, panoramas.CAMERAS if flat else CAMERAS)
    if plain:
        direction = Direction(camera=direction.camera, slow=direction.slow, water="calm", wind="calm")
    ask = draw_ask(direction, rng)
    seen = camera.move_camera(view, direction, rng, stride=stride)
    gain = animation.relight(view, seen, direction, rng)
    sources = (seen + animation.own_motion(view, seen, direction, rng)).clamp(-OVERSCAN, OVERSCAN)
    sources[0] = frame_grid(*view.layout.motion_grid)
    asked = torch.tensor([ask.height_m, ask.spread_m, ask.density, ask.sway])
    effect = animation.effect_track(direction, asked=asked, rng=rng)
    masks = view.at(view.masks, frame_grid(*view.layout.motion_grid))
    track = MotionTrack(sources, gain, effect, EFFECT_KINDS.index(ask.kind), masks[0])
    prompt, sound = draw_words_and_sound(view, direction, bank=bank, rng=rng)
    prompt = prompt.partition(". Sound:")[0] if plain else prompt
    return Clip(view, direction, prompt, ask, track, sound)


def draw_ask(direction: Direction, rng: np.random.Generator) -> EffectAsk:
    """An effect of a size that suits its kind."""
    if direction.effect == "none":
        return NO_EFFECT
    low, high = HEIGHT_RANGE[direction.effect]
    height = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    sway = float(rng.choice([0.0, rng.uniform(-0.3, 0.3)]))
    spread = height * float(rng.uniform(0.15, 0.9))
    return EffectAsk(
        kind=direction.effect, height_m=height, spread_m=spread, density=float(rng.uniform(0.3, 1.0)), sway=sway
    )


def draw_words_and_sound(
    view: View, direction: Direction, *, bank: SoundBank, rng: np.random.Generator
) -> tuple[str, Tensor]:
    """The prompt, and the scene's ambience with the effect's own sound over it."""
    shares = view.masks.mean((1, 2))
    present = {name for name, share in zip(MASK_CLASSES, shares, strict=True) if float(share) > PRESENT_SHARE}
    name = sound_class(view.sound)
    prompt = write_prompt(direction, view.tags, present=present, rng=rng)
    if rng.random() < 0.5:
        prompt += f". Sound: {SOUND_WORDS[name]}"
    sound = bank.draw(name, rng)
    if level := EFFECT_SOUND.get(direction.effect, 0.0):
        sound = sound * (1 - level / 2) + level * bank.draw("rain", rng)
    return prompt, sound


def encode_clip(clip: Clip, codecs: Codecs) -> dict[str, Tensor]:
    """Latents of one clip by name: keyframe, asked, camera, effect, cells, sound; float16."""
    camera_rows, effect, cells = codecs.video.encode_motion(clip.track, clip.view.layout)
    latents = {
        "keyframe": codecs.video.encode_keyframe(clip.view.thumbnail),
        "asked": encode_ask(clip.ask),
        "camera": camera_rows,
        "effect": effect,
        "cells": cells,
        "sound": codecs.sound.encode(clip.sound),
    }
    return {name: value.half() for name, value in latents.items()}


def write_shard(path: Path, clips: list[Clip], *, codecs: Codecs, encode_text: Callable[[str], Tensor]) -> None:
    """Encode clips into one safetensors file; prompts and their features travel with them."""
    encoded = [encode_clip(clip, codecs) for clip in clips]
    tensors = {name: torch.stack([latents[name] for latents in encoded]) for name in encoded[0]}
    texts = [encode_text(clip.prompt).half() for clip in clips]
    tensors |= {"text": torch.cat(texts), "text_lengths": torch.tensor([len(text) for text in texts])}
    tensors["tall"] = torch.tensor([clip.view.layout.rows > clip.view.layout.columns for clip in clips])
    notes = [{"view": clip.view.name, "prompt": clip.prompt, **asdict(clip.direction)} for clip in clips]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    save_file(tensors, temporary, metadata={"clips": json.dumps(notes)})
    temporary.rename(path)


@dataclass
class ClipStore:
    """All shards of a folder in memory; `refresh` picks up shards written since."""

    folder: Path
    tensors: dict[str, Tensor]
    texts: list[Tensor]
    names: set[str]

    @classmethod
    def open(cls, folder: Path) -> "ClipStore":
        store = cls(folder, {}, [], set())
        store.refresh()
        if not store.texts:
            raise FileNotFoundError(f"no training shards in {folder}: run `python -m model data` first")
        return store

    def __len__(self) -> int:
        return len(self.texts)

    def refresh(self) -> int:
        """Read new shards; returns how many there were."""
        new = [path for path in sorted(self.folder.glob("*.safetensors")) if path.name not in self.names]
        parts = [self.tensors] if self.tensors else []
        for path in new:
            shard = load_file(path)
            self.texts += list(shard.pop("text").split(shard.pop("text_lengths").tolist()))
            parts.append(shard)
            self.names.add(path.name)
        if new:
            self.tensors = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
        return len(new)

    def groups(self) -> dict[int, Tensor]:
        """Clip indices by number of text tokens: a batch is made of equals, so no row is ever padding."""
        lengths = torch.tensor([len(text) for text in self.texts])
        return {int(length): (lengths == length).nonzero()[:, 0] for length in lengths.unique()}

    def describe(self) -> dict[str, Any]:
        return {"shards": sorted(self.names), "clips": len(self)}
