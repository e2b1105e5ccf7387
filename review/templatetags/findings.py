"""What templates about findings share."""

from django import template

from review.checks.titles import title_of

register = template.Library()
register.filter("rule_name", title_of)
