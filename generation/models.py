"""What is asked for, and what was made: variants, videos, cuts, approvals, placements, scores, and their jobs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import TenantModel
from catalog.models import Product
from generation.formats import USUAL


class Variant(TenantModel):
    """A cell of the plan: product x scenario x locale x hook x cast. `spec` is the VideoSpec as JSON."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    scenario = models.CharField(max_length=40)
    locale = models.CharField(max_length=12)
    hook = models.CharField(max_length=40)
    cast = models.CharField(max_length=40, default="none")
    spec = models.JSONField()
    spec_hash = models.CharField(max_length=64)
    facts = models.JSONField()
    """The ProductFacts the plan was made from, frozen: the audit compares with these."""
    facts_version = models.CharField(max_length=16)
    exaggerated = models.BooleanField(default=False)
    """Planned above its cap on purpose, to prove that the audit stops it. Never set by planning itself."""
    batch = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=300, blank=True)
    """Why planning chose this cell, in the merchant's words."""
    meaning = ArrayField(models.FloatField(), default=list)
    """Embedding of its copy (`VideoSpec.copy`), by which ranking compares words; empty from an engine that has none."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "spec_hash"], name="one_variant_per_spec")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.product.sku} {self.scenario} {self.locale} {self.hook}"


def usual_formats() -> list[str]:
    """The shapes of a video for which nobody asked otherwise."""
    return [*USUAL]


class Video(TenantModel):
    """One rendering of a variant in some formats. States move by conditional update in `generation.services` only."""

    class State(models.TextChoices):
        PLANNED = "planned"
        DRAFTING = "drafting"
        DRAFTED = "drafted"
        REVIEWING = "reviewing"
        NEEDS_PERSON = "needs_person"
        APPROVED = "approved"
        PUBLISHED = "published"
        REJECTED = "rejected"
        FAILED = "failed"
        STALE = "stale"
        WITHDRAWN = "withdrawn"
        TAKEN_DOWN = "taken_down"
        RETIRED = "retired"

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="videos")
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    engine = models.CharField(max_length=20, default="unified")
    formats = ArrayField(models.CharField(max_length=10), default=usual_formats)
    """The shapes it is made in, keys of `generation.formats.FORMATS` in their order there."""
    render_hash = models.CharField(max_length=64, blank=True)
    """Identity of weights, code and fonts that made it."""
    recipe = models.JSONField(default=dict, blank=True)
    """How it was made: weights hash, steps, seed, provenance spans, seconds each stage took."""
    error = models.TextField(blank=True)
    followed_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    """The one that was last made in its place."""
    trimmed_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="trims")
    """The film that it was cut from, whose motion it shares."""
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "engine", "formats"], name="one_video_per_variant_engine_and_formats"
            )
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.variant} ({self.state})"


class Cut(TenantModel):
    """One finished file of a video for one frame format. Audited, approved and placed by its SHA-256."""

    class Format(models.TextChoices):
        WIDE = "wide"
        TALL = "tall"
        SQUARE = "square"
        PORTRAIT = "portrait"

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="cuts")
    format = models.CharField(max_length=10, choices=Format.choices)
    file = models.FileField(upload_to="videos/", max_length=300)
    poster = models.FileField(upload_to="posters/", max_length=300, blank=True)
    sha256 = models.CharField(max_length=64)
    seconds = models.FloatField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["video", "format"], name="one_cut_per_format"),
            models.UniqueConstraint(fields=["id", "sha256"], name="cut_identity"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.video_id} {self.format}"


class Approval(TenantModel):
    """A named person's yes to one file hash and one facts version."""

    cut = models.ForeignKey(Cut, on_delete=models.CASCADE, related_name="approvals")
    sha256 = models.CharField(max_length=64)
    facts_version = models.CharField(max_length=16)
    approver = models.CharField(max_length=150)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cut", "sha256"], name="one_approval_per_file")]

    def __str__(self) -> str:
        return f"{self.approver} approved {self.sha256[:8]}"


