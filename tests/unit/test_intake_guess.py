"""Columns that a source names in its own way are proposed, with a score, and never applied."""

import csv
from pathlib import Path

import pytest
import yaml

from intake.guess import SYNONYMS, Guess, guess_columns, synonyms, words
from intake.presets import load_preset, preset_names
from intake.proposals import mapping_lines
from intake.shapes import DATE_FORMATS, date_formats, fits, number_styles
from intake.study import load_study
from intake.validate import validate_study
from schemas.registry import TABLES
from schemas.study import Source
from tests.intake_world import WORLD, engine, write_study

SWISS = Path(__file__).parents[3] / "shared/data/swiss_pharma_po/swiss_po_payments_2011_2016.csv"
GERMAN = {
    "Lfd. Nr.": "engagement_id",
    "Firma": "payer_id",
    "Empfänger": "partner_id",
    "Zahlungsdatum": "start_date",
    "Art der Leistung": "activity_type",
    "Betrag (CHF)": "amount",
    "Währung": "currency",
    "Verwendungszweck": "purpose",
}
FRENCH = {
    "Numéro de paiement": "engagement_id",
    "Laboratoire": "payer_id",
    "Bénéficiaire": "partner_id",
    "Date de paiement": "start_date",
    "Nature de l'avantage": "activity_type",
    "Montant versé": "amount",
    "Devise": "currency",
    "Objet": "purpose",
}
ENGLISH = {
    "Grant ID": "engagement_id",
    "Funder Name": "payer_id",
    "payee": "partner_id",
    "Award Date": "start_date",
    "TYPE_OF_ACTIVITY": "activity_type",
    "AmountAwarded": "amount",
    "ISO currency": "currency",
    "Description": "purpose",
}


def guessed(
    table: str, header: list[str], cells: dict[str, list[str]] | None = None
) -> list[Guess]:
    spec = TABLES[table]
    names = [column.name for column in spec.data_columns]
    wanted = [name for name in names if name not in header]
    return guess_columns(spec, wanted, [name for name in header if name not in names], cells or {})


def pairs(guesses: list[Guess]) -> dict[str, str]:
    return {guess.source_column: guess.column for guess in guesses}


@pytest.mark.parametrize("header", [GERMAN, FRENCH, ENGLISH], ids=["German", "French", "English"])
def test_a_grant_list_in_three_languages_is_understood(header: dict[str, str]) -> None:
    assert pairs(guessed("engagement", list(header))) == header


def test_case_accents_and_punctuation_do_not_count() -> None:
    assert words("Empfänger-Name") == words("EMPFAENGER_NAME") == words("empfängerName")


def test_an_outcome_extract_is_understood() -> None:
    header = ["County Code", "Month", "Deaths", "Population", "Gender", "Indicator", "Flag"]
    assert pairs(guessed("outcome", header)) == {
        "County Code": "unit_id",
        "Month": "period_start",
        "Deaths": "numerator",
        "Population": "denominator",
        "Gender": "subgroup_id",
        "Indicator": "measure_id",
        "Flag": "status",
    }


def test_columns_without_a_meaning_for_us_are_left_alone() -> None:
    assert guessed("engagement", ["colour", "favourite food", "shoe size"]) == []


def test_cells_that_cannot_be_of_the_kind_speak_against_a_name() -> None:
    header = ["Datum", "Beginn"]
    cells = {"Datum": ["nein", "ja"], "Beginn": ["31.12.2015", "01.01.2016"]}
    (guess,) = guessed("exposure", header, cells)
    assert (guess.column, guess.source_column) == ("start_date", "Beginn")
    assert guess.why == "a word for it, and its cells fit (%d.%m.%Y)"


def test_an_id_that_repeats_is_a_poor_key() -> None:
    once = guessed("unit", ["site id"], {"site id": ["a", "b"]})
    twice = guessed("unit", ["site id"], {"site id": ["a", "a"]})
    assert once[0].score > 0.85
    assert twice[0].score < 0.6


