"""The import rules catch what they are there to catch."""

import pytest

from tools.check_imports import broken_rule, find_ring


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("onedata.contract.jobs", "httpx"),
        ("onedata.contract.jobs", "onedata.datasets"),
        ("onedata.datasets", "onedata_hub.naming"),
        ("onedata_hub.studio.jobs.service", "onedata.runner"),
        ("onedata_hub.studio.datasets.service", "boto3"),
        ("onedata_hub.studio.app", "onedata_lab"),
        ("onedata_lab.handlers", "onedata_hub.studio"),
    ],
)
def test_forbidden_import_is_named(importer, imported):
    assert broken_rule(importer, imported) is not None


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("onedata.contract.jobs", "onedata.contract.names"),
        ("onedata.datasets", "onedata.contract.datasets"),
        ("onedata_hub.studio.jobs.service", "onedata.contract.jobs"),
        ("onedata_hub.backends.objects.s3", "boto3"),
        ("onedata_lab.handlers", "onedata.contract.problems"),
    ],
)
def test_allowed_import_passes(importer, imported):
    assert broken_rule(importer, imported) is None


def test_ring_of_three_is_found_and_a_tree_is_not():
    assert find_ring({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert find_ring({"a": {"b", "c"}, "b": {"c"}}) is None
