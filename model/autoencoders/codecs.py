"""The fitted video and sound codecs together, as they are stored beside the network."""

from dataclasses import dataclass

from torch import Tensor

from model.autoencoders.compact import CompactCodec
from model.autoencoders.sound import SoundCodec


@dataclass(frozen=True)
class Codecs:
    """One thing to pass on, save and load."""

    video: CompactCodec
    sound: SoundCodec

    def tensors(self) -> dict[str, Tensor]:
        video = {f"video.{name}": tensor for name, tensor in self.video.tensors().items()}
        return video | {f"sound.{name}": tensor for name, tensor in self.sound.tensors().items()}

    @classmethod
    def from_tensors(cls, named: dict[str, Tensor]) -> "Codecs":
        def below(prefix: str) -> dict[str, Tensor]:
            return {name.removeprefix(prefix): t for name, t in named.items() if name.startswith(prefix)}

        return cls(CompactCodec.from_tensors(below("video.")), SoundCodec.from_tensors(below("sound.")))
