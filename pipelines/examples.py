"""One example row for every table, made from its schema: together they are a tiny valid study."""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.registry import TABLES, ColumnSpec, TableSpec

DATE = "2024-03-01"
BY_KIND = MappingProxyType(
    {
        "date": DATE,
        "money": "1000.00",
        "number": "1",
        "count": "1",
        "flag": "false",
        "text": "text",
    }
)
"""What an example holds where nothing better is known of the column."""
BY_COLUMN = MappingProxyType(
    {
        "activity_type": "education_grant",
        "agreement_end": "2025-02-28",
        "annual_income": "250000.00",
        "artefact_type": "protocol",
        "assignment": "staggered",
        "assignment_probability": "",
        "block_id": "",
        "budget": "50000.00",
        "country_code": "CH",
        "currency": "EUR",
        "date_precision": "day",
        "decision_area": "visit schedule",
        "decision_status": "adopted",
        "dimension": "sex",
        "dose": "",
        "dose_unit": "",
        "end_date": "2024-12-31",
        "exposure.end_date": "",
        "fmv_rate": "150.00",
        "fx_rate.currency": "CHF",
        "fx_rate.rate": "1.05",
        "has_written_agreement": "true",
        "income_currency": "EUR",
        "influence_company": "4",
        "influence_partner": "3",
        "invited_count": "40",
        "is_patient_governed": "true",
        "level": "female",
        "lower_bound": "",
        "measure.period": "",
        "neighbour_ids": "",
        "numerator": "",
        "denominator": "",
        "outcome.value": "12.5",
        "owner_function": "patient engagement",
        "paid_rate": "150.00",
        "participant_count": "40",
        "participant_hours": "120",
        "person_count": "",
        "population": "100000",
        "prevalent_count": "500",
        "purpose": "Training of volunteers",
        "reason": "fewer visits are easier to keep",
        "region_code": "CH-ZH",
        "reverses_engagement_id": "",
        "scale_max": "5",
        "scheme": "efpia",
        "score": "4",
        "share": "1",
        "source": "patient registry",
        "staff_hours": "16",
        "std_error": "",
        "theory_of_change": "earlier referral shortens the time to diagnosis",
        "to_currency": "EUR",
        "topic": "visit_schedule",
        "unit_label": "months",
        "upper_bound": "",
        "valid_max": "",
        "valid_min": "0",
        "wave": "2024",
        "year": "2024",
    }
)
"""Better examples, by column or by table and column; empty where a row should leave it empty."""


def example_row(spec: TableSpec) -> Mapping[str, str]:
    """The example of each data column, in contract order; references are to other examples."""
    return {column.name: _example(spec, column) for column in spec.data_columns}


def _example(spec: TableSpec, column: ColumnSpec) -> str:
    for name in (f"{spec.name}.{column.name}", column.name):
        if name in BY_COLUMN:
            return _fitting(BY_COLUMN[name], column)
    if column.kind == "id":
        return _id(spec, column)
    if column.name == "name":
        return f"Example {spec.name.replace('_', ' ')}"
    if column.allowed:
        return column.allowed[0]
    return _fitting(BY_KIND.get(column.kind, ""), column)


def _fitting(example: str, column: ColumnSpec) -> str:
    """The example, or the first allowed word where it is not one of them."""
    if example and column.allowed and example not in column.allowed:
        return column.allowed[0]
    return example


def _id(spec: TableSpec, column: ColumnSpec) -> str:
    if column.references == spec.name:
        return ""
    if column.exempt:
        return column.exempt[0]
    if column.references is not None:
        parent = TABLES[column.references]
        return _id(parent, parent.column(parent.key[0]))
    return f"{column.name.removesuffix('_id').removesuffix('_code')}_1"
