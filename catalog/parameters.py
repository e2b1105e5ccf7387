"""One parameter of a product written by hand, in the words a merchant would put in a listing."""

import re

from django.db import transaction

from accounts.models import AuditLog
from catalog.facts import Parameter as ParameterFact
from catalog.ingest import quantities, unit_words
from catalog.ingest.numbers import NUMBER, number
from catalog.models import Parameter, Product
from catalog.signals import facts_changed

PLAIN_NUMBER = re.compile(rf"(?:{NUMBER})")

UNIT_WORDS = {"mA*h": "mAh", "W*h": "Wh", "hour": "h", "inch": "in", "foot": "ft"}
"""Units whose name in the database differs from what people write."""


class ParameterError(ValueError):
    """Words that are no parameter; the message says what to write instead."""


def read(name: str, text: str, *, locale: str = "en") -> ParameterFact:
    """("Spray height", "up to 45 cm ±10 %") as a row of the facts. Raises ParameterError."""
    name, text = quantities.slug(name)[:80], text.strip()
    if not name:
        raise ParameterError("Name what is measured, such as width or spray height.")
    if PLAIN_NUMBER.fullmatch(text) and not unit_words.NEEDS_UNIT.search(name):
        return ParameterFact(id=f"par-{name}", name=name, value=number(text, locale=locale), unit="")
    found = quantities.find(text, locale=locale)
    if len(found) != 1 or text[found[0].end :].strip(" .") or text[:1] in "-−":
        raise ParameterError(
            f"“{text}” is not one quantity. Write a number with its unit: 45 cm, up to 45 cm, 30–50 cm."
        )
    row = quantities.parameter(name, text, locale=locale)
    if row is None or row.value <= 0:
        raise ParameterError(f"“{text}” cannot be a {name.replace('_', ' ')}. Write a number above zero with its unit.")
    return row


def words(row: Parameter) -> str:
    """A parameter as `read` understands it: "at most 0.45 m ±10 %"."""
    unit = UNIT_WORDS.get(row.unit, row.unit)
    number = f"{row.lower:g} to {row.value:g}" if row.bound == Parameter.Bound.RANGE else f"{row.value:g}"
    bound = {Parameter.Bound.MAX: "at most ", Parameter.Bound.MIN: "at least "}.get(Parameter.Bound(row.bound), "")
    slack = f" ±{row.tolerance * 100:g} %" if row.tolerance else ""
    return f"{bound}{number} {unit}".strip() + slack


@transaction.atomic
def write(*, product: Product, name: str, text: str, by: str) -> Parameter:
    """Add a parameter or correct the one of that name; it stays when the listing is imported again. Raises
    ParameterError."""
    read_row = read(name, text, locale=product.locale)
    row, _ = Parameter.objects.update_or_create(
        product=product,
        name=read_row.name,
        defaults={
            "merchant_id": product.merchant_id, "value": read_row.value, "unit": read_row.unit,
            "bound": read_row.bound, "lower": read_row.lower, "tolerance": read_row.tolerance,
            "source": f"entered by {by}"[:200], "by_hand": True,
        },
    )  # fmt: skip
    _tell(product, by, "set_parameter", str(row))
    return row


@transaction.atomic
def remove(*, product: Product, name: str, by: str) -> bool:
    """Take a parameter out of the specification; False when there was none. Raises ParameterError for a cap."""
    if name == product.effect_cap_parameter:
        raise ParameterError(f"{name.replace('_', ' ')} limits the effect, so it can be corrected but not removed.")
    gone, _ = Parameter.objects.filter(product=product, name=name).delete()
    if gone:
        _tell(product, by, "remove_parameter", name)
    return bool(gone)


def _tell(product: Product, by: str, action: str, what: str) -> None:
    AuditLog.objects.create(
        merchant_id=product.merchant_id, actor=by, action=action, subject=product.sku, reason=what[:300]
    )
    facts_changed.send(sender=Product, product_ids=[product.pk], because=f"The specification changed: {what}")
