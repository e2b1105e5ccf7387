"""The rights register: what may be entered, what it says about a product, and what follows when a paper ends."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from accounts.models import AuditLog, Merchant
from catalog import rights
from catalog.models import Consent, Image, Product
from catalog.rights import RightsError, Scope
from catalog.selectors import product_facts
from tests.factories import make_product


def consent(merchant: Merchant, **changes: Any) -> Consent:
    values = {"kind": "person", "name": "Marie Dupont", "document": "contract 12", "begins": date(2026, 1, 1)}
    return Consent(merchant=merchant, **{**values, **changes})


def photo(product: Product, digit: str = "1", **changes: Any) -> Image:
    return Image.objects.create(
        merchant_id=product.merchant_id, product=product, file=f"products/{digit}.jpg", sha256=digit * 64, width=10,
        height=10, **changes,
    )  # fmt: skip


def test_a_consent_travels_in_the_facts_of_its_product_only(at_alice: Merchant) -> None:
    pump, lamp = make_product(at_alice), make_product(at_alice)
    rights.register(
        consent=consent(at_alice, territory="DE FR", expires=date(2099, 5, 1)), scope=Scope(products=[pump]), by="ann"
    )

    (fact,) = product_facts(pump).consents
    assert (fact.name, fact.territory, fact.expires, fact.pictures, fact.void) == (
        "Marie Dupont", ("DE", "FR"), "2099-05-01", (), "",
    )  # fmt: skip
    assert product_facts(lamp).consents == ()
    assert type(product_facts(pump)).from_json(product_facts(pump).to_json()) == product_facts(pump)


@pytest.mark.parametrize(
    ("market", "use", "words"),
    [
        ("FR", "shop", ""),
        ("PL", "shop", ""),
        ("US", "shop", "does not hold in US, only in EU, GB"),
        ("FR", "ads", "does not allow advertising elsewhere, only the own shop"),
    ],
)
def test_a_consent_holds_where_and_for_what_it_was_given(at_alice: Merchant, market: str, use: str, words: str) -> None:
    paper = rights.register(
        consent=consent(at_alice, territory="EU GB", use="shop"), scope=Scope(products=[make_product(at_alice)]), by="a"
    )
    (fact,) = rights.by_product(paper).values()
    assert fact.refuses(market=market, use=use) == words


def test_a_consent_for_one_photo_leaves_the_others_out(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    one = photo(product, "1")
    photo(product, "2")
    rights.register(consent=consent(at_alice), scope=Scope(images=[one]), by="ann")

    (fact,) = product_facts(product).consents
    assert (fact.reaches(["1" * 64]), fact.reaches(["2" * 64])) == (True, False)


def test_a_photo_whose_paper_ended_is_used_no_more(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    paper = rights.register(consent=consent(at_alice), scope=Scope(images=[photo(product, "1")]), by="ann")
    photo(product, "2")
    rights.withdraw(consent=paper, by="ann", because="She asked us to")

    assert [image.sha256[0] for image in product_facts(product).images] == ["2"]
    assert product_facts(product).consents[0].void.startswith("was withdrawn on")

    follower = consent(at_alice, document="contract 13")
    rights.register(consent=follower, scope=Scope(images=[product.images.first()]), by="ann")
    assert [image.sha256[0] for image in product_facts(product).images] == ["1", "2"]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"name": ""}, "consent_names_paper"),
        ({"document": ""}, "consent_names_paper"),
        ({"territory": "France"}, "territory_is_countries"),
        ({"expires": date(2025, 1, 1)}, "consent_ends_after_it_began"),
        ({"withdrawn": timezone.now()}, "withdrawal_has_a_reason"),
        ({"withdrawn_because": "why"}, "withdrawal_has_a_reason"),
    ],
)
def test_the_database_refuses_a_consent_that_says_nothing(
    at_alice: Merchant, changes: dict[str, Any], rule: str
) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        consent(at_alice, **changes).save()


def test_a_consent_is_never_deleted_and_withdrawn_once(at_alice: Merchant) -> None:
    paper = rights.register(consent=consent(at_alice), scope=Scope(products=[make_product(at_alice)]), by="ann")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Consent.objects.filter(pk=paper.pk)._raw_delete("default")  # type: ignore[attr-defined]

    with pytest.raises(RightsError, match="why"):
        rights.withdraw(consent=paper, by="ann", because=" ")
    rights.withdraw(consent=paper, by="ann", because="She asked us to")
    with pytest.raises(RightsError, match="before"):
        rights.withdraw(consent=paper, by="ann", because="again")
    assert list(AuditLog.objects.values_list("action", flat=True)) == ["withdraw_consent", "register_consent"]


def test_what_is_entered_must_be_for_something_and_not_over(at_alice: Merchant) -> None:
    scope = Scope(products=[make_product(at_alice)])
    with pytest.raises(RightsError, match="what it is for"):
        rights.register(consent=consent(at_alice), scope=Scope(), by="ann")
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(RightsError, match="has passed"):
        rights.register(consent=consent(at_alice, expires=yesterday), scope=scope, by="ann")


def test_countries_are_read_as_people_write_them() -> None:
    assert rights.countries("fr, de; uk") == "DE FR GB"
    assert rights.countries("") == ""
    with pytest.raises(RightsError, match="FRANCE"):
        rights.countries("France")


def test_a_consent_ends_with_its_last_day(at_alice: Merchant) -> None:
    today = timezone.localdate()
    paper = consent(at_alice, expires=today)
    rights.register(consent=paper, scope=Scope(products=[make_product(at_alice)]), by="ann")

    assert (rights.void(paper), list(rights.ending_soon())) == ("", [paper])
    assert rights.void(paper, day=today + timedelta(days=1)).startswith("ended on")
    assert rights.end_expired(today=today) == 0
    assert rights.end_expired(today=today + timedelta(days=1)) == 1
    assert rights.end_expired(today=today + timedelta(days=1)) == 0
