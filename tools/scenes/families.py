"""The table of scene families: builder, framing and catalogue text."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.scenes.sets import festive, indoor, outdoor, water_garden
from tools.scenes.sets.built import Built
from tools.scenes.stage import Framing


@dataclass(frozen=True)
class Family:
    """One kind of set. Widths are metres of the central crop at the spot, wide and tall."""

    build: Callable[..., Built]
    title: str
    widths: tuple[float, float]
    spot_v: tuple[float, float] = (0.74, 0.74)
    lens_mm: float = 70.0
    f_stop: float = 2.0
    target: float = 0.17  # training views meter their exposure: geometric mean of the linear light
    exposure: float = 0.0  # finished stills have a chosen one, in stops
    lift: float = 0.0  # how far the finished still opens its shadows
    locales: tuple[str, ...] = ("*",)

    def framing(self, size: tuple[int, int], **changes: float) -> Framing:
        """The family's camera for a picture of this size."""
        tall = size[1] > size[0]
        values = {
            "view_width": self.widths[tall],
            "spot_v": self.spot_v[tall],
            "lens_mm": self.lens_mm,
            "f_stop": self.f_stop,
        }
        return Framing(*size, **{**values, **changes})


FAMILIES = {
    "bird_bath_garden": Family(
        water_garden.bird_bath, "Stone bird bath in a summer garden", (1.34, 0.76), target=0.13, exposure=0.75, lift=0.3
    ),
    "fish_pond_edge": Family(
        water_garden.fish_pond, "Edge of a garden fish pond", (1.34, 0.76), target=0.13, exposure=0.75, lift=0.3
    ),
    "paddling_pool": Family(
        water_garden.paddling_pool,
        "Children's paddling pool on the lawn",
        (1.40, 0.78),
        target=0.15,
        exposure=-0.35,
        lift=0.8,
    ),
    "kitchen_counter": Family(
        indoor.kitchen, "Kitchen counter in morning light", (0.90, 0.56), target=0.36, exposure=-0.6
    ),
    "christmas_table": Family(
        festive.christmas, "Christmas table with fir and candles", (0.90, 0.56), target=0.14, exposure=0.5
    ),
    "campsite_table": Family(
        outdoor.campsite, "Camping table at dusk", (0.90, 0.56), target=0.1, exposure=0.1, lift=0.6
    ),
    "nursery_mat": Family(indoor.nursery, "Play mat in a bright nursery", (0.90, 0.56), target=0.4, exposure=-0.8),
    "bathroom_shelf": Family(
        indoor.bathroom, "Bathroom shelf with soft towels", (0.80, 0.48), target=0.32, exposure=-1.0
    ),
    "wood_table_window": Family(
        indoor.window_table, "Wooden table at the garden window", (1.12, 0.68), target=0.2, exposure=-0.6
    ),
    "lunar_new_year_table": Family(
        festive.lunar_new_year, "Lunar New Year table", (0.90, 0.56), target=0.14, locales=("zh", "vi", "ko")
    ),
    "desk": Family(indoor.desk, "Desk with books and a lamp", (0.90, 0.56), target=0.28),
    "cafe_table": Family(indoor.cafe, "Cafe table with warm lights", (0.90, 0.56), target=0.14),
    "balcony_string_lights": Family(outdoor.balcony, "Balcony at night with string lights", (0.90, 0.56), target=0.045),
    "picnic": Family(outdoor.picnic, "Picnic cloth on the lawn", (0.95, 0.55), target=0.18),
    "beach_mat": Family(outdoor.beach, "Towel on a sunny beach", (0.95, 0.55), target=0.32),
}

PACK = (
    "bird_bath_garden",
    "fish_pond_edge",
    "paddling_pool",
    "kitchen_counter",
    "christmas_table",
    "campsite_table",
    "nursery_mat",
    "bathroom_shelf",
    "wood_table_window",
)
