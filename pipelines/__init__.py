"""Definitions, jobs, settings, storage and command line: the only place with paths."""
