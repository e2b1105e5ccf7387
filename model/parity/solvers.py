"""Noise schedules and solver steps of a golden folder, on a velocity with a closed form."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from model import flow
from model.parity.comparison import Comparison

FILE = "scheduler"


def compare_schedules(folder: Path) -> Iterator[Comparison]:
    """Noise levels within 1e-6, integer timesteps exactly."""
    golden = load_file(folder / "scheduler.safetensors")
    for name in (key for key in golden if key.startswith("sigmas_")):
        steps, shift = (int("".join(filter(str.isdigit, part))) for part in name.split("_")[1:])
        sigmas = flow.shifted_sigmas(steps, float(shift))
        yield Comparison.of(FILE, name, sigmas, golden[name], allowed=1e-6)
        expected = golden[name.replace("sigmas", "timesteps")]
        yield Comparison.of(FILE, name.replace("sigmas", "timesteps"), flow.timesteps(sigmas), expected, allowed=0.0)


def compare_solvers(folder: Path) -> Iterator[Comparison]:
    """Trajectories of the multistep, distilled and stochastic steppers on a velocity with a closed form."""
    golden = load_file(folder / "scheduler.safetensors")
    a, b, c, d = golden["vel_coeffs_ABCD"].tolist()

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        return a * x - b * golden["target"] + c * torch.sin(2 * x) + d * sigma

    for steps in (32, 5, 4, 1):
        solver, x, states = flow.UniPC(flow.shifted_sigmas(steps)), golden["x_init"], []
        for sigma in solver.sigmas[:-1]:
            x = solver.step(x, velocity(x, sigma))
            states.append(x)
        yield Comparison.of(
            FILE, f"unipc {steps} steps", torch.stack(states), golden[f"unipc_steps{steps}_traj"], allowed=1e-4
        )
    sigmas = flow.shifted_sigmas(8)
    for name in ("distill8", "sde8"):
        x, states = golden["x_init"], []
        for index, (sigma, after) in enumerate(pairwise(sigmas)):
            noise, v = golden[f"{name}_noise"][index], velocity(x, sigma)
            if name == "distill8":
                x = flow.renoise_step(x, v, noise, sigma=sigma, next_sigma=after)
            else:
                x = flow.stochastic_step(x, v, noise, levels=(sigma, after), theta=golden["sde8_theta"][index])
            states.append(x)
        yield Comparison.of(FILE, f"{name} steps", torch.stack(states), golden[f"{name}_traj"], allowed=1e-5)
