"""The files in docs/cluster are what Ray, Kubernetes and a builder of containers take, as far as that is seen here."""

import re

import pytest

from digits.storage.home import ROOT

FILES = ROOT / "docs" / "cluster"
RAY = re.search(r"^ray==(\S+)", (ROOT / "requirements-sweep.txt").read_text(encoding="utf-8"), re.M)[1]


@pytest.fixture(scope="module")
def read():
    """read(NAME) is one of the files as plain values."""
    yaml = pytest.importorskip("yaml", reason="pip install -r requirements-dev.txt")
    return lambda name: yaml.safe_load((FILES / name).read_text(encoding="utf-8"))


def test_ray_up_takes_the_cluster_file_and_starts_all_machines_with_the_token(read):
    pytest.importorskip("ray", reason="requirements-sweep.txt is not installed")
    from ray.autoscaler._private.util import prepare_config, validate_config

    config = prepare_config(read("ray-up.yaml"))
    validate_config(config)
    [machines] = config["available_node_types"].values()
    assert machines["min_workers"] == machines["max_workers"] == len(config["provider"]["worker_ips"])
    starts = [config[f"{role}_start_ray_commands"][-1] for role in ("head", "worker")]
    assert all(start.startswith("RAY_AUTH_MODE=token ") for start in starts)
    assert "--autoscaling-config" in starts[0]  # without it, the head starts no workers


def test_each_pod_of_the_kuberay_file_fits_the_schema_of_kubernetes(read):
    validate = pytest.importorskip("kubernetes_validate", reason="pip install -r requirements-dev.txt").validate
    cluster = read("kuberay.yaml")
    assert (cluster["apiVersion"], cluster["kind"]) == ("ray.io/v1", "RayCluster")
    spec = cluster["spec"]
    assert spec.keys() == {"rayVersion", "authOptions", "headGroupSpec", "workerGroupSpecs"}
    assert spec["rayVersion"] == RAY and spec["authOptions"] == {"mode": "token"}
    groups = [spec["headGroupSpec"], *spec["workerGroupSpecs"]]
    for group in groups:
        assert validate({"apiVersion": "v1", "kind": "Pod", **group["template"]}, "1.34", strict=True)
        assert all(type(value) is str for value in group["rayStartParams"].values())
    assert len({group["template"]["spec"]["containers"][0]["image"] for group in groups}) == 1


def test_the_container_is_that_of_the_app_with_what_sweeps_need():
    text = (FILES / "Containerfile").read_text(encoding="utf-8")
    below = (ROOT / "docs" / "container" / "Containerfile").read_text(encoding="utf-8")
    assert "FROM localhost/digits\n" in text and "podman build -t digits " in below
    [(copied, target)] = re.findall(r"^COPY (\S+) (\S+)$", text, re.M)
    assert (ROOT / copied).is_file() and target == "./"
    for needed in re.findall(r"^-r (\S+)", (ROOT / copied).read_text(encoding="utf-8"), re.M):
        assert re.search(rf"^COPY .*{re.escape(needed)} .*\./$", below, re.M)  # what it names in turn is there already
    assert re.findall(r"^USER (\S+)$", text, re.M)[-1] == re.search(r"^USER (\S+)$", below, re.M)[1]
