"""Which variants to make next. Pure: facts, scenes and scores in, cells of the plan out."""

from generation.planning.cells import Cell, Learned, plan
from generation.planning.readiness import Missing, missing
from generation.planning.scenes import SceneCard, own_scenes, scene_pack

__all__ = ["Cell", "Learned", "Missing", "SceneCard", "missing", "own_scenes", "plan", "scene_pack"]
