"""A merchant's files on their way in, what was found wrong with them, and what was decided about their columns."""

from django.db import models

from accounts.models import TenantModel


class Import(TenantModel):
    """A merchant's file on its way into the catalog: received -> checked -> running -> done | failed."""

    class State(models.TextChoices):
        RECEIVED = "received"
        CHECKED = "checked"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    file = models.FileField(upload_to="imports/", max_length=300)
    """Blank while a feed waits to be fetched from `source_url`."""
    source_url = models.CharField(max_length=2000, blank=True)
    name = models.CharField(max_length=300)
    columns = models.JSONField(default=list, blank=True)
    """The file's columns and what each is taken as: [["Preis", "price"], ...]; read where none was understood, too."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    dialect = models.CharField(max_length=40, blank=True)
    detected = models.CharField(max_length=200, blank=True)
    """What the file was recognised as, for people: "Shopify (classic columns), CSV (comma-separated, utf-8)"."""
    rows = models.PositiveIntegerField(default=0)
    ready = models.PositiveIntegerField(default=0)
    warned = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    """Rows judged or stored so far: the progress bar, the fence between two processes, where a resumed run goes on."""
    began = models.DateTimeField(null=True, blank=True)
    began_at = models.PositiveIntegerField(default=0)
    """When the present stage began, and with how many rows done: what is left is reckoned from there."""
    stepped = models.DateTimeField(null=True, blank=True)
    """When a process last worked on it; one that stands still is given to another."""
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    """Products that were new, that differed, and that needed nothing."""
    outlook = models.JSONField(default=dict, blank=True)
    """What storing would do, from the dry run: see `catalog.outlook`."""
    pictures = models.PositiveIntegerField(default=0)
    """Pictures attached by this import."""
    error = models.TextField(blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class FeedSource(TenantModel):
    """What a merchant decided about files with the same columns; `catalog.ingest.choices` says what each means."""

    signature = models.CharField(max_length=64)
    columns = models.JSONField(default=dict, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    units = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "signature"], name="one_source_per_columns")]

    def __str__(self) -> str:
        return self.signature[:12]


class ImportProblem(TenantModel):
    """One thing about one row, in words a merchant can act on."""

    class Severity(models.TextChoices):
        WARNING = "warning"
        REFUSED = "refused"

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=120, blank=True)
    value = models.TextField(blank=True)
    reason = models.CharField(max_length=300)
    suggestion = models.CharField(max_length=300, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)

    class Meta:
        ordering = ["row", "id"]

    def __str__(self) -> str:
        return f"Row {self.row}: {self.reason}"
