"""Regions by name."""

from reports.regions import region_name


def test_a_region_has_its_name_and_an_unknown_one_is_called_a_code() -> None:
    assert region_name("DE-BB") == "Brandenburg"
    assert region_name("CH-ZH") == "Zurich"
    assert region_name("FR-IDF") == "Region code FR-IDF"
    assert region_name("DE") == "Region code DE"
