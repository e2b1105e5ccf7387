"""Two and four processes give what one process gives, and other counts are refused."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import distributed as dist
from torch import multiprocessing

from model.architecture.transformer import UnifiedTransformer
from model.config import ModelConfig
from model.inference.parallel import ParallelTransformer, Shares
from model.tokens.sequence import Segments, local_windows

CONFIG = replace(
    ModelConfig.debug(),
    hidden_size=128,
    head_dim=16,
    num_query_groups=4,
    local_attn_layers=(1,),
    frame_receptive_field=1,
)
SEGMENTS, FRAMES = Segments(24, 7, 6), 6
WINDOWS = local_windows(SEGMENTS, frames=FRAMES, receptive_field=1)


def example() -> tuple[UnifiedTransformer, tuple[torch.Tensor, torch.Tensor]]:
    torch.manual_seed(4)
    network = UnifiedTransformer(CONFIG)
    for weight in network.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    return network, (torch.randn(2, SEGMENTS.total, CONFIG.token_width), torch.randint(1, 5, (2, 37, 9)).float())


def work(rank: int, folder: str) -> None:
    """One of four processes: the first two form a group of their own, then all four work together."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=4)
    network, inputs = example()
    found = {}
    with torch.no_grad():
        for ranks in ([0, 1], [0, 1, 2, 3]):
            group = dist.new_group(ranks)
            if rank in ranks:
                found[len(ranks)] = ParallelTransformer(network, group)(*inputs, SEGMENTS, windows=WINDOWS)
        refused = dist.new_group([0, 1, 2])
        if rank == 0:
            with pytest.raises(ValueError, match="3 processes cannot share 4 key/value heads: use 1, 2, 4"):
                ParallelTransformer(network, refused)
    torch.save(found, f"{folder}/{rank}.pt")
    dist.destroy_process_group()


def test_two_and_four_processes_equal_one(tmp_path: Path) -> None:
    # One fresh process imports, and the four are forked from it: quick, and free of this process's threads.
    multiprocessing.get_context("forkserver").set_forkserver_preload(["model.inference.parallel", "pytest"])
    multiprocessing.start_processes(work, (str(tmp_path),), nprocs=4, start_method="forkserver")

    network, inputs = example()
    with torch.no_grad():
        alone = network(*inputs, SEGMENTS, windows=WINDOWS)
    results = [torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(4)]
    for rank, processes in ((0, 2), (1, 2), (0, 4), (3, 4)):
        error = float((results[rank][processes] - alone).abs().max() / alone.abs().max())
        assert error < 1e-5, (rank, processes)


def test_shares_cover_the_sequence_and_count_their_own_modalities() -> None:
    shares = [Shares.even(37, 4, rank) for rank in range(4)]

    assert [share.lengths for share in shares] == [[9, 9, 9, 10]] * 4
    assert [share.own_segments(SEGMENTS).sizes for share in shares] == [[9, 0, 0], [9, 0, 0], [6, 3, 0], [0, 4, 6]]
