"""Forms about videos."""

from django import forms


class TrimForm(forms.Form):
    """A stretch of a film, in seconds of it."""

    start = forms.FloatField(min_value=0)
    end = forms.FloatField(min_value=0)
