"""The tables beside the engagement log, drawn at random."""

import datetime as dt
from typing import Any

from schemas import vocabulary
from schemas.findings import Cost, Effect
from schemas.study import Study
from tests.indicator_world_draw import Draw

Rows = list[dict[str, Any]]
GROUPS = {
    "f": "sex",
    "m": "sex",
    "young": "age",
    "old": "age",
    "rural": "place",
}


def beside(draw: Draw, study: Study) -> dict[str, Rows]:
    """All tables but the log."""
    return {
        "partner": [_partner(draw, n) for n in range(14)],
        "unit": [
            {
                "unit_id": f"u{n}",
                "name": f"U{n}",
                "unit_type": "region",
                "region_code": draw.maybe(draw.pick(["CH-ZH", "CH-BE"])),
            }
            for n in range(4)
        ],
        "subgroup": [
            {"subgroup_id": name, "dimension": dimension, "level": name}
            for name, dimension in GROUPS.items()
        ],
        "fx_rate": _rates(draw),
        "initiative": [{"initiative_id": f"i{n}", "name": f"I{n}"} for n in range(3)],
        "measure": [_measure(n) for n in range(2)],
        "exposure": [_exposure(draw, study, n) for n in range(draw.size(4))],
        "outcome": _outcomes(draw, study),
        "patient_input": [_input(draw, study, n) for n in range(draw.size(40))],
        "decision": [_decision(draw, study, n) for n in range(draw.size(12))],
        "product_event": _events(draw, study),
        "population_need": _needs(draw, study),
        "partner_survey": _survey(draw),
        "public_disclosure": [_disclosed(draw, study) for _ in range(draw.size(40))],
        "engagement_allocation": _allocations(draw),
    }


def _partner(draw: Draw, n: int) -> dict[str, Any]:
    income = draw.maybe(float(draw.pick([0, 400, 20000, 1e6])))
    return {
        "partner_id": f"p{n}",
        "name": f"P{n}",
        "org_type": "patient_org",
        "parent_partner_id": draw.pick(["p0", "p1", None, None]) if n > 3 else None,
        "is_anonymous": draw.pick([None, False, False, False, True]),
        "annual_income": income,
        "income_currency": None if income is None else draw.pick(["EUR", "CHF", "USD"]),
    }


def _rates(draw: Draw) -> Rows:
    days = [dt.date(year, month, 1) for year in (2016, 2018, 2020) for month in (1, 7)]
    chf = [
        {"currency": "CHF", "to_currency": "EUR", "rate_date": day, "rate": 0.9 + n / 100}
        for n, day in enumerate(days)
    ]
    other = {"currency": "CHF", "to_currency": "USD", "rate_date": days[0], "rate": 1.1}
    late = {"currency": "USD", "to_currency": "EUR", "rate_date": dt.date(2021, 6, 1), "rate": 0.8}
    return [*chf[draw.size(3) - 1 :], other, *([late] if draw.chance(0.5) else [])]


def _measure(n: int) -> dict[str, Any]:
    return {
        "measure_id": f"m{n}",
        "name": f"M{n}",
        "unit_label": "days",
        "scale": 1.0,
        "direction": "lower_better",
        "family": "clinical",
    }


def _exposure(draw: Draw, study: Study, n: int) -> dict[str, Any]:
    return {
        "initiative_id": draw.pick(["i0", "i1", "i2"]),
        "unit_id": f"u{n}",
        "start_date": draw.day(study.window.start, study.window.end),
        "dose": draw.maybe(float(draw.pick([0, 1]))),
        "assignment": "policy",
    }


def _outcomes(draw: Draw, study: Study) -> Rows:
    rows = []
    for measure in ("m0", "m1"):
        for n in range(4):
            first = study.window.start.year
            for year in range(first, study.window.end.year + 1):
                status = draw.pick(["observed", "observed", "missing", "suppressed"])
                rows.append(
                    {
                        "measure_id": measure,
                        "unit_id": f"u{n}",
                        "period_start": dt.date(year, 1, 1),
                        "subgroup_id": "all",
                        "value": 5.0 if status == "observed" else None,
                        "status": status,
                    }
                )
    return [row for row in rows if draw.chance(0.4)]


def _input(draw: Draw, study: Study, n: int) -> dict[str, Any]:
    got = draw.day(study.window.start - dt.timedelta(days=200), study.as_of)
    later = draw.day(got, study.as_of)
    return {
        "input_id": f"n{n}",
        "engagement_id": f"e{draw.size(90) - 1 if n % 2 else draw.size(8) - 1}",
        "received_date": got,
        "topic": draw.word(vocabulary.Topic),
        "decision_area": draw.maybe(draw.pick(["endpoint", "price"])),
        "decision_date": draw.maybe(later),
        "decision_status": draw.word(vocabulary.DecisionStatus),
        "artefact_id": draw.maybe("doc", 0.5),
        "feedback_date": draw.maybe(later),
        "influence_company": draw.maybe(draw.size(5)),
        "influence_partner": draw.maybe(draw.size(5)),
        "subgroup_id": draw.maybe(draw.pick([*GROUPS, "all"])),
    }


