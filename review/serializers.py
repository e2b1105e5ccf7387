"""How audits and decisions are written down for programs."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from review.models import Appeal, Audit, Finding, Ruling, Takedown


class FindingRecord(serializers.ModelSerializer[Finding]):
    """One thing a rule found: what was allowed, what was measured and how surely, and the way out."""

    class Meta:
        model = Finding
        fields = (
            "rule", "severity", "message", "claim", "parameter", "allowed", "measured", "uncertainty", "unit", "second",
            "until", "image", "fix",
        )  # fmt: skip
        read_only_fields = fields


class AuditRecord(serializers.ModelSerializer[Audit]):
    """The newest audit of one file, bound to its hash and to the version of the facts."""

    format = serializers.CharField(source="cut.format", read_only=True)
    findings = FindingRecord(many=True, read_only=True)

    class Meta:
        model = Audit
        fields = ("format", "sha256", "facts_version", "state", "finished", "findings")
        read_only_fields = fields


class DecisionRequest(serializers.Serializer[dict[str, object]]):
    """A named person's decision."""

    verdict = serializers.ChoiceField(choices=("approve", "reject", "withdraw"))
    by = serializers.CharField(max_length=150, help_text="the person who decides; kept with the decision")
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")
    is_shown = serializers.BooleanField(default=False, help_text="put an approved video into the shop at once")


class AppealRecord(serializers.ModelSerializer[Appeal]):
    """What the merchant answered."""

    class Meta:
        model = Appeal
        fields = ("by", "reason", "created")
        read_only_fields = ("created",)


class RulingRecord(serializers.ModelSerializer[Ruling]):
    """What another operator said to the appeal."""

    class Meta:
        model = Ruling
        fields = ("verdict", "by", "reason", "created")
        read_only_fields = fields


class TakedownRecord(serializers.ModelSerializer[Takedown]):
    """The platform stopped a video: by which rule, why, and what became of the appeal (null while there is none)."""

    appeal = serializers.SerializerMethodField()
    ruling = serializers.SerializerMethodField()

    class Meta:
        model = Takedown
        fields = ("public_id", "rule", "rules_version", "by", "reason", "created", "appeal", "ruling")
        read_only_fields = fields

    @extend_schema_field(AppealRecord(allow_null=True))
    def get_appeal(self, row: Takedown) -> object:
        return AppealRecord(row.appeal).data if hasattr(row, "appeal") else None

    @extend_schema_field(RulingRecord(allow_null=True))
    def get_ruling(self, row: Takedown) -> object:
        return RulingRecord(row.ruling).data if hasattr(row, "ruling") else None
