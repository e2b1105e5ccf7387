"""No merchant ever sees or touches another merchant's rows: Postgres says so, not the queries."""

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts import tenancy
from accounts.models import Merchant
from catalog.models import Product


def test_rows_are_invisible_outside_a_merchant(alice: Merchant) -> None:
    with tenancy.merchant_context(alice.pk):
        Product.objects.create(merchant=alice, sku="A-1", title="Pump")
    with transaction.atomic():
        assert Product.objects.count() == 0


def test_a_stranger_sees_nothing(alice: Merchant, bob: Merchant) -> None:
    with tenancy.merchant_context(alice.pk):
        Product.objects.create(merchant=alice, sku="A-1", title="Pump")
    with tenancy.merchant_context(bob.pk):
        assert list(Product.objects.all()) == []


def test_a_stranger_cannot_write_into_another_merchant(alice: Merchant, bob: Merchant) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), tenancy.merchant_context(bob.pk):
        Product.objects.create(merchant=alice, sku="A-1", title="Pump")
    with tenancy.merchant_context(alice.pk):
        assert Product.objects.count() == 0


def test_nesting_another_merchant_is_refused(alice: Merchant, bob: Merchant) -> None:
    with tenancy.merchant_context(alice.pk), pytest.raises(RuntimeError, match="leave it before"):
        with tenancy.merchant_context(bob.pk):
            pass


def test_the_suite_runs_without_bypassrls(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_every_table_with_a_merchant_has_its_policy(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'merchant_id'"
            " where c.relkind in ('r', 'p') and not c.relispartition"
            " and not (c.relrowsecurity and exists (select 1 from pg_policy p where p.polrelid = c.oid))"
        )
        assert cursor.fetchall() == []
