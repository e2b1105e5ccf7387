"""What a product is called in a few words: the part of its title that names it, without the list that follows."""

from generation.planning.places import ASIDE

LONGEST_NAME = 40
"""Characters that an end card shows in two large lines."""
SHORTEST_NAME = 8
"""Fewer characters say too little: "LED, warm white" keeps its second part."""


def short_name(title: str) -> str:
    """The title's own words, in its order: a "Solar fountain pump, floating, 16 cm" is a "Solar fountain pump"."""
    parts = [match.start() for match in ASIDE.finditer(title)] + [len(title)]
    name = next((title[:end] for end in parts if len(title[:end].strip()) >= SHORTEST_NAME), title).strip()
    if len(name) <= LONGEST_NAME or " " not in name[:LONGEST_NAME]:
        return name
    return name[: LONGEST_NAME + 1].rpartition(" ")[0].rstrip(" -–—:;")
