"""How videos are written down for programs."""

from rest_framework import serializers

from generation.formats import FORMATS, USUAL
from generation.models import Cut, SignedFile, Video
from generation.services import BATCH
from generation.specs import ENGINES


class CutRecord(serializers.ModelSerializer[Cut]):
    """A finished file: the sealed copy once there is one, which is the file to give away, else the audited one.

    `sha256` is that of `file`; audits and approvals are bound to `audited_sha256`. A seal adds some bytes to `size`.
    """

    file = serializers.SerializerMethodField()
    sha256 = serializers.SerializerMethodField()
    audited_sha256 = serializers.CharField(source="sha256", read_only=True)
    is_sealed = serializers.SerializerMethodField()

    class Meta:
        model = Cut
        fields = (
            "format", "file", "poster", "sha256", "audited_sha256", "is_sealed", "seconds", "width", "height", "size",
        )  # fmt: skip
        read_only_fields = fields

    def get_file(self, cut: Cut) -> str:
        seal = _seal(cut)
        return str(seal.file.url if seal else cut.file.url)

    def get_sha256(self, cut: Cut) -> str:
        seal = _seal(cut)
        return seal.sha256 if seal else cut.sha256

    def get_is_sealed(self, cut: Cut) -> bool:
        return _seal(cut) is not None


def _seal(cut: Cut) -> SignedFile | None:
    """The seal of this very file, from what was prefetched."""
    return next((seal for seal in cut.signed.all() if seal.audited_sha256 == cut.sha256), None)


class VideoRecord(serializers.ModelSerializer[Video]):
    """A video with its plan and its files."""

    product = serializers.UUIDField(source="variant.product.public_id", read_only=True)
    sku = serializers.CharField(source="variant.product.sku", read_only=True)
    scenario = serializers.CharField(source="variant.scenario", read_only=True)
    locale = serializers.CharField(source="variant.locale", read_only=True)
    hook = serializers.CharField(source="variant.hook", read_only=True)
    reason = serializers.CharField(source="variant.reason", read_only=True)
    cuts = CutRecord(many=True, read_only=True)

    class Meta:
        model = Video
        fields = (
            "public_id", "product", "sku", "scenario", "locale", "hook", "reason", "state", "engine",
            "formats", "error", "created", "updated", "cuts",
        )  # fmt: skip
        read_only_fields = fields


class PlanRequest(serializers.Serializer[dict[str, object]]):
    """What to plan; everything may be left out."""

    budget = serializers.IntegerField(min_value=1, max_value=64, default=BATCH, help_text="how many videos")
    locales = serializers.ListField(child=serializers.CharField(max_length=12), default=list)
    engine = serializers.ChoiceField(choices=ENGINES, default="unified")
    formats = serializers.ListField(
        child=serializers.CharField(max_length=10), default=list(USUAL), min_length=1,
        help_text="shapes of each video: " + ", ".join(f"{key} {each.ratio}" for key, each in FORMATS.items()),
    )  # fmt: skip


class FormatRequest(serializers.Serializer[dict[str, object]]):
    """The format that a film lacks."""

    format = serializers.CharField(max_length=10, help_text=", ".join(FORMATS))


class TrimRequest(serializers.Serializer[dict[str, float]]):
    """The stretch of a film that is cut out, in seconds of it."""

    start = serializers.FloatField(min_value=0)
    end = serializers.FloatField(min_value=0)
