"""An interval of a share as a small SVG for table cells: dot, bar, and the middle to compare with."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
WIDTH, HEIGHT = 160, 18


@register.simple_tag
def interval(value: float, low: float, high: float) -> SafeString:
    """A share in [0, 1] with its interval, around a line at one half; the words beside it say the same."""
    words = f"{value:.0%} ({low:.0%} to {high:.0%})"
    return format_html(
        '<svg class="interval" viewBox="0 0 {width} {height}" role="img"><title>{words}</title>'
        '<line class="middle" x1="{middle}" x2="{middle}" y1="0" y2="{height}"/>'
        '<rect class="bar" x="{low}" y="7" width="{wide}" height="4" rx="2"/>'
        '<circle class="dot" cx="{dot}" cy="9" r="5"/></svg><span class="small number">{words}</span>',
        width=WIDTH, height=HEIGHT, middle=WIDTH / 2, words=words, low=f"{low * WIDTH:.1f}",
        wide=f"{(high - low) * WIDTH:.1f}", dot=f"{value * WIDTH:.1f}",
    )  # fmt: skip