def test_the_only_column_of_dates_may_be_the_date() -> None:
    cells = {"xyz": ["2015-03-01"], "abc": ["red"]}
    found = {guess.column: guess for guess in guessed("exposure", ["xyz", "abc"], cells)}
    assert found["start_date"].source_column == "xyz"
    assert found["start_date"].score == 0.4
    both = {"xyz": ["2015-03-01"], "abc": ["2015-04-01"]}
    assert guessed("exposure", ["xyz", "abc"], both) == []


def test_every_word_is_for_a_column_there_is_and_given_once() -> None:
    columns = {c.name for spec in TABLES.values() for c in spec.data_columns}
    columns |= {f"{n}.{c.name}" for n, spec in TABLES.items() for c in spec.data_columns}
    assert set(synonyms()) <= columns
    assert all(names and all(names) for names in synonyms().values())
    assert all(len(set(names)) == len(names) for names in synonyms().values())
    assert yaml.safe_load(SYNONYMS.read_text(encoding="utf-8")).keys() == synonyms().keys()


@pytest.mark.parametrize("table", ["engagement", "partner", "unit", "measure", "outcome"])
def test_required_columns_of_logs_and_registries_have_words_for_them(table: str) -> None:
    lacking = {
        column
        for column in TABLES[table].required
        if column not in synonyms() and f"{table}.{column}" not in synonyms()
    }
    assert lacking <= {"date_precision"}


def test_public_standards_are_mostly_understood_without_their_presets() -> None:
    wanted, right, wrong = 0, 0, []
    for table, mapping in [t for name in preset_names() for t in load_preset(name).tables.items()]:
        ours = {column: (header,) for column, header in mapping.columns.items()}
        ours |= {column: tuple(rule.columns) for column, rule in mapping.derive.items()}
        headers = sorted({header for names in ours.values() for header in names})
        asked = [c for c in ours if c in TABLES[table].required and c not in headers]
        wanted += len(asked)
        for guess in guessed(table, headers):
            is_right = guess.source_column in ours.get(guess.column, ())
            right += is_right and guess.column in asked
            if guess.column in asked and not is_right:
                wrong.append((guess.column, guess.source_column))
    assert right >= 2 * wanted / 3
    assert wrong == []


def test_the_swiss_disclosures_are_understood() -> None:
    if not SWISS.is_file():
        pytest.skip("needs ../shared/data/swiss_pharma_po beside the project")
    with SWISS.open(encoding="utf-8", newline="") as handle:
        payments = list(csv.DictReader(handle))
    cells = {name: [row[name] for row in payments if row[name]] for name in payments[0]}
    found = pairs([g for g in guessed("engagement", list(cells), cells) if g.score >= 0.7])
    assert found == {
        "UID": "engagement_id",
        "company_ID": "payer_id",
        "payment_receiver": "partner_id",
        "year": "start_date",
        "amount_CHF": "amount_reporting",
        "payment_purpose": "purpose",
    }


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2015-03-31"], "%Y-%m-%d"),
        (["31.03.2015", "1.4.2015"], "%d.%m.%Y"),
        (["31/03/2015"], "%d/%m/%Y"),
        (["03/31/2015"], "%m/%d/%Y"),
        (["20150331"], "%Y%m%d"),
        (["2015"], "%Y"),
        (["03/2015"], "%m/%Y"),
    ],
)
def test_the_format_of_dates_is_seen(cells: list[str], first: str) -> None:
    assert date_formats(cells)[0] == first


def test_dates_that_can_be_read_in_two_ways_have_two_formats() -> None:
    assert date_formats(["03/04/2015"]) == ["%d/%m/%Y", "%m/%d/%Y"]
    assert date_formats([]) == date_formats(["1234567", "soon"]) == []
    assert len(set(DATE_FORMATS)) == len(DATE_FORMATS)


def test_signs_of_numbers_are_seen() -> None:
    assert number_styles(["1", "2.5"])[0] == (".", "")
    assert number_styles(["1.234,50", "7,5"]) == [(",", ".")]
    assert number_styles(["1'234.50", "12"]) == [(".", "'")]
    assert number_styles(["1 234,5"]) == [(",", " ")]
    assert number_styles(["five"]) == number_styles([]) == []


