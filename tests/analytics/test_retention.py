"""The curve of who is still watching: shares of those who started it, above the shots and words of that second."""

from xml.etree import ElementTree

from analytics import retention
from analytics.report_records import Moment, Script

SCRIPT = Script(
    seconds=6.0,
    shots=(Moment(start=0, end=2, words="pond, dolly in"), Moment(start=2, end=6, words="<terrace>, orbit")),
    captions=(Moment(start=0.5, end=1.0, words="A long caption that cannot fit into half a second"),),
)


def test_every_point_is_a_share_of_those_who_started() -> None:
    drawn = retention.chart("family", 200, {3.0: 120, 1.5: 160, 4.5: 100, 6.0: 60}, SCRIPT)
    svg = ElementTree.fromstring(drawn)
    figures = [one.text for one in svg.iter("text") if one.get("class") == "chart-figure"]
    assert figures == ["80%", "60%", "50%", "30%"]
    assert svg.findtext("desc") == (
        "0.0 s: 100% still watching; 1.5 s: 80% still watching; 3.0 s: 60% still watching;"
        " 4.5 s: 50% still watching; 6.0 s: 30% still watching"
    )


def test_shots_stand_below_the_seconds_they_take() -> None:
    svg = ElementTree.fromstring(retention.chart("family", 200, {3.0: 120}, SCRIPT))
    boxes = [(one.findtext("title"), one.find("rect")) for one in svg.iter("g")]
    assert [words for words, _ in boxes] == [
        "pond, dolly in", "<terrace>, orbit", "A long caption that cannot fit into half a second",
    ]  # fmt: skip
    first, second = (box for _, box in boxes[:2])
    assert first is not None
    assert second is not None
    assert abs(float(second.get("width", 0)) / float(first.get("width", 1)) - 2) < 0.02
    shown = [one.text for one in svg.iter("text") if one.text and one.text.endswith("…")]
    assert len(shown) == 1


def test_a_handful_of_players_draws_nothing() -> None:
    assert retention.chart("family", 19, {3.0: 12}, SCRIPT) == ""
