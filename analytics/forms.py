"""Forms of analytics: an experiment as it is written down."""

from typing import Any

from django import forms

from analytics.experiment_looks import GUARDRAILS
from analytics.models import Experiment
from analytics.selectors import Arm

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
