"""The gauge: what is allowed against what was measured, as SVG drawn on the server. Prints, scales, needs no script."""

from math import floor, log10

from django import template
from django.template.defaultfilters import floatformat
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.templatetags.vitrine import figure

register = template.Library()
WIDTH, HEIGHT, TOP, THICK = 440, 74, 26, 14


@register.simple_tag
def gauge(
    allowed: float, measured: float, uncertainty: float | None, unit: str, is_at_least: bool = False
) -> SafeString:
    """A bar from 0 to the allowed value, its limit, and the measured value or its lower bound, with its uncertainty.

    The words under it repeat the figures, so that neither colour nor length has to be read.
    """
    spread = uncertainty or 0.0
    scale = WIDTH / (1.18 * max(allowed, measured + spread, 1e-9))
    limit, mark = allowed * scale, measured * scale
    seen = f"measured {'at least ' if is_at_least else ''}{_with_spread(measured, spread, unit)}"
    words = f"Allowed {figure(allowed)} {unit}, {seen}"
    return format_html(
        _SVG,
        kind="inside" if measured <= allowed else "beyond", width=WIDTH, height=HEIGHT, top=TOP, thick=THICK,
        words=words, limit=_px(limit), mark=_px(mark), low=_px(max(0.0, (measured - spread) * scale)),
        band=_px(2 * spread * scale), line_top=TOP - 6, line_end=TOP + THICK + 6,
        limit_text=_px(min(max(limit, 46), WIDTH - 46)), mark_text=_px(min(max(mark, 62), WIDTH - 62)),
        allowed=f"allowed {figure(allowed)} {unit}", above=TOP - 12, below=TOP + THICK + 24,
        measured=seen,
    )  # fmt: skip


def _with_spread(value: float, spread: float, unit: str) -> str:
    """As many digits as the uncertainty leaves: 0.50 m ± 0.05."""
    if not spread:
        return f"{figure(value)} {unit}"
    digits = max(0, -floor(log10(spread)))
    return f"{floatformat(value, f'{digits}')} {unit} ± {figure(round(spread, digits))}"


def _px(value: float) -> str:
    return f"{value:.1f}"


_SVG = (
    '<svg class="gauge {kind}" viewBox="0 0 {width} {height}" role="img"><title>{words}</title>'
    '<rect class="track" x="0" y="{top}" width="{width}" height="{thick}" rx="4"/>'
    '<rect class="allowed" x="0" y="{top}" width="{limit}" height="{thick}" rx="4"/>'
    '<line class="limit" x1="{limit}" x2="{limit}" y1="{line_top}" y2="{line_end}"/>'
    '<rect class="band" x="{low}" y="{top}" width="{band}" height="{thick}"/>'
    '<line class="mark" x1="{mark}" x2="{mark}" y1="{line_top}" y2="{line_end}"/>'
    '<text class="limit-text" x="{limit_text}" y="{above}" text-anchor="middle">{allowed}</text>'
    '<text class="measured-text" x="{mark_text}" y="{below}" text-anchor="middle">{measured}</text></svg>'
)
