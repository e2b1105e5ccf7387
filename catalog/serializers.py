"""How the catalog is written down for programs."""

from rest_framework import serializers

from catalog.models import Clip, Image, Import, ImportProblem, Parameter, Product


class ParameterRecord(serializers.ModelSerializer[Parameter]):
    class Meta:
        model = Parameter
        fields = ("name", "value", "unit", "bound", "lower", "tolerance", "source", "by_hand")
        read_only_fields = fields


class ImageRecord(serializers.ModelSerializer[Image]):
    class Meta:
        model = Image
        fields = ("public_id", "sha256", "file", "cutout", "role", "width", "height", "rendered", "doubt", "rights")
        read_only_fields = fields


class ClipRecord(serializers.ModelSerializer[Clip]):
    """Real footage; its file can be played once its name begins with ``clips/``."""

    class Meta:
        model = Clip
        fields = ("public_id", "name", "sha256", "file", "poster", "seconds", "width", "height", "has_sound", "rights")
        read_only_fields = fields


class ProductRecord(serializers.ModelSerializer[Product]):
    """A product as a list shows it."""

    class Meta:
        model = Product
        fields = (
            "public_id", "sku", "title", "brand", "category", "locale", "price_minor", "currency", "link", "updated",
        )  # fmt: skip
        read_only_fields = fields


class ProductDetail(serializers.ModelSerializer[Product]):
    """A product with everything videos are held to."""

    parameters = ParameterRecord(many=True, read_only=True)
    images = ImageRecord(many=True, read_only=True)
    clips = ClipRecord(many=True, read_only=True)

    class Meta:
        model = Product
        fields = (
            *ProductRecord.Meta.fields, "titles", "description", "audience_tags", "scene_tags", "in_the_box",
            "effect_kind", "effect_cap_parameter", "attributes", "offers", "parameters", "images", "clips",
        )  # fmt: skip
        read_only_fields = fields


class ParameterText(serializers.Serializer[dict[str, str]]):
    """A parameter in words, as a listing would say it."""

    name = serializers.CharField(max_length=80)
    value = serializers.CharField(max_length=80, help_text="Number with unit: 12 cm, up to 45 cm, 2 W ±5 %")


class ImportRecord(serializers.ModelSerializer[Import]):
    """A file on its way into the catalog. `rows` = `ready` + `warned` + `refused` once it is checked."""

    class Meta:
        model = Import
        fields = (
            "public_id", "name", "state", "dialect", "detected", "rows", "ready", "warned", "refused", "done", "added",
            "changed", "same", "pictures", "outlook", "error", "created", "finished",
            "source_url", "columns",
        )  # fmt: skip
        read_only_fields = fields


class ImportUpload(serializers.Serializer[dict[str, object]]):
    """The file, as multipart form data."""

    file = serializers.FileField()


class FeedAddress(serializers.Serializer[dict[str, object]]):
    """Where a feed lies, as JSON instead of a file."""

    url = serializers.URLField(max_length=2000)


class ImportDecisions(serializers.Serializer[dict[str, object]]):
    """What the columns of such files mean; remembered for every file with the same columns."""

    columns = serializers.DictField(child=serializers.CharField(), required=False, default=dict)
    currency = serializers.CharField(required=False, default="", allow_blank=True)
    units = serializers.DictField(child=serializers.CharField(), required=False, default=dict)


class ProblemRecord(serializers.ModelSerializer[ImportProblem]):
    class Meta:
        model = ImportProblem
        fields = ("row", "column", "value", "reason", "suggestion", "severity")
        read_only_fields = fields
