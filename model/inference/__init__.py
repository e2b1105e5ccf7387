"""The door to the model: `Generator.load(...)`, `SampleRequest` in, `Sample` out."""

from model.autoencoders.effects import EffectAsk
from model.inference.generator import Generator
from model.inference.request import Sample, SampleRequest

__all__ = ["EffectAsk", "Generator", "Sample", "SampleRequest"]
