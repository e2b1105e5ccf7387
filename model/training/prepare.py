"""Write training shards: files of a dozen clips of one view, so that new ones can be added while a run goes on."""

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
from model.training.scenes import MIRRORED, View, is_held_out, mirrored, rendered_view, synthetic_views
from model.training.sounds import SoundBank

CODECS = "codecs.safetensors"
FITTING_CLIPS = 160
CLIPS_PER_RENDER = 36
CLIPS_PER_SHARD = 12
PLAIN_EVERY = 3
"""Of the clips of mirrored views every third is a camera move alone: else one in twenty asks for nothing besides."""
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

    def shards_of(self, view: View) -> dict[str, range]:
        """The training clips of one view: file name -> clip numbers."""
        count = CLIPS_PER_PANORAMA_VIEW if is_panorama(view) else self.clips_per_render
        parts = [range(first, min(first + CLIPS_PER_SHARD, count)) for first in range(0, count, CLIPS_PER_SHARD)]
        return {f"{view.name}{f'.{n}' if n else ''}.safetensors": part for n, part in enumerate(parts)}

    def views(self, *, held_out: bool) -> Iterator[View]:
        """The views of one side of the split; synthetic ones serve both, for they measure nothing."""
        yield from synthetic_views(self.synthetic, seed=1)
        for path in finished_renders(self.renders) if self.renders else []:
            if is_held_out(path.stem) == held_out:
                yield rendered_view(path)
        for name, path in self.panorama_files().items():
            if is_held_out(name) == held_out:
                yield from panorama_views(path, count=VIEWS_PER_PANORAMA, seed=1)

    def panorama_files(self) -> dict[str, Path]:
        """Panoramas by name; one that lies in two folders counts once."""
        paths = [path for folder in self.panoramas for path in sorted(folder.glob("*.hdr"))]
        return {panorama_name(path): path for path in reversed(paths)}

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
    seen = views + [mirrored(view) for view in views if not is_panorama(view)]
    wanted = [(view, name, part) for view in seen for name, part in sources.shards_of(view).items()]
    wanted.sort(key=lambda item: item[2].start)  # a run that has begun meets every view's new clips alike
    for number, (view, name, part) in enumerate(wanted):
        path = folder / "shards" / name
        if not path.is_file():
            clips = training_clips(view, part, bank)
            write_shard(path, clips, codecs=codecs, encode_text=encode_text)
            yield f"{number + 1}/{len(wanted)} {name}"


def training_clips(view: View, numbers: range, bank: SoundBank) -> list[Clip]:
    """Clips of one view under random words; of a mirrored view every third with none but the camera's."""
    every = PLAIN_EVERY if view.name.endswith(MIRRORED) else len(numbers) + 1
    return [
        make_clip(view, index, bank, stride=TRAINING_STRIDE, plain=place % every == every - 1)
        for place, index in enumerate(numbers)
    ]


def fit_codecs(views: list[View], bank: SoundBank, count: int) -> Codecs:
    """Fit the bases on at least `count` clips spread evenly over the views."""
    rounds = -(-count // len(views))
    moving = [view for view in views if not is_panorama(view)]
    clips = [make_clip(view, 1000 + i, bank, stride=TRAINING_STRIDE) for i in range(rounds) for view in moving]
    video = fit_codec([view.thumbnail for view in views], [(clip.track, clip.view.layout) for clip in clips])
    return Codecs(video, fit_sound_codec([clip.sound for clip in clips]))


def load_codecs(folder: Path) -> Codecs:
    return Codecs.from_tensors(load_file(folder / CODECS))
