"""Forms of the catalog: an upload, a feed, one parameter, a place, and a consent."""

from typing import Any

import pint
from django import forms
from django.utils import timezone

from accounts import outbound
from accounts.models import Merchant
from catalog import limits, parameters, rights, sayings
from catalog.models import Consent, Product
from catalog.pictures import PlaceMarks

SHORTEST_RULER = 2.0
"""Percent of the photo below which a click's own error would spoil the scale."""


class UploadForm(forms.Form):
    """A merchant's product file."""

    file = forms.FileField(
        error_messages={"required": "Choose a file first.", "empty": "This file is empty: export it again."}
    )

    def clean_file(self) -> object:
        """Refuse at once what no reader understands."""
        file = self.cleaned_data["file"]
        if file.size > limits.LARGEST_FEED:
            raise forms.ValidationError(f"{file.name} is larger than 200 MB: split it, or use the API.")
        if not file.name.lower().endswith(limits.FEEDS):
            raise forms.ValidationError(f"{file.name} is not a product file we read. Use {', '.join(limits.FEEDS)}.")
        return file


class FeedForm(forms.Form):
    """The address of a feed."""

    url = forms.CharField(max_length=2000, error_messages={"required": "Write the address of the feed."})

    def clean_url(self) -> str:
        """Refuse at once what is no public web address; the name is resolved by the worker that fetches it."""
        url = str(self.cleaned_data["url"]).strip()
        try:
            outbound.checked(url)
        except outbound.OutboundError as problem:
            raise forms.ValidationError(str(problem)) from problem
        return url


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


class SayingForm(forms.Form):
    """A sentence in a language and the evidence it rests on."""

    key = forms.CharField(max_length=80, required=False)
    locale = forms.RegexField(r"^[a-z]{2}(-[A-Z]{2})?$", max_length=12)
    text = forms.CharField(max_length=sayings.LONGEST)


class PlaceForm(forms.Form):
    """A photo of the merchant's own place with three marks, in percent of its width and height."""

    photo = forms.FileField(error_messages={"required": "Choose a photo of the place."})
    ground_x = forms.FloatField(min_value=0, max_value=100)
    ground_y = forms.FloatField(min_value=0, max_value=100)
    from_x = forms.FloatField(min_value=0, max_value=100)
    from_y = forms.FloatField(min_value=0, max_value=100)
    to_x = forms.FloatField(min_value=0, max_value=100)
    to_y = forms.FloatField(min_value=0, max_value=100)
    length = forms.CharField(max_length=40, error_messages={"required": "Say how long the marked thing is."})

    def clean_photo(self) -> Any:
        """Refuse what is no picture before it is stored anywhere."""
        photo = self.cleaned_data["photo"]
        if photo.size > limits.LARGEST_PHOTO:
            raise forms.ValidationError(f"{photo.name} is larger than 30 MB: export it smaller.")
        return photo

    def clean_length(self) -> float:
        """Metres."""
        try:
            row = parameters.read("length", self.cleaned_data["length"])
            return row.in_unit("m")
        except (parameters.ParameterError, pint.DimensionalityError):
            raise forms.ValidationError("Write a length with its unit, such as 80 cm.") from None

    def clean(self) -> dict[str, Any]:
        """The two ends of the ruler must be apart, or nothing can be measured with it."""
        given = super().clean() or self.cleaned_data
        if {"from_x", "from_y", "to_x", "to_y"} <= given.keys():
            apart = abs(given["from_x"] - given["to_x"]) + abs(given["from_y"] - given["to_y"])
            if apart < SHORTEST_RULER:
                self.add_error("length", "Mark both ends of something longer in the photo.")
        return given

    def marks(self) -> PlaceMarks:
        """The marks as shares of the photo; ask after `is_valid`."""
        given = self.cleaned_data
        ground, start, end = ((given[f"{name}_x"] / 100, given[f"{name}_y"] / 100) for name in ("ground", "from", "to"))
        return PlaceMarks(ground=ground, ruler=(start, end), metres=given["length"])


class ConsentForm(forms.Form):
    """Who may be shown: SKUs one a line or every product, or (for one product) some of its pictures."""

    kind = forms.ChoiceField(choices=Consent.Kind.choices, initial=Consent.Kind.PERSON)
    name = forms.CharField(max_length=120, error_messages={"required": "Name the person or the brand."})
    document = forms.CharField(max_length=300, error_messages={"required": "Say where the signed paper is."})
    use = forms.ChoiceField(choices=Consent.Use.choices, initial=Consent.Use.ANY)
    territory = forms.CharField(max_length=300, required=False)
    begins = forms.DateField(initial=timezone.localdate)
    expires = forms.DateField(required=False)
    products = forms.CharField(required=False, max_length=1_000_000)
    everything = forms.BooleanField(required=False)
    pictures = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, product: Product | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.images = {str(row.public_id): row for row in product.images.all()} if product else {}
        self.clips = {str(row.public_id): row for row in product.clips.all()} if product else {}
        self.fields["products"].initial = product.sku if product else ""
        pictures = self.fields["pictures"]
        assert isinstance(pictures, forms.MultipleChoiceField)
        pictures.choices = [(key, key) for key in (*self.images, *self.clips)]

    def clean_territory(self) -> str:
        """Country codes as the register keeps them."""
        try:
            return rights.countries(self.cleaned_data["territory"])
        except rights.RightsError as problem:
            raise forms.ValidationError(str(problem)) from problem

    def clean_products(self) -> list[Product]:
        """The products of the SKUs, each of which must exist."""
        skus = list(dict.fromkeys(line.strip() for line in self.cleaned_data["products"].splitlines() if line.strip()))
        found = list(Product.objects.filter(sku__in=skus))
        if unknown := set(skus) - {product.sku for product in found}:
            raise forms.ValidationError(f"No product has the SKU {sorted(unknown)[0]}. Write one SKU a line.")
        return found

    def clean(self) -> dict[str, Any]:
        """A paper ends after it began."""
        given = super().clean() or self.cleaned_data
        if given.get("expires") and given.get("begins") and given["expires"] < given["begins"]:
            self.add_error("expires", "Its last day lies before its first.")
        return given

    def consent(self, merchant: Merchant) -> Consent:
        """The unsaved row; ask after `is_valid`."""
        names = ("kind", "name", "document", "use", "territory", "begins", "expires")
        return Consent(merchant=merchant, **{name: self.cleaned_data[name] for name in names})

    def scope(self) -> rights.Scope:
        """What it is for; chosen pictures narrow it to them. Ask after `is_valid`."""
        given = self.cleaned_data
        if chosen := set(given["pictures"]):
            return rights.Scope(
                images=[row for key, row in self.images.items() if key in chosen],
                clips=[row for key, row in self.clips.items() if key in chosen],
            )
        return rights.Scope(products=list(Product.objects.all()) if given["everything"] else given["products"])
