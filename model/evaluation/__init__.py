"""Figures of a checkpoint on scenes it never saw, beside what can be had without a model."""
