"""Thin Dagster assets and checks around schemas, intake, impact and reports."""
