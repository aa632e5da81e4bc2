"""Log a run to MLflow: python to_mlflow.py RUN.JSON FOLDER. It runs where MLflow is and Digits is not.

Its last line on stdout is missing (there is no MLflow), held (the folder holds this run) or done.
"""

import json
import sys
from pathlib import Path

EXPERIMENT = "Digits"


def write(about: dict, folder: Path) -> str:
    """Log settings as parameters, a metric for each number of an epoch, accuracies, and the model's files."""
    try:
        from mlflow.entities import Metric, Param, RunTag
        from mlflow.tracking import MlflowClient
    except ImportError:
        return "missing"
    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    known = client.get_experiment_by_name(EXPERIMENT)
    place = known.experiment_id if known else client.create_experiment(EXPERIMENT, (folder / "artifacts").as_uri())
    if client.search_runs([place], f"tags.`digits.run` = '{about['run']}' and attributes.status = 'FINISHED'"):
        return "held"
    began = int(about["started"] * 1000)
    run = client.create_run(place, start_time=began, run_name=about["title"]).info.run_id
    tags = {"digits.run": about["run"], "mlflow.note.content": about["notes"], "digits.tags": ", ".join(about["tags"])}
    params = [Param(name, str(value)) for name, value in about["settings"].items()]
    metrics, when = [], began
    for row in about["epochs"]:
        when += int(row.get("seconds", 0) * 1000)
        metrics += [Metric(name, value, when, row["epoch"]) for name, value in row.items() if name != "epoch"]
    last = about["epochs"][-1]["epoch"]
    metrics += [Metric(f"test_accuracy_{test}", value, when, last) for test, value in about["accuracies"].items()]
    client.log_batch(run, params=params, tags=[RunTag(name, value) for name, value in tags.items()])
    for start in range(0, len(metrics), 1000):  # the most that a batch takes
        client.log_batch(run, metrics=metrics[start : start + 1000])
    for file in about["files"]:
        client.log_artifact(run, file, "model")
    client.set_terminated(run, "FINISHED", end_time=when)
    return "done"


if __name__ == "__main__":
    print(write(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])))
