"""`vitrine-audit` judges a file by a specification alone, tells it by exit code, and needs neither Django nor torch."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from PIL import Image

from review.standalone import command, spec
from tests.review.drawn import Clip, draw_clip, pump_photo

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "audit_spec.json"
WITHOUT = """
import importlib.abc, sys
class Refused(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in {"django", "torch", "celery", "rest_framework", "boto3", "psycopg"}:
            raise ImportError(f"vitrine-audit must not import {name}")
sys.meta_path.insert(0, Refused())
from review.standalone.command import main
raise SystemExit(main())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of the pump, and its fountain at 80 cm where 45 cm are allowed."""
    folder = tmp_path_factory.mktemp("audit")
    photo = pump_photo()
    Image.fromarray(photo.rgba).save(folder / "pump.png")
    draw_clip(Clip(height=0.8, seconds=1.5, pixels_per_metre=420, seed=3), photo, folder / "high.mp4")
    return folder


def test_an_exaggeration_is_told_without_django_or_torch(folder: Path) -> None:
    arguments = ["--spec", str(EXAMPLE), "--photo", str(folder / "pump.png"), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, str(folder / "high.mp4"), *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    jsonschema.validate(told, spec.schema("report"), cls=jsonschema.Draft202012Validator)
    assert told["verdict"] == "exceeds"
    (height,) = [finding for finding in told["findings"] if finding["rule"] == "effect_height"]
    assert (height["severity"], height["allowed"], height["unit"]) == ("block", 0.495, "m")
    assert height["measured"] == pytest.approx(0.8, rel=0.07)


def test_the_page_holds_everything_it_shows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, options = folder / "report.html", ["--spec", str(EXAMPLE), "--photo", str(folder / "pump.png"), "--html"]
    assert command.main([str(folder / "high.mp4"), *options, "--out", str(page)]) == 1
    told = page.read_text()
    assert told.count("data:image/jpeg;base64,") == 1
    assert told.count("data:image/png;base64,") == 1
    assert "http" not in told
    assert "Size of the effect" in told
    assert capsys.readouterr().out == ""


def test_a_file_that_is_no_video_is_unusable(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = folder / "broken.mp4"
    broken.write_bytes(b"no video")
    assert command.main([str(broken), "--spec", str(EXAMPLE)]) == 2
    assert "broken.mp4 holds no readable video" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"heigth": 3}, r"Additional properties are not allowed \('heigth' was unexpected\)"),
        ({"parameters": [{"name": "flow", "value": 3, "unit": "parsnip"}]}, r"\$\.parameters\[0\]\.unit: 'parsnip'"),
        ({"parameters": [{"name": "flow", "value": "3", "unit": "m"}]}, r"\$\.parameters\[0\]\.value"),
        ({"effect": {"kind": "jet", "cap_parameter": "height"}}, r"\$\.effect\.cap_parameter: no parameter is named"),
        ({"locale": "english"}, r"\$\.locale"),
        ({"plan": {"sku": "x"}}, r"\$\.plan: this is no plan of Vitrine"),
    ],
)
def test_a_mistake_in_a_specification_is_told_with_its_place(change: dict, told: str, tmp_path: Path) -> None:
    file = tmp_path / "spec.json"
    file.write_text(json.dumps({"sku": "A", "title": "Pump", **change}))
    with pytest.raises(spec.SpecError, match=told):
        spec.read(file)


def test_the_example_is_read_as_facts() -> None:
    read = spec.read(EXAMPLE)
    cap = read.facts.effect_cap()
    assert cap is not None
    assert cap.limits("m")[1] == pytest.approx(0.495)
    assert (read.facts.price_minor, read.width_m, read.facts.in_the_box) == (2990, 0.16, ("pump", "4 nozzles"))


def test_both_schemas_are_schemas_and_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("spec", "report"):
        jsonschema.Draft202012Validator.check_schema(spec.schema(name))
        assert command.main(["--schema", name]) == 0
        assert json.loads(capsys.readouterr().out) == spec.schema(name)
