"""A simulated engagement log, written by DuckDB as Parquet: every table that indicators read."""

from pathlib import Path

import duckdb

from schemas.registry import TABLES, TableSpec

ENGAGEMENTS = 10_000_000
PAYERS, PARTNERS, UNITS, INITIATIVES, PRODUCTS = 20, 5_000, 400, 50, 200
"""Each partner deals with three payers: 15,000 relationships of some hundred engagements."""
INPUTS, ALLOCATED = 200_000, 500_000
TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "word": "VARCHAR",
    "code": "VARCHAR",
    "source": "VARCHAR",
    "date": "DATE",
    "money": "DECIMAL(18, 4)",
    "number": "DOUBLE",
    "count": "BIGINT",
    "flag": "BOOLEAN",
}
ROWS = {
    "engagement": """
        SELECT 'e' || i AS engagement_id, 'p' || h % {partners} AS partner_id,
            'y' || (h % {partners} + h // {partners} % 3 * 7) % {payers} AS payer_id,
            CASE WHEN h % 5 > 0 THEN 'i' || (h // 7 % {initiatives}) END AS initiative_id,
            DATE '2015-01-01' + (h // 3 % 3650)::INTEGER AS start_date, 'day' AS date_precision,
            ['advisory_board', 'core_grant', 'meeting', 'sponsorship_event'][h // 11 % 4 + 1]
                AS activity_type,
            ['advocacy', 'advocacy', 'advocacy', 'research_engagement', 'support_access',
                'unclassified', 'hybrid'][h // 13 % 7 + 1] AS kind,
            ['phase1', 'phase3', 'launch', 'unknown'][h // 17 % 4 + 1] AS lifecycle_phase,
            ['company', 'partner', 'joint', NULL][h // 19 % 4 + 1] AS initiated_by,
            CASE WHEN is_back THEN -10 WHEN h % 9 > 0 THEN 10 + h // 23 % 100000 END AS amount,
            'EUR' AS currency, amount AS amount_reporting,
            ['core_unrestricted', 'restricted_project', 'none', NULL][h // 29 % 4 + 1]
                AS funding_type,
            CASE WHEN h % 3 = 0 THEN start_date END AS agreement_start,
            CASE WHEN h % 3 = 0 THEN start_date + (h // 31 % 1500)::INTEGER END AS agreement_end,
            CASE WHEN h % 4 = 0 THEN h // 37 % 50 END AS participant_count,
            CASE WHEN h % 4 = 1 THEN 'x' || (h // 41 % {products}) END AS product_id,
            CASE WHEN h % 2 = 0 THEN 'u' || (h // 43 % {units}) END AS unit_id,
            h % 10 < 8 AS has_written_agreement, 100 AS fmv_rate, 80 + h % 30 AS paid_rate,
            start_date - (h // 47 % 40)::INTEGER + 5 AS approval_date,
            CASE WHEN h % 7 > 0 THEN start_date + 90 END AS disclosed_date,
            CASE WHEN is_back THEN 'e' || (i - 1) END AS reverses_engagement_id,
            CASE WHEN h % 8 > 0 THEN 'a meeting of members' END AS purpose
        FROM (SELECT i, (hash(i) % 1000000007)::BIGINT AS h,
                i % 100 = 99 AND (hash(i - 1) % 1000000007)::BIGINT % 9 > 0 AS is_back
            FROM range({engagements}) AS r(i))""",
    "engagement_allocation": """
        SELECT 'e' || i * ({engagements} // {allocated}) AS engagement_id,
            'u' || (i * 7 + k) % {units} AS unit_id, ['f', 'm'][k + 1] AS subgroup_id, 0.4 AS share
        FROM range({allocated}) AS r(i), range(2) AS parts(k)""",
    "partner": """
        SELECT 'p' || i AS partner_id, 'P' AS name, 'patient_org' AS org_type,
            CASE WHEN i % 9 = 0 THEN 'p0' END AS parent_partner_id, i % 50 = 49 AS is_anonymous,
            1000.0 * (i % 5000) AS annual_income, 'EUR' AS income_currency
        FROM range({partners}) AS r(i)""",
    "unit": """
        SELECT 'u' || i AS unit_id, 'U' AS name, 'region' AS unit_type, 'CH-' || i % 26 AS
            region_code FROM range({units}) AS r(i)""",
    "subgroup": "SELECT * FROM (VALUES ('f', 'sex', 'f'), ('m', 'sex', 'm'))"
    " AS v(subgroup_id, dimension, level)",
    "initiative": "SELECT 'i' || i AS initiative_id, 'I' AS name FROM range({initiatives}) AS r(i)",
    "patient_input": """
        SELECT 'n' || i AS input_id, 'e' || i * ({engagements} // {inputs}) AS engagement_id,
            DATE '2016-01-01' + (i % 3000)::INTEGER AS received_date, 'endpoint' AS topic,
            ['endpoint', 'price'][i % 2 + 1] AS decision_area,
            received_date + 60 AS decision_date,
            ['adopted', 'rejected', 'pending'][i % 3 + 1] AS decision_status,
            CASE WHEN i % 4 = 0 THEN 'doc' END AS artefact_id,
            i % 5 + 1 AS influence_company, i % 4 + 1 AS influence_partner,
            ['f', 'm', NULL][i % 3 + 1] AS subgroup_id
        FROM range({inputs}) AS r(i)""",
    "decision": """
        SELECT 'd' || i AS decision_id, 'x' || i % {products} AS product_id,
            'phase3' AS lifecycle_phase, 'endpoint' AS decision_area,
            DATE '2018-01-01' + i::INTEGER AS decision_date FROM range(2000) AS r(i)""",
    "product_event": """
        SELECT 'x' || i AS product_id, ['protocol_lock', 'launch'][k + 1] AS event,
            DATE '2019-01-01' + (i * 7 + k * 300)::INTEGER AS event_date
        FROM range({products}) AS r(i), range(2) AS kinds(k)""",
    "population_need": """
        SELECT 'c0' AS condition_code, 'u' || i AS unit_id, ['all', 'f', 'm'][k + 1] AS subgroup_id,
            DATE '2020-01-01' AS period_start, 1000 + i AS prevalent_count
        FROM range({units}) AS r(i), range(3) AS groups(k)""",
    "partner_survey": """
        SELECT 'p' || i AS partner_id, ['2020', '2021'][k + 1] AS wave, 'trust' AS item_id,
            (1 + (i + k) % 5)::DOUBLE AS score, 5.0 AS scale_max, 3 AS invited_count
        FROM range(2000) AS r(i), range(2) AS waves(k)""",
    "public_disclosure": """
        SELECT 'efpia' AS scheme, ['payer', 'partner'][i // 50000 + 1] AS declared_by,
            2015 + i // 100 % 10 AS year, 'y' || i % {payers} AS payer_id,
            'p' || i % {partners} AS partner_id, 100.0 * (i % 90) AS amount, 'EUR' AS currency
        FROM range(100000) AS r(i)""",
}


