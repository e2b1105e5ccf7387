"""The evaluation tells good from bad: exact clips score best, a still picture worse, and intervals follow the views."""

from pathlib import Path

import numpy as np
import pytest
import torch

from model.autoencoders.codecs import Codecs
from model.autoencoders.geometry import frame_grid
from model.evaluation import held_out, run, summary
from model.evaluation.baselines import NAMES, Baselines
from model.evaluation.looks import block_borders, line_wobble, smeared_share
from model.evaluation.measures import Scales, controls, endpoint_error, own_motion, part_errors
from model.evaluation.outcome import exact
from model.inference.generator import Generator, build_network
from model.recipes import debug
from model.training.clips import Clip, make_clip
from model.training.loop import Trainer
from model.training.prepare import Sources, load_codecs, prepare

SOURCES = Sources(synthetic=3, fitting_clips=6, clips_per_render=4)


class WordsAsNoise:
    """Text features drawn from the prompt's own bytes: the real encoder is tested where its files are installed."""

    def encode(self, prompt: str) -> torch.Tensor:
        generator = torch.Generator().manual_seed(sum(prompt.encode()))
        return torch.randn(2 + len(prompt.split()) % 2, 384, generator=generator)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    list(prepare(SOURCES, folder=folder, encode_text=WordsAsNoise().encode))
    return folder


@pytest.fixture(scope="module")
def codecs(data: Path) -> Codecs:
    return load_codecs(data)


@pytest.fixture(scope="module")
def statistics() -> list[Clip]:
    return held_out.training_statistics(SOURCES, rounds=4)


def test_a_still_picture_costs_about_one_a_part_and_the_truth_nothing(
    data: Path, codecs: Codecs, statistics: list[Clip]
) -> None:
    scales = Scales.of(statistics)
    baselines = Baselines.fit(statistics, shards=data / "shards", codecs=codecs)
    still, perfect = [], []
    for clip in statistics:
        truth, ways = exact(clip), baselines.outcomes(clip, WordsAsNoise().encode(clip.prompt))
        assert tuple(ways) == NAMES
        still.append(part_errors(ways["static"], truth, clip, scales))
        perfect.append(part_errors(truth, truth, clip, scales))

    assert all(error == pytest.approx(0, abs=1e-5) for errors in perfect for error in errors.values())
    assert np.sqrt(np.mean([errors["motion"] ** 2 for errors in still])) == pytest.approx(1, abs=1e-4)
    assert np.sqrt(np.mean([errors["sound"] ** 2 for errors in still])) == pytest.approx(1, abs=0.05)


def test_exact_depth_makes_the_pan_and_zoom_no_worse_where_it_was_fitted(
    data: Path, codecs: Codecs, statistics: list[Clip]
) -> None:
    baselines = Baselines.fit(statistics, shards=data / "shards", codecs=codecs)
    ends: dict[str, list[float]] = {name: [] for name in NAMES}
    for clip in statistics:
        for name, outcome in baselines.outcomes(clip, WordsAsNoise().encode(clip.prompt)).items():
            ends[name].append(float((outcome.points - exact(clip).points).square().sum()))

    assert sum(ends["parallax"]) < sum(ends["pan/zoom"]) < sum(ends["static"])


def test_half_a_camera_move_reaches_half(statistics: list[Clip]) -> None:
    clip = next(clip for clip in statistics if clip.direction.camera.startswith("pan"))
    truth = exact(clip)
    half = type(truth)((truth.points + truth.points[:1]) / 2, truth.log_gain / 2, truth.effect, truth.spectrum)

    pairs = controls(half, truth, clip)

    assert pairs["pan"][1] == pytest.approx(pairs["pan"][0] / 2, rel=1e-4)
    assert pairs["light"][1] == pytest.approx(pairs["light"][0] / 2, abs=1e-6)
    assert endpoint_error(half, truth, clip.view.layout) > 1