class Withdrawal(TenantModel):
    """A named person takes an approval back, for good: the database shows its file to nobody any more.

    Rows are only ever added. The seal stays valid, and whoever verifies the file reads that its approval was withdrawn.
    """

    approval = models.OneToOneField(Approval, on_delete=models.CASCADE, related_name="withdrawal")
    by = models.CharField(max_length=150)
    reason = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(by="") & ~Q(reason=""), name="withdrawal_says_who_and_why")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.by} withdrew {self.approval}"


class SignedFile(TenantModel):
    """An approved file with its seal: other container bytes, the same picture and sound. This is what is given away."""

    cut = models.ForeignKey(Cut, on_delete=models.CASCADE, related_name="signed")
    audited_sha256 = models.CharField(max_length=64)
    """The file that was audited and approved; the database holds it against the approval."""
    sha256 = models.CharField(max_length=64)
    streams = models.CharField(max_length=64, db_index=True)
    """One hash over the elementary streams of both files."""
    file = models.FileField(upload_to="videos/", max_length=300)
    pack = models.JSONField(default=dict)
    """What the seal says: `review.provenance.pack`."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cut", "sha256"], name="signed_identity"),
            models.UniqueConstraint(fields=["cut", "audited_sha256"], name="one_seal_per_approved_file"),
        ]
        indexes = [models.Index(fields=["sha256"], name="signed_by_hash")]

    def __str__(self) -> str:
        return f"{self.sha256[:8]} of {self.audited_sha256[:8]}"


class Placement(TenantModel):
    """A signed file shown to shoppers. A database constraint refuses any file that nobody approved and signed."""

    class State(models.TextChoices):
        LIVE = "live"
        PAUSED = "paused"

    cut = models.ForeignKey(Cut, on_delete=models.CASCADE, related_name="placements")
    sha256 = models.CharField(max_length=64)
    channel = models.CharField(max_length=40, default="shop")
    state = models.CharField(max_length=8, choices=State.choices, default=State.LIVE)
    paused_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cut", "channel"], name="one_placement_per_channel")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.cut} on {self.channel}"

    @property
    def file(self) -> models.fields.files.FieldFile:
        """The signed bytes; of a placement made before there were seals, the approved ones."""
        signed = self.cut.signed.filter(sha256=self.sha256).first()
        return signed.file if signed else self.cut.file


class Score(TenantModel):
    """What analytics learned about one choice of planning, in one category; read by the next plan."""

    category = models.CharField(max_length=200, blank=True)
    attribute = models.CharField(max_length=40)
    """scenario | locale | hook | cast"""
    value = models.CharField(max_length=60)
    effect = models.FloatField()
    """Log relative rate: 0 is average, 0.1 about 10 % better."""
    low = models.FloatField()
    high = models.FloatField()
    impressions = models.PositiveBigIntegerField(default=0)
    is_net = models.BooleanField(default=False)
    """Of orders kept, refunds taken off; otherwise of clicks."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "category", "attribute", "value"], name="one_score_per_choice")
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.attribute}={self.value} {self.effect:+.2f}"


class Job(TenantModel):
    """A unit of work under a lease. The row is the truth; the broker's message only says that a queue has work."""

    class State(models.TextChoices):
        QUEUED = "queued"
        LEASED = "leased"
        DONE = "done"
        DEAD = "dead"

    class Kind(models.TextChoices):
        GENERATE = "generate"
        COMPOSE = "compose"
        REVIEW = "review"

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    queue = models.CharField(max_length=10)
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    cost = models.FloatField(default=1.0)
    """Expected machine seconds; what a merchant's lane is charged."""
    run_after = models.DateTimeField(auto_now_add=True)
    fence = models.PositiveIntegerField(default=0)
    """Grows with every claim; a worker whose fence is old may not commit."""
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    progress = models.FloatField(default=0.0)
    stage = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["video", "kind"], name="one_job_per_stage"),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=1), name="progress_is_a_fraction"),
        ]
        indexes = [
            models.Index(fields=["queue", "run_after"], condition=Q(state="queued"), name="job_queued"),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="job_leased"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} of video {self.video_id} ({self.state})"


class Lane(TenantModel):
    """A merchant's share of one queue: virtual time for start-time fair queueing."""

    queue = models.CharField(max_length=10)
    virtual_time = models.FloatField(default=0.0)
    weight = models.FloatField(default=1.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "queue"], name="one_lane_per_queue")]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.queue}"
