"""One merchant at a time: the database session variable that row-level security reads, and the policy itself.

Every tenant table has a `merchant` column and the policy below. Code that touches tenant rows runs inside
`merchant_context`; without it a query sees no row and an insert is refused by Postgres, not by us.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, migrations, transaction


@contextmanager
def merchant_context(merchant_id: int) -> Iterator[None]:
    """Open a transaction in which only this merchant's rows exist. Nesting another merchant is refused."""
    with transaction.atomic():
        current = current_merchant_id()
        if current not in (None, merchant_id):
            raise RuntimeError(f"Already inside merchant {current}; leave it before entering merchant {merchant_id}.")
        _set("app.merchant_id", merchant_id)
        yield
        if current is None and not connection.needs_rollback:
            _set("app.merchant_id", None)


def current_merchant_id() -> int | None:
    """The merchant of the open transaction, or None."""
    with connection.cursor() as cursor:
        cursor.execute("select nullif(current_setting('app.merchant_id', true), '')::bigint")
        row = cursor.fetchone()
    return row[0] if row else None


def set_user(user_id: int) -> None:
    """Let the signed-in user see their own memberships before a merchant is chosen. Needs an open transaction."""
    _set("app.user_id", user_id)


def _set(name: str, value: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [name, "" if value is None else str(value)])


def tenant_policy(table: str, *, or_own_user: bool = False) -> migrations.RunSQL:
    """Migration step that turns row-level security on for a table with a `merchant_id` column."""
    mine = "merchant_id = (select nullif(current_setting('app.merchant_id', true), '')::bigint)"
    own = "user_id = (select nullif(current_setting('app.user_id', true), '')::bigint)"
    visible = f"({mine} or {own})" if or_own_user else mine
    return migrations.RunSQL(
        sql=[
            f'alter table "{table}" enable row level security',
            f'create policy tenant on "{table}" using ({visible}) with check ({mine})',
        ],
        reverse_sql=[f'drop policy tenant on "{table}"', f'alter table "{table}" disable row level security'],
    )
