"""The client, against servers that really answer, fail, stop and come back."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from onedata import _client, whoami, workspace, workspaces
from onedata._client import StudioClient, path_of
from onedata.contract import environment
from onedata.errors import Busy, InvalidInput, NotFound, NotReachable, NotSignedIn, StudioFault

from tests.kernels.conftest import Served
from tests.support.ports import free_port
from tests.support.serving import served_studio


class Answers(BaseHTTPRequestHandler):
    """Gives the server's prepared answers in turn, the last one for ever; notes what it was asked."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        asked = self.server.asked
        asked.append((self.command, self.path, self.headers.get("authorization")))
        status, kind, body = self.server.prepared[min(len(asked), len(self.server.prepared)) - 1]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/hub/login")
        if body == HUB_PAGE:
            self.send_header("X-JupyterHub-Version", "5.5.1")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, *_: object) -> None:
        return


PROBLEM = "application/problem+json"
AWAY = (503, PROBLEM, b'{"title":"t","status":503,"code":"unavailable","detail":"Away."}')
PROXY_AWAY = (503, "text/html", b"<h1>Service unavailable</h1>")
HUB_PAGE = b"<h1>403 : Forbidden</h1>"
HUB = (403, "text/html", HUB_PAGE)
FINE = (200, "application/json", b'{"fine": true}')


@contextlib.contextmanager
def answering(*prepared: tuple[int, str, bytes], port: int = 0) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
    server.prepared, server.asked = list(prepared), []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def client_of(server: ThreadingHTTPServer, patience: float | None = None) -> StudioClient:
    return StudioClient(f"http://127.0.0.1:{server.server_port}/services/studio", "secret", patience=patience)


def test_the_hub_token_goes_to_the_studios_api() -> None:
    with answering(FINE) as server:
        assert client_of(server).get("/me") == {"fine": True}
        assert server.asked == [("GET", "/services/studio/api/v1/me", "token secret")]


def test_problem_json_becomes_an_error_of_ours() -> None:
    body = b'{"title":"t","status":404,"code":"dataset_not_found","detail":"There is no dataset."}'
    with answering((404, PROBLEM, body)) as server, pytest.raises(NotFound) as refused:
        client_of(server).get("/x")
    assert (refused.value.code, refused.value.message) == ("dataset_not_found", "There is no dataset.")


def test_the_refused_fields_come_along() -> None:
    body = b'{"title":"t","status":422,"code":"invalid","detail":"d","errors":[{"where":"a","message":"m"}]}'
    with answering((422, PROBLEM, body)) as server, pytest.raises(InvalidInput) as refused:
        client_of(server).post("/x", {})
    assert refused.value.errors == [{"where": "a", "message": "m"}]


def test_an_answer_without_a_body_is_none() -> None:
    with answering((204, "text/plain", b"")) as server:
        assert client_of(server).request("DELETE", "/x") is None


def test_a_page_instead_of_json_says_that_the_address_may_be_wrong() -> None:
    with (
        answering((200, "text/html", b"<html>")) as server,
        pytest.raises(StudioFault, match="ONEDATA_STUDIO_URL"),
    ):
        client_of(server).get("/x")


def test_a_login_page_means_the_token_was_not_taken() -> None:
    with answering((302, "text/html", b"")) as server, pytest.raises(NotSignedIn, match="onedata token"):
        client_of(server).get("/x")


def test_without_a_token_nothing_is_sent() -> None:
    with answering(FINE) as server:
        with pytest.raises(NotSignedIn, match="ONEDATA_TOKEN"):
            StudioClient(f"http://127.0.0.1:{server.server_port}", None).get("/me")
        assert server.asked == []


def test_the_token_shows_nowhere() -> None:
    with answering(FINE) as server:
        studio = client_of(server)
        assert "secret" not in repr(studio)
        assert "secret" not in repr(vars(studio)["_http"])


def test_a_read_is_tried_again_while_the_studio_restarts_with_one_notice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with answering(PROXY_AWAY, PROXY_AWAY, FINE) as server:
        assert client_of(server, patience=5).get("/x") == {"fine": True}
        assert len(server.asked) == 3
    assert capsys.readouterr().err.count("does not answer") == 1


def test_a_write_is_sent_once_where_the_proxy_cannot_say_whether_it_arrived() -> None:
    with answering(PROXY_AWAY, FINE) as server:
        with pytest.raises(Busy):
            client_of(server, patience=5).post("/x", {})
        assert len(server.asked) == 1


