"""Forms of analytics: an experiment as it is written down, an audience."""

from typing import Any

from django import forms

from accounts.models import Merchant
from analytics.experiment_looks import GUARDRAILS
from analytics.models import Audience, Experiment
from analytics.selectors import Arm
from generation.planning.scenarios import SCENARIOS

GUARDS = {
    "refunds": "Stop when its orders come back more often",
    "first_seconds": "Stop when it holds fewer visitors for three seconds",
}


class ExperimentForm(forms.Form):
    """Question and size; the choices are the live videos of one place."""

    name = forms.CharField(max_length=120, label="Name")
    metric = forms.ChoiceField(choices=Experiment.Metric.choices, label="What decides")
    lift = forms.FloatField(
        min_value=1,
        max_value=200,
        initial=10,
        label="Smallest difference worth finding, in percent",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    control = forms.TypedChoiceField(coerce=int, label="Control")
    arms = forms.TypedMultipleChoiceField(coerce=int, label="Against", widget=forms.CheckboxSelectMultiple)
    guardrails = forms.MultipleChoiceField(
        choices=[(name, GUARDS[name]) for name in GUARDRAILS],
        required=False,
        initial=list(GUARDRAILS),
        widget=forms.CheckboxSelectMultiple,
        label="Guardrails",
    )

    def __init__(self, *args: Any, live: list[Arm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(arm.placement_id, f"{arm.name}, {arm.locale}") for arm in live]
        for field in ("control", "arms"):
            self.fields[field].choices = choices  # type: ignore[attr-defined]  # both are fields with choices
        self.fields["control"].initial = choices[0][0] if choices else None
        self.fields["arms"].initial = [place for place, _ in choices[1:]]

    def placements(self) -> list[int]:
        """The arms, the control first and once."""
        control = self.cleaned_data["control"]
        return [control, *(place for place in self.cleaned_data["arms"] if place != control)]


class AudienceForm(forms.Form):
    """Who they are in the shop's words, and what they may see."""

    name = forms.CharField(max_length=80, label="Who they are", help_text="For example: Who bought before")
    tag = forms.RegexField(
        r"^[a-z0-9][a-z0-9_-]*$",
        max_length=40,
        label="Tag",
        help_text="What your shop sends with its question, such as returning",
        error_messages={"invalid": "Use small letters, digits, - and _ only."},
    )
    scenarios = forms.MultipleChoiceField(
        choices=[(name, name.capitalize()) for name in SCENARIOS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="What they may see (nothing ticked: every video)",
    )

    def __init__(self, *args: Any, merchant: Merchant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.merchant = merchant

    def clean_tag(self) -> str:
        """A tag means one audience."""
        tag: str = self.cleaned_data["tag"]
        if Audience.objects.filter(merchant=self.merchant, tag=tag).exists():
            raise forms.ValidationError(f"There is an audience {tag} already: remove it first, or choose another tag.")
        return tag
