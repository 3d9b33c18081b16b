"""What personal data looks like in text: shapes, and the check digits that tell it from a number.

Shapes are written for RE2 and for Python's `re` alike. A shape without check digits is used only
where it is unmistakable, or behind a word that says what follows.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

GAP = "[ \u00a0\u202f]"
SEP = "[ \u00a0\u202f./-]"
AFTER_WORD = r"[^0-9A-Za-z]{0,4}"
DAY = r"[0-9]{1,4}[./ -]{1,2}[0-9A-Za-zäéû]{1,9}[./ -]{1,2}[0-9]{2,4}"
PHONE_WORDS = "tel|telefon|t[ée]l[ée]phone|t[ée]l|phone|mobile?|handy|natel|fax|cell"
PHONE = "|".join(
    [
        rf"(?:^|[^0-9A-Za-z+])\+[1-9][0-9]{{0,2}}(?:{SEP}?\(0\))?(?:{SEP}?[0-9]){{7,13}}\b",
        rf"\b00[2-9][0-9]{{1,2}}{GAP}(?:\(0\){GAP}?)?[0-9]{{1,4}}(?:{GAP}?[0-9]){{6,9}}\b",
        r"(?:^|[^0-9])\([2-9][0-9]{2}\) ?[2-9][0-9]{2}[ .-][0-9]{4}\b",
        r"(?:^|[^0-9.-])[2-9][0-9]{2}[.-][2-9][0-9]{2}[.-][0-9]{4}\b",
        rf"\b0[1-9][0-9](?:{GAP}|/)[0-9]{{3}}{GAP}[0-9]{{2}}{GAP}[0-9]{{2}}\b",
        rf"\b0[1-9](?:{GAP}[0-9]{{2}}){{4}}\b",
        r"\b0[1-9](?:\.[0-9]{2}){4}\b",
        rf"\b0[0-9]{{2}}{GAP}[0-9]{{4}}{GAP}[0-9]{{4}}\b",
        rf"\b07[0-9]{{3}}{GAP}[0-9]{{3}}{GAP}?[0-9]{{3}}\b",
        rf"(?i:\b(?:{PHONE_WORDS})\b{AFTER_WORD})(?:{SEP}?[0-9()]){{7,15}}\b",
    ]
)


@dataclass(frozen=True)
class PersonalRule:
    """One kind of personal data: its name in a sentence, its shape, and its check digits.

    `is_valid` reads the characters of the match that are letters or digits; the part of the shape
    named `id` where it has one.
    """

    what: str
    shape: str
    is_valid: Callable[[str], bool] = bool


def _digits(text: str) -> list[int]:
    return [int(char) for char in text]


def _weighted(text: str, weights: list[int]) -> int:
    return sum(w * d for w, d in zip(weights, _digits(text), strict=False))


def _is_social_security(text: str) -> bool:
    """United States: areas, groups and serials that are never issued are not numbers."""
    area, group, serial = text[:3], text[3:5], text[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _is_nhs(text: str) -> bool:
    """United Kingdom: weights 10 to 2, modulus 11."""
    return len(set(text)) > 1 and (11 - _weighted(text, list(range(10, 1, -1))) % 11) % 11 == int(
        text[9], 10
    )


def _is_ean13(text: str) -> bool:
    """Switzerland (AHV): the check digit of an EAN-13."""
    return _weighted(text, [1, 3] * 7) % 10 == 0


def _is_german_tax(text: str) -> bool:
    """Germany: ISO 7064 MOD 11,10; one or two of ten digits are repeated."""
    repeats = len(text[:10]) - len(set(text[:10]))
    if text[0] == "0" or repeats not in (1, 2):
        return False
    product = 10
    for digit in _digits(text[:10]):
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(text[10])


def _is_nir(text: str) -> bool:
    """France: the key is 97 minus the number modulo 97; Corsica counts as 19 and 18."""
    number = text[:13].upper().replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(text[13:])


CF_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20),
            *(11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        ],
        strict=True,
    )
)
"""Values of the characters of a codice fiscale in odd places."""


def _is_codice_fiscale(text: str) -> bool:
    """Italy: odd places by table, even places by rank, modulus 26."""
    even = sum(int(c) if c.isdigit() else ord(c) - ord("A") for c in text[1:15:2])
    return (sum(CF_ODD[c] for c in text[0:15:2]) + even) % 26 == ord(text[15]) - ord("A")


def _is_dni(text: str) -> bool:
    """Spain (DNI and NIE): the letter is the number modulo 23."""
    number = text[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == text[-1]


def _is_bsn(text: str) -> bool:
    """Netherlands: weights 9 to 2 and minus 1, modulus 11."""
    return int(text) > 0 and _weighted(text, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0


def _is_luhn(text: str) -> bool:
    """Sweden, Canada: Luhn."""
    doubled = [d * (1 + i % 2) for i, d in enumerate(reversed(_digits(text)))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _is_personnummer(text: str) -> bool:
    """Sweden: a day of birth and Luhn over the last ten digits."""
    return _is_day(text[-8:-6], text[-6:-4]) and _is_luhn(text[-10:])


def _is_hetu(text: str) -> bool:
    """Finland: the character is the number modulo 31."""
    number = int(text[:6] + text[-4:-1])
    return (
        _is_day(text[2:4], text[:2]) and "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31] == text[-1]
    )


def _is_fodselsnummer(text: str) -> bool:
    """Norway: two check digits, modulus 11."""
    first = _weighted(text, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1])
    second = _weighted(text, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1])
    return first % 11 == 0 and second % 11 == 0 and _is_day(text[2:4], text[:2])


def _is_belgian(text: str) -> bool:
    """Belgium: 97 minus the number modulo 97, with a 2 before it for births since 2000."""
    number, key = text[:9], int(text[9:])
    return key in (97 - int(number) % 97, 97 - int("2" + number) % 97)


def _is_pesel(text: str) -> bool:
    """Poland: weights 1, 3, 7, 9, modulus 10."""
    return _weighted(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0


def _is_austrian(text: str) -> bool:
    """Austria: the fourth digit checks the others, modulus 11."""
    return _weighted(text, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 == int(text[3])


def _is_cpr(text: str) -> bool:
    """Denmark: a day of birth; check digits are no longer issued."""
    return _is_day(text[2:4], text[:2])


def _is_day(month: str, day: str) -> bool:
    try:
        date(2000, int(month), int(day))
    except ValueError:
        return False
    return True


def _after(words: str, shape: str) -> str:
    """A shape that counts only behind a word that announces it."""
    return rf"(?i:\b(?:{words})\b{AFTER_WORD})(?P<id>{shape})\b"


PERSONAL_RULES = MappingProxyType(
    {
        "email": PersonalRule(
            "an e-mail address",
            r"[A-Za-z0-9._%+-]+ ?(?:@|\(at\)|\[at\]) ?[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*"
            r"\.[A-Za-z]{2,}",
        ),
        "phone": PersonalRule("a telephone number", PHONE),
        "record_number": PersonalRule(
            "a medical record number",
            r"(?i:\b(?:mrn|medical record(?: no| number| nr)?|patient(?:en)?[ -]?(?:id|no|nr|number"
            r"|nummer)|hospital (?:no|number)|fallnummer|num[ée]ro de (?:patient|dossier)|chart "
            r"(?:no|number))\b[^0-9A-Za-z]{0,4}[A-Z]{0,3}-?[0-9]{4,})",
        ),
        "birth_date": PersonalRule(
            "a date of birth",
            rf"(?i:\b(?:dob|d\.o\.b|date of birth|born on|geburtsdatum|geb|geboren am|date de "
            rf"naissance|n[ée]e? le)\b[^0-9A-Za-z]{{0,4}}){DAY}\b",
        ),
        "us_social_security": PersonalRule(
            "a United States social security number",
            r"(?:^|[^0-9-])(?P<id>[0-9]{3}-[0-9]{2}-[0-9]{4})(?:$|[^0-9-])",
            _is_social_security,
        ),
        "uk_nhs": PersonalRule(
            "a British NHS number",
            rf"\b[0-9]{{3}}(?:{GAP}|-)[0-9]{{3}}(?:{GAP}|-)[0-9]{{4}}\b",
            _is_nhs,
        ),
        "uk_nhs_named": PersonalRule(
            "a British NHS number", _after("nhs(?: no| number)?", "[0-9]{10}"), _is_nhs
        ),
        "uk_national_insurance": PersonalRule(
            "a British national insurance number",
            r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] [0-9]{2} [0-9]{2} [0-9]{2} [A-D]\b",
        ),
        "ch_ahv": PersonalRule(
            "a Swiss AHV number",
            rf"\b756{SEP}?[0-9]{{4}}{SEP}?[0-9]{{4}}{SEP}?[0-9]{{2}}\b",
            _is_ean13,
        ),
        "de_tax": PersonalRule(
            "a German tax number",
            rf"\b[1-9][0-9]{GAP}[0-9]{{3}}{GAP}[0-9]{{3}}{GAP}[0-9]{{3}}\b",
            _is_german_tax,
        ),
        "de_tax_named": PersonalRule(
            "a German tax number",
            _after("steuer-?id|steuer-?idnr|idnr|steueridentifikationsnummer", "[0-9]{11}"),
            _is_german_tax,
        ),
        "fr_nir": PersonalRule(
            "a French social security number",
            rf"\b[12]{GAP}?[0-9]{{2}}{GAP}?(?:0[1-9]|1[0-2]|[2-9][0-9]){GAP}?(?:[0-9]{{2}}|2[AB])"
            rf"{GAP}?[0-9]{{3}}{GAP}?[0-9]{{3}}{GAP}?[0-9]{{2}}\b",
            _is_nir,
        ),
        "it_codice_fiscale": PersonalRule(
            "an Italian codice fiscale",
            r"\b[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]\b",
            _is_codice_fiscale,
        ),
        "es_dni": PersonalRule(
            "a Spanish DNI or NIE", r"\b(?:[0-9]{8}|[XYZ]-?[0-9]{7})-?[A-Z]\b", _is_dni
        ),
        "nl_bsn": PersonalRule(
            "a Dutch BSN", _after("bsn|burgerservicenummer|sofinummer", "[0-9]{9}"), _is_bsn
        ),
        "se_personnummer": PersonalRule(
            "a Swedish personnummer", r"\b(?:19|20)?[0-9]{6}[-+][0-9]{4}\b", _is_personnummer
        ),
        "fi_hetu": PersonalRule(
            "a Finnish personal code",
            r"\b[0-9]{6}[-+A][0-9]{3}[0-9A-FHJKLMNPR-Y]\b",
            _is_hetu,
        ),
        "no_fodselsnummer": PersonalRule(
            "a Norwegian birth number", rf"\b[0-9]{{6}}{GAP}[0-9]{{5}}\b", _is_fodselsnummer
        ),
        "dk_cpr": PersonalRule(
            "a Danish CPR number", _after("cpr(?:-?nr|-?nummer)?", "[0-9]{6}-?[0-9]{4}"), _is_cpr
        ),
        "be_national": PersonalRule(
            "a Belgian national number",
            r"\b[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}\b",
            _is_belgian,
        ),
        "pl_pesel": PersonalRule("a Polish PESEL", _after("pesel", "[0-9]{11}"), _is_pesel),
        "ca_sin": PersonalRule(
            "a Canadian social insurance number",
            _after("sin|social insurance(?: no| number)?", r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}"),
            _is_luhn,
        ),
        "at_insurance": PersonalRule(
            "an Austrian insurance number",
            _after("svnr|sv-?nummer|sozialversicherungsnummer", "[0-9]{4} ?[0-9]{6}"),
            _is_austrian,
        ),
    }
)
"""Kinds of personal data by name."""

_PATTERNS = {kind: re.compile(rule.shape) for kind, rule in PERSONAL_RULES.items()}
PREFILTER = "|".join(
    f"(?:{rule.shape.replace('?P<id>', '?:')})" for rule in PERSONAL_RULES.values()
)
"""One expression for every shape: what the engine looks for."""


def kinds_of_personal_data(text: str) -> Iterator[str]:
    """The kinds that occur in a text, each once."""
    for kind, rule in PERSONAL_RULES.items():
        if any(rule.is_valid(_characters(match)) for match in _PATTERNS[kind].finditer(text)):
            yield kind


def _characters(match: re.Match[str]) -> str:
    found = match["id"] if "id" in match.re.groupindex else match[0]
    return re.sub(r"[^0-9A-Za-z]", "", found)
