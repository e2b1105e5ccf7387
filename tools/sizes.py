"""Fails on files over 400 lines and functions over 50: two subjects, or one that nobody can hold in mind."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES, FUNCTION_LINES = 400, 50


def main(paths: list[str]) -> int:
    """Print every file and function over the limit; exit status 1 if there is one."""
    found = [line for path in paths or tracked() for line in too_long(Path(path))]
    for line in found:
        sys.stdout.write(line + "\n")
    return 1 if found else 0


def tracked() -> list[str]:
    """Python files of the repository, migrations apart."""
    listed = subprocess.run(["git", "ls-files", "*.py"], capture_output=True, text=True, check=True, timeout=30)
    return [path for path in listed.stdout.split() if "/migrations/" not in path and Path(path).exists()]


def too_long(path: Path) -> Iterator[str]:
    """One sentence for each thing in a file that is over its limit."""
    text = path.read_text()
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{path}: {lines} lines; the limit is {FILE_LINES}. Split it by subject."
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines; the limit is {FUNCTION_LINES}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
