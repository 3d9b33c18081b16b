"""Sources to typed, validated tables: readers, mappings, quarantine, row accounts."""
