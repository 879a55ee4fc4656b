"""The examples' login: settings that its authenticator has, and a client's secret that only a Secret holds."""

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml
from onedata_hub.login import OPENID
from onedata_hub.openid import OpenIDAuthenticator

from tests.helm.charts import EXAMPLES
from tests.helm.conftest import Render

_WITH_LOGIN = [EXAMPLES / f"{name}.yaml" for name in ("air-gapped", "keycloak", "team")]


def hub_values(example: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(example.read_text())["jupyterhub"]["hub"])


@pytest.mark.parametrize("example", _WITH_LOGIN, ids=lambda path: path.stem)
def test_authenticator_takes_every_setting_of_the_example(example: Path):
    config = hub_values(example)["config"]
    assert config["JupyterHub"]["authenticator_class"] == OPENID
    settings = config["OpenIDAuthenticator"]
    assert set(settings) <= set(OpenIDAuthenticator.class_trait_names(config=True))
    made = OpenIDAuthenticator(**settings, client_secret="from-the-secret")
    assert made.username_claim == "preferred_username"
    assert made.manage_groups
    assert made.enable_auth_state


@pytest.mark.parametrize("example", _WITH_LOGIN, ids=lambda path: path.stem)
def test_clients_secret_is_in_no_value_and_reaches_the_hub_alone(
    example: Path, render_full: Render, monkeypatch: pytest.MonkeyPatch
):
    manifests = render_full(example)
    kept = [one for one in manifests if one["kind"] == "Secret" and one["metadata"]["name"] == "hub"]
    assert "client_secret" not in base64.b64decode(kept[0]["data"]["values.yaml"]).decode()
    (variable,) = hub_values(example)["extraEnv"].keys() & {"OAUTH_CLIENT_SECRET"}
    holders = [
        one["metadata"]["name"] for one in manifests if variable in yaml.safe_dump(one.get("spec", {}))
    ]
    assert holders == ["hub"]
    # And the authenticator looks there.
    monkeypatch.setenv(variable, "from-the-secret")
    settings = hub_values(example)["config"]["OpenIDAuthenticator"]
    assert OpenIDAuthenticator(**settings).client_secret == "from-the-secret"
