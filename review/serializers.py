"""How audits and decisions are written down for programs."""

from rest_framework import serializers

from review.models import Audit, Finding


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

    verdict = serializers.ChoiceField(choices=("approve", "reject"))
    by = serializers.CharField(max_length=150, help_text="the person who decides; kept with the decision")
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")
    is_shown = serializers.BooleanField(default=False, help_text="put an approved video into the shop at once")
