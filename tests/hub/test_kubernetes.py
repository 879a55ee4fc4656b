"""The platform's part of a hub that Zero to JupyterHub's chart has configured."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from kubespawner import KubeSpawner
from onedata_hub.kubernetes import configure_kubernetes
from onedata_hub.settings import SettingsError
from traitlets.config import Config


def hub(**given: Any) -> Config:
    """Give a hub's configuration as the chart's own file leaves it."""
    c = Config()
    c.JupyterHub.db_url = "sqlite://"
    c.JupyterHub.services = [
        {"name": "studio", "api_token": "s" * 32},
        {"name": "mlflow", "api_token": "m" * 32},
    ]
    c.JupyterHub.load_roles = []
    c.JupyterHub.hub_connect_url = "http://hub:8081"
    c.KubeSpawner.namespace = "ods"
    c.KubeSpawner.environment = given.get("environment", {})
    c.KubeSpawner.volumes = {"home": {"name": "home"}}
    c.KubeSpawner.volume_mounts = {"home": {"name": "home", "mountPath": "/home/jovyan"}}
    return c


def configured(values: dict[str, Any] | None = None, **given: Any) -> Config:
    """Configure a hub as the chart's own file leaves it, and then as ours."""
    c = hub(**given)
    for name in ("profile_list", "slow_spawn_message"):
        if name in given:
            c.KubeSpawner[name] = given[name]
    configure_kubernetes(c, values or {})
    return c


def service(c: Config, name: str) -> dict[str, Any]:
    return next(one for one in c.JupyterHub.services if one["name"] == name)


def test_services_keep_their_tokens_and_get_an_address():
    c = configured()
    assert service(c, "studio")["api_token"] == "s" * 32
    assert service(c, "studio")["url"] == "http://studio-api:8000"
    assert service(c, "studio")["oauth_client_allowed_scopes"] == ["access:services!service=studio"]
    assert service(c, "mlflow")["oauth_client_allowed_scopes"] == [
        "access:services!service=mlflow",
        "access:services!service=studio",
    ]


def test_the_proxys_routes_are_watched_unless_the_site_has_another_proxy():
    c = configured()
    assert c.JupyterHub.proxy_class.__name__ == "RefilledProxy"
    assert c.RefilledProxy.watched_route == "/services/studio/"
    c = hub()
    c.JupyterHub.proxy_class = "traefik_etcd"
    configure_kubernetes(c, {})
    assert c.JupyterHub.proxy_class == "traefik_etcd"


def test_every_role_is_for_a_service_that_is_there():
    for values in ({}, {"idleTimeoutSeconds": 0}):
        c = configured(values)
        names = {one["name"] for one in c.JupyterHub.services}
        roles = {one["name"]: one for one in c.JupyterHub.load_roles}
        assert {"user", "server", "onedata-studio", "onedata-mlflow"} <= set(roles)
        assert {name for role in roles.values() for name in role.get("services", ())} == names


def test_idle_servers_are_stopped_by_the_culler_that_asks():
    c = configured({"idleTimeoutSeconds": 900, "publicUrl": "https://data.example.org/"})
    culler = service(c, "idle-culler")
    # Through the hub's own Service a network policy lets others only.
    assert culler["command"][:2] == ["env", "JUPYTERHUB_API_URL=http://127.0.0.1:8081/hub/api"]
    assert culler["command"][2:] == [sys.executable, "-m", "onedata_hub.culler"]
    assert culler["environment"]["ONEDATA_PUBLIC_URL"] == "https://data.example.org"
    assert culler["environment"]["ONEDATA_IDLE_TIMEOUT_SECONDS"] == "900"


def test_servers_are_told_where_the_platform_is():
    c = configured()
    told = c.KubeSpawner.environment
    assert told["ONEDATA_STUDIO_URL"] == "http://proxy-public/services/studio"
    assert told["MLFLOW_TRACKING_URI"] == "http://proxy-public/services/mlflow"
    spawner = SimpleNamespace(user=SimpleNamespace(name="Ann.B"), user_options={"profile": "small"})
    assert told["ONEDATA_WORKSPACE"](spawner).startswith("user-ann-b-")
    assert told["ONEDATA_PROFILE"](spawner) == "small"
    assert told["ONEDATA_PROFILE"](SimpleNamespace(user_options={})) == ""