def test_what_a_kind_accepts() -> None:
    engagement = TABLES["engagement"]
    assert fits(engagement.column("currency"), ["EUR", "CHF"])
    assert not fits(engagement.column("currency"), ["euro"])
    assert fits(engagement.column("is_product_linked"), ["ja", "Nein"])
    assert fits(engagement.column("kind"), ["advocacy"])
    assert fits(engagement.column("kind"), ["other words"]) is None
    assert fits(engagement.column("purpose"), ["x"]) is None


def test_the_lines_to_paste_make_a_study_that_loads(tmp_path: Path) -> None:
    rows = [
        "Lfd. Nr.;Firma;Empfänger;Zahlungsdatum;Leistung;Betrag;Währung",
        "7;us;p1;03.02.2001;meeting;1.234,50;EUR",
        "8;us;p1;28.02.2001;meeting;7,5;EUR",
    ]
    source = {
        "table": "engagement",
        "path": "grants.csv",
        "mapping": {"format": {"delimiter": ";"}},
    }
    sources = [{"table": "partner", "path": "partner.csv"}, source]
    files = {"partner.csv": WORLD["partner.csv"], "grants.csv": "\n".join(rows) + "\n"}
    folder = write_study(tmp_path / "before", files, sources=sources)
    mapping = validate_study(folder, engine()).mapping
    (lines,) = (mapping.proposals or {}).values()
    (proposed,) = yaml.safe_load("\n".join(lines))
    assert proposed["mapping"]["format"] == {
        "delimiter": ";",
        "dates": {"start_date": "%d.%m.%Y"},
        "decimal": ",",
        "thousands": ".",
    }
    assert "activity_type" in {column.column for column in mapping.missing}
    proposed["mapping"]["columns"]["activity_type"] = "Leistung"
    write_study(tmp_path / "after", files, sources=[sources[0], proposed])
    assert load_study(tmp_path / "after")
    found = validate_study(tmp_path / "after", engine())
    assert found.problems == ()
    assert found.tables[-1].accepted == 2


def test_an_unsure_guess_is_a_comment_and_doubtful_dates_are_said() -> None:
    guesses = [
        Guess("start_date", "when", 0.9, "a word for it"),
        Guess("payer_id", "who: else?", 0.55, "holds a word for it"),
    ]
    cells = {"when": ["03/04/2015"], "who: else?": ["x"]}
    source = Source(table="engagement", path="a b.csv")
    said = '    format: {dates: {start_date: "%d/%m/%Y"}}'
    assert mapping_lines(source, TABLES["engagement"], guesses, cells) == (
        "- table: engagement",
        "  path: a b.csv",
        "  mapping:",
        f"{said}  # start_date could be %m/%d/%Y too: say which",
        "    columns:",
        "      start_date: when  # 0.90: a word for it",
        "      # payer_id: 'who: else?'  # unsure (0.55): holds a word for it",
    )


def test_what_a_source_declares_stays_in_the_lines_to_paste() -> None:
    declared = {
        "format": {"sheet": "Grants", "dates": {"end_date": "%d.%m.%Y"}, "decimal": ","},
        "columns": {"payer_id": "Firm"},
        "constants": {"date_precision": "day"},
    }
    source = Source.model_validate({"table": "engagement", "path": "log.xlsx", "mapping": declared})
    guesses = [Guess("start_date", "when", 0.9, "a word for it"), Guess("amount", "sum", 0.8, "x")]
    cells = {"when": ["28.02.2015"], "sum": ["1,5"]}
    [pasted] = yaml.safe_load(
        "\n".join(mapping_lines(source, TABLES["engagement"], guesses, cells))
    )
    assert pasted["mapping"] == {
        **declared,
        "format": {
            **declared["format"],
            "dates": {"end_date": "%d.%m.%Y", "start_date": "%d.%m.%Y"},
        },
        "columns": {"payer_id": "Firm", "start_date": "when", "amount": "sum"},
    }
    preset = Source(table="engagement", path="po.csv", mapping="efpia_po")
    [pasted] = yaml.safe_load(
        "\n".join(mapping_lines(preset, TABLES["engagement"], guesses, cells))
    )
    assert pasted["mapping"]["preset"] == "efpia_po"
