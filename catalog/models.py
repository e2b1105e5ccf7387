"""What is sold and what is true about it. Constraints carry the truth; `catalog.facts` is the frozen copy."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from accounts.models import TenantModel
from catalog.imports import FeedSource as FeedSource
from catalog.imports import Import as Import
from catalog.imports import ImportProblem as ImportProblem

models.CharField.register_lookup(Length)


class Product(TenantModel):
    """One thing for sale, identified by the merchant's own SKU."""

    class Effect(models.TextChoices):
        JET = "jet"
        MIST = "mist"
        STEAM = "steam"
        BEAM = "beam"
        PARTICLES = "particles"
        NONE = "none"

    sku = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    titles = models.JSONField(default=dict, blank=True)
    """Titles in further locales: {"fr-FR": "..."}."""
    brand = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=200, blank=True)
    locale = models.CharField(max_length=12, default="en-US")
    description = models.TextField(blank=True)
    price_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    link = models.URLField(max_length=1000, blank=True)
    audience_tags = models.JSONField(default=list, blank=True)
    scene_tags = models.JSONField(default=list, blank=True)
    in_the_box = models.JSONField(default=list, blank=True)
    effect_kind = models.CharField(max_length=12, choices=Effect.choices, default=Effect.NONE)
    effect_cap_parameter = models.CharField(max_length=80, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    """Columns of the merchant's file that have no field of their own, as read."""
    offers = models.JSONField(default=list, blank=True)
    """Sizes and colours sold under it: [{"sku", "price_minor", "options"}, ...], see `catalog.ingest.offers`."""
    image_urls = models.JSONField(default=list, blank=True)
    """Pictures that the listing names and that did not come with it; a fetched one has an image with that source."""
    content_hash = models.CharField(max_length=64, blank=True)
    """SHA-256 of the imported row group: the same row twice changes nothing."""
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "sku"], name="one_product_per_sku"),
            models.CheckConstraint(condition=Q(sku__length__gt=0), name="product_has_sku"),
            models.CheckConstraint(
                condition=Q(price_minor__isnull=True) | Q(price_minor__gte=0), name="price_is_not_negative"
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.sku} {self.title}"


class ProductRow(TenantModel):
    """Base of the rows that hang on a product."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="%(class)ss")

    class Meta:
        abstract = True


class Parameter(ProductRow):
    """A quantity from the specification: prompt clause, effect cap and audit threshold in one row."""

    class Bound(models.TextChoices):
        MAX = "max"
        MIN = "min"
        EXACT = "exact"
        RANGE = "range"

    name = models.CharField(max_length=80)
    value = models.FloatField()
    unit = models.CharField(max_length=30, blank=True)
    bound = models.CharField(max_length=5, choices=Bound.choices, default=Bound.EXACT)
    lower = models.FloatField(null=True, blank=True)
    tolerance = models.FloatField(default=0.0)
    source = models.CharField(max_length=200, blank=True)
    how_it_may_look = models.CharField(max_length=300, blank=True)
    by_hand = models.BooleanField(default=False)
    """Entered by a person: an import that does not mention it keeps it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "name"], name="one_parameter_per_name"),
            models.CheckConstraint(condition=Q(tolerance__gte=0, tolerance__lt=1), name="tolerance_is_a_fraction"),
            models.CheckConstraint(
                condition=~Q(bound="range") | Q(lower__isnull=False, lower__lte=models.F("value")),
                name="range_has_a_lower_end",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} {self.bound} {self.value} {self.unit}".strip()


class SellingPoint(ProductRow):
    """A sentence the merchant wants said; `text` is per locale, `evidence` lists evidence ids."""

    key = models.CharField(max_length=80)
    text = models.JSONField(default=dict)
    spoken = models.JSONField(default=dict, blank=True)
    evidence = models.JSONField(default=list, blank=True)
    by_hand = models.BooleanField(default=False, db_default=False)
    """Written by a person: an import keeps it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "key"], name="one_selling_point_per_key")]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.key


class Review(ProductRow):
    """A buyer's words, verbatim."""

    key = models.CharField(max_length=80)
    text = models.TextField()
    rating = models.FloatField(null=True, blank=True)
    lang = models.CharField(max_length=12, blank=True)
    date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "key"], name="one_review_per_key")]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]


class Question(ProductRow):
    """A buyer's question, with the merchant's answer once there is one."""

    key = models.CharField(max_length=80)
    question = models.TextField()
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "key"], name="one_question_per_key")]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.question[:60]


class SearchTerm(ProductRow):
    """What buyers typed before they saw the product."""

    term = models.CharField(max_length=200)
    impressions = models.PositiveBigIntegerField(default=0)
    clicks = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "term"], name="one_row_per_search_term")]
        ordering = ["-impressions", "id"]

    def __str__(self) -> str:
        return self.term


