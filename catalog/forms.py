"""The upload form."""

from django import forms

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
