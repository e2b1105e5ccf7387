"""The story as one HTML file without scripts: curves with intervals, films of what each generation showed most."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Protocol

import numpy as np

MEASURES = {
    "clicks": "Clicks per 1,000 visitors",
    "kept": "Kept orders per 1,000 visitors",
    "refunds": "Orders sent back",
    "exaggerated": "Visitors who were promised too much",
}
SHARES = ("refunds", "exaggerated")
"""Measures that are shares, drawn from 0."""
LINES = {
    "audit on, feedback on": ("#0d6357", "", 3),
    "audit on, feedback off": ("#0d6357", "2 5", 2),
    "audit off, feedback on": ("#b3541e", "", 3),
    "audit off, feedback off": ("#b3541e", "2 5", 2),
}
"""Colour, dashes and width: the setting reads without colour, too, because every line ends in its name."""
WIDE, HIGH, LEFT, RIGHT, TOP, BOTTOM = 560, 300, 52, 176, 16, 34


class Loudest(Protocol):
    """The most clicked video of a generation: scenario, hook, promise, and what it was worth."""

    choices: tuple[str, ...]
    clicks: float
    kept: float
    refunds: float


class Told(Protocol):
    """One generation of one shop."""

    clicks: float
    kept: float
    refunds: float
    exaggerated: float
    loudest: Loudest
    versus: tuple[float, float] | None


Story = Mapping[str, Sequence[Sequence[Told]]]
Said = Mapping[tuple[str, str, str], str]
"""What the audit said of each film: `passed`, `stopped` or `person`, by scenario, hook and promise."""


@dataclass(frozen=True)
class Spread:
    """Mean over shops with its 95 % interval (shops resampled)."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        drawn = np.random.default_rng(0).choice(np.array(values), (2000, len(values))).mean(1)
        return cls(float(np.mean(values)), *(float(one) for one in np.quantile(drawn, [0.025, 0.975])))

    def words(self, what: str) -> str:
        """The mean and its interval in the measure's own unit."""
        form = "{:.1%}" if what in SHARES else "{:.1f}"
        return f"{form} ({form} to {form})".format(self.mean, self.low, self.high)

    def ratio(self) -> str:
        """A ratio as a change."""
        return "{:+.0%} ({:+.0%} to {:+.0%})".format(*(one - 1 for one in (self.mean, self.low, self.high)))