def write_log(folder: Path) -> None:
    """One Parquet file per table; a column that a table above does not name is null."""
    sizes = {
        "engagements": ENGAGEMENTS,
        "payers": PAYERS,
        "partners": PARTNERS,
        "units": UNITS,
        "initiatives": INITIATIVES,
        "products": PRODUCTS,
        "inputs": min(INPUTS, ENGAGEMENTS),
        "allocated": min(ALLOCATED, ENGAGEMENTS),
    }
    with duckdb.connect(config={"threads": 1, "memory_limit": "1GB"}) as engine:
        for name, spec in TABLES.items():
            query = _whole(spec, ROWS.get(name, "").format(**sizes))
            engine.sql(query).write_parquet(str(folder / f"{name}.parquet"))


def _whole(spec: TableSpec, query: str) -> str:
    """Every column of the contract, in its type; no rows where the query is empty."""
    if not query:
        nulls = ", ".join(f"CAST(NULL AS {TYPES[c.kind]}) AS {c.name}" for c in spec.data_columns)
        return f"SELECT {nulls} LIMIT 0"
    with duckdb.connect() as engine:
        named = set(engine.sql(query).limit(0).columns)
    columns = ", ".join(
        f"CAST({c.name if c.name in named else 'NULL'} AS {TYPES[c.kind]}) AS {c.name}"
        for c in spec.data_columns
    )
    return f"SELECT {columns} FROM ({query})"  # noqa: S608 - both are this module's own words
