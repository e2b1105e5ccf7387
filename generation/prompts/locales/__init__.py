"""The sentences that belong to a language, one file each. A locale without a file is refused, not translated."""

from dataclasses import dataclass, field
from importlib import import_module

NAMES = ("en_US", "fr_FR")


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """What the composer may say without evidence: nothing here claims anything about a product."""

    locale: str
    scenario_lines: dict[str, str]
    """One caption per scenario, at most 34 characters."""
    call_to_action: str
    statements: dict[str, str]
    """How each parameter of `planning.scenarios.TELLING` is said; {} is its number with bound and unit."""
    bounds: dict[str, str]
    """How a number is said by its bound; a range has two."""
    units: dict[str, str] = field(default_factory=dict)
    """Spoken form of a unit."""
    decimal_comma: bool = False


class UnknownLocaleError(ValueError):
    """No phrases for this locale."""

    is_permanent = True


def phrases(locale: str) -> Phrases:
    """The phrases of ``fr-FR``; raises UnknownLocaleError naming the ones there are."""
    name = locale.replace("-", "_")
    if name not in NAMES:
        known = ", ".join(each.replace("_", "-") for each in NAMES)
        raise UnknownLocaleError(
            f"No phrases for locale {locale!r}; there are {known}. Add generation/prompts/locales/{name}.py."
        )
    return import_module(f"{__name__}.{name}").PHRASES  # type: ignore[no-any-return]


def locales() -> list[str]:
    """Every locale that can be planned."""
    return [name.replace("_", "-") for name in NAMES]