def test_servers_are_told_what_was_chosen_within_their_profile():
    told = configured().KubeSpawner.environment["ONEDATA_PROFILE_OPTIONS"]
    chosen = {"profile": "gpu", "image": "torch", "workspace": "team-a"}  # which is a choice of a place
    assert told(SimpleNamespace(user_options=chosen)) == '{"image": "torch"}'
    assert told(SimpleNamespace(user_options={})) == "{}"


def test_a_start_is_checked_before_it_is_answered_unless_the_site_has_a_time_of_its_own():
    for given, expected in ((0, 1.0), (5, 5)):
        c = hub()
        c.JupyterHub.tornado_settings = {"slow_spawn_timeout": given, "other": 1}
        configure_kubernetes(c, {})
        assert c.JupyterHub.tornado_settings == {"slow_spawn_timeout": expected, "other": 1}


def test_what_the_site_tells_servers_stays():
    c = configured(environment={"ONEDATA_CACHE_DIR": "/scratch"})
    assert c.KubeSpawner.environment["ONEDATA_CACHE_DIR"] == "/scratch"
    assert "ONEDATA_STUDIO_URL" in c.KubeSpawner.environment


def test_servers_mount_the_objects_of_a_volume_and_of_no_bucket():
    c = configured({"objects": {"type": "pvc", "pvc": {"existingClaim": "data", "size": "1Gi"}}})
    assert c.KubeSpawner.volumes["onedata-objects"]["persistentVolumeClaim"] == {"claimName": "data"}
    assert c.KubeSpawner.volume_mounts["onedata-objects"]["mountPath"] == "/srv/onedata/objects"
    assert "home" in c.KubeSpawner.volumes
    c = configured({"objects": {"type": "s3", "s3": {"bucket": "onedata"}}})
    assert set(c.KubeSpawner.volumes) == {"home"}


def test_the_culler_trusts_the_authority_that_the_hub_trusts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    assert "SSL_CERT_FILE" not in service(configured(), "idle-culler")["environment"]
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/site/ca.pem")
    assert service(configured(), "idle-culler")["environment"]["SSL_CERT_FILE"] == "/etc/site/ca.pem"


def test_groups_come_from_the_values_or_from_the_identity_provider():
    assert "load_groups" not in configured().JupyterHub
    groups = configured({"workspaces": {"team-a": ["ann"]}}).JupyterHub.load_groups
    assert groups["team-a"]["users"] == ["ann"]


def test_groups_of_the_values_and_of_a_provider_exclude_each_other():
    c = hub()
    c.JupyterHub.authenticator_class = "onedata_hub.openid.OpenIDAuthenticator"
    with pytest.raises(
        SettingsError, match=r"global\.onedata\.workspaces.*the provider's groups\. Remove it"
    ):
        configure_kubernetes(c, {"workspaces": {"team-a": ["ann"]}})
    configure_kubernetes(c, {})


@pytest.mark.parametrize("section", ["Authenticator", "OAuthenticator", "OpenIDAuthenticator"])
def test_letting_everybody_in_beside_the_groups_that_may_is_refused(section: str):
    c = hub()
    c.JupyterHub.authenticator_class = "onedata_hub.openid.OpenIDAuthenticator"
    c.OpenIDAuthenticator.allowed_groups = {"data"}
    c[section].allow_all = True
    with pytest.raises(SettingsError, match=r"whom the provider knows.*Authenticator\.allow_all to false"):
        configure_kubernetes(c, {})
    c.OpenIDAuthenticator.allow_all = False
    configure_kubernetes(c, {})


def test_namespaces_for_each_person_are_refused_since_runs_cannot_mount_their_homes():
    c = hub()
    c.KubeSpawner.enable_user_namespaces = True
    with pytest.raises(SettingsError, match="no run of a job can mount"):
        configure_kubernetes(c, {})


S3 = {"type": "s3", "s3": {"bucket": "onedata"}}
WITH_NAMESPACES = {"namespaces": {"team-a": "data-team-a"}, "objects": S3}


