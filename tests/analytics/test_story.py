"""The story's shops: what its sentence claims has to come out of the simulation, not out of the page."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
import story
import story_page


def test_planning_drops_exaggeration_by_itself_and_the_audit_does_not_have_to_wait(tmp_path: Path) -> None:
    free, honest = (story.run(3, story.Setting(audit=audit, feedback=True)) for audit in (False, True))
    assert free[0].exaggerated > 0.3
    assert free[-1].exaggerated < free[0].exaggerated / 2
    assert max(one.exaggerated for one in honest) < 0.1
    assert free[0].clicks > honest[0].clicks
    assert free[0].kept < honest[0].kept
    settings = {name: [honest] for name in story_page.LINES}
    (tmp_path / f"{'-'.join(honest[0].loudest.choices)}.jpg").write_bytes(b"a picture")
    page = story_page.page(settings, tmp_path)
    assert page.count("<svg") == 4
    assert "YSBwaWN0dXJl" in page
    assert "nan" not in page
