"""How large an input may be: what is above these limits is refused, never cut off."""

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

MAX_CELL = 64 * KIB
"""Bytes of one cell; a longer one sets its row aside."""
MAX_LINE = MIB
"""Bytes of one line of a text file."""
MAX_ROWS = 200_000_000
"""Rows of one source."""
MAX_TEXT = 64 * GIB
"""Bytes of all cells of one source."""
MAX_COLUMNS = 1_000
ZIP_RATIO = 200
PARQUET_RATIO = 1_000
"""Unpacked bytes for each packed one, once `FREE_BYTES` are unpacked."""
FREE_BYTES = 256 * MIB
"""Bytes that may be unpacked whatever the ratio: short files of equal cells pack very well."""
MAX_WORKBOOK = GIB
"""Unpacked bytes of the parts of a workbook that are read."""
MAX_WORKBOOK_TEXT = 4 * GIB
"""Bytes of all cells of a sheet: many cells may refer to one long text."""
MAX_SHARED_STRINGS = 256 * MIB
"""Unpacked bytes of a workbook's list of texts, which is held in memory."""


def is_bomb(packed: int, unpacked: int, ratio: int) -> bool:
    """Whether so few bytes unpack to so many that they were made to fill memory or disk."""
    return unpacked > FREE_BYTES and unpacked > ratio * max(packed, 1)
