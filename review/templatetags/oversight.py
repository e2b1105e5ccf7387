"""What templates about takedowns share."""

from django import template

from review.oversight import rules

register = template.Library()


@register.filter
def rule_title(rule: str) -> str:
    """What the platform calls one of its rules."""
    return rules.current().title_of(rule)