def page(story: Story, films: Path, said: Said) -> str:
    """The whole file."""
    shops = len(next(iter(story.values())))
    curves = "".join(
        f"<figure><figcaption>{title}</figcaption>{curve(story, what)}</figure>" for what, title in MEASURES.items()
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>What honesty earns</title>
<style>{STYLE}</style></head><body><main>
<p class="mark">Simulated shoppers, {shops} shops with tastes of their own; lines are means, bands 95 % intervals</p>
<h1>Exaggeration wins the click and loses the order</h1>
<p class="lead">{sentence(story)}</p>
<div class="curves">{curves}</div>
<h2>The most clicked video of each generation</h2>
<div class="strips">{"".join(strip(name, shops[0], films) for name, shops in story.items())}</div>
<h2>What is real here, and what is not</h2>
<div class="two"><div><h3>The product's own</h3><ul>
<li>The films: {len(said)} of them, planned, moved by the model and drawn by the compositor from one photo.</li>
<li>The audit: {verdicts(said)}</li>
<li>The planner, the ranking of each step from click to kept order, and the shares each video gets.</li></ul></div>
<div><h3>Assumed</h3><ul>
<li>The shoppers. An exaggerated video is clicked 42 % more often and put into the cart 28 % more often; 40 % of such
orders come back instead of 6 %. Each shop has tastes of its own for scenarios and openings.</li>
<li>{shops} shops of ten products, six videos a product and generation, 6,000 visitors each.</li>
<li>A stopped film is made anew within the specification; a person who is asked sees what is true.</li></ul></div></div>
<p class="small">Films are those of the first shop of each setting. With feedback two thirds of a batch follow what
sold, refunds taken off, and a third stays an experiment; what kept credibly fewer orders is in neither.</p>
</main></body></html>
"""


def verdicts(said: Said) -> str:
    """How many films of each kind the audit stopped, in words."""
    loud = [verdict for (_, _, promise), verdict in said.items() if promise == "exaggerated"]
    honest = [verdict for (_, _, promise), verdict in said.items() if promise == "honest"]
    return (
        f"from pixels alone it stopped {loud.count('stopped')} of {len(loud)} exaggerated films and asked a person"
        f" about {loud.count('person')}; of {len(honest)} honest ones it stopped {honest.count('stopped')} and asked"
        f" about {honest.count('person')}."
    )


def sentence(story: Story) -> str:
    """What happened, in the story's own numbers."""
    free, first = story["audit off, feedback on"], "audit off, feedback off"
    began, ended = (Spread.of([shop[place].exaggerated for shop in free]) for place in (0, -1))
    honest = Spread.of([shop[-1].kept for shop in story["audit on, feedback on"]])
    loose = Spread.of([shop[-1].kept for shop in story[first]])
    clicks, kept = compared(story)
    return (
        f"Videos that promise too much get {clicks.ratio()} clicks and {kept.ratio()} orders that are kept."
        f" Left alone, {began.mean:.0%} of visitors are promised more than the product can do; with feedback the"
        f" planner drops that by itself, because such orders come back: {ended.mean:.0%} after four generations. But it"
        f" takes sales to find out. With the audit nobody has to: {honest.mean:.1f} kept orders per 1,000 visitors in"
        f" the end, against {loose.mean:.1f} with neither."
    )


def compared(story: Story) -> tuple[Spread, Spread]:
    """Clicks and kept orders of exaggerated videos over honest ones of the same shop, all generations left alone."""
    shops = story["audit off, feedback off"]
    both = [[one.versus for one in shop if one.versus] for shop in shops]
    found = np.array([np.mean(ratios, axis=0) for ratios in both if ratios])
    return Spread.of(found[:, 0].tolist()), Spread.of(found[:, 1].tolist())


def curve(story: Story, what: str) -> str:
    """Four lines over the generations, each with its band and its name at the end."""
    spreads = {name: [Spread.of([getattr(shop[at], what) for shop in shops]) for at in range(len(shops[0]))]
               for name, shops in story.items()}  # fmt: skip
    every = [one for each in spreads.values() for one in each]
    top = max(max(one.high for one in every) * 1.08, 0.01)
    bottom = 0.0 if what in SHARES else min(one.low for one in every) * 0.9
    parts = [
        f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img"><title>{escape(MEASURES[what])}</title>',
        axes(what, bottom, top),
    ]
    ends = []
    for name, each in spreads.items():
        colour, dashes, width = LINES[name]
        above = [f"{x(at):.1f},{y(one.high, bottom, top):.1f}" for at, one in enumerate(each)]
        below = [f"{x(at):.1f},{y(one.low, bottom, top):.1f}" for at, one in enumerate(each)]
        line = " ".join(f"{x(at):.1f},{y(one.mean, bottom, top):.1f}" for at, one in enumerate(each))
        parts.append(f'<polygon points="{" ".join([*above, *reversed(below)])}" fill="{colour}" opacity="0.13"/>')
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="{width}"'
            f' stroke-dasharray="{dashes}" stroke-linecap="round" stroke-linejoin="round"/>'
        )
        ends.append((y(each[-1].mean, bottom, top), name, colour))
    return "".join([*parts, *names(ends), "</svg>"])


def axes(what: str, bottom: float, top: float) -> str:
    """Three lines with their values, and the generations."""
    form = "{:.0%}" if what in SHARES else "{:.0f}"
    marks = [bottom + (top - bottom) * share for share in (0.0, 0.5, 0.95)]
    rows = "".join(
        f'<line x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y(one, bottom, top):.1f}" y2="{y(one, bottom, top):.1f}"'
        f' stroke="#1b1b18" opacity="0.12"/><text x="{LEFT - 8}" y="{y(one, bottom, top) + 4:.1f}" text-anchor="end">'
        f"{form.format(one)}</text>"
        for one in marks
    )
    columns = "".join(f'<text x="{x(at):.1f}" y="{HIGH - 10}" text-anchor="middle">{at + 1}</text>' for at in range(4))
    return rows + columns + f'<text x="{LEFT - 8}" y="{HIGH - 10}" text-anchor="end">gen.</text>'


