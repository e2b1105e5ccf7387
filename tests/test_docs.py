"""What the documents promise exists, and what exists is documented."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_setting_is_in_the_example_and_in_operations() -> None:
    source = (ROOT / "config" / "settings.py").read_text()
    settings = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
    example = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    operations = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    assert settings == example == operations


def test_every_make_target_that_documents_name_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md", "docs/operations.md"):
        named = set(re.findall(r"`make ([a-z-]+)", (ROOT / page).read_text()))
        assert named <= targets, page


def test_every_path_that_documents_name_exists() -> None:
    for page in ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "SECURITY.md"):
        text = (ROOT / page).read_text()
        paths = re.findall(r"`((?:[\w-]+/)+[\w.-]+\.(?:py|md|toml|sh))`", text)
        missing = [path for path in paths if not (ROOT / path).exists()]
        assert missing == [], page


def test_the_licence_page_is_current_and_nothing_imported_is_copyleft() -> None:
    done = subprocess.run(
        [sys.executable, "tools/licences.py", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_project_speaks_of_itself_alone() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    text_files = [
        ROOT / name for name in listed.stdout.split() if name.endswith((".py", ".md", ".sh", ".toml", ".html", ".css"))
    ]
    machine_paths = re.compile(r"(?<![\w.])/(work|root|opt)/|pypi\.org|registry\.npmjs")
    offenders = [
        str(path)
        for path in text_files
        if path.exists() and path != Path(__file__) and machine_paths.search(path.read_text())
    ]
    assert offenders == []
