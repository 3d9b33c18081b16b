"""Core tables: our names, types, units and keys; one model per table."""