def test_a_write_that_the_studio_itself_put_off_is_sent_again() -> None:
    with answering(AWAY, FINE) as server:
        assert client_of(server, patience=5).post("/x", {}) == {"fine": True}


def test_what_the_hub_answers_in_the_studios_place_is_sent_again_for_the_studio_has_not_seen_it() -> None:
    with answering(HUB, (302, "text/html", HUB_PAGE), FINE) as server:
        assert client_of(server, patience=5).post("/x", {}) == {"fine": True}


def test_a_studio_that_the_proxy_does_not_know_is_no_refusal() -> None:
    with answering(HUB) as server, pytest.raises(NotReachable, match="no way to its studio now") as told:
        client_of(server, patience=0.2).post("/x", {})
    assert told.value.status != 403


def test_patience_ends() -> None:
    with answering(AWAY) as server:
        started = time.monotonic()
        with pytest.raises(Busy, match="Away"):
            client_of(server, patience=0.5).get("/x")
        assert 0.4 < time.monotonic() - started < 5


def test_where_nothing_listens_and_nothing_ever_did_it_says_so_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in (environment.TOKEN, environment.RUN_ID):
        monkeypatch.delenv(name, raising=False)
    started = time.monotonic()
    with pytest.raises(NotReachable) as refused:
        StudioClient(f"http://127.0.0.1:{free_port()}/services/studio", "t").get("/me")
    assert time.monotonic() - started < 3
    assert "No One Data platform answers at http://127.0.0.1:" in refused.value.message
    assert "`onedata up`" in refused.value.message


def test_inside_a_server_of_the_hub_a_missing_studio_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.TOKEN, "t")
    port = free_port()
    studio = StudioClient(f"http://127.0.0.1:{port}/services/studio", "t")
    answers: list[object] = []
    caller = threading.Thread(target=lambda: answers.append(studio.get("/x")))
    caller.start()
    time.sleep(0.5)
    with answering(FINE, port=port):
        caller.join(10)
    assert answers == [{"fine": True}]


def test_a_studio_that_restarts_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served_studio(tmp_path) as (first, url):
        hub, port = first.hub, int(url.split(":")[2].split("/")[0])
        studio = StudioClient(url, hub.add_user("ann"))
        assert studio.me().name == "ann"
    names: list[str] = []
    caller = threading.Thread(target=lambda: names.append(studio.get("/me")["name"]))
    caller.start()
    time.sleep(0.3)
    with served_studio(tmp_path, port=port, hub=hub):
        caller.join(20)
    assert names == ["ann"]


def test_pages_are_read_to_the_end_or_to_as_many_as_asked() -> None:
    first = (200, "application/json", b'{"items": [1, 2], "next_cursor": "c"}')
    last = (200, "application/json", b'{"items": [3], "next_cursor": null}')
    with answering(first, last) as server:
        assert list(client_of(server).pages("/x", tag=None)) == [1, 2, 3]
        assert [path for _, path, _ in server.asked] == [
            "/services/studio/api/v1/x?limit=500",
            "/services/studio/api/v1/x?limit=500&cursor=c",
        ]
    with answering(first, last) as server:
        assert list(client_of(server).pages("/x", most=1)) == [1]
        assert len(server.asked) == 1


def test_path_segments_cannot_break_out() -> None:
    assert path_of("workspaces", "../hub", "a b", 3) == "/workspaces/..%2Fhub/a%20b/3"


def test_a_forked_child_has_a_client_of_its_own(served: Served) -> None:
    parent = id(_client.client())
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(writing, b"same" if id(_client.client()) == parent else b"another")
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(reading, 10) == b"another"


def test_whoami_names_me_and_my_workspaces(served: Served) -> None:
    assert whoami().name == "ann"
    assert {one.name for one in workspaces()} == {"user-ann", "team-a"}


def test_the_sessions_workspace_can_be_changed_to_one_of_mine(served: Served) -> None:
    served.monkeypatch.setenv(environment.WORKSPACE, "user-ann")  # so that it is restored afterwards
    assert workspace() == "user-ann"
    assert workspace("team-a") == "team-a" == workspace()
    with pytest.raises(NotFound, match=r"You have no workspace 'team-b'. Yours: .*team-a"):
        workspace("team-b")
    assert workspace() == "team-a"


def test_an_expired_token_is_a_clear_refusal(served: Served) -> None:
    served.studio.hub.tokens.clear()
    with pytest.raises(NotSignedIn, match="does not know this token"):
        StudioClient(served.url, "old").get("/me")
