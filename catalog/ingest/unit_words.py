"""Vocabulary of the quantity parser: how seven languages write units, bounds and the things that are measured."""

import re

SYMBOLS: dict[str, tuple[str, ...]] = {
    "mm": ("mm",), "cm": ("cm", "㎝"), "m": ("m",), "km": ("km",), "inch": ('"', "″", "”", "''"), "foot": ("'", "′", "ft"),
    "mg": ("mg",), "g": ("g", "gr"), "kg": ("kg", "Kg", "KG", "㎏"), "lb": ("lb", "lbs"), "oz": ("oz", "OZ"),
    "ml": ("ml", "mL", "㎖"), "cl": ("cl", "cL"), "dl": ("dl", "dL"), "l": ("l", "L", "ℓ", "ltr"),
    "W": ("W", "w"), "mW": ("mW",), "kW": ("kW", "KW", "kw"), "V": ("V", "v"), "mV": ("mV",), "kV": ("kV",), "A": ("A",), "mA": ("mA",),
    "mA*h": ("mAh", "MAH", "mah"), "A*h": ("Ah",), "W*h": ("Wh",), "kW*h": ("kWh", "KWh"), "lm": ("lm", "LM"), "lx": ("lx",),
    "K": ("K",), "degC": ("°C", "℃", "° C"), "degF": ("°F", "℉"), "ms": ("ms",), "s": ("s", "sec", "secs", "sek"),
    "min": ("min", "mins"), "hour": ("h", "hr", "hrs", "Std"), "bar": ("bar", "Bar", "BAR"), "psi": ("psi", "PSI"),
    "Pa": ("Pa",), "kPa": ("kPa", "KPa"), "MPa": ("MPa", "Mpa"), "l/hour": ("L/h", "l/h", "LPH", "L/H", "l/Std"),
    "l/min": ("L/min", "l/min", "LPM"), "gallon/hour": ("GPH", "gph"), "gallon/min": ("GPM", "gpm"),
    "m**3/hour": ("m³/h", "m3/h", "㎥/h"), "dB": ("dB", "db", "DB", "dBA", "dB(A)", "dba"), "Hz": ("Hz", "HZ", "hz"), "kHz": ("kHz", "KHz"),
    "MHz": ("MHz",), "GHz": ("GHz",), "rpm": ("rpm", "RPM", "U/min", "tr/min", "r/min"), "km/hour": ("km/h", "kmh"),
    "mile/hour": ("mph",), "m/s": ("m/s",), "m**2": ("m²", "m2", "㎡", "qm"), "cm**2": ("cm²",), "foot**2": ("ft²", "sq ft", "sq. ft."),
    "percent": ("%", "％"), "degree": ("°",), "gigabyte": ("GB",), "terabyte": ("TB",), "megabyte": ("MB",),
}  # fmt: skip
"""Symbols, where capital and small letters differ in meaning."""

