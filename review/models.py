"""What the audit found in each finished file, and what people decided about it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import TenantModel
from generation.models import Cut, Video


class Audit(TenantModel):
    """The audit of one file, named by its hash, against one version of the facts. The newest one of a cut counts."""

    class State(models.TextChoices):
        RUNNING = "running"
        PASSED = "passed"
        NEEDS_PERSON = "needs_person"
        REJECTED = "rejected"

    cut = models.ForeignKey(Cut, on_delete=models.CASCADE, related_name="audits")
    sha256 = models.CharField(max_length=64)
    facts_version = models.CharField(max_length=16)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    observation = models.JSONField(default=dict, blank=True)
    """`review.observe.records.Observation` as JSON."""
    terms = models.CharField(max_length=40, blank=True)
    """Edition of the list of terms that its words were last held against."""
    seconds = models.FloatField(default=0.0)
    """Processor seconds the audit took."""
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cut"], condition=Q(state="running"), name="one_running_audit_per_cut")
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.sha256[:8]} {self.state}"


class Finding(TenantModel):
    """One thing one rule has to say about one file; the fields are those of `review.checks.base.Finding`."""

    class Severity(models.TextChoices):
        BLOCK = "block"
        PERSON = "person"
        WARN = "warn"
        INFO = "info"

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=6, choices=Severity.choices)
    message = models.TextField()
    claim = models.TextField(blank=True)
    parameter = models.CharField(max_length=80, blank=True)
    allowed = models.FloatField(null=True, blank=True)
    measured = models.FloatField(null=True, blank=True)
    uncertainty = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=30, blank=True)
    second = models.FloatField(null=True, blank=True)
    until = models.FloatField(null=True, blank=True)
    image = models.FileField(upload_to="evidence/", max_length=300, blank=True)
    fix = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.severity} {self.rule}: {self.message[:60]}"

    @property
    def is_open(self) -> bool:
        """Whether a person still has to say something about it."""
        return self.severity == self.Severity.PERSON and not self.decisions.exists()


class Decision(TenantModel):
    """What a named person decided, and why. Rows are only ever added; the database refuses changes."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept"
        APPROVE = "approve"
        REJECT = "reject"
        ASK_AGAIN = "ask_again"
        WITHDRAW = "withdraw"

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="decisions")
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="decisions", null=True, blank=True)
    """The finding that is accepted; null for a decision about the whole video."""
    who = models.CharField(max_length=150)
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(who=""), name="decision_has_a_name"),
            models.CheckConstraint(
                condition=Q(verdict="accept", finding__isnull=False) | ~Q(verdict="accept"), name="accepts_a_finding"
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.who} {self.verdict}"


class Ballot(TenantModel):
    """Two videos of one product shown blind to one person, and what that person said once both were watched."""

    class Answer(models.TextChoices):
        LEFT = "left"
        RIGHT = "right"
        TIE = "tie"
        NEITHER = "neither"

    rater = models.CharField(max_length=150)
    left = models.ForeignKey(Cut, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Cut, on_delete=models.CASCADE, related_name="+")
    honest = models.CharField(max_length=5, choices=Answer.choices[:2], blank=True)
    """Of a planted pair: the side that keeps to the specification, where the audit rejected the other. Else ""."""
    left_seen = models.DateTimeField(null=True, blank=True)
    right_seen = models.DateTimeField(null=True, blank=True)
    appealing = models.CharField(max_length=7, choices=Answer.choices, blank=True)
    truthful = models.CharField(max_length=7, choices=Answer.choices, blank=True)
    """Which one is closer to the specification that stood beside them."""
    cast = models.DateTimeField(null=True, blank=True)
    device = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(left=models.F("right")), name="ballot_of_two_files"),
            models.CheckConstraint(
                condition=Q(cast__isnull=True)
                | (Q(left_seen__isnull=False, right_seen__isnull=False) & ~Q(appealing="") & ~Q(truthful="")),
                name="no_vote_before_both_were_watched",
            ),
            models.UniqueConstraint(
                fields=["merchant", "rater"], condition=Q(cast__isnull=True), name="one_open_ballot_per_rater"
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.rater}: {self.left_id} or {self.right_id}"


class Takedown(TenantModel):
    """An operator of the platform stops a merchant's video. Only operators add rows; nobody changes them.

    While none of its rulings lifts it, the database shows the video's files to nobody.
    """

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="takedowns")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=150)
    """The operator's name, as it was."""
    rule = models.CharField(max_length=40)
    rules_version = models.CharField(max_length=20)
    """Which edition of `review.oversight.rules` it was decided by."""
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "operator"], name="takedown_identity"),
            models.CheckConstraint(condition=~Q(by="") & ~Q(reason=""), name="takedown_says_who_and_why"),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.by} took down video {self.video_id}: {self.rule}"

    @property
    def is_lifted(self) -> bool:
        return hasattr(self, "ruling") and self.ruling.verdict == Ruling.Verdict.LIFTED


class Appeal(TenantModel):
    """The merchant's answer to a takedown: once, with a name and a reason."""

    takedown = models.OneToOneField(Takedown, on_delete=models.CASCADE, related_name="appeal")
    by = models.CharField(max_length=150)
    reason = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(by="") & ~Q(reason=""), name="appeal_says_who_and_why")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.by} appeals against {self.takedown_id}"


class Ruling(TenantModel):
    """What another operator says to an appeal. The database refuses the one who took the video down."""

    class Verdict(models.TextChoices):
        UPHELD = "upheld"
        LIFTED = "lifted"

    takedown = models.OneToOneField(Takedown, on_delete=models.CASCADE, related_name="ruling")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    """Who took it down; a composite key holds it against the takedown."""
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=150)
    verdict = models.CharField(max_length=6, choices=Verdict.choices)
    reason = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(operator=models.F("taken_by")), name="ruled_by_another_operator"),
            models.CheckConstraint(condition=~Q(by="") & ~Q(reason=""), name="ruling_says_who_and_why"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.by} {self.verdict} {self.takedown_id}"
