"""Every indicator of `schemas.indicators`, computed from the core tables of one study."""