def test_a_ripple_is_own_motion_and_a_pan_is_not(statistics: list[Clip]) -> None:
    clip = next(clip for clip in statistics if clip.direction.camera == "static" and not clip.direction.handheld)
    still = exact(clip)
    grid = frame_grid(*clip.view.layout.motion_grid).expand(still.points.shape).clone()
    rippled = grid.clone()
    rippled[:, :8, :8, 0] += 0.01 * torch.sin(torch.arange(49.0))[:, None, None]
    panned = grid + 0.1 * torch.linspace(0, 1, 49)[:, None, None, None]

    def most(points: torch.Tensor) -> float:
        return float(
            own_motion(type(still)(points, still.log_gain, still.effect, still.spectrum), clip.view.layout)[0, 0]
        )

    assert most(rippled) > 2
    assert most(panned) < 0.1


def test_held_out_prompts_ask_for_what_their_group_says() -> None:
    more, plain = held_out.clips_with_more(SOURCES, 6), held_out.clips_of_camera_alone(SOURCES, 3)

    assert all(held_out.asks_for_more(clip) for clip in more)
    assert not any(held_out.asks_for_more(clip) for clip in plain)
    assert all(clip.view.tags == () for clip in more[1::2])
    assert (
        plain[0].prompt == make_clip(plain[0].view, held_out.PLAIN_CLIP, SOURCES.bank(held_out=True), plain=True).prompt
    )


def test_intervals_over_views_are_wider_than_the_clips_of_a_view_suggest() -> None:
    values = np.repeat([0.0, 1.0, 2.0, 3.0], 25)
    alike = [str(int(value)) for value in values]
    single = [str(number) for number in range(100)]

    def mean(index: np.ndarray) -> float:
        return float(values[index].mean())

    by_view, by_clip = (summary.over_views(views, mean, seed=1) for views in (alike, single))

    assert by_view.mean == by_clip.mean == 1.5
    assert by_view.high - by_view.low > 3 * (by_clip.high - by_clip.low)


def test_frechet_distance_of_shifted_normals_is_the_squared_shift() -> None:
    samples = np.random.default_rng(0).standard_normal((500, 3))

    assert summary.frechet(samples, samples) == pytest.approx(0, abs=1e-6)
    assert summary.frechet(samples, samples + np.array([2.0, 0.0, 0.0])) == pytest.approx(4, abs=1e-6)


def test_faults_are_seen_where_they_are(statistics: list[Clip]) -> None:
    layout = statistics[0].view.layout
    grid = frame_grid(*layout.motion_grid)
    rigid = torch.ones(layout.motion_grid)
    squeezed, kinked, stepped = grid.clone(), grid.clone(), grid.clone()
    squeezed[:, :, 0] *= 0.3
    kinked[20, :, 1] += 0.02
    stepped[:, 16:, 0] += 0.02

    assert smeared_share(grid) == 0
    assert smeared_share(squeezed) == 1
    assert line_wobble(grid, layout, rigid) < 1e-3 < 0.5 < line_wobble(kinked, layout, rigid)
    assert block_borders(stepped[None], layout) > 5


def test_the_whole_evaluation_runs_on_a_debug_model(data: Path, codecs: Codecs, tmp_path: Path) -> None:
    network = build_network(debug().model, dict(Trainer(debug(), tmp_path).network.state_dict()))
    generator = Generator(network, codecs, WordsAsNoise(), "untrained")  # type: ignore[arg-type]
    candidate, seen = run.Candidate(generator, 1), list[tuple[int, int]]()
    plan = run.Plan(SOURCES, data / "shards", more=6, camera=3, seed=1)

    again = run.Candidate(generator, 2, draw=1)
    both = {run.SUBJECT: candidate, "two steps": run.Candidate(generator, 2), "two steps, another draw": again}
    figures = run.evaluate(both, plan, lambda done, count: seen.append((done, count)))

    assert seen[-1] == (9, 9)
    errors = figures["more than a camera move"]["standardised error"]
    assert set(errors) == {*both, "shuffled prompt", *NAMES}
    assert errors["parallax"]["generated is better by"]["mean"] < 0  # an untrained network loses
    assert errors["two steps"]["error"] != errors["two steps, another draw"]["error"]
    assert figures["controls"]["parallax"]["pan"]["reached"]["mean"] > 0.5
    assert figures["controls"]["two steps"]["pan"]["reached"]["mean"] == pytest.approx(0, abs=0.2)
    assert figures["faults"]["generated"]["smeared share"] < 0.01
