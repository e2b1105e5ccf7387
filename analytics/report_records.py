"""What a placement report says, as frozen records: written by `analytics.reports`, read by pages, CSV and API."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from analytics import charts, retention, selectors, verdicts
from analytics.stats.counts import Estimate, NotEnoughData
from analytics.stats.funnel import Metric, Standing
from analytics.stats.guards import SampleRatio
from generation.services import LearnedScore

Rate = verdicts.Rate


@dataclass(frozen=True, kw_only=True)
class Health:
    """Read this first: what was counted, from whom, how fresh it is."""

    impressions: int
    visitors: int
    simulated_share: float
    """Share of impressions made by our own simulated shoppers, 0 to 1."""
    bot_events: int
    """Events of crawlers: kept, never counted."""
    blocked: int
    """Videos that were stopped after shoppers had seen them: they are out of the comparison and teach nothing."""
    counted_until: datetime | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before believing a number, as of now."""
        found = verdicts.warnings(
            impressions=self.impressions, simulated_share=self.simulated_share, counted_until=self.counted_until
        )
        left_out = [f"{self.blocked} of the videos shown were blocked later and are left out."] if self.blocked else []
        return (*found, *left_out)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A shot or a line of text of a video, from `start` to `end` in seconds."""

    start: float
    end: float
    words: str


@dataclass(frozen=True, kw_only=True)
class Script:
    """What a video shows when: its shots and the texts over them."""

    seconds: float
    shots: tuple[Moment, ...]
    captions: tuple[Moment, ...]


@dataclass(frozen=True, kw_only=True)
class ArmReport:
    """One variant in one contest. Counts are events, rates are per distinct visitor with 90 % intervals."""

    placement: UUID
    video: UUID
    scenario: str
    locale: str
    hook: str
    cast: str
    is_live: bool
    share: float
    """Share of visitors it gets now."""
    impressions: int
    visitors: int
    plays: int
    clicks: int
    add_to_carts: int
    orders: int
    refunds: int
    value_minor: int
    play_rate: Rate
    click_rate: Rate
    add_rate: Rate
    order_rate: Rate
    refund_rate: Rate
    """Of orders."""
    retention: tuple[int, int, int, int]
    """Visitors who reached each quarter of the video."""
    refund_reasons: tuple[tuple[str, int], ...]
    rank: int
    standing: Standing | None
    """None while nobody has seen it."""
    reasons: tuple[str, ...]
    players: int = 0
    """Visitors who started the video: what `retention` is a share of."""
    held: int = 0
    """Visitors who watched three seconds."""
    script: Script | None = None

    @property
    def retention_chart(self) -> str:
        """Who was still watching when, above the shot list, as SVG, marked safe; empty below 20 players."""
        if self.script is None:
            return ""
        points = {3.0: self.held} if self.held else {}
        quarters = zip((0.25, 0.5, 0.75, 1.0), self.retention, strict=True)
        points |= {share * self.script.seconds: visitors for share, visitors in quarters}
        return retention.chart(self.name, self.players, points, self.script)

    @property
    def name(self) -> str:
        """Short name for charts and sentences."""
        return selectors.name_of(self.scenario, self.hook)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The first against the second, valid however often one looks; `p` covers every pair of the contest (Holm)."""

    ratio: Estimate
    p: float


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """What ranking brings: its visitors beside those who are held out of it and always get even shares."""

    held_out: int
    """Visitors."""
    ratio: Estimate | NotEnoughData
    """Of the deciding rate, ranked to held out, day by day; valid at any time."""


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What today's shares would have brought per visitor on the visitors that came, beside what came in."""

    actual: float
    today: Estimate | NotEnoughData
    """Doubly robust; refused where the visitors that came say too little about today's shares."""
    without_model: float | None = None
    """Self-normalised weighting of what was seen, and nothing else: far from `today`, neither should be trusted."""
    effective: int = 0
    """Visitors that the weighted ones are worth."""


@dataclass(frozen=True, kw_only=True)
class Preferred:
    """Two placements of a contest of which shoppers preferred one, with the chance that this is no luck."""

    better: UUID
    worse: UUID
    chance: float
    ratio: Estimate


@dataclass(frozen=True, kw_only=True)
class ContestReport:
    """Variants that may be compared, best first."""

    channel: str
    market: str
    format: str
    arms: tuple[ArmReport, ...]
    sample_ratio: SampleRatio | NotEnoughData
    proof: Proof | NotEnoughData
    matured: float | None
    """Share of orders old enough that hardly any will still come back; None without orders."""
    earned: Earned | None
    """None where nobody was given a variant by our own shares."""
    verdict: verdicts.Verdict
    preferred: tuple[Preferred, ...] = ()
    """Pairs that shoppers told apart, for tuning the model: see `analytics.preferences`."""
    ranked: Ranked | None = None
    """None while nobody was held out of ranking."""

    @property
    def chart(self) -> str:
        """Ranked interval bars as SVG, marked safe."""
        return charts.ranking_chart(self.arms)

    @property
    def funnel_chart(self) -> str:
        """Each step of the funnel by arm as SVG, marked safe."""
        return charts.funnel_chart(self.arms)


@dataclass(frozen=True, kw_only=True)
class PlacementReport:
    """Everything the report page, its print and its CSV say about one product."""

    sku: str
    title: str
    currency: str
    metric: Metric
    health: Health
    verdict: verdicts.Verdict
    contests: tuple[ContestReport, ...]
    effects: tuple[LearnedScore, ...]
    """What the choices of planning do in this category, as log relative rates with 90 % intervals."""

    @property
    def metric_name(self) -> str:
        """What decides, in words."""
        return {"click": "clicks per visitor", "kept_order": "kept orders per visitor"}[self.metric]

    @property
    def effects_chart(self) -> str:
        """Effects of scenario, locale, hook and cast as SVG, marked safe."""
        return charts.effects_chart(self.effects)
