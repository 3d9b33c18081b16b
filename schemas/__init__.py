"""The contract: one model per table and per file, with units and meaning; no I/O."""