class Evidence(ProductRow):
    """Append-only: what a later stage learned about a claim (review contradiction, refund, audit finding)."""

    class Kind(models.TextChoices):
        REVIEW = "review"
        QUESTION = "question"
        REFUND = "refund"
        AUDIT = "audit"

    class Stance(models.TextChoices):
        SUPPORTS = "supports"
        CONTRADICTS = "contradicts"
        NEUTRAL = "neutral"

    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    parameter = models.CharField(max_length=80, blank=True)
    stance = models.CharField(max_length=12, choices=Stance.choices, default=Stance.NEUTRAL)
    value = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=30, blank=True)
    text = models.TextField(blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "key"], name="one_evidence_per_key")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.stance} {self.parameter}"


class Image(ProductRow):
    """A stored photo. Pixel positions are (x, y) from the top left; `cutout` is its RGBA cut-out in storage."""

    class Role(models.TextChoices):
        PACKSHOT = "packshot"
        VIEW = "view"
        SCENE = "scene"
        LABEL = "label"
        DETAIL = "detail"
        """Of the description: banners, tables and close-ups, which show more than the product."""

    file = models.FileField(upload_to="products/", max_length=300)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEW)
    rendered = models.BooleanField(default=False)
    cutout = models.FileField(upload_to="cutouts/", max_length=300, blank=True)
    shadow = models.FileField(upload_to="cutouts/", max_length=300, blank=True)
    """Grey picture of the light that the product takes from its plain background; see `catalog.ground`."""
    doubt = models.CharField(max_length=200, blank=True)
    """Why the cut-out waits for a person's look; blank when there was no doubt or somebody has confirmed it."""
    width_m = models.FloatField(null=True, blank=True)
    """Real width in metres of the product's visible outline, where the listing gives it for this photo."""
    metres_per_pixel = models.FloatField(null=True, blank=True)
    """Scale where the product stands; measured by who took the photo; where it is null, `catalog.scale` derives it."""
    pitch_deg = models.FloatField(null=True, blank=True)
    outline = models.JSONField(null=True, blank=True)
    """Left, top, right, bottom of the visible product, in pixels."""
    quality = models.JSONField(default=dict, blank=True)
    """`catalog.ingest.images.Quality` as measured, and how the cut-out was made."""
    base_px = models.JSONField(null=True, blank=True)
    effect_px = models.JSONField(null=True, blank=True)
    source_url = models.CharField(max_length=1000, blank=True)
    rights = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "sha256"], name="one_image_per_content")]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.role} {self.sha256[:8]}"


class Clip(ProductRow):
    """Real footage of the product: an MP4 that every browser plays, as `catalog.clips` probed and stored it."""

    file = models.FileField(upload_to="clips/", max_length=300)
    poster = models.FileField(upload_to="clips/", max_length=300)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    """Of the file as the merchant sent it."""
    seconds = models.FloatField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    fps = models.FloatField()
    has_sound = models.BooleanField(default=False)
    rights = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "sha256"], name="one_clip_per_content"),
            models.CheckConstraint(condition=Q(seconds__gt=0, width__gt=0, height__gt=0), name="clip_has_a_size"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Consent(TenantModel):
    """A paper that lets a person, a brand or somebody's picture be shown.

    Never changed or deleted: withdrawn, or followed by another.
    """

    class Kind(models.TextChoices):
        PERSON = "person", "A person"
        BRAND = "brand", "A brand"
        PHOTO = "photo", "A picture"

    class Use(models.TextChoices):
        ANY = "any", "Any use"
        SHOP = "shop", "Own shop only"
        ADS = "ads", "Advertising elsewhere only"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=120)
    document = models.CharField(max_length=300)
    """Where the signed paper is: a contract number, a link, a file in the merchant's archive."""
    use = models.CharField(max_length=4, choices=Use.choices, default=Use.ANY)
    territory = models.CharField(max_length=300, blank=True)
    """Country codes or EU, separated by spaces; "" is everywhere."""
    begins = models.DateField()
    expires = models.DateField(null=True, blank=True)
    """Its last day."""
    withdrawn = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)
    recalled = models.DateTimeField(null=True, blank=True)
    """When the videos built on it were taken back after it ended."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(name__length__gt=0, document__length__gt=0), name="consent_names_paper"),
            models.CheckConstraint(
                condition=Q(territory="") | Q(territory__regex=r"^[A-Z]{2}( [A-Z]{2})*$"), name="territory_is_countries"
            ),
            models.CheckConstraint(
                condition=Q(expires__isnull=True) | Q(expires__gte=models.F("begins")),
                name="consent_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn__isnull=True, withdrawn_because="")
                | Q(withdrawn__isnull=False, withdrawn_because__length__gt=0),
                name="withdrawal_has_a_reason",
            ),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name}: {self.document}"


class ConsentScope(ProductRow):
    """What a consent is for: all of a product, or one photo or clip of it."""

    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="scopes")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consent", "product", "image", "clip"], name="one_scope_per_thing", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(image__isnull=True) | Q(clip__isnull=True), name="one_thing_per_scope"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.consent_id} for product {self.product_id}"
