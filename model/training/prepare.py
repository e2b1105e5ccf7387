"""Write training shards: one file a view, so that new renders can be added while a run goes on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

from model.autoencoders.codecs import Codecs
from model.autoencoders.compact import fit_codec
from model.autoencoders.sound import fit_sound_codec
from model.training.clips import Clip, make_clip, write_shard
from model.training.panoramas import panorama_name, panorama_views
from model.training.scenes import View, is_held_out, rendered_view, synthetic_views
from model.training.sounds import SoundBank

CODECS = "codecs.safetensors"
FITTING_CLIPS = 160
CLIPS_PER_RENDER = 12
CLIPS_PER_PANORAMA_VIEW = 4
VIEWS_PER_PANORAMA = 4
TRAINING_STRIDE = 4


@dataclass(frozen=True)
class Sources:
    """Folders training data is made from; `synthetic` views stand in for all of them in the debug recipe."""

    renders: Path | None = None
    panoramas: tuple[Path, ...] = ()
    audio: Path | None = None
    synthetic: int = 0
    fitting_clips: int = FITTING_CLIPS
    clips_per_render: int = CLIPS_PER_RENDER

    def clips_of(self, view: View, bank: SoundBank) -> list[Clip]:
        """The training clips of one view."""
        count = CLIPS_PER_PANORAMA_VIEW if is_panorama(view) else self.clips_per_render
        return [make_clip(view, index, bank, stride=TRAINING_STRIDE) for index in range(count)]

    def views(self, *, held_out: bool) -> Iterator[View]:
        """The views of one side of the split; synthetic ones serve both, for they measure nothing."""
        yield from synthetic_views(self.synthetic, seed=1)
        for path in finished_renders(self.renders) if self.renders else []:
            if is_held_out(path.stem) == held_out:
                yield rendered_view(path)
        for folder in self.panoramas:
            for path in sorted(folder.glob("*.hdr")):
                if is_held_out(panorama_name(path)) == held_out:
                    yield from panorama_views(path, count=VIEWS_PER_PANORAMA, seed=1)

    def bank(self, *, held_out: bool) -> SoundBank:
        return SoundBank.load(self.audio, held_out=held_out) if self.audio else SoundBank.noises(int(held_out))


def finished_renders(folder: Path) -> list[Path]:
    """Rendered views, without those still being written."""
    return [path for path in sorted(folder.glob("*.npz")) if ".partial" not in path.name]


def is_panorama(view: View) -> bool:
    return float(view.inverse_depth.max() - view.inverse_depth.min()) < 1e-6


def prepare(sources: Sources, *, folder: Path, encode_text: Callable[[str], Tensor]) -> Iterator[str]:
    """Fit the codecs once, then write the shards that are missing; yields a line of progress for each."""
    bank = sources.bank(held_out=False)
    views = list(sources.views(held_out=False))
    if not (folder / CODECS).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        save_file(fit_codecs(views, bank, sources.fitting_clips).tensors(), folder / CODECS)
    codecs = load_codecs(folder)
    for number, view in enumerate(views):
        path = folder / "shards" / f"{view.name}.safetensors"
        if not path.is_file():
            write_shard(path, sources.clips_of(view, bank), codecs=codecs, encode_text=encode_text)
            yield f"{number + 1}/{len(views)} {path.name}"


def fit_codecs(views: list[View], bank: SoundBank, count: int) -> Codecs:
    """Fit the bases on at least `count` clips spread evenly over the views."""
    rounds = -(-count // len(views))
    moving = [view for view in views if not is_panorama(view)]
    clips = [make_clip(view, 1000 + i, bank, stride=TRAINING_STRIDE) for i in range(rounds) for view in moving]
    video = fit_codec([view.thumbnail for view in views], [(clip.track, clip.view.layout) for clip in clips])
    return Codecs(video, fit_sound_codec([clip.sound for clip in clips]))


def load_codecs(folder: Path) -> Codecs:
    return Codecs.from_tensors(load_file(folder / CODECS))
