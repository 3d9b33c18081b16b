"""Every fault of intake on two tables and more, with the outcome that FAULTS declares for it."""

import datetime as dt
from decimal import Decimal

from tests.faults import (
    NIGHT,
    TABLES,
    Fault,
    aside,
    beside,
    bomb,
    cell,
    cells,
    content,
    lines,
    nothing,
    on,
    rejected,
    styled,
    typed,
    window,
    zipped,
)

NAMED = ("unit", "partner", "initiative")
KEYS = {"unit": "unit_id", "partner": "partner_id", "initiative": "initiative_id"}
NUMBERS = {"engagement": "amount", "outcome": "value"}
DATES = {"engagement": "start_date", "product_event": "event_date"}
DAY = ("2001-02-03",)
USD = TABLES["fx_rate"]

FAULTS: tuple[Fault, ...] = (
    *on(Fault("F01", "", lines(lambda t: [t[0], [*t[1], "x"]]), rejected("ragged_row", 2)), *NAMED),
    *on(Fault("F01", "", lines(lambda t: [t[0], t[1][:2]]), rejected("ragged_row", 2)), *NAMED),
    *on(Fault("F02", "", lines(lambda t: [*t, ['"a', "b"]]), rejected("quote", 4)), *NAMED),
    *(
        Fault(
            "F03",
            t,
            content(lambda text: text.replace(",", ",\xe9", 9).encode("latin-1")),
            rejected("encoding"),
        )
        for t in NAMED
    ),
    *(
        Fault(
            "F03",
            t,
            styled(
                content(lambda text, n=n: text.replace(n, "Zoë").encode("cp1252")),
                encoding="cp1252",
            ),
            keeps=("name", ("Zoë", o)),
        )
        for t, n, o in (("unit", "North", "South"), ("partner", "Alpha", "Omega"))
    ),
    *(
        Fault("F04", t, content(lambda text: text.encode("utf-8-sig")), keeps=("name", names))
        for t, names in (("unit", ("North", "South")), ("partner", ("Alpha", "Omega")))
    ),
    Fault(
        "F05",
        "engagement",
        cells(("start_date", "03/04/2001", 2), ("start_date", "05/04/2001", 3)),
        rejected("not_a_date", 2, "start_date"),
    ),
    Fault(
        "F05",
        "outcome",
        cells(("period_start", "01/02/2001", 2), ("period_start", "01/03/2001", 3)),
        rejected("not_a_date", 2, "period_start"),
    ),
    *(Fault("F06", t, cell(c, "36925"), aside("not_a_date", c)) for t, c in DATES.items()),
    Fault(
        "F06",
        "product_event",
        styled(cell("event_date", "36925"), date="excel_serial"),
        keeps=("event_date", (dt.date(2001, 2, 3),)),
    ),
    *(
        Fault("F07", t, cell(KEYS[t], "0071"), keeps=(KEYS[t], ("0071", two)))
        for t, two in (("unit", "u2"), ("partner", "p2"))
    ),
    *(
        Fault(
            "F07",
            t,
            cell(KEYS[t], "12345678901234567890"),
            keeps=(KEYS[t], ("12345678901234567890", two)),
        )
        for t, two in (("unit", "u2"), ("partner", "p2"))
    ),
    *(
        Fault(
            "F08", t, cells(("name", "NA", 2), ("name", "null", 3)), keeps=("name", ("NA", "null"))
        )
        for t in NAMED
    ),
    *(
        Fault("F09", t, cell(c, bad), aside("not_a_number", c))
        for t, c in NUMBERS.items()
        for bad in ("(500)", "1e400", "inf", "nan", "€5", "1.5.2")
    ),
    *(
        Fault(
            "F10",
            t,
            lines(
                lambda table, p=p: [
                    table[0],
                    *([f"a{n}", *table[1][1:]] for n in range(30_000)),
                    ["a", *table[1][1:p], "lots", *table[1][p + 1 :]],
                ]
            ),
            aside("not_a_number", c, 30_002),
        )
        for t, c, p in (("engagement", "amount", 7), ("unit", "population", 3))
    ),
    *on(
        Fault(
            "F11",
            "",
            lines(lambda t: [[*row, "NAME" if n == 0 else "x"] for n, row in enumerate(t)]),
            rejected("header", 1),
        ),
        *NAMED,
    ),
    *on(Fault("F12", "", content(lambda _: b""), rejected("empty_file")), *NAMED),
    *on(Fault("F12", "", lines(lambda t: t[:1]), rejected("empty_table")), *NAMED),
    *(
        Fault("F12", t, lines(lambda table: table[:1]), keeps=(c, ()))
        for t, c in (("decision", "decision_id"), ("fx_rate", "rate"))
    ),
    *(
        Fault("F13", t, cell(c, "a\x07b"), aside("control_character", c))
        for t in NAMED
        for c in (KEYS[t], "name")
    ),
    *(
        Fault("F13", t, cell("name", "A\u202eB"), (("WARN", "hidden_character", 2, "name"),))
        for t in NAMED
    ),
    *(Fault("F13", t, cell("name", "x" * 70_000), aside("too_long", "name")) for t in NAMED),
    *on(Fault("F14", "", bomb, rejected("too_large")), *NAMED),
    *on(Fault("F14", "", zipped, rejected("encoding")), *NAMED),
    *(
        Fault(
            "F15",
            t,
            lines(
                lambda table: [[*row, "colour" if n == 0 else "red"] for n, row in enumerate(table)]
            ),
            (("WARN", "unknown_column", 1, "colour"),),
        )
        for t in NAMED
    ),
    *(
        Fault("F15", t, lines(lambda table: [row[::-1] for row in table]), keeps=("name", names))
        for t, names in (("unit", ("North", "South")), ("partner", ("Alpha", "Omega")))
    ),
    *on(
        Fault(
            "F15",
            "",
            lines(lambda t: [[c for n, c in enumerate(row) if n != 1] for row in t]),
            rejected("missing_column", 1, "name"),
        ),
        *NAMED,
    ),
    Fault("F15", "unit", typed(population=[True]), rejected("retyped", None, "population")),
    Fault("F15", "initiative", typed(budget=[True]), rejected("retyped", None, "budget")),
    *(
        Fault(
            "F16",
            t,
            lines(lambda table: [*table, table[1]]),
            (("SUPERSEDED", "repeated_row", 4, KEYS[t]),),
        )
        for t in NAMED
    ),
    *(
        Fault(
            "F16",
            t,
            lines(lambda table: [*table, [table[1][0], "Other", *table[1][2:]]]),
            aside("duplicate_key", KEYS[t], 2, 4),
        )
        for t in NAMED
    ),
    *(
        Fault("F17", t, cell(c, "nowhere"), aside("orphan", c))
        for t, c in (
            ("engagement", "partner_id"),
            ("exposure", "unit_id"),
            ("outcome", "measure_id"),
        )
    ),
    Fault(
        "F18",
        "engagement",
        beside(
            cell("currency", "USD"),
            fx_rate=(
                *USD,
                "USD,EUR,2001-02-01,0.5",
                "USD,EUR,2001-02-03,0.25",
                "USD,SEK,2001-02-03,9",
            ),
        ),
        keeps=("amount_reporting", (Decimal(25), Decimal(200))),
    ),
    Fault(
        "F18",
        "public_disclosure",
        beside(
            cell("currency", "USD"),
            alias=TABLES["alias"],
            fx_rate=(*USD, "USD,EUR,2001-02-01,0.5", "USD,SEK,2001-02-03,9"),
        ),
        keeps=("amount", (Decimal(100), Decimal(200))),
    ),
    Fault(
        "F18",
        "outcome",
        beside(nothing, subgroup=("subgroup_id,dimension,level", "s,sex,female")),
        keeps=("value", (5.0, 6.0)),
    ),
    Fault("F19", "engagement", cell("amount", "-5"), aside("negative", "amount")),
    Fault(
        "F19",
        "engagement",
        cells(("amount", "-500", 3), ("reverses_engagement_id", "e1", 3)),
        aside("reversal", "amount", 3),
    ),
    Fault(
        "F19",
        "engagement",
        cells(("amount", "-40", 3), ("reverses_engagement_id", "e1", 3)),
        keeps=("amount", (Decimal(100), Decimal(-40))),
    ),
    Fault("F19", "initiative", cell("budget", "-5"), aside("range", "budget")),
    *(
        Fault("F20", t, cell("currency", "USD"), rejected("missing_rate", 2, "currency"))
        for t in ("engagement", "public_disclosure")
    ),
    Fault(
        "F22",
        "outcome",
        window(nothing, "2000-01-01", "2001-11-30"),
        (
            ("OUT_OF_WINDOW", "partial_period", 2, "period_start"),
            ("OUT_OF_WINDOW", "partial_period", 3, "period_start"),
        ),
    ),
    Fault(
        "F22",
        "measure",
        window(
            beside(cell("period", "quarter"), unit=TABLES["unit"], outcome=TABLES["outcome"]),
            "2000-01-01",
            "2001-02-28",
        ),
        (
            ("OUT_OF_WINDOW", "partial_period", 2, "period_start"),
            ("OUT_OF_WINDOW", "partial_period", 3, "period_start"),
        ),
    ),
    Fault(
        "F22",
        "measure",
        window(
            beside(cell("period", "month"), unit=TABLES["unit"], outcome=TABLES["outcome"]),
            "2000-01-01",
            "2001-02-28",
        ),
        keeps=("period", ("month", None)),
    ),
    *(
        Fault(
            "F23",
            t,
            cells(("recorded_date", "2012-01-01", 2), (c, "lots", 2)),
            (("OUT_OF_WINDOW", "not_yet_recorded", 2, "recorded_date"),),
        )
        for t, c in NUMBERS.items()
    ),
    *(
        Fault(
            "F23",
            t,
            lines(
                lambda table, p=p, r=r: [
                    *table[:2],
                    [*table[1][:p], "7", *table[1][p + 1 : r], "2002-01-01", *table[1][r + 1 :]],
                ]
            ),
            (("SUPERSEDED", "corrected", 2, "recorded_date"),),
        )
        for t, p, r in (("engagement", 7, 10), ("outcome", 4, 6))
    ),
    *(
        Fault("F24", t, cell("start_date", "2031-02-03"), aside("future", "start_date"))
        for t in ("engagement", "exposure")
    ),
    Fault("F24", "public_disclosure", cell("year", "2031"), aside("future", "year")),
    *(Fault("F24", t, cell(c, "1899-12-31"), aside("before_1900", c)) for t, c in DATES.items()),
    *(
        Fault("F24", t, cell("end_date", "2000-02-03"), aside("order", "end_date"))
        for t in ("engagement", "exposure")
    ),
    *(
        Fault("F25", t, typed(**{c: NIGHT}), keeps=(c, (dt.date(2001, 4, 1),)))
        for t, c in DATES.items()
    ),
    Fault(
        "F26",
        "partner",
        cells(("name", "Zürich Liga", 2), ("name", "Zu\u0308rich\u00a0 Liga e.V.", 3)),
        (("WARN", "look_alike", 3, "name"),),
    ),
    *(
        Fault("F26", t, cell("name", "Al\u200bpha"), (("WARN", "hidden_character", 2, "name"),))
        for t in ("unit", "initiative")
    ),
)

