"""The import contracts hold, and each is shown to catch what it forbids."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["config", "review", "analytics", "generation", "catalog", "accounts", "model"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            folder / package,
            ignore=lambda _, names: [n for n in names if "." in n and not n.endswith(".py")],
        )
    return folder


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize(
    ("_contract", "file", "line"),
    [
        ("Apps form one line", "catalog/selectors.py", "import generation.services"),
        ("Apps form one line", "analytics/services.py", "import review.services"),
        ("Inside an app", "generation/selectors.py", "import generation.services"),
        ("Inside model", "model/architecture/layers.py", "import model.inference"),
        ("Pure code knows no framework", "generation/specs.py", "import django.db"),
        ("One door to the model", "generation/services.py", "import model.config"),
        ("No circles", "generation/planning/scenes.py", "import generation.prompts"),
    ],
)
def test_a_broken_contract_is_caught(_contract: str, file: str, line: str, copy: Path) -> None:
    path = copy / file
    before = path.read_text()
    path.write_text(f"{before}\n{line}\n")
    try:
        done = lint(copy)
    finally:
        path.write_text(before)
    assert done.returncode == 1
    assert f"{_contract} BROKEN" in done.stdout


WATCHING = {"cv2", "onnxruntime", "ctranslate2", "rapidocr", "moviepy", "review.observe.observer", "catalog.cutout"}
"""What looks at pictures and listens: hundreds of megabytes that no page needs."""


def test_the_web_process_loads_neither_the_model_nor_what_watches_videos() -> None:
    heavy = {"torch", "transformers", "model", *WATCHING}
    found = _modules("import django; django.setup(); import config.urls, config.wsgi, generation.tasks")
    assert found & heavy == set()


def test_the_audit_loads_no_media_library_into_its_process() -> None:
    script = "import django; django.setup(); import review.job; from review.observe import speech; speech._recogniser()"
    found = _modules(script)
    assert "cv2" in found  # it watches
    assert found & {"av", "faster_whisper", "torch", "moviepy"} == set()


def _modules(script: str) -> set[str]:
    """Everything a fresh process has imported after the script."""
    told = f"{script}; import sys; print(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, env=_environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return set(done.stdout.split())


def test_the_model_runs_without_django() -> None:
    script = "import model.inference, sys; sys.exit('django' if 'django' in sys.modules else 0)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


def test_sizes_are_enforced(tmp_path: Path) -> None:
    long_function = "def f() -> None:\n" + "    x = 1\n" * 51
    (tmp_path / "long.py").write_text(long_function + "\n" * 350)
    done = subprocess.run(
        [sys.executable, "tools/sizes.py", str(tmp_path / "long.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert "402 lines; the limit is 400" in done.stdout
    assert "f has 52 lines; the limit is 50" in done.stdout


def _environment() -> dict[str, str]:
    import os

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }
