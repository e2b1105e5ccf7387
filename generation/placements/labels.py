"""The AI label by locale and market: its words, how large it must be, and how long it stays.

Facts, not legal advice: docs name the rules behind them. A label states what was generated; it never excuses an
exaggeration.
"""

import hashlib
from dataclasses import astuple, dataclass

from generation.specs import Label

READABLE_SHARE = 0.026
"""Height of the label's capitals as a share of the frame's shorter side, where no rule gives a number."""
CHINA_SHARE = 0.05
"""GB 45438-2025 asks for text at least 5 % of the shorter side."""

_TEXTS = {
    "en": "AI-generated scene",
    "fr": "Décor généré par IA",
    "de": "KI-generierte Szene",
    "es": "Escena generada por IA",
    "it": "Scena generata dall’IA",
    "pt": "Cena gerada por IA",
    "nl": "Door AI gemaakte scène",
    "pl": "Scena wygenerowana przez AI",
    "ja": "AI生成の背景",
    "ko": "AI 생성 배경",
    "zh": "AI生成场景",
    "zh-TW": "AI 生成場景",
    "zh-HK": "AI 生成場景",
}


@dataclass(frozen=True, kw_only=True)
class LabelRule:
    """What a market asks of the visible label. `whole_clip` is stricter than `minimum_seconds`."""

    market: str
    minimum_share: float
    minimum_seconds: float
    whole_clip: bool
    source: str


RULES = {
    rule.market: rule
    for rule in (
        LabelRule(
            market="CN",
            minimum_share=CHINA_SHARE,
            minimum_seconds=2.0,
            whole_clip=False,
            source="Measures for labelling AI-generated content and GB 45438-2025, in force 1 September 2025",
        ),
        LabelRule(
            market="EU",
            minimum_share=READABLE_SHARE,
            minimum_seconds=0.0,
            whole_clip=True,
            source="AI Act Article 50, in force 2 August 2026: recognisable at first exposure",
        ),
        LabelRule(
            market="KR",
            minimum_share=READABLE_SHARE,
            minimum_seconds=0.0,
            whole_clip=True,
            source="AI advertising labels, 2026: labels may not be removed",
        ),
        LabelRule(
            market="US",
            minimum_share=READABLE_SHARE,
            minimum_seconds=0.0,
            whole_clip=True,
            source="platform rules; New York GBL 396-b where a synthetic performer appears",
        ),
    )
}
_MARKETS = {"CN": "CN", "KR": "KR", "US": "US"}
_EUROPE = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


def rule_for(locale: str) -> LabelRule:
    """The rule of the market a locale such as ``zh-CN`` is shown in; the EU's, the broadest, where none is known."""
    region = locale.partition("-")[2].upper()
    if locale.lower() == "zh":
        region = "CN"
    return RULES["EU"] if region in _EUROPE else RULES[_MARKETS.get(region, "EU")]


def rule_version(locale: str) -> str:
    """Sixteen characters that change when the rule of a locale's market, or the label's words, do."""
    held = (*astuple(rule_for(locale)), ai_text(locale))
    return hashlib.sha256(repr(held).encode()).hexdigest()[:16]


def ai_text(locale: str) -> str:
    """The label's words; English where the language has none yet."""
    return _TEXTS.get(locale) or _TEXTS.get(locale.split("-")[0]) or _TEXTS["en"]


def ai_label(locale: str, seconds: float) -> Label:
    """The label for a video of that length, from its first frame to its last: every rule above is met."""
    return Label(text=ai_text(locale), start=0.0, end=seconds, kind="ai")
