"""Text features of the 15B: the encoder half of T5Gemma through `transformers`, from a folder on this machine."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoConfig, AutoTokenizer, T5GemmaEncoderModel

MAX_TOKENS = 640


class T5GemmaText:
    """Prompt -> features (1, tokens, 3584) of its real tokens; longer prompts are cut at 640 tokens after encoding."""

    def __init__(self, folder: Path, *, dtype: torch.dtype = torch.bfloat16) -> None:
        if not (folder / "config.json").is_file():
            raise FileNotFoundError(f"no text encoder in {folder}: config.json is missing")
        config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
        config.is_encoder_decoder = False
        self.tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        loaded: Any = T5GemmaEncoderModel.from_pretrained(
            str(folder), config=config, dtype=dtype, local_files_only=True, output_loading_info=True
        )
        self.network, report = loaded
        if report["missing_keys"]:
            raise ValueError(f"the text encoder in {folder} lacks {sorted(report['missing_keys'])[:3]}")
        self.network.eval()

    @torch.no_grad()
    def encode(self, prompt: str) -> Tensor:
        """One prompt a call, unpadded: padding before the encoder changes its features. Rounded to float16 once."""
        ids = self.tokenizer(prompt, return_tensors="pt").input_ids.to(self.network.device)
        features: Tensor = self.network(input_ids=ids).last_hidden_state[:, :MAX_TOKENS]
        return features.half().float()
