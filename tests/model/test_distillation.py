"""Distillation moves the student to where the teacher says real clips lie, and goes on after a stop."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from model.architecture.transformer import UnifiedTransformer, initialise
from model.config import ModelConfig
from model.distillation.dmd2 import DistillationRecipe, Distiller, Task
from model.distillation.loop import Distillation
from model.recipes import debug
from model.tokens.sequence import Segments

SEGMENTS, WIDTH = Segments(4, 1, 1), 6
FREE = torch.zeros(6, WIDTH, dtype=torch.bool)
FREE[1:4] = True


class Constant(nn.Module):
    """The exact denoiser of data that is always one vector, whatever the noise."""

    def __init__(self, values: Tensor) -> None:
        super().__init__()
        self.values = nn.Parameter(values.clone())

    def forward(self, tokens: Tensor, coordinates: Tensor, segments: Segments) -> Tensor:
        return self.values.expand(*tokens.shape[:2], -1)


def task(clean: Tensor | None = None) -> Task:
    clean = torch.zeros(8, 6, WIDTH) if clean is None else clean
    return Task(clean, FREE, torch.ones(8, 6, 9), SEGMENTS)


def distiller(anchor_share: float, *, real: float = 1.0) -> Distiller:
    recipe = DistillationRecipe(student_rate=0.02, fake_rate=0.05, anchor_share=anchor_share)
    start = torch.zeros(WIDTH)
    return Distiller(Constant(torch.full((WIDTH,), real)), Constant(start), Constant(start), recipe, "sample")


def advance(subject: Distiller, given: Task, iterations: int) -> list[float]:
    """Distance of the student's vector from one after each iteration."""
    generator, distances = torch.Generator().manual_seed(0), []
    for _ in range(iterations):
        for _ in range(2):
            subject.fake_step(given, generator)
        subject.student_step(given, generator)
        distances.append(float((subject.student.values.detach() - 1).abs().max()))
    return distances


def test_matching_alone_carries_the_student_to_the_teachers_data() -> None:
    subject = distiller(anchor_share=0)

    distances = advance(subject, task(), 150)

    assert distances[0] > 0.9
    assert distances[74] < distances[0]
    assert distances[-1] < 0.1
    assert float(subject.teacher.values.min()) == 1.0


def test_the_fake_score_follows_the_student() -> None:
    subject, generator = distiller(anchor_share=0), torch.Generator().manual_seed(0)
    subject.student.values.data.fill_(-2)

    losses = [subject.fake_step(task(), generator) for _ in range(120)]

    assert losses[0] == pytest.approx(4.0, rel=0.05)
    assert losses[-1] < 0.01


def test_a_student_that_is_already_right_stays() -> None:
    subject = distiller(anchor_share=0, real=0.0)

    advance(subject, task(), 20)

    assert float(subject.student.values.detach().abs().max()) < 1e-6


def test_the_anchor_alone_carries_the_student_to_the_real_clips() -> None:
    subject = distiller(anchor_share=1.0, real=-5.0)

    distances = advance(subject, task(torch.ones(8, 6, WIDTH)), 150)

    assert distances[-1] < 0.1


def test_known_numbers_are_never_generated() -> None:
    given = task(torch.full((8, 6, WIDTH), 7.0))

    made = distiller(anchor_share=0).generate(given, torch.Generator().manual_seed(0))

    assert torch.equal(made[:, 0], given.clean[:, 0])
    assert not torch.equal(made[:, 1], given.clean[:, 1])


def test_velocity_and_sample_students_mean_the_same_clip() -> None:
    given, noisy, sigma = task(), torch.randn(8, 6, WIDTH), torch.tensor(0.5)
    clean = torch.full((WIDTH,), 2.0)

    class Velocity(nn.Module):
        def forward(self, tokens: Tensor, coordinates: Tensor, segments: Segments) -> Tensor:
            return (tokens - clean) / 0.5

    as_velocity = given.estimate(Velocity(), noisy, sigma, "velocity")

    assert torch.allclose(as_velocity, given.estimate(Constant(clean), noisy, sigma, "sample"), atol=1e-5)


def example_task(config: ModelConfig) -> Task:
    generator, segments = torch.Generator().manual_seed(2), Segments(5, 2, 2)
    free = torch.zeros(9, config.token_width, dtype=torch.bool)
    free[1:5, :20] = free[5:7, :10] = True
    clean = torch.randn(3, 9, config.token_width, generator=generator) * 0.5
    return Task(clean, free, torch.randint(1, 5, (3, 9, 9), generator=generator).float(), segments)


def run_of(folder: Path) -> Distillation:
    training, recipe = debug(), DistillationRecipe(iterations=6, student_rate=1e-3, fake_rate=5e-3, anchor_share=0.5)
    teacher = UnifiedTransformer(training.model)
    initialise(teacher, 1)
    nn.init.normal_(teacher.final_linear_video.weight, std=0.05, generator=torch.Generator().manual_seed(1))
    return Distillation(teacher.state_dict(), training, recipe, folder)


def losses_of(run: Distillation, iterations: int) -> list[dict[str, float]]:
    given = example_task(debug().model)
    return [run.iterate(given, torch.Generator().manual_seed(run.iteration)) for _ in range(iterations)]


def test_a_stopped_distillation_goes_on_with_the_same_losses(tmp_path: Path) -> None:
    whole = losses_of(run_of(tmp_path / "whole"), 6)
    first = run_of(tmp_path / "stopped")
    begun = losses_of(first, 3)
    first.save()

    rest = losses_of(run_of(tmp_path / "stopped"), 3)

    for name in ("loss", "fake"):
        assert [record[name] for record in (*begun, *rest)] == pytest.approx(
            [record[name] for record in whole], rel=1e-5
        )
    assert {record["kind"] for record in whole} == {"anchor", "matching"}


def test_only_student_and_fake_score_of_a_network_move(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    before = {name: tensor.clone() for name, tensor in run.distiller.teacher.state_dict().items()}

    losses_of(run, 3)

    after = run.distiller
    assert all(torch.equal(tensor, before[name]) for name, tensor in after.teacher.state_dict().items())
    for moved in (after.student, after.fake):
        assert any(not torch.equal(tensor, before[name]) for name, tensor in moved.state_dict().items())
    assert any(not torch.equal(tensor, before[name]) for name, tensor in run.average.items())
