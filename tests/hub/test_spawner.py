"""GPUs of a machine, shared out among its servers; cores in turn."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from jupyterhub import orm
from onedata_hub import spawner as module
from onedata_hub.limits import Limits
from onedata_hub.machine import Machine
from onedata_hub.profiles import Profiles, load_profiles
from onedata_hub.spawner import LocalSpawner, check_choice
from tornado.web import HTTPError


@dataclass
class Named:
    """A user, as far as a spawner asks for one before it starts."""

    name: str
    groups: list[orm.Group] = field(default_factory=list)
    spawners: dict[str, LocalSpawner] = field(default_factory=dict)


@pytest.fixture
def profiles() -> Profiles:
    """The shipped profiles on a machine with two GPUs."""
    return load_profiles(
        machine=Machine(cpus=16, memory_bytes=64 * 2**30, gpus=2, limits_memory=True, limits_cpus=True)
    )


@pytest.fixture(autouse=True)
def no_gpu_held() -> Iterator[None]:
    """Servers of other tests hold nothing."""
    LocalSpawner.held_gpus.clear()
    yield
    LocalSpawner.held_gpus.clear()


def server_of(user: str, **options: str) -> LocalSpawner:
    made = LocalSpawner(user=Named(user), orm_spawner=orm.Spawner(name="", user_options=options))
    made.user_options = options
    return made


def test_two_servers_get_different_gpus(profiles: Profiles) -> None:
    ann, bob = server_of("ann", profile="gpu"), server_of("bob", profile="gpu")
    check_choice(profiles, ann)
    check_choice(profiles, bob)
    assert LocalSpawner.held_gpus == {"ann": [0], "bob": [1]}


def test_full_pool_names_profiles_that_fit(profiles: Profiles) -> None:
    check_choice(profiles, server_of("ann", profile="gpu", gpus="two"))
    with pytest.raises(HTTPError) as refused:
        check_choice(profiles, server_of("bob", profile="gpu"))
    assert refused.value.status_code == 400
    assert str(refused.value.log_message) == (
        "Profile 'gpu' takes 1 GPU(s); 0 of 2 are free. Choose one of: standard, small, large; or wait."
    )


def test_ended_server_gives_its_gpus_back(profiles: Profiles) -> None:
    ann = server_of("ann", profile="gpu", gpus="two")
    check_choice(profiles, ann)
    ann.clear_state()
    check_choice(profiles, server_of("bob", profile="gpu"))
    assert LocalSpawner.held_gpus == {"bob": [0]}


def test_refused_options_are_not_kept_for_the_next_start(profiles: Profiles) -> None:
    ann = server_of("ann", profile="huge")
    with pytest.raises(HTTPError):
        check_choice(profiles, ann)
    assert ann.orm_spawner.user_options == {}


def test_pid_that_another_process_has_now_is_not_our_server() -> None:
    ann = server_of("ann")
    ann.load_state({"pid": os.getpid(), "pid_started": 1.0, "port": 1234, "gpus": [0]})
    assert ann.pid == 0
    assert LocalSpawner.held_gpus == {}


def test_server_that_outlived_its_hub_keeps_pid_port_and_gpus() -> None:
    ann = server_of("ann")
    ann.load_state(
        {"pid": os.getpid(), "pid_started": module._start_time(os.getpid()), "port": 1234, "gpus": [1]}
    )
    assert (ann.pid, ann.port, LocalSpawner.held_gpus) == (os.getpid(), 1234, {"ann": [1]})
    assert ann.get_state() == {
        "pid": os.getpid(), "pid_started": module._start_time(os.getpid()), "port": 1234, "gpus": [1],
        "gpus_held": 0,
    }  # fmt: skip


def test_two_servers_of_one_user_are_counted_together_and_a_refused_one_is_not(profiles: Profiles) -> None:
    profiles.limits = Limits.model_validate({"groups": {"ml": {"gpus": 1}}})
    ann = Named("ann", groups=[orm.Group(name="ml")])
    servers = []
    for name in ("", "other", "third"):
        made = LocalSpawner(user=ann, orm_spawner=orm.Spawner(name=name, user_options={}))
        made._spawn_pending = True  # the hub says so before it asks
        ann.spawners[name] = made
        servers.append(made)
    first, other, third = servers
    first.user_options, other.user_options, third.user_options = (
        {"profile": "gpu"},
        {"profile": "gpu"},
        {"profile": "small"},
    )
    check_choice(profiles, first)
    with pytest.raises(HTTPError) as refused:
        check_choice(profiles, other)
    assert refused.value.status_code == 409
    assert (
        "Your servers hold 1 GPU, and your groups have 1 at once. Stop one that you do not need: 'default'."
        in str(refused.value)
    )
    check_choice(profiles, third)
    first.clear_state()
    check_choice(profiles, other)


def test_server_of_limited_hours_is_told_them(profiles: Profiles) -> None:
    profiles.limits = Limits.model_validate({"default": {"hours": 1.5}})
    ann = server_of("ann")
    check_choice(profiles, ann)
    assert (ann.hours, ann.user_options) == (1.5, {"profile": "standard"})
