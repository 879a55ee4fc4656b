"""The platform on Kubernetes: starts of servers, the studio's API, fifty jobs at once, and what its pods take.

Needs the project's own cluster with its images and Zero to JupyterHub's chart: ``make cluster images``, and
ONEDATA_Z2JH_CHART. The cluster's API server runs with an audit log meanwhile, since its metrics do not say who asks.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
from onedata_hub.backends.compute.kubernetes.manifests import SELECTOR

from tests.bench.bench_job import notebook
from tests.bench.bench_spawn import Hub
from tests.bench.closed_loop import put_load
from tests.bench.harness import Figure, take_turns
from tests.bench.releases import (
    HUB_TOKEN,
    Place,
    a_place,
    deployment_of,
    token_of,
    usage_of,
    usage_of_control_pods,
)
from tests.cluster.audit import AuditLog, audited, of_user
from tests.cluster.client import wait_for
from tests.helm.installed import Installed

USER = "ann"
WORKSPACE = f"user-{USER}"
STUDIO = "studio-api"  # on SQLite, as here, its one pod looks after runs too
JOBS_SECONDS = 1_200.0
LOOK_SECONDS = 1.0
_CLEAN_SECONDS = 180.0
_COUNT_ROWS = """
import os, sqlite3
database = sqlite3.connect(os.environ["ONEDATA_STUDIO_DATABASE_URL"].removeprefix("sqlite:///"))
tables = [name for name, in database.execute("select name from sqlite_master where type = 'table'")]
print(sum(database.execute(f"select count(*) from {name}").fetchone()[0] for name in tables))
"""


def measure(quick: bool) -> Iterator[Figure]:
    """Measure the idle platform first, then put load on it."""
    with a_place() as place, audited() as log, place.platform() as platform:
        yield _memory(platform)
        yield _spawn(place, platform, pairs=2 if quick else 7)
        jobs = _Jobs(platform)
        few, many = [jobs.cost(log, count) for count in ((2, 5) if quick else (10, 50))]
        yield from _batch(many)
        yield from _slopes(few, many)
        yield _api(platform, jobs, seconds=2 if quick else 10)


def _memory(platform: Installed) -> Figure:
    used = {pod: usage.memory_bytes for pod, usage in usage_of_control_pods(platform).items()}
    return Figure(
        "cluster.memory",
        "Memory of the idle platform's pods on Kubernetes, working set",
        sum(used.values()) / 1e9,
        "GB",
        1.2,
        ", ".join(
            f"{deployment_of(pod)} {size / 1e6:.0f} MB"
            for pod, size in sorted(used.items(), key=lambda one: -one[1])
        ),
        strictly=True,
    )


def _spawn(place: Place, platform: Installed, pairs: int) -> Figure:
    with place.bare_hub() as bare:
        hubs = [Hub(one.address(), HUB_TOKEN) for one in (platform, bare)]
        for hub in hubs:
            hub.make_user()
        turns = take_turns(hubs[0].spawn, hubs[1].spawn, pairs=pairs)
    return Figure(
        "cluster.spawn_ratio",
        "A server on Kubernetes from POST to ready, over Zero to JupyterHub's own chart with the same image",
        turns.ratio,
        "x",
        1.15,
        f"{turns}; {_load()}",
    )


def _api(platform: Installed, jobs: "_Jobs", seconds: float) -> Figure:
    base = f"{platform.address(STUDIO)}/services/studio/api/v1"
    paths = [f"/workspaces/{WORKSPACE}/runs", f"/workspaces/{WORKSPACE}/jobs"]
    load = put_load(base, [*paths, *jobs.run_paths()], jobs.token, seconds=seconds)
    return Figure(
        "cluster.api",
        "The studio's lists and reads in a pod through its Service, p95 under 64 clients",
        load.at(0.95) * 1000,
        "ms",
        100,
        f"{load}; {_load()}",
        strictly=True,
    )


@dataclass
class _Course:
    """When the runs of a batch had begun and had ended, in seconds from the first submission."""

    begun: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True)
class _Cost:
    """What a batch of runs cost.

    Attributes:
        count: How many runs it had.
        course: How long they took.
        requests: The studio's requests to the API server, by what was asked for.
        everybodys: All requests to the API server meanwhile, of the cluster's own parts too.
        rows: Rows that the studio's database has more.
        cpu: Seconds of a processor that the studio took.
        load: How busy the machine was at its end, in words.
    """

    count: int
    course: _Course
    requests: Counter[str]
    everybodys: int
    rows: int
    cpu: float
    load: str


def _batch(cost: _Cost) -> Iterator[Figure]:
    about = f"{cost.count} jobs of three cells; {cost.load}"
    asked = (
        f"{_said(cost.requests)}; {cost.everybodys / cost.count:.0f} with those of the cluster's own parts"
    )

    def figure(key: str, what: str, value: float, unit: str, target: float, detail: str = about) -> Figure:
        title = f"{cost.count} jobs at once on Kubernetes, {what}"
        return Figure(f"cluster.jobs_{key}", title, value, unit, target, detail)

    yield figure("started", "until every notebook had begun", cost.course.begun, "s", 300)
    yield figure("ended", "until every one had succeeded", cost.course.ended, "s", 600)
    requests = cost.requests.total() / cost.count
    yield figure("requests", "requests to the API server, for each", requests, "requests", 6, asked)
    yield figure("rows", "database rows, for each", cost.rows / cost.count, "rows", 20)
    yield figure("cpu", "CPU of the studio, for each", cost.cpu / cost.count, "s", 1.0)


def _slopes(few: _Cost, many: _Cost) -> Iterator[Figure]:
    """Say what one run more costs, which is all that counts where there are thousands."""
    further = many.count - few.count

    def figure(key: str, what: str, values: tuple[float, float], unit: str, target: float) -> Figure:
        title = f"A further job on Kubernetes, {what}"
        about = f"{few.count} jobs at once: {values[0]:.4g}; {many.count}: {values[1]:.4g}"
        slope = (values[1] - values[0]) / further
        return Figure(f"cluster.further_job_{key}", title, slope, unit, target, about)

    requests = few.requests.total(), many.requests.total()
    yield figure("requests", "requests to the API server", requests, "requests", 6)
    yield figure("rows", "database rows", (few.rows, many.rows), "rows", 20)
    yield figure("cpu", "CPU of the studio", (few.cpu, many.cpu), "s", 1.0)
    yield figure("seconds", "until it has succeeded", (few.course.ended, many.course.ended), "s", 12)


class _Jobs:
    """Batches of jobs of three cells, each submitted at once."""

    def __init__(self, platform: Installed) -> None:
        self._platform = platform
        self.token = token_of(platform, USER)
        self._http = httpx.Client(
            base_url=f"{platform.address()}/services/studio/api/v1/workspaces/{WORKSPACE}",
            headers={"Authorization": f"token {self.token}"},
            timeout=60,
            trust_env=False,
        )
        self._runs: list[str] = []

    def run_paths(self) -> list[str]:
        """Give the paths of the last batch's runs, for a load of reads."""
        return [f"/workspaces/{WORKSPACE}/runs/{run}" for run in self._runs]

    def cost(self, log: AuditLog, count: int) -> _Cost:
        """Submit so many at once, count what they cost, and wait until their pods are gone."""
        jobs = [self._make(f"bench-{count}-{number}") for number in range(count)]
        rows, used = self._rows(), self._cpu()
        log.count()
        course = self._run_all(jobs)
        load, requests = _load(), log.count()
        spent = self._cpu()
        cost = _Cost(
            count,
            course,
            of_user(requests, f"system:serviceaccount:{self._platform.namespace}:studio-jobs"),
            requests.total(),
            self._rows() - rows,
            spent - used,
            load,
        )
        wait_for("the end of the runs' pods", lambda: not self._pods(), _CLEAN_SECONDS)
        return cost

    def _pods(self) -> str:
        """Give the names of the pods of runs that are still there."""
        return self._platform.kubectl("get", "pods", "--selector", SELECTOR, "--output=name")

    def _make(self, name: str) -> str:
        body = {"name": name, "notebook": notebook(), "profile": "small"}
        return str(self._http.post("/jobs", json=body).raise_for_status().json()["id"])

    def _submit(self, job: str) -> str:
        made = self._http.post(f"/jobs/{job}/runs", json={"parameters": {"rows": 10}})
        return str(made.raise_for_status().json()["id"])

    def _run_all(self, jobs: list[str]) -> _Course:
        """Submit a run of each job at once, and wait for their ends.

        Raises:
            RuntimeError: If a run does not succeed, or they take too long.
        """
        started, course = time.monotonic(), _Course()
        with ThreadPoolExecutor(len(jobs)) as pool:
            self._runs = list(pool.map(self._submit, jobs))
        while time.monotonic() - started < JOBS_SECONDS:
            answer = self._http.get("/runs", params={"limit": 200})
            if answer.status_code != 200:
                raise RuntimeError(f"The studio said {answer.status_code}: {answer.text[:500]}")
            found = [run for run in answer.json()["items"] if run["id"] in self._runs]
            states = Counter(run["state"] for run in found)
            if wrong := set(states) - {"queued", "running", "succeeded"}:
                raise RuntimeError(f"Runs ended as {wrong}: {[run['message'] for run in found][:3]}")
            if not course.begun and all(run["progress"]["cells_total"] for run in found):
                course.begun = time.monotonic() - started
            if states["succeeded"] == len(jobs):
                course.ended = time.monotonic() - started
                return course
            time.sleep(LOOK_SECONDS)
        raise RuntimeError(f"{len(jobs)} runs did not end within {JOBS_SECONDS:.0f} s: {dict(states)}.")

    def _rows(self) -> int:
        return int(self._platform.python(f"deployment/{STUDIO}", _COUNT_ROWS))

    def _cpu(self) -> float:
        return usage_of(self._platform, (STUDIO,))[STUDIO].cpu_seconds


def _said(requests: Counter[str]) -> str:
    return ", ".join(f"{times} {what}" for what, times in requests.most_common(6))


def _load() -> str:
    return f"load of the machine {os.getloadavg()[0]:.1f}"
