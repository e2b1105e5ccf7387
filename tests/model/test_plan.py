"""Costs are counted right, and plans of the 15B say what fits, how long it takes, and what would fit instead."""

from dataclasses import replace

import pytest
import torch

from model.__main__ import main
from model.config import ModelConfig
from model.inference.published import ClipShape
from model.published import cost
from model.published.plan import DEVICES, Ask, Device, DoesNotFitError, make_plan
from model.tokens.sequence import Segments, local_windows

H100 = DEVICES["h100"]


def test_the_published_weights_have_their_published_size() -> None:
    assert cost.weight_bytes(ModelConfig.base15b()) == 30_642_008_128


def test_counted_operations_are_those_pytorch_counts() -> None:
    config, segments = ModelConfig.base15b(), Segments(20, 5, 7)
    network = cost.without_memory(config)
    with torch.device("meta"):
        tokens, coordinates = torch.empty(1, 32, config.token_width), torch.empty(1, 32, 9)

    counted = cost.counted(lambda: network(tokens, coordinates, segments))

    assert cost.forward_flops(config, segments) == counted


def test_local_attention_sees_the_share_of_pairs_its_window_covers() -> None:
    shape = ClipShape(5, 1920, 1088)
    segments = Segments(shape.tokens, 0, 0)

    pairs = cost.seen_pairs(segments, local_windows(segments, frames=32, receptive_field=11))

    assert shape.latent == (32, 68, 120)
    assert pairs / segments.total**2 == pytest.approx(0.59, abs=0.005)


@pytest.mark.parametrize(("resolution", "published"), [("256p", 2.0), ("540p", 8.0), ("1080p", 38.4)])
def test_predicted_seconds_are_near_the_published_ones(resolution: str, published: float) -> None:
    plan = make_plan(Ask(resolution=resolution, device=H100))

    assert plan.seconds - plan.moving_seconds == pytest.approx(published, rel=0.15)


def test_weights_wait_in_host_memory_only_where_they_must() -> None:
    small, large = (make_plan(Ask(resolution=size, device=H100)) for size in ("256p", "1080p"))

    assert not small.offloaded
    assert small.host_bytes == 0
    assert large.offloaded
    assert large.device_bytes < 80 * 2**30 < large.host_bytes + max(stage.working for stage in large.stages)


def test_more_devices_take_less_time_and_memory_but_each_holds_all_weights() -> None:
    one, eight = (make_plan(Ask(resolution="1080p", device=H100, gpus=n)) for n in (1, 8))

    assert eight.seconds < one.seconds / 2
    assert eight.stages[3].working * 8 == pytest.approx(one.stages[3].working, rel=1e-3)
    assert eight.stages[3].weights == one.stages[3].weights


def test_what_cannot_fit_is_refused_with_what_would() -> None:
    with pytest.raises(DoesNotFitError) as refused:
        make_plan(Ask(resolution="1080p", device=DEVICES["a100-40"]))

    message = str(refused.value)
    assert "'super-resolution' alone needs 40.7 GiB on each device, 28.5 GiB of it weights" in message
    assert "It would fit on 2 x a100-40." in message
    assert "It would fit at 540p." in message
    assert make_plan(Ask(resolution="1080p", device=DEVICES["a100-40"], gpus=2)).offloaded
    assert make_plan(Ask(resolution="540p", device=DEVICES["a100-40"])).offloaded


def test_a_device_too_small_for_the_weights_is_told_that_more_of_it_do_not_help() -> None:
    tiny = Device("small", 24, 100, 25)

    with pytest.raises(DoesNotFitError) as refused:
        make_plan(Ask(resolution="256p", device=tiny, gpus=8))

    assert "x small." not in str(refused.value)
    assert "It would fit on 8 x rtx5090." in str(refused.value)


def test_a_count_that_does_not_divide_the_heads_is_refused() -> None:
    with pytest.raises(DoesNotFitError, match="3 devices cannot share 8 key/value heads: use 1, 2, 4, 8"):
        make_plan(replace(Ask(device=H100), gpus=3))


def test_the_command_prints_stages_and_refuses_with_a_failing_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--config", "base15b", "--gpus", "2", "--resolution", "1080p"]) == 0
    assert main(["plan", "--device", "rtx4090"]) == 1

    printed = capsys.readouterr()
    assert "super-resolution             28.5 GiB" in printed.out
    assert "It would fit on 1 x l40s." in printed.err
