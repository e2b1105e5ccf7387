"""The ways to make motion, by name. Loading one by name keeps torch out of every process that does not need it."""

from importlib import import_module
from pathlib import Path

from generation.engines.base import Engine, EngineError
from generation.specs import ENGINES


def load(name: str, *, weights: Path, text_encoder: Path) -> Engine:
    """The engine of that name, ready to use; raises EngineError if it is unknown or its weights are missing.

    There is no fall-back to another engine: a video must be what its recipe says.
    """
    if name not in ENGINES:
        raise EngineError(f"There is no engine {name!r}; known are {', '.join(ENGINES)}.")
    engine: Engine = import_module(f"generation.engines.{name}").load(weights=weights, text_encoder=text_encoder)
    return engine
