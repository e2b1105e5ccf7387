"""The story's shops: what its sentence claims has to come out of the simulation, not out of the page."""

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
import story
import story_page

from tests.factories import make_facts


@pytest.fixture
def films(tmp_path: Path) -> story.Films:
    """Films as the benchmark keeps them: the audit stopped what exaggerates, and asked a person once."""
    (tmp_path / "facts.json").write_text(make_facts().to_json())
    for scenario in story.CHOICES["scenario"]:
        for hook in story.CHOICES["hook"]:
            loud = "person" if (scenario, hook) == ("family", "scene") else "stopped"
            for promise, audit in (("honest", "passed"), ("exaggerated", loud)):
                (tmp_path / f"{scenario}-{hook}-{promise}.json").write_text(json.dumps({"audit": audit}))
                (tmp_path / f"{scenario}-{hook}-{promise}.jpg").write_bytes(b"a picture")
    return story.Films.load(tmp_path)


def test_planning_drops_exaggeration_by_itself_and_the_audit_does_not_have_to_wait(
    films: story.Films, tmp_path: Path
) -> None:
    free, honest = (story.run(3, story.Setting(audit=audit, feedback=True), films) for audit in (False, True))
    assert free[0].exaggerated > 0.2
    assert free[-1].exaggerated == 0
    assert [one.exaggerated for one in honest] == [0.0] * 4
    assert free[0].clicks > honest[0].clicks
    assert free[0].kept < honest[0].kept
    told = {name: [free if "audit off" in name else honest] for name in story_page.LINES}
    page = story_page.page(told, tmp_path, films.said)
    assert page.count("<svg") == 4
    assert "YSBwaWN0dXJl" in page
    assert "stopped 15 of 16 exaggerated films and asked a person about 1" in page
    assert "nan" not in page


def test_a_film_that_was_not_audited_is_named(films: story.Films, tmp_path: Path) -> None:
    films.said.pop(("family", "proof", "honest"))
    with pytest.raises(SystemExit, match=r"family-proof-honest was not audited: run benchmarks/story_films\.py"):
        films.is_stopped("family", "proof", "honest")
    with pytest.raises(SystemExit, match="There are no films"):
        story.Films.load(tmp_path / "elsewhere")
