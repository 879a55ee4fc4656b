"""Parameters are checked before anything runs."""

import math
from typing import Any

import pytest
from onedata.contract.jobs import ParameterSpec
from onedata_hub.studio.errors import Invalid
from onedata_hub.studio.jobs.parameters import check_parameters, check_writable

SPECS = [
    ParameterSpec(name="days", type="int", default=7),
    ParameterSpec(name="ratio", type="float", default=0.5),
    ParameterSpec(name="name", type="str", default=""),
    ParameterSpec(name="flag", type="bool", default=False),
    ParameterSpec(name="items", type="list", default=[]),
    ParameterSpec(name="options", type="dict", default={}),
    ParameterSpec(name="day", type="date", default="2026-01-01"),
    ParameterSpec(name="moment", type="datetime", optional=True),
    ParameterSpec(name="mode", type="str", default="fast", choices=["fast", "full"]),
    ParameterSpec(name="level", type="int", default=1, choices=[1, 2]),
    ParameterSpec(name="free", type="any"),
]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("days", 3, 3),
        ("ratio", 3, 3.0),
        ("ratio", 0.25, 0.25),
        ("name", "x", "x"),
        ("flag", True, True),
        ("items", [1], [1]),
        ("options", {"a": 1}, {"a": 1}),
        ("day", "2026-02-28", "2026-02-28"),
        ("moment", "2026-02-28T06:00:00+01:00", "2026-02-28T06:00:00+01:00"),
        ("moment", None, None),
        ("mode", "full", "full"),
        ("free", None, None),
        ("free", {"x": [1]}, {"x": [1]}),
    ],
)
def test_value_of_the_right_type_passes(name: str, value: Any, expected: Any):
    checked = check_parameters({name: value}, SPECS, complete=True)
    assert checked == {name: expected}
    assert type(checked[name]) is type(expected)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("days", "3", 'takes a whole number; "3" is text'),
        ("days", True, "takes a whole number; true is a truth value"),
        ("days", 3.0, "takes a whole number; 3.0 is a number"),
        ("days", None, "not null"),
        ("ratio", "0.5", "takes a number"),
        ("ratio", False, "takes a number"),
        ("ratio", 10**400, "larger than any float"),
        ("name", 3, "takes text"),
        ("flag", 1, "takes true or false"),
        ("items", {"a": 1}, 'takes a list; {"a": 1} is an object'),
        ("options", [], "takes an object"),
        ("day", "31.01.2026", "takes a date such as 2026-01-31"),
        ("day", "2026-02-30", "takes a date"),
        ("moment", "noon", "takes a moment"),
        ("mode", "slow", 'choose one of: "fast", "full"'),
        ("level", True, "takes a whole number"),
        ("level", 3, "choose one of: 1, 2"),
    ],
)
def test_value_of_the_wrong_type_is_refused_with_what_it_takes(name: str, value: Any, sentence: str):
    with pytest.raises(Invalid) as refused:
        check_parameters({name: value}, SPECS, complete=True)
    assert sentence in refused.value.message
    assert f"'{name}'" in refused.value.message
    assert refused.value.extra["errors"][0]["where"] == f"parameters.{name}"


def test_unknown_name_is_refused_with_the_closest():
    with pytest.raises(Invalid, match="Did you mean 'days'"):
        check_parameters({"day_s": 3}, SPECS[:1], complete=True)
    with pytest.raises(Invalid, match="It takes: days, ratio"):
        check_parameters({"zzz": 3}, SPECS[:2], complete=True)
    with pytest.raises(Invalid, match="tag one of its cells 'parameters'"):
        check_parameters({"days": 3}, [], complete=True)


def test_missing_parameter_without_default_is_refused_only_when_a_run_is_made():
    specs = [ParameterSpec(name="table", type="str", required=True)]
    assert check_parameters({}, specs, complete=False) == {}
    with pytest.raises(Invalid, match=r"'table' has no default and was not given\. Give text"):
        check_parameters({}, specs, complete=True)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(Invalid) as refused:
        check_parameters({"days": "x", "flag": 3, "nam": "y"}, SPECS, complete=True)
    assert [error["where"] for error in refused.value.extra["errors"]] == [
        "parameters.days", "parameters.flag", "parameters.nam",
    ]  # fmt: skip


def test_parameters_of_a_language_we_do_not_read_pass_as_they_are():
    assert check_parameters({"days": "x"}, None, complete=True) == {"days": "x"}


@pytest.mark.parametrize("value", [math.nan, math.inf, "\ud800", {"\udfff": 1}, "a\0b", [["\0"]]])
def test_what_no_file_or_database_can_hold_is_refused(value: Any):
    with pytest.raises(Invalid, match="parameters hold"):
        check_writable({"x": value}, "parameters")
