"""How large a product is in its photo: from who measured the photo, else from the specification.

Asked when facts are read, so that a size that is corrected counts at once, whenever the photo came.
"""

from collections.abc import Iterable, Sequence

from catalog.facts import Parameter, units

WIDTHS = ("width", "diameter", "total_width")
HEIGHTS = ("total_height", "height")
WAYS = ("width", "diameter", "height")
"""What to ask a merchant for, the plainest first."""


def outline_width(outline: Sequence[float] | None, parameters: Iterable[Parameter]) -> float | None:
    """Metres that the visible outline (left, top, right, bottom in pixels) is wide; None where nothing says it.

    A width or diameter is taken as it is; a height is carried over by the outline's shape. Upper and lower limits are
    no sizes, so only exact values and ranges count.
    """
    if not outline or outline[2] <= outline[0] or outline[3] <= outline[1]:
        return None
    lengths = {row.name: _metres(row) for row in parameters if row.bound in ("exact", "range")}
    for name, metres in lengths.items():
        if metres and (name in WIDTHS or name.endswith("_diameter")):
            return metres
    height = next((lengths[name] for name in HEIGHTS if lengths.get(name)), None)
    return height * (outline[2] - outline[0]) / (outline[3] - outline[1]) if height else None


def _metres(row: Parameter) -> float | None:
    quantity = units().Quantity(row.value, row.unit)
    return float(quantity.to("m").magnitude) if quantity.check("[length]") else None
