"""How surely does the audit tell a sentence that was said from another one? Every spoken selling point of the demo.

Each sentence is said by the product's own voice and heard by the audit; its share against its own text is compared with
its best share against every other sentence of that language. Promise: no sentence below the threshold of its language
with its own text (a person would be asked), none above it with another.

    nice python benchmarks/speech_heard.py [--languages en,fr] [--most 40] [--json]
"""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")
from benchmarks import report
from benchmarks.demo_clips import DEMO
from generation.render import speech as voice
from generation.specs import Line
from review.checks.speech_match import DIFFERS, MATCHES
from review.checks.wording import coverage, resemblance
from review.observe import speech

LOCALES = {"en": "en-US", "fr": "fr-FR"}
Floats = np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", default="en,fr")
    parser.add_argument("--most", type=int, default=40, help="sentences a language")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows: list[tuple[object, ...]] = [("language", "sentence", "heard", "own share", "best other share")]
    figures: dict[str, object] = {}
    for language in options.languages.split(","):
        told = [(sentence, _heard(sentence, language)) for sentence in _sentences(language)[: options.most]]
        shares = [_shares(sentence, heard, told) for sentence, heard in told]
        rows += [
            (language, s, h, f"{own:.2f}", f"{other:.2f}") for (s, h), (own, other) in zip(told, shares, strict=True)
        ]
        figures[language] = _figures(np.array(shares), language)
    report.show("speech_heard", figures, rows=rows, as_json=options.json)
    if not options.json:
        print(json.dumps(figures))


def _sentences(language: str) -> list[str]:
    """The spoken selling points, one product after the other in turn, so that a few cover all."""
    products = [json.loads(line)["selling_points"] for line in (DEMO / "products.jsonl").read_text().splitlines()]
    locale = LOCALES[language]
    said = [[point.get("spoken", point["text"]).get(locale) for point in points] for points in products]
    longest = max(map(len, said))
    return [row[place] for place in range(longest) for row in said if place < len(row) and row[place]]


def _heard(sentence: str, language: str) -> str:
    said = voice.speak(Line(start=0, end=5, text=sentence), LOCALES[language])
    places = np.arange(0, len(said.sound), voice.RATE / 16000)
    sound = np.interp(places, np.arange(len(said.sound)), np.ravel(said.sound)).astype(np.float32)
    padded = np.pad(sound, (8000, 16000))
    print(".", end="", file=sys.stderr, flush=True)
    return " ".join(word.text for word in speech.hear(padded, language))


def _share(planned: str, heard: str) -> float:
    """As `review.checks.speech_match` compares them."""
    return max(coverage(planned, heard), resemblance(planned, heard))


def _shares(sentence: str, heard: str, told: list[tuple[str, str]]) -> tuple[float, float]:
    others = [_share(other, heard) for other, _ in told if other != sentence]
    return _share(sentence, heard), max(others, default=0.0)


def _figures(shares: Floats, language: str) -> dict[str, object]:
    own, other = shares[:, 0], shares[:, 1]
    needed = MATCHES.get(language, 1.0)
    return {
        "sentences": len(own),
        "own share, lowest": round(float(own.min()), 3),
        "own share, 5th percentile": round(float(np.quantile(own, 0.05)), 3),
        "other share, highest": round(float(other.max()), 3),
        "threshold": needed,
        "own below the threshold": int((own < needed).sum()),
        "own blocked": int((own < DIFFERS).sum()),
        "other above the threshold": int((other >= needed).sum()),
    }


if __name__ == "__main__":
    main()
