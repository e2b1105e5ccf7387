"""The role that owns the tables is not the role that the app connects as."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.django_db
def test_tables_are_not_made_by_the_role_of_the_app() -> None:
    with pytest.raises(CommandError, match="row-level security binds no owner"):
        call_command("migrate", database="default", verbosity=0)
