"""Whole sampling runs of a golden folder: every random number comes from the folder, in the order it was drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from model.flow import zero_terminal_signal
from model.inference.published import ClipShape, Conditions, Latents, sample_base, sample_distilled, upscale
from model.parity.comparison import Comparison
from model.parity.network import golden_network

FILE = "pipeline"
ALLOWED, TABLE_ALLOWED = 1e-3, 1e-5
BASE_STEPS = 4
"""Of the guided runs; their folder does not say it."""


def compare_pipelines(folder: Path) -> Iterator[Comparison]:
    """Every run in the folder, by the first word of its name: base, distill or sr; `_local` has local attention."""
    golden = load_file(folder / "pipeline.safetensors")
    table = zero_terminal_signal()
    yield Comparison.of(FILE, "zero_snr_table", table, golden["zero_snr_table"], allowed=TABLE_ALLOWED)
    runs = sorted({name.split(".")[0] for name in golden if "." in name})
    for run in runs:
        yield from compare_run(GoldenRun(run, {k: v for k, v in golden.items() if k.startswith(f"{run}.")}), folder)


def compare_run(run: "GoldenRun", folder: Path) -> Iterator[Comparison]:
    made, left = run.sample(folder)
    yield Comparison.of(FILE, f"{run.name}.final_video", made.video, run["final_video"], allowed=ALLOWED)
    yield Comparison.of(FILE, f"{run.name}.final_audio", made.audio, run["final_audio"], allowed=ALLOWED)
    yield Comparison(FILE, f"{run.name}: draws left over", float(left), 0.0)


@dataclass(frozen=True)
class GoldenRun:
    """One run: its texts, first frames, random numbers and results."""

    name: str
    tensors: dict[str, Tensor]

    def __getitem__(self, name: str) -> Tensor:
        return self.tensors[f"{self.name}.{name}"]

    def text(self, kind: str) -> Tensor:
        return self[f"text_{kind}"][:, : int(self[f"text_{kind}_len"])]

    def first_frame(self, shape: ClipShape) -> Tensor | None:
        return self.tensors.get(f"{self.name}.image_latent_{shape.width}x{shape.height}")

    def shape(self, video: Tensor) -> ClipShape:
        """The request behind a video latent (1, C, T, H, W)."""
        return ClipShape((self["draw_00"].shape[1] - 1) // 25, video.shape[4] * 16, video.shape[3] * 16)

    def sample(self, folder: Path) -> tuple[Latents, int]:
        """Result of our samplers, and how many random tensors they left."""
        draws = iter(self[f"draw_{index:02}"] for index in range(int(self["n_draws"])))

        def draw(shape: tuple[int, ...]) -> Tensor:
            tensor = next(draws)
            if tensor.shape != shape:
                raise ValueError(f"{self.name} draws {tuple(tensor.shape)} where this code asks for {shape}")
            return tensor

        small = self.shape(self["draw_01"])
        network = golden_network(folder, "fp32", "v2")
        conditions = Conditions(text=self.text("cond"), negative=self.text("neg"), first_frame=self.first_frame(small))
        if self.name.startswith("distill"):
            made = sample_distilled(network, conditions, small, draw, steps=(int(self["n_draws"]) - 2) // 2)
        else:
            made = sample_base(network, conditions, small, draw, steps=BASE_STEPS)
        if self.name.startswith("sr"):
            large = self.shape(self["final_video"])
            conditions = Conditions(text=self.text("cond"), first_frame=self.first_frame(large))
            upscaler = golden_network(folder, "fp32", "v1_local" if self.name.endswith("local") else "v1")
            made = upscale(upscaler, made, conditions, large, draw)
        return made, len(list(draws))
