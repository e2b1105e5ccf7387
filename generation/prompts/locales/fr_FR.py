"""French of France."""

from generation.prompts.locales import Phrases

PHRASES = Phrases(
    locale="fr-FR",
    scenario_lines={
        "family": "Pour les week-ends en famille",
        "children": "Pour les petits curieux",
        "holiday": "Pour les jours de fête",
        "outdoor": "À vivre dehors",
    },
    call_to_action="À voir en boutique",
    statements={
        "capacity": "Contient {}", "volume": "{} de contenu", "run_time": "{} d’autonomie",
        "battery_life": "{} d’autonomie", "burn_time": "Brûle {}", "keeps_hot": "Garde chaud {}",
        "luminous_flux": "{} de lumière", "height": "{} de haut", "total_height": "{} de haut", "width": "{} de large",
        "diameter": "{} de diamètre", "length": "{} de long", "weight": "Pèse {}",
    },
    bounds={"exact": "{}", "max": "jusqu’à {}", "min": "au moins {}", "range": "{} à {}"},
    units={
        "cm": "centimètres", "m": "mètres", "mm": "millimètres", "l": "litres", "ml": "millilitres", "W": "watts",
        "h": "heures", "kg": "kilos", "g": "grammes", "lm": "lumens", "V": "volts",
        "inch": "pouces", "foot": "pieds", "pound": "livres", "ounce": "onces", "minute": "minutes",
    },
    decimal_comma=True,
)  # fmt: skip
