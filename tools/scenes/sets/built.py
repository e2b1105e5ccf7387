"""What a set builder returns: the key light and the facts a compositor and a retriever need."""

from dataclasses import dataclass

from tools.scenes.lighting import Key


@dataclass(frozen=True)
class Built:
    """Facts of a finished set. `clear_width` is the empty width in metres at the spot."""

    key: Key
    surface: str
    reflective: float
    sound: str
    motion: tuple[str, ...]
    tags: tuple[str, ...]
    clear_width: float = 0.35
