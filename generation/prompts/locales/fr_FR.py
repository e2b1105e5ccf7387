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
    units={
        "cm": "centimètres", "m": "mètres", "mm": "millimètres", "l": "litres", "ml": "millilitres", "W": "watts",
        "h": "heures", "kg": "kilos", "g": "grammes", "lm": "lumens", "V": "volts",
    },
    decimal_comma=True,
)  # fmt: skip
