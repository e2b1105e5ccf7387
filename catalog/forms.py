"""Forms of the catalog: an upload, and one parameter."""

from typing import Any

from django import forms

from catalog import parameters

LARGEST = 200 * 1024 * 1024
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".xml", ".zip")


class UploadForm(forms.Form):
    """A merchant's product file."""

    file = forms.FileField(
        error_messages={"required": "Choose a file first.", "empty": "This file is empty: export it again."}
    )

    def clean_file(self) -> object:
        """Refuse at once what no reader understands."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(f"{file.name} is larger than 200 MB: split it, or use the API.")
        if not file.name.lower().endswith(ENDINGS):
            raise forms.ValidationError(f"{file.name} is not a product file we read. Use {', '.join(ENDINGS)}.")
        return file


class ParameterForm(forms.Form):
    """One parameter in words: "Spray height", "up to 45 cm ±10 %"."""

    name = forms.CharField(max_length=80, error_messages={"required": "Name what is measured, such as width."})
    value = forms.CharField(
        max_length=80, error_messages={"required": "Write a number with its unit, such as 12 cm or up to 45 cm."}
    )

    def __init__(self, *args: Any, locale: str = "en", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locale = locale

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be read as one quantity, in the words of the parser."""
        cleaned = super().clean() or self.cleaned_data
        if "name" in cleaned and "value" in cleaned:
            try:
                parameters.read(cleaned["name"], cleaned["value"], locale=self.locale)
            except parameters.ParameterError as problem:
                self.add_error("value", str(problem))
        return cleaned