def names(ends: Sequence[tuple[float, str, str]]) -> list[str]:
    """The lines' names, kept 15 px apart and above the generations."""
    last, lowest, spots = -99.0, HIGH - BOTTOM - 4.0, []
    for at, _, _ in sorted(ends):
        last = max(at, last + 15)
        spots.append(last)
    placed = []
    for place, (_, name, colour) in enumerate(sorted(ends)):
        spot = min(spots[place], lowest - 15 * (len(spots) - 1 - place))
        placed.append(f'<text x="{WIDE - RIGHT + 10}" y="{spot + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    return placed


def x(at: int) -> float:
    """Where a generation stands."""
    return LEFT + (WIDE - LEFT - RIGHT) * at / 3


def y(value: float, bottom: float, top: float) -> float:
    """Where a value stands."""
    return TOP + (HIGH - TOP - BOTTOM) * (1 - (value - bottom) / (top - bottom))


def strip(name: str, shop: Sequence[Told], films: Path) -> str:
    """Four cards of one shop: the most clicked videos, with their film where it was drawn."""
    cards = "".join(card(at, one, films) for at, one in enumerate(shop, start=1))
    return f"<section><h3>{escape(name)}</h3><div class='cards'>{cards}</div></section>"


def card(at: int, one: Told, films: Path) -> str:
    """One generation."""
    loud = one.loudest
    scenario, hook, promise = loud.choices
    path = films / f"{scenario}-{hook}-{promise}.jpg"
    picture = f'<div class="none">{escape(scenario)}</div>'
    if path.is_file():
        data = base64.b64encode(path.read_bytes()).decode()
        seen = escape(f"Frames of {scenario}, {hook}, {promise}")
        picture = f'<img alt="{seen}" src="data:image/jpeg;base64,{data}">'
    return (
        f'<article class="{promise}">{picture}<p><strong>{at}. {escape(scenario)} · {escape(hook)}</strong><br>'
        f"{escape(promise)}; of 1,000 visitors {loud.clicks:.0f} click and {loud.kept:.0f} keep an order;"
        f" {loud.refunds:.0%} of the orders come back"
        "</p></article>"
    )


STYLE = """
:root{--ink:#1b1b18;--faint:#6a6a62;--paper:#f7f5f0;--card:#fffefb}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;
  font-variant-numeric:tabular-nums}
main{max-width:1180px;margin:0 auto;padding:48px 24px 80px}
h1{font-size:2.6rem;line-height:1.1;letter-spacing:-.02em;margin:.2em 0 .3em}
.lead{font-size:1.25rem;max-width:46rem;margin:0 0 32px}
.mark{display:inline-block;padding:2px 12px;border:1px solid #b9b6ab;border-radius:99px;font-size:.85rem;
  color:var(--faint);margin:0}
.curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:20px}
figure{margin:0;background:var(--card);border:1px solid #e2dfd6;border-radius:14px;padding:18px 18px 8px}
figcaption{font-weight:600;margin-bottom:6px}
svg{width:100%;height:auto;font-size:12.5px;fill:var(--faint)}
h2{margin:48px 0 12px;font-size:1.6rem}
h3{margin:20px 0 8px;font-size:1.05rem;text-transform:capitalize}
.cards{display:grid;grid-template-columns:repeat(4,1fr);gap:14px}
article{background:var(--card);border:1px solid #e2dfd6;border-radius:12px;overflow:hidden}
article.exaggerated{border:2px solid #b3541e}
article p{margin:0;padding:10px 12px 12px;font-size:.86rem;color:var(--faint)}
article strong{color:var(--ink);text-transform:capitalize}
article img{display:block;width:100%}
.none{aspect-ratio:16/6;display:grid;place-items:center;
  background:repeating-linear-gradient(45deg,#efece4,#efece4 8px,#f7f5f0 8px,#f7f5f0 16px);color:var(--faint)}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:8px 40px}
.two ul{margin:0;padding-left:1.1em}
.small{font-size:.86rem;color:var(--faint);max-width:52rem;margin-top:24px}
@media(max-width:760px){.cards{grid-template-columns:1fr 1fr}
h1{font-size:1.9rem}}
@media print{body{background:none}
figure,article{break-inside:avoid}}
"""
