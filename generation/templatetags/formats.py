"""The formats of films, for templates: their names, what a film has and lacks, and who takes a finished file."""

from dataclasses import dataclass

from django import template

from generation import boards
from generation.formats import FORMATS, named, ordered
from generation.models import Cut, Video
from generation.placements.presets import PRESETS, problems

register = template.Library()


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A place that shows videos of a file's shape, and why it would refuse this file."""

    name: str
    problems: list[str]


@register.filter
def format_title(key: str) -> str:
    """`square` as `Square 1:1`; unknown names stay as they are."""
    return named(key).title if key in FORMATS else key


@register.simple_tag
def other_shapes(video: Video) -> list[boards.Shape]:
    """`{% other_shapes video as shapes %}`: the formats this video is not made in."""
    return boards.other_shapes(video)


@register.simple_tag
def fits_of(cut: Cut) -> list[Fit]:
    """`{% fits_of cut as fits %}`: the places that show this shape, those that take the file first."""
    (shape,) = ordered([cut.format])
    found = [
        Fit(
            name=preset.name,
            problems=problems(
                preset, format=shape, seconds=cut.seconds, size=cut.size, side=min(cut.width, cut.height)
            ),
        )
        for preset in PRESETS.values()
        if shape in preset.formats
    ]
    return sorted(found, key=lambda fit: bool(fit.problems))
