"""Every operation of the OpenAPI, fed with what nobody would send: a refusal, never a fault."""

from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, settings
from onedata_hub.studio.app import describe_api

from tests.support.serving import served_studio
from tests.support.studio import PREFIX

EXAMPLES = 10  # made up for each operation, beside the dozens that follow from its schema


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory):
    """A studio, the token of somebody who may do everything in their workspace, and connections that stay open."""
    with (
        served_studio(tmp_path_factory.mktemp("studio"), identity_cache_seconds=60) as (studio, url),
        requests.Session() as session,
    ):
        session.trust_env, session.headers = False, {}
        yield {"base_url": url, "session": session}, studio.hub.add_user("ann", "team-a")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_request_makes_a_fault(fed, subtests: pytest.Subtests):
    """Its operations are made up here: `schema.parametrize()` does that while every worker collects its tests."""
    import schemathesis
    from schemathesis.generation.feedback import FeedbackSources
    from schemathesis.pytest._test_builder import build_operation_test

    # An answer without end is no answer to wait for: jobs/test_live.py has its tests.
    schema = schemathesis.openapi.from_dict(describe_api()).exclude(path_regex="/runs/events$")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 30
    for operation in operations:
        feed = build_operation_test(
            config=schema.config,
            operation=operation,
            test_func=feed_one,
            given_kwargs={},
            feedback=FeedbackSources(),
        )
        with subtests.test(operation.label):
            feed(fed=fed)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def feed_one(case: Any, fed: tuple[dict[str, Any], str]) -> None:
    where, token = fed
    if "workspace" in (case.path_parameters or {}):
        case.path_parameters["workspace"] = "user-ann"  # else nothing would get past the door
    answer = case.call(**where, headers={"Authorization": f"token {token}"})
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"][0] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["detail"]
        assert PREFIX in problem["instance"]
