"""Personal data in free text is found by shape and check digits, and its row is set aside."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from intake.personal_rules import PERSONAL_RULES, kinds_of_personal_data
from tests.intake_world import ENGAGEMENT_HEADER, WORLD, built, reasons, rows, write_study

SWISS = Path(__file__).parents[3] / "shared/data/swiss_pharma_po/swiss_po_payments_2011_2016.csv"
EXAMPLES = {
    "email": ["ask anna.muster@example.ch please", "anna (at) example.org"],
    "phone": [
        "Tel. 044 123 45 67",
        "+41 (0)44 123 45 67",
        "0041 44 123 45 67",
        "079/123 45 67",
        "(617) 555-0123",
        "617-555-0123",
        "01 23 45 67 89",
        "020 7946 0958",
        "07700 900123",
        "Handy 017112345678",
    ],
    "record_number": ["MRN: 00123456", "Patienten-Nr. 448812", "medical record AB-90210"],
    "birth_date": ["DOB 12.03.1961", "geb. 3. März 1961", "née le 12/03/1961"],
    "us_social_security": ["SSN 123-45-6789."],
    "uk_nhs": ["943 476 5919"],
    "uk_nhs_named": ["NHS number 9434765919"],
    "uk_national_insurance": ["AB 12 34 56 C"],
    "ch_ahv": ["756.9217.0769.85", "7569217076985"],
    "de_tax": ["86 095 742 719"],
    "de_tax_named": ["Steuer-ID: 86095742719"],
    "fr_nir": ["2 55 08 14 168 025 38", "255081416802538", "1 84 12 2A 111 222 12"],
    "it_codice_fiscale": ["RSSMRA85T10A562S"],
    "es_dni": ["12345678Z", "X1234567L"],
    "nl_bsn": ["BSN 111222333"],
    "se_personnummer": ["811228-9874", "19811228-9874"],
    "fi_hetu": ["131052-308T"],
    "no_fodselsnummer": ["010100 12356"],
    "dk_cpr": ["CPR 211062-5629"],
    "be_national": ["93.05.18-223.61"],
    "pl_pesel": ["PESEL 44051401359"],
    "ca_sin": ["SIN 046 454 286"],
    "at_insurance": ["SVNR 1237 010180"],
}
HARMLESS = [
    "",
    "Asthma campaign 2015/2016, 3rd instalment of CHF 12'500.00",
    "Meeting of 12.-14.03.2015 and 01.02.15-03.04.15, room 044",
    "ISBN 978-3-16-148410-0, grant number 2015-0034-77, order 4500123456",
    "SSN 000-12-3456 and 666-12-3456 and 123-00-6789 were never issued",
    "943 476 5918 has a wrong check digit, and so have 756.9217.0769.84 and 86 095 742 718",
    "12345678A and 811228-9873 and 131052-308U and 93.05.18-223.62 too",
    "RSSMRA85T10A562T, 2 55 08 14 168 025 39, 010100 12357, 999999-9999, 991399-1231",
    "budget 1 234 567 890 of 12 345 678 901, see @partner and #2015",
    "10 000 000 + 20 000 000 = 30 000 000",
]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in EXAMPLES.items() for text in texts]
)
def test_an_identifier_is_known_by_its_shape_and_check_digits(kind: str, text: str) -> None:
    assert kind in list(kinds_of_personal_data(f"thanks, {text}"))


def test_every_kind_has_an_example() -> None:
    assert set(EXAMPLES) == set(PERSONAL_RULES)


@pytest.mark.parametrize("text", HARMLESS)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert list(kinds_of_personal_data(text)) == []


def test_a_row_with_personal_data_is_set_aside_and_its_value_is_not_told(tmp_path: Path) -> None:
    header = ENGAGEMENT_HEADER.replace("reverses_engagement_id", "purpose")
    lines = [
        "e1,us,p1,2001-02-03,,day,meeting,5,EUR,Travel to Bern",
        "e2,us,p1,2001-02-03,,day,meeting,5,EUR,Travel of anna.muster@example.ch",
        "e3,us,p1,2001-02-03,,day,meeting,5,EUR,AHV 756.9217.0769.85 or 044 123 45 67",
        "e4,us,p1,2001-02-03,,day,meeting,5,EUR,AHV 756.9217.0769.84",
    ]
    files = {**WORLD, "engagement.csv": header + "\n".join(lines) + "\n"}
    tables = built(write_study(tmp_path, files), "engagement", "partner")
    assert reasons(tables) == [
        (3, "purpose", "personal_email", "quarantined"),
        (4, "purpose", "personal_phone", "quarantined"),
        (4, "purpose", "personal_ch_ahv", "quarantined"),
    ]
    told = json.dumps([{**row, "original": ""} for row in rows(tables.quarantine)])
    assert "anna" not in told
    assert "756" not in told


def test_the_engine_sees_every_shape_that_python_does(tmp_path: Path) -> None:
    texts = [(kind, text) for kind, texts in EXAMPLES.items() for text in texts]
    texts += [("", text) for text in HARMLESS]
    header = "subgroup_id,dimension,level\n"
    body = "".join(f'{i},"{text}",x\n' for i, (_kind, text) in enumerate(texts))
    subgroup = header + body.replace('""', "harmless")
    tables = built(write_study(tmp_path, {"subgroup.csv": subgroup}), "subgroup")
    found = {(row, rule.removeprefix("personal_")) for row, _column, rule, _d in reasons(tables)}
    wanted = {(row, kind) for row, (kind, _text) in enumerate(texts, start=2) if kind}
    assert wanted <= found
    assert {row for row, _kind in found} == {row for row, _kind in wanted}


def test_the_name_of_a_person_observed_is_free_text_too(tmp_path: Path) -> None:
    unit = "unit_id,name,unit_type\nperson_1,b.meier@example.ch,person\nperson_2,Case 2,person\n"
    tables = built(write_study(tmp_path, {**WORLD, "unit.csv": unit}), "unit")
    assert reasons(tables) == [(2, "name", "personal_email", "quarantined")]


def test_an_id_is_not_free_text(tmp_path: Path) -> None:
    unit = "unit_id,name,unit_type\n943 476 5919,North,site\n"
    tables = built(write_study(tmp_path, {**WORLD, "unit.csv": unit}), "unit")
    assert reasons(tables) == []


def test_fifty_clean_tables_raise_no_alarm() -> None:
    for seed in range(50):
        rng = np.random.default_rng(seed)
        for _ in range(40):
            assert list(kinds_of_personal_data(clean_purpose(rng))) == []


def clean_purpose(rng: np.random.Generator) -> str:
    """A purpose as grant lists have them: amounts, dates, contract and order numbers."""
    day, month, year = rng.integers(1, 28), rng.integers(1, 12), rng.integers(2009, 2026)
    number = rng.integers(10**5, 10**10)
    amount = f"{rng.integers(1, 10**7):,}".replace(",", str(rng.choice(["'", ",", ".", " "])))
    parts = [
        f"Workshop {day:02}.{month:02}.{year}",
        f"contract {year}-{number % 10_000:04}",
        f"order no {number}",
        f"CHF {amount}.00",
        f"{day:02}/{month:02}-{day:02}/{month + 1:02}/{year}",
        f"ref {number % 1000:03}-{year}-{number % 97}",
        f"zip {number % 90_000 + 10_000}, box {number % 1000}",
        f"project {chr(65 + int(number % 26))}{number % 10**6}",
    ]
    return " ".join(str(part) for part in rng.permutation(parts)[: rng.integers(1, 6)])


def test_the_swiss_disclosures_raise_no_alarm() -> None:
    if not SWISS.is_file():
        pytest.skip("needs ../shared/data/swiss_pharma_po beside the project")
    with SWISS.open(encoding="utf-8", newline="") as handle:
        payments = list(csv.DictReader(handle))
    texts = {text for row in payments for text in row.values() if text}
    assert len(payments) == 1388
    assert [text for text in texts if any(kinds_of_personal_data(text))] == []