WORDS: dict[str, tuple[str, ...]] = {
    "mm": ("millimeters?", "millimetres?", "millimètres?", "milímetros?", "毫米", "公厘", "ミリメートル", "ミリ", "밀리미터"),
    "cm": ("centimeters?", "centimetres?", "zentimetern?", "centimètres?", "centímetros?", "厘米", "公分", "センチメートル",
           "センチ", "센티미터", "센티", "cms"),
    "m": ("meters?", "metres?", "metern", "mètres?", "metros?", "米", "公尺", "メートル", "미터"),
    "inch": ("inch(?:es)?", "in", "zoll", "pouces?", "pulgadas?", "英寸", "英吋", "インチ", "인치"),
    "foot": ("feet", "foot", "fu(?:ß|ss)", "pieds?", "pies", "英尺", "フィート", "피트"),
    "yard": ("yards?", "yd"), "mile": ("miles?",),
    "mg": ("milligrams?", "毫克"), "g": ("grams?", "gramm", "grammes?", "gramos?", "克", "グラム", "그램"),
    "kg": ("kilograms?", "kilogramm", "kilogrammes?", "kilos?", "kilogramos?", "千克", "公斤", "キログラム", "キロ", "킬로그램", "킬로"),
    "lb": ("pounds?", "pfund", "livres?", "libras?", "磅", "ポンド", "파운드"), "oz": ("ounces?", "unzen?", "onces?", "onzas?", "盎司"),
    "fluid_ounce": ("fl\\.? ?oz", "fluid ounces?"), "gallon": ("gal(?:lons?)?", "加仑"), "pint": ("pints?",),
    "ml": ("milliliters?", "millilitres?", "mililitros?", "毫升", "ミリリットル", "밀리리터"), "cl": ("zentiliter", "centilitres?"),
    "l": ("liters?", "litres?", "litern?", "litros?", "升", "公升", "リットル", "리터"),
    "W": ("watts?", "vatios?", "瓦特?", "ワット", "와트"), "kW": ("kilowatts?", "千瓦"),
    "V": ("volts?", "voltios?", "伏特?", "ボルト", "볼트"), "A": ("amps?", "amperes?", "安培"), "mA*h": ("毫安时?", "ミリアンペア時?"),
    "lm": ("lumens?", "lúmenes", "流明", "ルーメン", "루멘"), "lx": ("lux", "勒克斯"), "K": ("kelvin",),
    "degC": ("degrees? celsius", "grad celsius", "degrés celsius", "摄氏度"),
    "s": ("seconds?", "sekunden?", "secondes?", "segundos?", "秒", "초"),
    "min": ("minutes?", "minuten?", "minutos?", "分钟", "分鐘", "分間", "分", "분"),
    "hour": ("hours?", "stunden?", "heures?", "horas?", "小时", "小時", "個小時", "个小时", "時間", "시간"),
    "day": ("days?", "tagen?", "tage", "tag", "jours?", "días?", "天", "日間", "일"),
    "month": ("months?", "monaten?", "monate", "mois", "mes(?:es)?", "个月", "ヶ月", "か月", "개월"),
    "year": ("years?", "yrs?", "jahren?", "jahre?", "ans?", "années?", "años?", "年"),
    "dB": ("decibels?", "dezibel", "décibels", "分贝", "デシベル", "데시벨"), "m**2": ("平方米", "square met(?:er|re)s?"),
    "foot**2": ("square f(?:ee|oo)t",), "l/hour": ("liters? per hour", "litres? per hour", "升/小时", "升每小时"),
    "percent": ("percent", "prozent", "pour ?cent", "por ciento", "パーセント", "퍼센트"),
    "degree": ("degrees?", "grad", "degrés", "grados"),
}  # fmt: skip
"""Whole words, compared without case."""

MAX_BEFORE = (
    r"up ?to|max(?:imum|imal|imale|imo)?\.?(?: of| de)?|m[aá]x(?:imo)?\.?|at most|no(?:t)? more than|less than|under|below|"
    r"bis(?: zu)?|höchstens|weniger als|unter|jusqu['’]?[àa]?(?: à)?|au plus|moins de|hasta|como máximo|menos de|"
    r"最高|最大|最多|最长|最長|最远|不超过|不超過|可达|可達|高达|最深|최대|최고|≤|<=|<|＜|≦"
)
MAX_AFTER = r"max(?:imum|imal)?\b\.?|or (?:less|lower)|oder weniger|ou moins|o menos|まで|以下|以内|之内|이하|까지|미만"
MIN_BEFORE = (
    r"at least|min(?:imum|imal|destens)?\.?(?: of| de)?|mín(?:imo)?\.?|more than|over|above|mehr als|über|au moins|plus de|"
    r"à partir de|al menos|más de|desde|至少|最低|最少|最小|不少于|不低于|超过|超過|少なくとも|최소|≥|>=|>|＞|≧"
)
MIN_AFTER = r"min(?:imum|imal)?\b\.?|or (?:more|longer|higher)|oder mehr|ou plus|o más|以上|이상|\+(?!\s*/?\s*[-\d])"
ABOUT_BEFORE = (
    r"about|around|approx(?:imately)?\.?|roughly|ca\.?|circa|etwa|ungefähr|rund|env(?:iron)?\.?|aprox(?:imadamente)?\.?|"
    r"unos|unas|大约|大約|约|約|およそ|약|대략|~|～|≈"
)
ABOUT_AFTER = r"左右|程度|정도|くらい|ぐらい"
RANGE_BETWEEN = r"-|–|—|~|～|〜|to|bis|à|a|至|到|から|부터|and|und|et|y"
RANGE_OPENERS = r"between|zwischen|entre"

