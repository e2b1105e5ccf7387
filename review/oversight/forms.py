"""What an operator says when taking a video down or ruling on an appeal, and what a merchant says to appeal."""

from django import forms

from review.models import Ruling
from review.oversight import rules


class TakedownForm(forms.Form):
    """Which rule, and what is wrong."""

    rule = forms.ChoiceField(error_messages={"required": "Choose the rule that the video breaks."})
    reason = forms.CharField(
        max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what is wrong with this video: the merchant reads it."},
    )  # fmt: skip

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)  # type: ignore[arg-type]  # Django's own arguments
        choices = [("", "Choose a rule"), *((rule.id, rule.title) for rule in rules.current().rules)]
        self.fields["rule"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class RulingForm(forms.Form):
    """Whether a takedown stands, and why."""

    verdict = forms.ChoiceField(choices=Ruling.Verdict.choices)
    reason = forms.CharField(max_length=1000, error_messages={"required": "Say why: the merchant reads it."})


class AppealForm(forms.Form):
    """An appeal carries a name and a reason."""

    by = forms.CharField(max_length=150, error_messages={"required": "Say who appeals."})
    reason = forms.CharField(max_length=1000, error_messages={"required": "Say why the video should stand."})
