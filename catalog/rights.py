"""The rights register: who may be shown, with what, where, until when; and what happens when that ends.

A consent is entered once and never changed: it is withdrawn, it expires, or another one follows it. Its end is told in
the transaction that ends it (`catalog.signals.facts_changed` with `Consent` as sender), so that nothing stays live that
was built on it.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import tenancy
from accounts.models import AuditLog, Merchant
from catalog import facts
from catalog.models import Clip, Consent, ConsentScope, Image, Product
from catalog.signals import facts_changed

SOON = datetime.timedelta(days=30)
"""How long before its last day a consent is shown as ending."""
_COUNTRY = re.compile(r"[A-Z]{2}")


class RightsError(ValueError):
    """A consent that cannot be entered or withdrawn like this; the message says what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a consent is for. A picture alone leaves the product's other videos out of it."""

    products: Sequence[Product] = ()
    images: Sequence[Image] = ()
    clips: Sequence[Clip] = ()


def countries(text: str) -> str:
    """ "fr, DE; uk" as "DE FR GB"; "" is everywhere. Raises RightsError."""
    codes = {{"UK": "GB"}.get(code, code) for code in re.split(r"[\s,;]+", text.upper().strip()) if code}
    wrong = sorted(code for code in codes if not _COUNTRY.fullmatch(code))
    if wrong:
        raise RightsError(f"“{wrong[0]}” is no country code. Write two letters each, such as FR DE US, or EU.")
    return " ".join(sorted(codes))


@transaction.atomic
def register(*, consent: Consent, scope: Scope, by: str) -> Consent:
    """Enter an unsaved consent with what it is for. Raises RightsError when it is for nothing, or over already."""
    if not (scope.products or scope.images or scope.clips):
        raise RightsError("Say what it is for: at least one product or one of its pictures.")
    if consent.expires and consent.expires < max(consent.begins, timezone.localdate()):
        raise RightsError(f"Its last day, {consent.expires:%d %B %Y}, has passed: enter the paper that followed it.")
    consent.save()
    wanted = [ConsentScope(product=row) for row in scope.products]
    wanted += [ConsentScope(product_id=row.product_id, image=row) for row in scope.images]
    wanted += [ConsentScope(product_id=row.product_id, clip=row) for row in scope.clips]
    for row in wanted:
        row.consent, row.merchant_id = consent, consent.merchant_id
    ConsentScope.objects.bulk_create(wanted, batch_size=2000)
    _log(consent, by, "register_consent", f"{consent.get_kind_display().lower()}, {consent.document}")
    return consent


@transaction.atomic
def withdraw(*, consent: Consent, by: str, because: str) -> int:
    """End a consent now; returns how many videos were taken back with it. Raises RightsError."""
    if not because.strip():
        raise RightsError("Say why it is withdrawn: the reason stays with every video that is taken back.")
    now = timezone.now()
    ended = Consent.objects.filter(pk=consent.pk, withdrawn__isnull=True).update(
        withdrawn=now, withdrawn_because=because.strip()[:300], recalled=now
    )
    if not ended:
        raise RightsError(f"The consent of {consent.name} was withdrawn before.")
    _log(consent, by, "withdraw_consent", because)
    return _recall(consent, f"The consent of {consent.name} was withdrawn: {because.strip()}")


def end_expired(*, today: datetime.date | None = None) -> int:
    """Take back what was built on consents whose last day has passed; returns how many consents ended."""
    day, ended = today or timezone.localdate(), 0
    for merchant in Merchant.objects.all():
        with tenancy.merchant_context(merchant.pk):
            over = Consent.objects.filter(expires__lt=day, recalled__isnull=True).select_for_update(skip_locked=True)
            for consent in over:
                Consent.objects.filter(pk=consent.pk).update(recalled=timezone.now())
                _log(consent, "calendar", "consent_expired", f"last day {consent.expires}")
                _recall(consent, f"The consent of {consent.name} ended on {consent.expires:%d %B %Y}")
                ended += 1
    return ended


def in_force(*, day: datetime.date | None = None) -> Q:
    """Consents that hold on a day."""
    today = day or timezone.localdate()
    begun = Q(withdrawn__isnull=True, begins__lte=today)
    return begun & (Q(expires__isnull=True) | Q(expires__gte=today))


def ending_soon() -> QuerySet[Consent]:
    """Consents in force whose last day is near, the nearest first."""
    return Consent.objects.filter(in_force(), expires__lte=timezone.localdate() + SOON).order_by("expires")


def void(consent: Consent, *, day: datetime.date | None = None) -> str:
    """Why a consent is not in force, as the end of a sentence about it; "" while it is."""
    today = day or timezone.localdate()
    if consent.withdrawn:
        return f"was withdrawn on {consent.withdrawn:%d %B %Y}"
    if consent.expires and consent.expires < today:
        return f"ended on {consent.expires:%d %B %Y}"
    if consent.begins > today:
        return f"begins on {consent.begins:%d %B %Y}"
    return ""


def fact(consent: Consent, scopes: Iterable[ConsentScope]) -> facts.Consent:
    """A consent as the frozen fact about the one product that these scopes belong to."""
    rows = list(scopes)
    pictures = sorted(thing.sha256 for row in rows if (thing := row.image or row.clip))
    is_whole = any(row.image_id is None and row.clip_id is None for row in rows)
    return facts.Consent(
        id=f"con-{str(consent.public_id)[:8]}",
        kind=consent.kind,  # type: ignore[arg-type]  # choices of the model
        name=consent.name,
        document=consent.document,
        use=consent.use,  # type: ignore[arg-type]  # choices of the model
        territory=tuple(consent.territory.split()),
        pictures=() if is_whole else tuple(pictures),
        expires=consent.expires.isoformat() if consent.expires else "",
        void=void(consent),
    )


def consents_of(product: Product) -> tuple[facts.Consent, ...]:
    """Everything the register says about a product, oldest paper first."""
    scopes: dict[int, list[ConsentScope]] = {}
    for row in product.consentscopes.all():
        scopes.setdefault(row.consent_id, []).append(row)
    return tuple(fact(rows[0].consent, rows) for _, rows in sorted(scopes.items()))


def closed_pictures(consents: Iterable[facts.Consent]) -> set[str]:
    """Hashes of pictures that a paper was needed for and that no paper in force speaks about any more."""
    named = list(consents)
    held = {picture for consent in named if not consent.void for picture in consent.pictures}
    return {picture for consent in named if consent.void for picture in consent.pictures} - held


def by_product(consent: Consent) -> dict[int, facts.Consent]:
    """The consent as it reads for each of its products while it is in force, by the product's key."""
    scopes: dict[int, list[ConsentScope]] = {}
    for row in consent.scopes.select_related("image", "clip"):
        scopes.setdefault(row.product_id, []).append(row)
    return {product: replace(fact(consent, rows), void="") for product, rows in scopes.items()}


def _recall(consent: Consent, because: str) -> int:
    """Tell those above, who know the videos; inside the transaction that ended the consent."""
    ended = by_product(consent)
    if not ended:
        return 0
    told = facts_changed.send(sender=Consent, product_ids=list(ended), because=because, consents=ended)
    return sum(len(taken) for _, taken in told if taken)


def _log(consent: Consent, by: str, action: str, reason: str) -> None:
    AuditLog.objects.create(
        merchant_id=consent.merchant_id, actor=by, action=action, subject=consent.name, reason=reason[:300]
    )
