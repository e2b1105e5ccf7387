"""Writes the VideoSpec of a cell: lines with their evidence, the scene prompt, the effect within its cap."""

import re
from dataclasses import dataclass, replace

from catalog.facts import Parameter, ProductFacts, SellingPoint
from generation.placements.labels import ai_label
from generation.planning import Cell, SceneCard
from generation.planning.scenarios import SCENARIOS
from generation.prompts.locales import Phrases, phrases
from generation.prompts.names import short_name
from generation.prompts.profiles import compact_prompt
from generation.prompts.statements import stated
from generation.specs import Constraint, EffectSpec, Line, Shot, VideoSpec

SECONDS = 6.0
LONGEST_LINE = 46
"""Characters that a caption shows in two lines and a voice says in its window."""
SPEECH = (0.25, 5.85)
"""Seconds in which the two sentences are said, one after the other; the first is written from the first frame on."""
PAUSE = 0.1
EARLIEST_CUT = 2.4
"""Before the picture comes closer, the product's effect stands at full height for long enough to be measured."""
CLOSE_CAMERA = "slow push in"
LATEST_SECOND = 3.3
"""The second caption starts no later, so that it can be read before the end card takes its place."""
SECOND_CAPTION_END = 4.6
MOST_SPOKEN = 78
"""Characters that a voice can say in that time without hurrying (about 15 a second at its fastest pace)."""
SHOWN_SHARE = 0.9
"""An honest video shows nine tenths of an "up to" value: the typical, not the best case."""
HEADROOM = 0.05
"""Metres that stay free above an effect, so that its top is inside every frame and can be measured."""
SPREADS = {"jet": 0.45, "mist": 0.6, "steam": 0.4, "beam": 0.8, "particles": 1.0}
"""Width of an effect as a share of its height."""
EXAGGERATION = 2.0


def compose(facts: ProductFacts, cell: Cell, scene: SceneCard, *, numbers: bool = True) -> VideoSpec:
    """The spec of one cell. Raises UnknownLocaleError.

    Args:
        numbers: False keeps every digit out of text and speech, so that only the pixels can make a claim.
    """
    words = phrases(cell.locale)
    first, second = _sentences(facts, cell, words, numbers=numbers)
    turn = _turn(first.spoken, second.spoken)
    cut = round(max(turn + PAUSE, EARLIEST_CUT), 2)
    return VideoSpec(
        sku=facts.sku,
        facts_version=facts.version,
        scenario=cell.scenario,
        locale=cell.locale,
        hook=cell.hook,
        seed=cell.seed,
        seconds=SECONDS,
        shots=_shots(facts, cell, scene, cut),
        captions=(
            _line(first.caption, (0.0, cut - PAUSE), first.evidence),
            _line(second.caption, (cut, SECOND_CAPTION_END), second.evidence),
        ),
        narration=(
            _line(first.spoken, (SPEECH[0], turn), first.evidence),
            _line(second.spoken, (turn + PAUSE, SPEECH[1]), second.evidence),
        ),
        ambience=scene.sound,
        labels=(ai_label(cell.locale, SECONDS),),
        constraints=tuple(_constraint(row) for row in facts.parameters if row.how_it_may_look),
        title=_name(facts, cell.locale, numbers=numbers),
        call_to_action=words.call_to_action,
    )


def _shots(facts: ProductFacts, cell: Cell, scene: SceneCard, cut: float) -> tuple[Shot, Shot]:
    """The product in its place with all of its effect; from `cut` seconds on, with the second sentence, from near."""
    scenario = SCENARIOS[cell.scenario]
    whole = Shot(
        start=0.0,
        end=cut,
        scene=scene.id,
        prompt=compact_prompt(scene, scenario, facts.effect.kind),
        camera=scenario.camera,
        light=scenario.light,
        effect=_effect(facts, scene),
    )
    nearer = replace(scenario, camera=CLOSE_CAMERA)
    prompt = compact_prompt(scene, nearer, facts.effect.kind)
    close = replace(whole, start=cut, end=SECONDS, prompt=prompt, camera=CLOSE_CAMERA, framing="close")
    return whole, close


