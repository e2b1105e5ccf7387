"""From facts to a VideoSpec: what is said, shown and asked of the model, each claim with its evidence."""

from generation.prompts.composer import compose, exaggerate

__all__ = ["compose", "exaggerate"]
