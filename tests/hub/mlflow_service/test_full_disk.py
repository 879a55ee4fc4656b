"""A full disk below MLflow: it is told, what is there can be read, and with room all goes on."""

from pathlib import Path

from tests.support.disks import fill, small_disk
from tests.support.mlflow_database import put_mlflow_database
from tests.support.mlflow_service import running_mlflow

API = "/api/2.0/mlflow"
FILES = "/api/2.0/mlflow-artifacts/artifacts"
DISK_BYTES = 32 * 2**20


def test_full_disk_is_told_and_nothing_half_is_kept(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        put_mlflow_database(disk / "mlflow.sqlite")
        (disk / "outbox").mkdir()
        kept_on_disk = {
            "ONEDATA_MLFLOW_DATABASE_URL": f"sqlite:///{disk}/mlflow.sqlite",
            "ONEDATA_MLFLOW_ARTIFACTS_URL": f"{disk}/artifacts",
            "ONEDATA_MLFLOW_OUTBOX_DIR": f"{disk}/outbox",
        }
        with (
            running_mlflow(tmp_path / "mlflow", **kept_on_disk) as mlflow,
            mlflow.user("ann", "team-a", workspace="team-a") as ann,
            mlflow.user("bob", workspace="user-bob") as bob,
        ):
            made = ann.post(f"{API}/experiments/create", json={"name": "one"}).json()["experiment_id"]
            ann.put(f"{FILES}/before.bin", content=b"before").raise_for_status()
            fill(disk / "filler")
            run = ann.post(f"{API}/runs/create", json={"experiment_id": made, "start_time": 1})
            model = ann.post(f"{API}/registered-models/create", json={"name": "one"})
            first = bob.post(f"{API}/experiments/create", json={"name": "two"})
            artifact = ann.put(f"{FILES}/after.bin", content=bytes(2**20))
            before = ann.get(f"{FILES}/before.bin").content
            files = {path.name for path in (disk / "artifacts").rglob("*") if path.is_file()}
            (disk / "filler").unlink()
            again = ann.put(f"{FILES}/after.bin", content=bytes(2**20))
            found = ann.post(f"{API}/runs/search", json={"experiment_ids": [made]}).json()
    for refused in (run, model, first, artifact):
        assert (refused.status_code, refused.json()["error_code"]) == (507, "RESOURCE_LIMIT_EXCEEDED")
        assert "A disk of MLflow's is full, and nothing of this was kept." in refused.json()["message"]
    assert before == b"before"
    assert files == {"before.bin"}
    assert again.status_code == 200
    assert found.get("runs", []) == []
