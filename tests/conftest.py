"""The suite runs on the product's own Postgres and broker, as the role that row-level security binds."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
HOME = Path(os.environ.get("VITRINE_TEST_HOME", ROOT / ".var" / "test"))
"""Servers and databases of one test run; two runs at the same time need two folders."""


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real feeds and photos; absent on a machine that only has the repository."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"real data folder {SHARED / 'data'} is not on this machine")
    return SHARED / "data"


def pytest_configure(config: pytest.Config) -> None:
    """With several workers (`-n`), the process that counts them keeps the servers, and they find them in its folder."""
    if not config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        return
    from config import embedded

    HOME.mkdir(parents=True, exist_ok=True)
    if embedded.running(HOME) is None:
        servers = embedded.services(HOME, durable=False)
        servers.__enter__()
        config.add_cleanup(lambda: servers.__exit__(None, None, None))


@pytest.fixture(scope="session")
def services() -> Iterator["object"]:
    """Embedded Postgres and Valkey, shared by all workers of one run."""
    from config import embedded

    HOME.mkdir(parents=True, exist_ok=True)
    if addresses := embedded.running(HOME):
        yield addresses
        return
    with embedded.services(HOME, durable=False) as own:
        yield own


@pytest.fixture(scope="session")
def django_db_setup(services: "object", django_db_blocker: "object") -> Iterator[None]:
    """One database a worker, copied from a migrated template that is rebuilt when a migration changes."""
    import psycopg
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from config.embedded import on_database

    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    template, name = f"template_{_migrations_hash()}", f"test_{worker}"
    admin = on_database(services.owner, "postgres")  # type: ignore[attr-defined]
    with django_db_blocker.unblock(), psycopg.connect(admin, autocommit=True) as connection:  # type: ignore[attr-defined]
        from filelock import FileLock

        _point_at(settings, services, template)
        with FileLock(HOME / "template.lock"):
            exists = connection.execute("select 1 from pg_database where datname = %s", [template]).fetchone()
            if not exists:
                connection.execute(f"create database {template}")
                call_command("migrate", database="owner", verbosity=0)
                with psycopg.connect(on_database(services.owner, template), autocommit=True) as own:  # type: ignore[attr-defined]
                    own.execute("grant truncate on all tables in schema public to vitrine_app")
            connections["owner"].close()
            connection.execute(f"drop database if exists {name} with (force)")
            connection.execute(f"create database {name} template {template}")
        _point_at(settings, services, name)
        yield
        for alias in connections:
            connections[alias].close()
        connection.execute(f"drop database if exists {name} with (force)")


def _point_at(settings: "object", services: "object", database: str) -> None:
    import environ
    from django.db import connections

    from config.embedded import on_database

    for alias, url in (("default", services.database), ("owner", services.owner)):  # type: ignore[attr-defined]
        fresh = environ.Env.db_url_config(on_database(url, database))
        settings.DATABASES[alias].update(fresh)  # type: ignore[attr-defined]
        connections[alias].close()
        connections[alias].settings_dict.update(settings.DATABASES[alias])  # type: ignore[attr-defined]


def _migrations_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(autouse=True)
def _own_files(settings: "object", tmp_path: Path) -> None:
    """Uploads go to the test's own folder; static files come straight from theirs, without a collected manifest."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]


@pytest.fixture
def alice(db: None) -> "object":
    """A merchant, entered: rows made in the test belong to her."""
    from tests.factories import make_merchant

    return make_merchant("Alice's Garden")


@pytest.fixture
def at_alice(alice: "object") -> Iterator["object"]:
    """Inside Alice's merchant context."""
    from accounts import tenancy

    with tenancy.merchant_context(alice.pk):  # type: ignore[attr-defined]
        yield alice


@pytest.fixture
def bob(db: None) -> "object":
    """A stranger: another merchant."""
    from tests.factories import make_merchant

    return make_merchant("Bob's Lamps")
