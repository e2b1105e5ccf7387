"""The two questions of the arena."""

from django import forms

_CHOICES = [("left", "A"), ("right", "B"), ("tie", "Equal"), ("neither", "Neither")]
_MISSING = {"required": "Answer both questions; Equal and Neither are answers too."}


class VoteForm(forms.Form):
    """Which video appeals, and which keeps to the specification."""

    appealing = forms.ChoiceField(
        choices=_CHOICES, widget=forms.RadioSelect, label="Which one is more appealing?", error_messages=_MISSING
    )
    truthful = forms.ChoiceField(
        choices=_CHOICES, widget=forms.RadioSelect, label="Which one is closer to the specification?",
        error_messages=_MISSING,
    )  # fmt: skip
    device = forms.ChoiceField(
        choices=[(each, each) for each in ("phone", "desk")], required=False, widget=forms.HiddenInput
    )