def _decision(draw: Draw, study: Study, n: int) -> dict[str, Any]:
    return {
        "decision_id": f"d{n}",
        "product_id": draw.maybe(draw.pick(["x0", "x1", "x9"])),
        "lifecycle_phase": draw.word(vocabulary.LifecyclePhase),
        "decision_area": draw.pick(["endpoint", "price", "label"]),
        "decision_date": draw.day(study.window.start, study.as_of),
        "input_id": draw.maybe(f"n{draw.size(40) - 1}", 0.7),
    }


def _events(draw: Draw, study: Study) -> Rows:
    last = study.as_of + dt.timedelta(days=500)
    drawn = [
        (
            draw.pick(["x0", "x1", "x2", "x8"]),
            draw.word(vocabulary.ProductEventType),
            draw.day(study.window.start, last),
            draw.pick([None, "CH"]),
        )
        for _ in range(draw.size(14))
    ]
    names = ("product_id", "event", "event_date", "region_code")
    return [dict(zip(names, row, strict=True)) for row in dict.fromkeys(drawn)]


def _needs(draw: Draw, study: Study) -> Rows:
    years = [study.window.start.year, study.as_of.year, study.as_of.year + 1]
    return [
        {
            "condition_code": condition,
            "unit_id": f"u{n}",
            "subgroup_id": group,
            "period_start": dt.date(year, 1, 1),
            "prevalent_count": int(draw.pick([0, 3, 40, 900, 900])),
        }
        for condition in ("c0", "c1")
        for n in range(4)
        for group in ("all", *GROUPS)
        for year in sorted(set(years))
        if draw.chance(0.5)
    ]


def _survey(draw: Draw) -> Rows:
    rows = []
    for wave in ("2019", "2020", "2021")[: draw.size(3)]:
        for n in range(draw.size(6)):
            invited = draw.maybe(int(draw.pick([0, 4, 9])))
            for item in ("trust", "respect"):
                rows += [
                    {
                        "partner_id": f"p{n}",
                        "wave": wave,
                        "item_id": item,
                        "score": float(draw.size(5)),
                        "scale_max": 5.0 if item == "trust" else 7.0,
                        "invited_count": invited,
                    }
                    for _ in range(draw.size(4) - 1)
                ]
    return rows


def _disclosed(draw: Draw, study: Study) -> dict[str, Any]:
    return {
        "scheme": "efpia",
        "declared_by": draw.word(vocabulary.DeclaredBy),
        "year": draw.day(study.window.start, study.window.end).year,
        "payer_id": draw.pick(["y0", "y1"]),
        "partner_id": draw.pick(["p0", "p1", "p2"]),
        "amount": float(draw.pick([100, 100.99, 101, 102, 5000, 5049, 5051])),
        "currency": draw.pick(["EUR", "EUR", "EUR", "CHF", "USD"]),
    }


def _allocations(draw: Draw) -> Rows:
    rows: Rows = []
    for n in range(0, 90, int(draw.pick([2, 5]))):
        left = 1.0
        for _ in range(draw.size(3)):
            share = round(left / draw.size(3), 2)
            left = round(left - share, 2)
            rows.append(
                {
                    "engagement_id": f"e{n}",
                    "initiative_id": draw.maybe("i0"),
                    "unit_id": draw.maybe(draw.pick(["u0", "u1", "u2"])),
                    "subgroup_id": draw.maybe(draw.pick([*GROUPS, "all"])),
                    "share": share,
                }
            )
    seen: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        seen.setdefault(tuple(v for k, v in row.items() if k != "share"), row)
    return list(seen.values())


def planned_effects(draw: Draw) -> tuple[Effect, ...]:
    """Judged effects of the three initiatives, whatever their verdict."""
    return tuple(_effect(draw, n) for n in range(draw.size(5)))


def _effect(draw: Draw, n: int) -> Effect:
    verdict = draw.word(vocabulary.Verdict)
    method = draw.pick(["group_time_did", "randomised", "interrupted_series"])
    initiative = draw.pick(["i0", "i1", "i2"])
    return Effect(
        effect_id=f"f{n}",
        initiative_id=initiative,
        initiative_name=initiative,
        measure_id="m0",
        measure_name="M0",
        unit_label="days",
        direction="lower_better",
        role=draw.pick(["primary", "primary", "negative_control"]),
        method=None if verdict == "not_evaluable" else method,
        estimate=None if draw.chance(0.3) else 1.0,
        verdict=verdict,
        reasons=[draw.word(vocabulary.Reason)],
        certainty=None if verdict == "not_evaluable" else "low",
        cost=Cost(currency="EUR"),
    )
