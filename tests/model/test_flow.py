"""Schedules and solver steps against cases that can be worked out by hand."""

from itertools import pairwise

import torch

from model import flow


def test_eight_steps_have_the_published_timesteps() -> None:
    assert flow.timesteps(flow.shifted_sigmas(8)).tolist() == [999, 972, 937, 892, 833, 749, 624, 416]


def test_euler_recovers_a_single_clean_sample_exactly() -> None:
    clean, noise = torch.tensor([2.0, -1.0]), torch.tensor([0.5, 3.0])
    sigmas = flow.shifted_sigmas(4)
    x = flow.add_noise(clean, noise, sigmas[0])

    for sigma, after in pairwise(sigmas):
        x = flow.euler_step(x, noise - clean, sigma, after)

    assert torch.allclose(x, clean, atol=1e-5)


def test_euler_sampling_of_a_gaussian_reaches_its_mean_and_spread() -> None:
    # For x0 ~ N(mean, spread^2) the best sample prediction is linear, so the sampler can be checked without a network.
    mean, spread = 3.0, 0.5
    x = torch.randn(20_000, generator=torch.Generator().manual_seed(1))
    sigmas = flow.shifted_sigmas(200, 1.0)
    for sigma, after in pairwise(sigmas):
        variance = ((1 - sigma) * spread) ** 2 + sigma**2
        best = mean + (1 - sigma) * spread**2 / variance * (x - (1 - sigma) * mean)
        velocity = flow.velocity_from(best, x, sigma, prediction="sample")
        x = flow.euler_step(x, velocity, sigma, after)

    assert abs(float(x.mean()) - mean) < 0.05
    assert abs(float(x.std()) - spread) < 0.02


def test_both_predictions_mean_the_same_velocity() -> None:
    clean, noise, sigma = torch.tensor([1.0]), torch.tensor([-2.0]), torch.tensor(0.25)
    noisy = flow.add_noise(clean, noise, sigma)

    from_sample = flow.velocity_from(clean, noisy, sigma, prediction="sample")

    assert torch.allclose(from_sample, flow.velocity_from(noise - clean, noisy, sigma, prediction="velocity"))


def test_multistep_solver_is_exact_for_a_constant_sample() -> None:
    solver = flow.UniPC(flow.shifted_sigmas(5))
    target, x = torch.full((3,), 0.7), torch.randn(3, generator=torch.Generator().manual_seed(2))
    for sigma in solver.sigmas[:-1]:
        x = solver.step(x, (x - target) / sigma)

    assert torch.allclose(x, target, atol=1e-5)


def test_training_noise_levels_follow_the_seed_and_stay_in_range() -> None:
    draws = [
        flow.logit_normal_sigmas(500, generator=torch.Generator().manual_seed(3), mean=0.7, spread=1.3) for _ in "ab"
    ]

    assert torch.equal(draws[0], draws[1])
    assert float(draws[0].min()) >= 0.02
    assert float(draws[0].max()) <= 0.999
