"""docs/container/kubernetes.yaml is what Kubernetes takes, as far as that can be seen without a cluster."""

import pytest

from digits.storage.home import ROOT

yaml = pytest.importorskip("yaml", reason="pip install -r requirements-dev.txt")
kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="pip install -r requirements-dev.txt")

CONTAINER = ROOT / "docs" / "container"
DEPLOYMENT, SERVICE, AUTOSCALER = yaml.safe_load_all((CONTAINER / "kubernetes.yaml").read_text(encoding="utf-8"))
POD = DEPLOYMENT["spec"]["template"]
[SERVER] = POD["spec"]["containers"]


@pytest.mark.parametrize("resource", [DEPLOYMENT, SERVICE, AUTOSCALER], ids=lambda resource: resource["kind"])
@pytest.mark.parametrize("version", ["1.30", "1.34"])
def test_each_resource_fits_the_schema_of_kubernetes_and_has_no_unknown_field(resource, version):
    assert kubernetes_validate.validate(resource, version, strict=True)


def test_service_and_autoscaler_find_the_pods_and_their_port():
    labels = POD["metadata"]["labels"]
    assert SERVICE["spec"]["selector"] == DEPLOYMENT["spec"]["selector"]["matchLabels"] == labels
    assert AUTOSCALER["spec"]["scaleTargetRef"] == {
        "apiVersion": DEPLOYMENT["apiVersion"], "kind": "Deployment", "name": DEPLOYMENT["metadata"]["name"]
    }  # fmt: skip
    assert "replicas" not in DEPLOYMENT["spec"]  # that is the autoscaler's
    assert "cpu" in SERVER["resources"]["requests"]  # of which it wants 70%
    [port] = SERVER["ports"]
    assert SERVICE["spec"]["ports"][0]["targetPort"] == port["name"]
    assert SERVER["command"] == [
        "python",
        "-m",
        "digits",
        "serve",
        "--host",
        "0.0.0.0",
        "--port",
        str(port["containerPort"]),
    ]


def test_the_pod_asks_the_service_whether_it_is_ready_and_writes_only_to_its_volumes():
    asked = {kind: SERVER[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {probe["port"] for probe in asked.values()} == {"http"}
    assert asked["readiness"]["path"] == "/v2/health/ready" and asked["liveness"]["path"] == "/v2/health/live"
    image = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
    assert f"USER {POD['spec']['securityContext']['runAsUser']}\n" in image
    names = {volume["name"] for volume in POD["spec"]["volumes"]}
    for container in (SERVER, *POD["spec"]["initContainers"]):
        assert container["securityContext"]["readOnlyRootFilesystem"] and container["image"] == SERVER["image"]
        places = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert places.keys() == names and f"DIGITS_HOME={places['home']} " in image
