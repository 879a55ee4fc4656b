"""What a person may have at once, by their groups."""

import pytest
from onedata_hub.limits import Limit, Limits
from pydantic import ValidationError

LIMITS = Limits.model_validate(
    {
        "default": {"servers": 2, "gpus": 0, "hours": 12},
        "groups": {"ml": {"gpus": 2}, "vision": {"gpus": 4, "hours": 48}, "staff": {"hours": None}},
    }
)


@pytest.mark.parametrize(
    ("groups", "servers", "gpus", "hours"),
    [
        ([], 2, 0, 12),
        (["others"], 2, 0, 12),
        (["ml"], 2, 2, 12),
        (["ml", "vision"], 2, 4, 48),
        (["vision", "staff"], 2, 4, None),  # null is no limit, and more than any
    ],
)
def test_most_that_a_group_gives_holds_and_else_what_everybody_has(
    groups: list[str], servers: int, gpus: int, hours: float | None
) -> None:
    found = LIMITS.of(groups)
    assert (found.servers, found.gpus, found.hours) == (servers, gpus, hours)


def test_without_limits_nothing_is_limited() -> None:
    assert Limits().of(["ml"]) == Limit()
    assert Limit().why_no_more(servers=99, gpus=99, wanted=99) is None
    assert Limits().shortest_hours() is None


def test_what_is_set_to_null_is_still_null_where_another_process_reads_it() -> None:
    again = Limits.model_validate_json(LIMITS.to_text())
    assert again.of(["vision", "staff"]).hours is None
    assert again == LIMITS


def test_one_more_is_counted_with_those_that_run() -> None:
    limit = Limit(servers=2, gpus=2)
    assert limit.why_no_more(servers=1, gpus=1, wanted=1) is None
    assert limit.why_no_more(servers=2, gpus=0, wanted=0) == (
        "You have 2 servers, and your groups have 2 at once."
    )
    assert limit.why_no_more(servers=1, gpus=1, wanted=2) == (
        "Your servers hold 1 GPU, and your groups have 2 at once."
    )
    assert limit.why_no_more(servers=1, gpus=2, wanted=0) is None


@pytest.mark.parametrize("wrong", [{"gpu": 1}, {"servers": -1}, {"hours": 0}])
def test_wrong_limit_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Limit.model_validate(wrong)