def exaggerate(spec: VideoSpec) -> VideoSpec:
    """The same video with its effect at twice the cap: what the audit must stop. For tests and the demo only."""
    shots = tuple(
        replace(shot, effect=replace(shot.effect, height_m=(shot.effect.cap_m or shot.effect.height_m) * EXAGGERATION))
        for shot in spec.shots
    )
    return replace(spec, shots=shots)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One thing a video says: its caption, its spoken form and what proves it."""

    caption: str
    spoken: str
    evidence: tuple[str, ...] = ()

    def has_number(self) -> bool:
        """Whether eye or ear meets a digit."""
        return any(sign.isdigit() for sign in self.caption + self.spoken)


def _sentences(facts: ProductFacts, cell: Cell, words: Phrases, *, numbers: bool) -> tuple[Sentence, Sentence]:
    """The two sentences of the video, in the order the hook asks for."""
    proved = [each for point in facts.selling_points if (each := _proved(point, cell.locale, words))]
    usable = [each for each in proved if numbers or not each.has_number()]
    if not proved and numbers:
        own = [Sentence(caption=text, spoken=said, evidence=(row,)) for text, said, row in stated(facts, words)]
        usable = own[cell.seed % len(own) :][:1] if own else []
    rotated = usable[cell.seed % len(usable) :] + usable[: cell.seed % len(usable)] if usable else []
    of_scene, title = words.scenario_lines[cell.scenario], _name(facts, cell.locale, numbers=numbers)
    question = _question(facts, cell.locale, words) if numbers else None
    if cell.hook == "proof":
        rotated.sort(key=lambda each: not each.has_number())
    elif cell.hook == "question" and question:
        rotated.insert(0, question)
    elif cell.hook == "scene":
        rotated.insert(0, Sentence(caption=of_scene, spoken=of_scene))
    rotated += [Sentence(caption=of_scene, spoken=of_scene), Sentence(caption=title, spoken=title)]
    first, *others = dict.fromkeys(rotated)
    second = next((each for each in others if len(first.spoken) + len(each.spoken) <= MOST_SPOKEN), others[-1])
    return first, second


def _turn(first: str, second: str) -> float:
    """When the second sentence begins, in seconds: each gets its share of the time by its length."""
    share = len(first) / (len(first) + len(second))
    return round(min(SPEECH[0] + (SPEECH[1] - SPEECH[0]) * share, LATEST_SECOND - PAUSE), 2)


def _proved(point: SellingPoint, locale: str, words: Phrases) -> Sentence | None:
    """A selling point that may be said: it has evidence, a text in this language, and fits."""
    caption, spoken = point.in_locale(locale), point.spoken_in(locale)
    if not caption or not spoken or not point.evidence or len(caption) > LONGEST_LINE:
        return None
    said = _said(spoken, words)
    said = said if len(said) <= LONGEST_LINE else _said(caption, words)
    return Sentence(caption=caption, spoken=said, evidence=(point.id, *point.evidence))


def _question(facts: ProductFacts, locale: str, words: Phrases) -> Sentence | None:
    """The shortest answered question of buyers who speak this language."""
    if facts.locale.split("-")[0] != locale.split("-")[0]:
        return None
    fitting = [row for row in facts.questions if row.answer and len(row.question) <= LONGEST_LINE]
    row = min(fitting, key=lambda each: len(each.question), default=None)
    return Sentence(caption=row.question, spoken=_said(row.question, words), evidence=(row.id,)) if row else None


def _said(text: str, words: Phrases) -> str:
    """Units in full, so that a voice does not spell them."""
    units = "|".join(sorted((re.escape(unit) for unit in words.units), key=len, reverse=True))
    return re.sub(rf"(?<=\d)[\s\u202f\u00a0]?({units})\b", lambda found: f" {words.units[found[1]]}", text)


def _name(facts: ProductFacts, locale: str, *, numbers: bool) -> str:
    title = facts.title_in(locale)
    return short_name(title if numbers else _without_numbers(title))


def _without_numbers(title: str) -> str:
    """The parts of a title that hold no digit: "Solar pump, floating, 16 cm" is a "Solar pump, floating"."""
    parts = [part for part in title.split(",") if not any(sign.isdigit() for sign in part)]
    return ",".join(parts).strip() or " ".join(word for word in title.split() if word.isalpha())


def _line(text: str, window: tuple[float, float], evidence: tuple[str, ...]) -> Line:
    return Line(start=window[0], end=window[1], text=text, evidence=evidence)


def _effect(facts: ProductFacts, scene: SceneCard) -> EffectSpec:
    """The product's effect at the size its cap allows and the scene has room for."""
    cap = facts.effect_cap()
    if facts.effect.kind == "none" or cap is None:
        return EffectSpec()
    value, limit = cap.in_unit("m"), cap.limits("m")[1]
    height = min(value * SHOWN_SHARE, max(scene.max_height_m - _outlet_height(facts) - HEADROOM, 0.05))
    return EffectSpec(
        kind=facts.effect.kind,
        height_m=round(height, 3),
        spread_m=round(height * SPREADS[facts.effect.kind], 3),
        cap_parameter=cap.name,
        cap_m=round(limit, 4),
    )


def _outlet_height(facts: ProductFacts) -> float:
    """Metres from where the product stands to where its effect leaves it, in its photo."""
    photo = facts.packshot()
    if photo is None or not (photo.base_px and photo.effect_px and photo.metres_per_pixel):
        return 0.0
    return (photo.base_px[1] - photo.effect_px[1]) * photo.metres_per_pixel


def _constraint(parameter: Parameter) -> Constraint:
    return Constraint(parameter=parameter.name, clause=parameter.how_it_may_look)
