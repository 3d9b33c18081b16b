"""The science: tables in, tables and frozen dataclasses out."""
