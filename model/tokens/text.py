"""Text tokens: their coordinates, and MiniLM token features for the compact model."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoModel, AutoTokenizer

from model.config import CoordinateStyle
from model.tokens.audio import line_of_places
from model.tokens.sequence import coordinate_rows

MAX_TEXT_TOKENS = 96


def text_coordinates(count: int, *, style: CoordinateStyle) -> Tensor:
    """Coordinates (count, 9). v2 puts every text token at time zero; v1 spreads them over times 0..1."""
    if style == "v2":
        return coordinate_rows(line_of_places(count, start=-count), (count, 1, 1), (1, 1, 1))
    return coordinate_rows(line_of_places(count), (count, 1, 1), (2, 1, 1))


class TextEncoder:
    """Prompt -> MiniLM token features (tokens, 384), float32; weights from a folder, nothing is downloaded."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "model.safetensors").is_file():
            raise FileNotFoundError(f"no text encoder in {folder}: model.safetensors is missing")
        self.tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        self.network = AutoModel.from_pretrained(str(folder), local_files_only=True).eval()

    @torch.no_grad()
    def encode(self, prompt: str) -> Tensor:
        """Features of the real tokens only. Raises ValueError when the prompt is longer than the model reads."""
        batch = self.tokenizer(prompt, return_tensors="pt")
        count = batch["input_ids"].shape[1]
        if count > MAX_TEXT_TOKENS:
            raise ValueError(f"the prompt has {count} tokens and the compact model reads {MAX_TEXT_TOKENS}: shorten it")
        features: Tensor = self.network(**batch).last_hidden_state[0].float()
        return features

    @torch.no_grad()
    def sentences(self, texts: Sequence[str]) -> Tensor:
        """One unit vector a text, (texts, 384): the mean of its token features, cut off where the encoder ends."""
        batch = self.tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
        features = self.network(**batch).last_hidden_state.float()
        is_real = batch["attention_mask"][..., None].float()
        return torch.nn.functional.normalize((features * is_real).sum(1) / is_real.sum(1), dim=1)
