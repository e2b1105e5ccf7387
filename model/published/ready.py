"""A folder of published parts made ready to film: refused before anything is loaded where it cannot work."""

from dataclasses import dataclass
from pathlib import Path

import torch

from model.architecture.transformer import UnifiedTransformer
from model.inference.film import FilmMaker, FilmParts, Running
from model.published import assets, bench, plan


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which clips are wanted: size of the finished picture, length, and the weights to make them with."""

    resolution: str = plan.FIRST_SIZE
    seconds: int = 5
    guided: bool = False
    """The undistilled base: 32 steps, two runs each."""
    compiled: bool = False


def film_maker(root: Path, accepted: frozenset[str], wish: Wish) -> FilmMaker:
    """The loaded stack on this machine's GPU, or its processor where there is none.

    Raises plan.DoesNotFitError, assets.LicenceError, WeightsError or FileNotFoundError; nothing is downloaded.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    check_memory(wish, device)
    return FilmMaker(film_parts(root, accepted, wish), Running(device=device, offload=device != "cpu"))


def check_memory(wish: Wish, device: str) -> None:
    """Refuse before anything is loaded what this machine's free memory cannot hold."""
    here = plan.Device(f"this machine's {device}", bench.free_bytes(device) / plan.GIB, 1, 1)
    ask = plan.Ask(resolution=wish.resolution, seconds=wish.seconds, device=here, distilled=not wish.guided)
    plan.make_plan(ask)


def film_parts(root: Path, accepted: frozenset[str], wish: Wish) -> FilmParts:
    """Load what the clips need, the parts with a licence to accept first, so that a refusal comes at once."""
    upscaler = None if wish.resolution == plan.FIRST_SIZE else f"{wish.resolution}_sr"

    def network(name: str) -> UnifiedTransformer:
        loaded = assets.load_network(root, name)
        if wish.compiled:
            loaded.compile(fullgraph=True)
        return loaded

    return FilmParts(
        text=assets.load_text(root, accepted),
        audio=assets.load_audio(root, accepted),
        base=network("base" if wish.guided else "distill"),
        upscaler=network(upscaler) if upscaler else None,
        video_encoder=assets.load_wan(root, dtype=torch.bfloat16),
        video_decoder=assets.load_turbo(root, dtype=torch.bfloat16),
        guided=wish.guided,
    )