def test_servers_in_namespaces_of_workspaces_find_hub_and_platform_by_their_whole_names():
    c = configured(WITH_NAMESPACES)
    assert c.PodSpawner.namespaces == {"team-a": "data-team-a"}
    assert c.JupyterHub.hub_connect_url == "http://hub.ods:8081"
    assert c.KubeSpawner.environment["ONEDATA_STUDIO_URL"] == "http://proxy-public.ods/services/studio"
    spawner = SimpleNamespace(user=SimpleNamespace(name="ann"), user_options={"workspace": "team-a"})
    assert c.KubeSpawner.environment["ONEDATA_WORKSPACE"](spawner) == "team-a"
    without = configured()
    assert without.JupyterHub.hub_connect_url == "http://hub:8081"


def test_an_option_of_a_profile_cannot_be_called_as_the_choice_of_a_workspace_is():
    profiles = [{"display_name": "Any", "profile_options": {"workspace": {"display_name": "Where"}}}]
    assert list(configured(profile_list=profiles).PodSpawner.profiles_for([]).by_slug) == ["any"]
    with pytest.raises(SettingsError, match=r"profile 'any' has an option 'workspace'.* Rename it"):
        configured(WITH_NAMESPACES, profile_list=profiles)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"namespaces": {"a": "ods"}, "objects": S3}, "'ods' is the namespace of the hub itself"),
        ({"namespaces": {"a": "x", "b": "x"}, "objects": S3}, "two workspaces of namespaces have 'x'"),
        ({"namespaces": {"a": "x"}}, r"objects\.type must be s3"),
        ({"namespaces": {"user-ann": "x"}, "objects": S3}, "'user-ann', which can be no workspace"),
        ({"namespaces": {"a": "No"}, "objects": S3}, r"global\.onedata\.namespaces\.a: String should match"),
        ({"idleTimeoutSeconds": -1}, r"global\.onedata\.idleTimeoutSeconds: .* greater than or equal to 0"),
        ({"idleTimeout": 1}, r"global\.onedata\.idleTimeout: Extra inputs"),
        ({"objects": {"type": "nfs"}}, r"global\.onedata\.objects\.type"),
    ],
)
def test_a_wrong_value_is_named(values: dict[str, Any], said: str):
    with pytest.raises(SettingsError, match=said):
        configured(values)


def test_a_service_without_a_token_is_named():
    c = Config()
    c.JupyterHub.services = [{"name": "studio", "api_token": "s" * 32}]
    with pytest.raises(SettingsError, match=r"hub\.services\.mlflow"):
        configure_kubernetes(c, {})


def test_servers_are_pods_of_profiles_that_groups_may_have():
    profiles = [{"display_name": "GPU", "allowed_groups": ["ml"]}, {"display_name": "Small"}]
    limits = {"groups": {"ml": {"gpus": 2, "hours": None}}}
    c = configured({"limits": limits, "showCapacity": True}, profile_list=profiles)
    assert c.JupyterHub.spawner_class.__name__ == "PodSpawner"
    assert issubclass(c.JupyterHub.spawner_class, KubeSpawner)
    assert list(c.PodSpawner.profiles_for(["ml"]).by_slug) == ["gpu", "small"]
    assert list(c.PodSpawner.profiles_for([]).by_slug) == ["small"]
    assert c.PodSpawner.profiles_for(["ml"]).limit.gpus == 2
    assert c.PodSpawner.shows_capacity is True
    assert configured().PodSpawner.shows_capacity is False


def test_site_without_profiles_has_one_for_all():
    assert list(configured().PodSpawner.profiles_for([]).by_slug) == ["server"]


def test_word_of_a_slow_start_is_ours_unless_the_site_has_its_own():
    assert "{seconds}" in configured().KubeSpawner.slow_spawn_message
    own = configured(slow_spawn_message="Have a tea.")
    assert own.KubeSpawner.slow_spawn_message == "Have a tea."


def test_wrong_profile_is_named_with_its_value():
    with pytest.raises(SettingsError, match=r"singleuser\.profileList, at 0\.display_name: Field required"):
        configured(profile_list=[{"slug": "a"}])


def test_servers_with_hours_have_a_culler_even_where_idle_ones_stay():
    c = configured({"idleTimeoutSeconds": 0, "limits": {"default": {"hours": 8}}})
    assert service(c, "idle-culler")["environment"]["ONEDATA_SERVER_LIMITS"] == '{"default":{"hours":8.0}}'
    assert [
        one for one in configured({"idleTimeoutSeconds": 0}).JupyterHub.services if "idle" in one["name"]
    ] == []
