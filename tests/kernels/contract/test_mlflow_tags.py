"""Tags for MLflow runs, and names in lineage events."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata.contract import lineage, mlflow_tags
from onedata.contract.names import NAME_PATTERN, WORKSPACE_PATTERN

refs = st.builds(
    "{}/{}@{}".format,
    st.from_regex(WORKSPACE_PATTERN, fullmatch=True),
    st.from_regex(NAME_PATTERN, fullmatch=True).filter(lambda name: ".." not in name),
    st.integers(1, 999_999_999),
)
MLFLOW_KEY = re.compile(r"^[/\w.\- :]*$")  # source: mlflow/utils/validation.py


@given(st.lists(refs))
def test_datasets_come_back_from_the_tags(read: list[str]):
    assert mlflow_tags.datasets_in(mlflow_tags.dataset_tags(read)) == sorted(set(read))


@given(refs)
def test_tag_is_one_that_mlflow_takes(ref: str):
    name, value = mlflow_tags.dataset_tag(ref)
    assert MLFLOW_KEY.match(name)
    assert len(name) <= 250
    assert value == ref


@given(st.dictionaries(st.text(), st.text()))
def test_tags_of_others_are_no_datasets(tags: dict[str, str]):
    assert mlflow_tags.datasets_in(tags) == []


@pytest.mark.parametrize("ref", ["", "flights", "flights@3", "a/flights", "a/flights@", "a/@3", "a/b@x"])
def test_reference_without_workspace_or_version_has_no_tag(ref: str):
    with pytest.raises(ValueError, match="workspace/name@version"):
        mlflow_tags.dataset_tag(ref)


def test_entities_are_named_by_kind_and_workspace():
    named = (
        lineage.dataset_entity("team-b/flights@3", "team-a"),
        lineage.dataset_entity("flights@3", "team-a"),
    )
    assert [(one.namespace, one.name) for one in named] == [
        ("onedata:team-b", "dataset:flights@3"),
        ("onedata:team-a", "dataset:flights@3"),
    ]
    assert lineage.model_entity("team-a", "delays", 2).name == "model:delays@2"
    assert lineage.notebook_job("team-a", "nb/x.ipynb").name == "notebook:nb/x.ipynb"
    assert lineage.scheduled_job("team-a", "nightly").name == "job:nightly"


@pytest.mark.parametrize("ref", ["flights", "team-a/flights", "flights@3", "../x@1"])
def test_dataset_without_version_or_workspace_is_no_entity(ref: str):
    with pytest.raises(ValueError, match="Write"):
        lineage.dataset_entity(ref)
