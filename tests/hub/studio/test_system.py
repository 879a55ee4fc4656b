"""Tokens, health, metrics and the shape of refusals."""

import pytest

from tests.support.studio import StudioUnderTest


async def test_request_without_a_token_says_where_to_get_one(studio: StudioUnderTest):
    async with studio.client() as nobody:
        answer = await nobody.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert "onedata token" in answer.json()["detail"]


async def test_expired_token_is_refused(studio: StudioUnderTest):
    token = studio.hub.add_user("ann")
    async with studio.client(token) as ann:
        before = await ann.get("/api/v1/me")
        del studio.hub.tokens[token]
        after = await ann.get("/api/v1/me")
    assert (before.status_code, after.status_code) == (200, 401)


async def test_token_without_the_services_scope_is_refused(studio: StudioUnderTest):
    studio.hub.add_user("ann")
    token = studio.hub.add_token("ann", ("read:users!user=ann",))
    async with studio.client(token) as ann:
        answer = await ann.get("/api/v1/me")
    assert answer.status_code == 403
    assert "access:services!service=studio" in answer.json()["detail"]


async def test_hub_that_is_away_is_a_503_that_says_so(studio: StudioUnderTest):
    token = studio.hub.add_user("ann")
    studio.hub.away = True
    async with studio.client(token) as ann:
        answer = await ann.get("/api/v1/me")
    assert answer.status_code == 503
    assert answer.json()["code"] == "hub_unreachable"


async def test_unknown_route_is_problem_json_too(studio: StudioUnderTest):
    async with studio.client() as nobody:
        answer = await nobody.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_health_needs_no_token_and_metrics_do(studio: StudioUnderTest):
    async with studio.client() as nobody, studio.user("root", admin=True) as root, studio.user("ann") as ann:
        assert (await nobody.get("/health/live")).status_code == 200
        assert (await nobody.get("/health/ready")).status_code == 200
        assert (await nobody.get("/metrics")).status_code == 401
        assert (await ann.get("/metrics")).status_code == 403
        await ann.get("/api/v1/me")
        metrics = await root.get("/metrics")
    assert 'route="/health/ready"' in metrics.text
    assert 'route="/api/v1/me"' in metrics.text


async def test_body_over_the_limit_is_refused_before_it_is_read(studio: StudioUnderTest):
    too_much = studio.context.settings.max_body_bytes + 1

    async def endless():
        for _ in range(0, too_much, 2**20):
            yield b" " * 2**20

    async with studio.user("root", admin=True) as root:
        declared = await root.put(
            "/api/v1/workspaces/a/members/b", content=b"", headers={"Content-Length": str(too_much)}
        )
        streamed = await root.put("/api/v1/workspaces/a/members/b", content=endless())
    assert (declared.status_code, streamed.status_code) == (413, 413)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rb'{"name": "a\ud800"}', "holds \\ud800, half a character"),
        (rb'{"parameters": {"a": {"\uDFFF": 1}}}', "holds \\udfff, half a character"),
        (b'{"name": "\xed\xa0\x80"}', "not UTF-8 at byte 10"),
        ('{"name": "a"}'.encode("utf-16-le"), "holds NUL bytes"),
    ],
    ids=["value", "name", "bytes", "utf-16"],
)
async def test_json_that_is_not_text_is_refused_in_words(studio: StudioUnderTest, body: bytes, said: str):
    async with studio.user("ann", "team-a") as ann:
        answer = await ann.post(
            "/api/v1/workspaces/team-a/jobs", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


async def test_whole_characters_and_escaped_backslashes_pass(studio: StudioUnderTest):
    body = rb'{"name": "\ud83d\ude00", "notebook_path": "\\ud800"}'
    async with studio.user("ann", "team-a") as ann:
        answer = await ann.post(
            "/api/v1/workspaces/team-a/jobs", content=body, headers={"Content-Type": "application/json"}
        )
    assert "character" not in answer.json()["detail"]
    assert "cannot be a name" in answer.text
