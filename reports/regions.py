"""Names of regions by their ISO 3166-2 codes, for the countries of the example studies."""

from reports.names import clean

_NAMES: dict[str, dict[str, str]] = {
    "AT": {
        "1": "Burgenland",
        "2": "Carinthia",
        "3": "Lower Austria",
        "4": "Upper Austria",
        "5": "Salzburg",
        "6": "Styria",
        "7": "Tyrol",
        "8": "Vorarlberg",
        "9": "Vienna",
    },
    "CH": {
        "AG": "Aargau",
        "AI": "Appenzell Innerrhoden",
        "AR": "Appenzell Ausserrhoden",
        "BE": "Bern",
        "BL": "Basel-Landschaft",
        "BS": "Basel-Stadt",
        "FR": "Fribourg",
        "GE": "Geneva",
        "GL": "Glarus",
        "GR": "Graubünden",
        "JU": "Jura",
        "LU": "Lucerne",
        "NE": "Neuchâtel",
        "NW": "Nidwalden",
        "OW": "Obwalden",
        "SG": "St. Gallen",
        "SH": "Schaffhausen",
        "SO": "Solothurn",
        "SZ": "Schwyz",
        "TG": "Thurgau",
        "TI": "Ticino",
        "UR": "Uri",
        "VD": "Vaud",
        "VS": "Valais",
        "ZG": "Zug",
        "ZH": "Zurich",
    },
    "DE": {
        "BB": "Brandenburg",
        "BE": "Berlin",
        "BW": "Baden-Württemberg",
        "BY": "Bavaria",
        "HB": "Bremen",
        "HE": "Hesse",
        "HH": "Hamburg",
        "MV": "Mecklenburg-Western Pomerania",
        "NI": "Lower Saxony",
        "NW": "North Rhine-Westphalia",
        "RP": "Rhineland-Palatinate",
        "SH": "Schleswig-Holstein",
        "SL": "Saarland",
        "SN": "Saxony",
        "ST": "Saxony-Anhalt",
        "TH": "Thuringia",
    },
}


def region_name(code: str) -> str:
    """The name of the region, else its code, said to be one."""
    country, _, part = code.partition("-")
    name = _NAMES.get(country, {}).get(part)
    return name or f"Region code {clean(code)}"
