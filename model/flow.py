"""Flow matching as pure functions: schedules, noising, the two head conventions, and the solver steps.

Convention throughout: x = (1 - sigma) x0 + sigma eps, velocity v = eps - x0, hence x0 = x - sigma v.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from model.config import Prediction

FIRST_SIGMA = 0.999
SMALLEST_TRAINED_SIGMA = 0.02


def shifted_sigmas(steps: int, shift: float = 5.0) -> Tensor:
    """Noise levels of a run, float32 (steps + 1,), from s u / (1 + (s - 1) u) down to an appended zero."""
    if steps < 1:
        raise ValueError(f"a run needs at least one step, not {steps}")
    even = np.linspace(np.float32(FIRST_SIGMA), 0.0, steps + 1)[:-1].astype(np.float32)
    shifted = np.float32(shift) * even / (1 + np.float32(shift - 1) * even)
    return torch.from_numpy(np.append(shifted, np.float32(0)).astype(np.float32))


def timesteps(sigmas: Tensor) -> Tensor:
    """Integer timesteps trunc(1000 sigma) of all but the last level, int64 (steps,)."""
    return (sigmas[:-1] * 1000).long()


def add_noise(clean: Tensor, noise: Tensor, sigma: Tensor) -> Tensor:
    """Linear path between data and noise; sigma broadcasts against them."""
    return (1 - sigma) * clean + sigma * noise


def velocity_from(output: Tensor, noisy: Tensor, sigma: Tensor, *, prediction: Prediction) -> Tensor:
    """The velocity a network output stands for, whichever of the two it was trained to return."""
    if prediction == "velocity":
        return output
    return (noisy - output) / sigma.clamp(min=SMALLEST_TRAINED_SIGMA)


def clean_from(output: Tensor, noisy: Tensor, sigma: Tensor, *, prediction: Prediction) -> Tensor:
    """The clean sample a network output stands for: itself, or the noisy one without its noise."""
    return output if prediction == "sample" else noisy - sigma * output


def logit_normal_sigmas(count: int, *, generator: torch.Generator, mean: float, spread: float) -> Tensor:
    """Training noise levels sigmoid(N(mean, spread)), (count,), kept inside the trained range."""
    levels = torch.sigmoid(torch.randn(count, generator=generator) * spread + mean)
    return levels.clamp(SMALLEST_TRAINED_SIGMA, FIRST_SIGMA)


def euler_step(x: Tensor, velocity: Tensor, sigma: Tensor, next_sigma: Tensor) -> Tensor:
    """One step of the plain flow: x + (next_sigma - sigma) v."""
    return x + (next_sigma - sigma) * velocity


def renoise_step(x: Tensor, velocity: Tensor, noise: Tensor, *, sigma: Tensor, next_sigma: Tensor) -> Tensor:
    """One step of the distilled sampler: estimate x0, then noise it afresh to the next level."""
    return (1 - next_sigma) * (x - sigma * velocity) + next_sigma * noise


def stochastic_step(
    x: Tensor, velocity: Tensor, noise: Tensor, *, levels: tuple[Tensor, Tensor], theta: Tensor
) -> Tensor:
    """One SDE step between `levels` (sigma, next sigma): theta 0 keeps the flow's noise, theta 1 renews all of it."""
    sigma, next_sigma = levels
    kept, renewed = torch.cos(theta * torch.pi / 2), torch.sin(theta * torch.pi / 2)
    clean = x - sigma * velocity
    return (1 - next_sigma + next_sigma * kept) * clean + next_sigma * kept * velocity + next_sigma * renewed * noise


@dataclass
class UniPC:
    """UniPC multistep solver, order two, B(h) = expm1(h), on x0 predictions (Zhao et al. 2023, arXiv 2302.04867).

    Call `step` once for each level with the current state and velocity; it corrects with the newest estimate
    and then predicts the next state.
    """

    sigmas: Tensor
    estimates: list[Tensor] = field(default_factory=list)
    previous: Tensor | None = None

    def step(self, x: Tensor, velocity: Tensor) -> Tensor:
        """State at level i -> state at level i + 1; i is the number of steps made so far."""
        index = len(self.estimates)
        self.estimates.append(x - self.sigmas[index] * velocity)
        if index:
            x = self._correct(index)
        self.previous = x
        return self._predict(x, index)

    def _order(self, index: int) -> int:
        return min(2, len(self.sigmas) - 1 - index, index + 1)

    def _log_ratio(self, index: int) -> float:
        sigma = float(self.sigmas[index])
        return float(np.log1p(-sigma) - np.log(sigma)) if sigma else float("inf")

    def _predict(self, x: Tensor, index: int) -> Tensor:
        sigma, after = self.sigmas[index], self.sigmas[index + 1]
        width = self._log_ratio(index + 1) - self._log_ratio(index)
        reach = (1 - after) * float(np.expm1(-width))
        estimate = self.estimates[index]
        predicted = after / sigma * x - reach * estimate
        if self._order(index) == 2:
            ratio = (self._log_ratio(index - 1) - self._log_ratio(index)) / width
            predicted = predicted - reach * 0.5 * (self.estimates[index - 1] - estimate) / ratio
        return predicted

    def _correct(self, index: int) -> Tensor:
        assert self.previous is not None
        sigma, before = self.sigmas[index], self.sigmas[index - 1]
        width = self._log_ratio(index) - self._log_ratio(index - 1)
        expansion = float(np.expm1(-width))
        estimate, older = self.estimates[index], self.estimates[index - 1]
        base = sigma / before * self.previous - (1 - sigma) * expansion * older
        if self._order(index - 1) == 1:
            return base - (1 - sigma) * expansion * 0.5 * (estimate - older)
        ratio = (self._log_ratio(index - 2) - self._log_ratio(index - 1)) / width
        weights = corrector_weights(-width, ratio)
        change = weights[0] * (self.estimates[index - 2] - older) / ratio + weights[1] * (estimate - older)
        return base - (1 - sigma) * expansion * change


def corrector_weights(step: float, ratio: float) -> tuple[float, float]:
    """Solve [[1, 1], [ratio, 1]] rho = [phi2 / B, 2 phi3 / B] of the second-order corrector; B = expm1(step)."""
    expansion = float(np.expm1(step))
    phi2 = expansion / step - 1
    phi3 = phi2 / step - 0.5
    first, second = np.linalg.solve(np.array([[1.0, 1.0], [ratio, 1.0]]), np.array([phi2, 2 * phi3]) / expansion)
    return float(first), float(second)


def zero_terminal_signal(steps: int = 1000) -> Tensor:
    """Signal share by noise level of a scaled-linear schedule whose last level has no signal left, float32 (steps,).

    Lin et al. 2023, arXiv 2305.08891; super-resolution starts from the mix at one entry of this table.
    """
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, steps, dtype=torch.float64).square()
    signal = (1 - betas).cumprod(0).sqrt().float()
    return (signal - signal[-1]) * signal[0] / (signal[0] - signal[-1])
