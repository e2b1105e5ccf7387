"""Which of several comparable parameters a sentence speaks of: "18 cm high" is the product's height, not its mist's."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.facts import Parameter
from review.checks.wording import tokens

_SUBJECTS = tuple(
    frozenset(words.split())
    for words in (
        "height high tall hauteur haut haute 高",
        "width wide diameter across largeur large diametre 宽 直径",
        "length long longueur cable cord fil 长 线",
        "depth deep profondeur profond 深",
        "weight weighs weigh poids pese 重",
        "capacity volume holds contient contenance 容量",
        "power uses consomme puissance 功率",
        "runtime battery runs lasts autonomie tient dure 续航",
        "burn burns brule 燃烧",
        "charging charge charges recharge 充电",
        "hot warm chaud chaude 保温",
        "cold cool froid froide frais fraiche 保冷",
        "warranty guarantee garantie 保修",
        "spray sprays jet jets fountain water jaillit fontaine eau 喷 水",
        "mist mists misting brume 雾",
        "steam steams steaming vapeur 蒸汽 热气",
        "flame flames flamme 火焰",
        "beam beams shines faisceau eclaire 光束 照",
    )
)
"""Words of one subject in the names of parameters and in sentences, without accents."""
_GENERAL = frozenset(
    ["total", "overall", "product", "item", "net", "maximum", "max", "minimum", "min", "time", "level", "size", "keeps"]
)
"""Words in a parameter's name that narrow down nothing."""


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """`meant` is what a sentence speaks of; `near` shares a word with it but is named by another one too."""

    meant: Sequence[Parameter]
    near: Sequence[Parameter] = ()


def spoken_of(text: str, parameters: Sequence[Parameter]) -> Candidates:
    """Parameters whose whole name the sentence speaks of, else those of which it names a part, else all of them."""
    said = set(tokens(text))
    subjects = [words for words in _SUBJECTS if words & said or any(_is_chinese(w) and w in text for w in words)]
    known = said.union(*subjects)
    named = [row for row in parameters if _words(row) & known]
    wholly = [row for row in named if _words(row) <= known]
    if wholly:
        return Candidates(meant=wholly, near=[row for row in named if row not in wholly])
    return Candidates(meant=named or parameters)


def _words(parameter: Parameter) -> frozenset[str]:
    words = frozenset(tokens(parameter.name.replace("_", " ").replace("-", " ")))
    return words - _GENERAL or words


def _is_chinese(word: str) -> bool:
    return word[0] > "\u3000"