DECLARED: dict[str, set[str]] = {
    "F01": {"REJECT_FILE"},
    "F02": {"REJECT_FILE"},
    "F03": {"REJECT_FILE", "KEPT"},
    "F04": {"KEPT"},
    "F05": {"REJECT_FILE"},
    "F06": {"QUARANTINE_ROW", "KEPT"},
    "F07": {"KEPT"},
    "F08": {"KEPT"},
    "F09": {"QUARANTINE_ROW"},
    "F10": {"QUARANTINE_ROW"},
    "F11": {"REJECT_FILE"},
    "F12": {"REJECT_FILE", "KEPT"},
    "F13": {"QUARANTINE_ROW", "WARN"},
    "F14": {"REJECT_FILE"},
    "F15": {"REJECT_FILE", "WARN", "KEPT"},
    "F16": {"SUPERSEDED", "QUARANTINE_ROW"},
    "F17": {"QUARANTINE_ROW", "ABSTAIN"},
    "F18": {"KEPT"},
    "F19": {"QUARANTINE_ROW", "KEPT"},
    "F20": {"REJECT_FILE"},
    "F21": {"ABSTAIN"},
    "F22": {"OUT_OF_WINDOW", "KEPT"},
    "F23": {"OUT_OF_WINDOW", "SUPERSEDED"},
    "F24": {"QUARANTINE_ROW"},
    "F25": {"KEPT"},
    "F26": {"WARN"},
    "F27": {"COUNTED_OUT"},
}
"""What FAULTS says must become of each; KEPT is an input that is right and stays as it is."""
