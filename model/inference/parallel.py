"""Context parallelism: one sequence spread over processes, whole weights in each, for any divisor of the kv heads.

Every process keeps a run of neighbouring tokens. Around attention the processes swap tokens for heads, so that each
sees the whole sequence with its share of the heads, and swap back (Jacobs et al. 2023, arXiv 2309.14509). The network
itself knows nothing of this: it is handed its tokens and an attention function.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor
from torch import distributed as dist

from model.architecture.layers import attention
from model.architecture.transformer import UnifiedTransformer
from model.config import ModelConfig
from model.tokens.sequence import Segments, Window


@dataclass(frozen=True)
class Shares:
    """Where each process's tokens begin, with the end of the sequence last."""

    bounds: tuple[int, ...]
    rank: int

    @classmethod
    def even(cls, total: int, processes: int, rank: int) -> "Shares":
        """As equal as whole tokens allow."""
        return cls(tuple(total * part // processes for part in range(processes + 1)), rank)

    @property
    def lengths(self) -> list[int]:
        return [stop - start for start, stop in pairwise(self.bounds)]

    @property
    def own(self) -> slice:
        return slice(self.bounds[self.rank], self.bounds[self.rank + 1])

    def own_segments(self, segments: Segments) -> Segments:
        """How many of the own tokens are video, audio and text."""
        ends = [0, segments.video, segments.video + segments.audio, segments.total]
        inside = [min(max(end, self.own.start), self.own.stop) for end in ends]
        return Segments(*(stop - start for start, stop in pairwise(inside)))


class ParallelTransformer:
    """A network over the processes of a group; called like the network, with the whole sequence in every process."""

    def __init__(self, network: UnifiedTransformer, group: dist.ProcessGroup) -> None:
        self.network, self.group = network, group
        self.processes, self.rank = dist.get_world_size(group), dist.get_rank(group)
        heads = network.config.num_query_groups
        if heads % self.processes:
            counts = ", ".join(str(n) for n in range(1, heads + 1) if heads % n == 0)
            raise ValueError(f"{self.processes} processes cannot share {heads} key/value heads: use {counts}")

    @property
    def config(self) -> ModelConfig:
        return self.network.config

    def __call__(
        self, tokens: Tensor, coordinates: Tensor, segments: Segments, *, windows: tuple[Window, ...] = ()
    ) -> Tensor:
        """Same arguments and result as the network alone; every process returns the whole output."""
        shares = Shares.even(segments.total, self.processes, self.rank)

        def attend(q: Tensor, k: Tensor, v: Tensor, seen: tuple[Window, ...]) -> Tensor:
            widths = [x.shape[2] // self.processes for x in (q, k, v)]
            q, k, v = self._tokens_for_heads(q, k, v, shares).split(widths, dim=2)
            return self._heads_for_tokens(attention(q, k, v, seen), shares)

        rows = (x[:, shares.own] for x in (tokens, coordinates))
        output = self.network(*rows, shares.own_segments(segments), windows=windows, attend=attend)
        return self._gathered(output, shares)

    def _tokens_for_heads(self, q: Tensor, k: Tensor, v: Tensor, shares: Shares) -> Tensor:
        """Own tokens of all heads -> all tokens of the own heads; q, k and v travel as one message."""
        parts = zip(*(x.chunk(self.processes, dim=2) for x in (q, k, v)), strict=True)
        sent = [torch.cat(part, dim=2) for part in parts]  # for each process (B, own tokens, its heads, K)
        batch, _, heads, width = sent[0].shape
        return torch.cat(self._swapped(sent, [(batch, length, heads, width) for length in shares.lengths]), dim=1)

    def _heads_for_tokens(self, mixed: Tensor, shares: Shares) -> Tensor:
        """All tokens of the own heads -> own tokens of all heads."""
        sent = list(mixed.split(shares.lengths, dim=1))
        own = sent[self.rank].shape
        return torch.cat(self._swapped(sent, [tuple(own)] * self.processes), dim=2)

    def _swapped(self, sent: list[Tensor], shapes: list[tuple[int, ...]]) -> list[Tensor]:
        """Send one tensor to each process, receive one of the given shape from each."""
        flat = torch.cat([part.reshape(-1) for part in sent])
        sizes = [int(torch.Size(shape).numel()) for shape in shapes]
        received = flat.new_empty(sum(sizes))
        dist.all_to_all_single(received, flat, sizes, [part.numel() for part in sent], group=self.group)
        return [part.view(shape) for part, shape in zip(received.split(sizes), shapes, strict=True)]

    def _gathered(self, output: Tensor, shares: Shares) -> Tensor:
        """The rows of all processes; shorter shares travel padded."""
        longest = max(shares.lengths)
        padded = output.new_zeros(output.shape[0], longest, output.shape[2])
        padded[:, : output.shape[1]] = output
        parts = [torch.empty_like(padded) for _ in range(self.processes)]
        dist.all_gather(parts, padded, group=self.group)
        return torch.cat([part[:, :length] for part, length in zip(parts, shares.lengths, strict=True)], dim=1)
