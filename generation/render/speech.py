"""Narration: sentences to speech with Kokoro-82M, one voice a language, fitted into the window of each line.

Phonemes come from espeak-ng in a process of its own (espeak.py); the network runs here on onnxruntime.
"""

import functools
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from catalog import assets
from generation.render.errors import RenderError, SpeechDoesNotFit
from generation.specs import Line

Floats = NDArray[np.float32]
RATE = 24000
FASTEST = 1.25
"""Pace beyond which speech sounds hurried; a line that needs more is refused."""
PHONEMISER_SECONDS = 20
LONGEST_PHONEMES = 500
"""The network reads at most this many symbols at once."""


@dataclass(frozen=True)
class Voice:
    """A speaker: the file with its style vectors, and what espeak-ng calls its language."""

    name: str
    espeak: str


VOICES = {"en": Voice("af_heart", "en-us"), "fr": Voice("ff_siwis", "fr")}
"""By language. Other languages get captions only: no voice was measured to be good enough."""

_SOUNDS = {
    "en": {
        "a^ɪ": "I", "a^ʊ": "W", "e^ɪ": "A", "o^ʊ": "O", "ɔ^ɪ": "Y", "t^ʃ": "ʧ", "d^ʒ": "ʤ",
        "ɚɹ": "əɹ", "ɚ": "əɹ", "ɜː": "ɜɹ", "ɾ": "T", "ɐ": "ə", "r": "ɹ", "ː": "", "^": "",
    },
    "fr": {"t^ʃ": "ʧ", "d^ʒ": "ʤ", "^": ""},
}  # fmt: skip
"""What the network writes with one symbol where IPA has two, in the order of replacement."""
_BREAK = re.compile(r"\s*([,;:.!?…—]+)(?=\s|$)\s*")


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """A spoken line: mono sound at `RATE`, when it starts, and the pace it needed."""

    start: float
    sound: Floats
    speed: float
    text: str

    @property
    def seconds(self) -> float:
        """How long it is heard."""
        return len(self.sound) / RATE


def has_voice(locale: str) -> bool:
    """Whether lines in that locale can be spoken."""
    return _language(locale) in VOICES


def speak(line: Line, locale: str) -> Utterance:
    """Say a line within its window, faster than normal only where it must be.

    Raises SpeechDoesNotFit when even the fastest pace is too slow, RenderError when the locale has no voice.
    """
    language = _language(locale)
    if language not in VOICES:
        raise RenderError(f"There is no voice for {locale}; make this video with captions only.")
    ids = _symbols(phonemes(line.text, language), line.text)
    window, speed = line.end - line.start, 1.0
    for _ in range(3):
        sound = _synthesise(ids, VOICES[language].name, speed)
        seconds = len(sound) / RATE
        if seconds <= window:
            return Utterance(start=line.start, sound=sound, speed=speed, text=line.text)
        if speed >= FASTEST:
            break
        speed = min(FASTEST, speed * seconds / window * 1.03)
    raise SpeechDoesNotFit(
        f"“{line.text}” takes {seconds:.1f} s at the fastest pace, but its window is {window:.1f} s"
        f" ({line.start:.1f} to {line.end:.1f} s): shorten it or give it more time."
    )


def phonemes(text: str, language: str) -> str:
    """A sentence in the network's own symbols, punctuation kept: it decides the melody. Units must be words already."""
    pieces = _BREAK.split(text)
    spoken, marks = pieces[::2], [*(mark[0] for mark in pieces[1::2]), ""]
    lines = _espeak(tuple(piece for piece in spoken if piece), VOICES[language].espeak)
    heard = iter(lines)
    joined = " ".join((next(heard) if piece else "") + mark for piece, mark in zip(spoken, marks, strict=True)).strip()
    for written, symbol in _SOUNDS[language].items():
        joined = joined.replace(written, symbol)
    return joined


def _espeak(pieces: tuple[str, ...], language: str) -> list[str]:
    program = Path(__file__).with_name("espeak.py")
    command = [sys.executable, "-I", str(program), str(assets.resolve("espeak")), language]
    try:
        result = subprocess.run(
            command, input="\n".join(pieces) + "\n", capture_output=True, encoding="utf-8",
            timeout=PHONEMISER_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"espeak-ng gave no answer within {PHONEMISER_SECONDS} s for {pieces!r}.") from error
    if result.returncode != 0:
        raise RenderError(f"espeak-ng could not read {pieces!r}: {result.stderr.strip()[-300:]}")
    return result.stdout.splitlines()


def _symbols(phonemes: str, text: str) -> tuple[int, ...]:
    table = _vocabulary()
    ids = tuple(table[symbol] for symbol in phonemes if symbol in table)
    if not ids or len(ids) > LONGEST_PHONEMES:
        raise RenderError(f"“{text}” gives {len(ids)} phonemes; a line may have 1 to {LONGEST_PHONEMES}.")
    return ids


@functools.lru_cache(maxsize=64)
def _synthesise(ids: tuple[int, ...], voice: str, speed: float) -> Floats:
    """A worker says the same selling point in many videos: it keeps the last ones."""
    style = _styles(voice)[len(ids) - 1]
    feeds = {"tokens": np.array([[0, *ids, 0]], np.int64), "style": style, "speed": np.array([speed], np.float32)}
    (sound,) = _network().run(["audio"], feeds)
    return _trimmed(np.asarray(sound, np.float32).reshape(-1))


def _trimmed(sound: Floats) -> Floats:
    """Without the silence before and after, but for 30 ms of breath."""
    loud = np.flatnonzero(np.abs(sound) > 0.004)
    if not len(loud):
        raise RenderError("The voice stayed silent: its files may be damaged; run `make install` again.")
    pad = round(0.03 * RATE)
    return sound[max(loud[0] - pad, 0) : loud[-1] + 2 * pad]


@functools.cache
def _network() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a waiting thread costs as a working one
    return onnxruntime.InferenceSession(str(assets.resolve("kokoro")), options, providers=["CPUExecutionProvider"])


@functools.cache
def _styles(voice: str) -> Floats:
    """(510, 1, 256): one style vector for each length of text."""
    return np.fromfile(assets.resolve("kokoro_voices") / f"{voice}.bin", np.float32).reshape(-1, 1, 256)


@functools.cache
def _vocabulary() -> dict[str, int]:
    table: dict[str, int] = json.loads(assets.resolve("kokoro_vocabulary").read_text(encoding="utf-8"))["vocab"]
    return table


def _language(locale: str) -> str:
    return locale.split("-")[0].lower()
