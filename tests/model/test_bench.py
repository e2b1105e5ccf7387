"""The benchmark of the network counts what it ran and refuses what memory cannot hold."""

import json

import pytest

from model.__main__ import main
from model.config import ModelConfig
from model.published import bench, cost


def test_the_command_reports_rates_that_follow_from_what_it_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--config", "debug", "--tokens", "60", "--runs", "2", "--threads", "1", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert found["tokens"] == 60
    assert found["tokens_per_s"] == pytest.approx(60 / found["seconds"])
    assert found["mfu"] == pytest.approx(found["flops"] / found["seconds"] / found["peak_flops_per_s"])
    assert 0 < found["mfu"] < 1


def test_a_network_larger_than_the_memory_is_refused_with_the_number_of_layers_that_fit() -> None:
    config = ModelConfig.base15b()

    with pytest.raises(bench.TooLargeError, match="pass --layers 4"):
        bench.shallow(config, None, room=7 * 10**9)

    assert bench.shallow(config, 4, room=7 * 10**9).num_layers == 4
    assert cost.weight_bytes(bench.shallow(config, 4, room=7 * 10**9)) < 7 * 10**9
