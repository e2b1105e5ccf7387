"""Words heard in the sound, with their times: Whisper base (int8 on the processor), language given, nothing random.

CTranslate2 runs the weights; features, prompt and words are made here, so that no media library is loaded (ADR 4).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog import assets
from review.observe import mel
from review.observe.media import THREADS
from review.observe.records import Word

HEARD = frozenset({"en", "fr", "de", "es", "it", "pt", "nl", "zh", "ja"})
"""Languages listened for; languages.toml says in which it was measured."""
WINDOW = 30.0
"""Seconds the recogniser hears at once."""
SHORTEST = 22.0
"""Seconds after which a longer sound is parted, where it is quietest."""
QUIET = 0.2
"""Seconds over which quietness is judged."""
NO_SPEECH, UNLIKELY = 0.6, -0.7
"""A window is no speech when the recogniser says so this surely, and its words have a mean log likelihood below."""
STRETCHED = 2.5
"""Times the usual length of a word from which on alignment has stretched it over a silence."""
_ENDS = ",.!?;:。，！？；："
_FEWEST_SAMPLES = mel.RATE // 10


def hear(sound: NDArray[np.float32], language: str) -> tuple[Word, ...]:
    """Words in mono float32 sound at 16 kHz. Passages that are most likely not speech are left out."""
    recogniser = _recogniser()
    return tuple(word for start, part in _parts(sound) for word in recogniser.words(part, language, start))


@dataclass(frozen=True, eq=False)
class _Recogniser:
    """The network and its vocabulary."""

    network: Any
    vocabulary: Any

    def words(self, sound: NDArray[np.float32], language: str, start: float) -> list[Word]:
        """The words of at most 30 seconds that begin at `start`."""
        import ctranslate2  # type: ignore[import-untyped]  # it ships no types

        features = ctranslate2.StorageView.from_array(mel.log_mel(sound, WINDOW)[None])
        heard = self.network.encode(features)
        prompt = [self._id(name) for name in ("<|startoftranscript|>", f"<|{language}|>", "<|transcribe|>")]
        told = self.network.generate(
            heard, [prompt], beam_size=1, sampling_temperature=0, return_scores=True, return_no_speech_prob=True
        )[0]
        tokens = [token for token in told.sequences_ids[0] if token < self._id("<|endoftext|>")]
        if not tokens or (told.no_speech_prob >= NO_SPEECH and told.scores[0] <= UNLIKELY):
            return []
        frames = min(round(len(sound) / mel.HOP), round(WINDOW * mel.RATE / mel.HOP))
        aligned = self.network.align(heard, prompt, [tokens], frames)[0]
        begins = start + _beginnings(aligned.alignments, len(tokens))
        spelled = self._spelled(tokens)
        usual = float(np.median([begins[last + 1] - begins[first] for first, last, _ in spelled])) if spelled else 0.0
        return [
            _word(text, (begins[first], begins[last + 1]), usual, np.mean(aligned.text_token_probs[first : last + 1]))
            for first, last, text in spelled
        ]

    def _id(self, name: str) -> int:
        return int(self.vocabulary.token_to_id(name))

    def _spelled(self, tokens: Sequence[int]) -> list[tuple[int, int, str]]:
        """First and last token of each word and how it is written; where no spaces part them, each character."""
        words: list[tuple[int, int, str]] = []
        first = 0
        for place in range(len(tokens)):
            text = self.vocabulary.decode(tokens[first : place + 1])
            if "\ufffd" in text:
                continue  # Half of a character: the next token brings the rest.
            is_mark = not any(character.isalnum() for character in text)
            if words and (is_mark or not (text.startswith(" ") or text.strip()[0] > "\u2e7f")):
                before = words.pop()
                words.append((before[0], place, before[2] + text))
            else:
                words.append((first, place, text))
            first = place + 1
        return [word for word in words if word[2].strip()]


def _word(text: str, span: tuple[float, float], usual: float, probability: float) -> Word:
    """A word much longer than the usual one has the silence beside it in its span: before a sentence, or after it."""
    start, end = (float(second) for second in span)
    longest = max(STRETCHED * usual, 0.3)
    if end - start > longest:
        start, end = (start, start + longest) if text.rstrip()[-1] in _ENDS else (end - longest, end)
    return Word(text=text.strip(), start=round(start, 3), end=round(end, 3), probability=round(float(probability), 3))


def _beginnings(alignments: Sequence[tuple[int, int]], count: int) -> NDArray[np.float64]:
    """Second at which each token begins, and the end of the last one, from (token, frame) pairs of 20 ms."""
    pairs = np.array(alignments).reshape(-1, 2)
    first = np.searchsorted(pairs[:, 0], np.arange(count + 1))
    return np.asarray(pairs[np.minimum(first, len(pairs) - 1), 1] * 0.02)


def _parts(sound: NDArray[np.float32]) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """The sound in pieces of at most 30 s with their starts, parted where it is quietest."""
    start, longest = 0, round(WINDOW * mel.RATE)
    while len(sound) - start > _FEWEST_SAMPLES:
        end = len(sound) if len(sound) - start <= longest else start + _pause(sound[start : start + longest])
        yield start / mel.RATE, sound[start:end]
        start = end


def _pause(sound: NDArray[np.float32]) -> int:
    """The sample in the middle of the quietest moment after SHORTEST seconds."""
    block = round(QUIET * mel.RATE)
    late = sound[round(SHORTEST * mel.RATE) :]
    power = (late[: len(late) // block * block].reshape(-1, block) ** 2).mean(axis=1)
    return round(SHORTEST * mel.RATE) + int(power.argmin()) * block + block // 2


@cache
def _recogniser() -> _Recogniser:
    """Loaded on first use and kept: only review workers pay for it."""
    import ctranslate2
    from tokenizers import Tokenizer

    folder = assets.resolve("whisper_base")
    network = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="int8", intra_threads=THREADS)
    return _Recogniser(network, Tokenizer.from_file(str(folder / "tokenizer.json")))