LENGTH, MASS, VOLUME, TIME = "[length]", "[mass]", "[length] ** 3", "[time]"
KEYWORDS: tuple[tuple[str, str, str], ...] = (
    ("spray_height", LENGTH, r"spray|sprüh|strahl|fontän|water ?column|jet|jaillit|chorro|surtidor|喷水|噴水|喷射|喷高|喷泉|水柱|分수|분수|물줄기|shoots?|squirts?|spritzt"),
    ("cable_length", LENGTH, r"cables?|cords?|kabel|câble|cordon|线长|电源线|コード|ケーブル|케이블"),
    ("diameter", LENGTH, r"diamet(?:er|ro)|dia\b|ø|⌀|durchmesser|diamètre|diámetro|直径|直徑|지름"),
    ("thickness", LENGTH, r"thick(?:ness)?|dicke?|épais(?:seur)?|grosor|厚度?|厚さ|두께"),
    ("range", LENGTH, r"range|reach|reichweite|portée|alcance|射程|距离|到達|사거리"),
    ("case_size", LENGTH, r"case size"), ("band_width", LENGTH, r"band width"),
    ("height", LENGTH, r"heights?|high|tall|hoch|höhe|hauteur|haut|altura|alto|高度|高さ|(?<!最)高(?!达)|높이"),
    ("width", LENGTH, r"widths?|wide|breite?|largeur|ancho|anchura|宽度?|幅|너비|폭"),
    ("length", LENGTH, r"lengths?|long|lang|länge|longueur|largo|longitud|长度?|長さ|길이"),
    ("depth", LENGTH, r"depths?|deep|tiefe?|profondeur|profundidad|深度?|奥行き?|깊이"),
    ("weight", MASS, r""), ("capacity", VOLUME, r""),
    ("charging_time", TIME, r"charg(?:e|es|ing)|lädt|ladezeit|aufladen|recharge|carga|充电|充電|충전"),
    ("warranty", TIME, r"warranty|guarantee|garantie|garantía|质保|保修|保証|보증"),
    ("burn_time", TIME, r"burn|brenn|combustion|brûle|燃烧|燃焼"),
    ("runtime", TIME, r"run ?time|runs?|batter(?:y|ie)|lasts?|laufzeit|akku|läuft|hält|autonomie|autonomía|dura|续航|使用时间|使用時間|連続|稼働|사용|배터리"),
    ("power", "[mass] * [length] ** 2 / [time] ** 3", r""), ("voltage", "[mass] * [length] ** 2 / [time] ** 3 / [current]", r""),
    ("current", "[current]", r""), ("battery_capacity", "[current] * [time]", r""), ("energy", "[mass] * [length] ** 2 / [time] ** 2", r""),
    ("brightness", "[luminosity]", r""), ("colour_temperature", "[temperature]", r""), ("pressure", "[mass] / [length] / [time] ** 2", r""),
    ("flow_rate", "[length] ** 3 / [time]", r""), ("area", "[length] ** 2", r""), ("speed", "[length] / [time]", r""),
)  # fmt: skip
"""Canonical parameter name, what it measures, words that announce it; no words: the dimension alone names it."""

BY_UNIT = {"dB": "noise_level", "rpm": "rotation_speed", "Hz": "frequency", "kHz": "frequency", "degC": "temperature",
           "degF": "temperature", "gigabyte": "storage", "terabyte": "storage"}  # fmt: skip
"""Units that name the thing better than their dimension does."""

NEEDS_UNIT = re.compile(
    r"height|width|length|depth|diameter|weight|thickness|capacity|volume|power|wattage|voltage|runtime|run_time|"
    r"burn_time|charging_time|range|distance|brightness|pressure|flow|noise|temperature|höhe|breite|länge|gewicht|hauteur|"
    r"largeur|longueur|poids|altura|ancho|peso|高|宽|长|重|幅|높이|너비|길이|무게|spray"
)
"""Names of parameters that mean nothing without a unit."""
