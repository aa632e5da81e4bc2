"""python -m digits evaluate, robustness, map, features and audit: compute a result of a run or a source, and print it.

All are tasks, as on the pages: what is computed once is stored.
"""

import sys

from digits import tasks
from digits.commands.printing import confusion_lines, print_result
from digits.commands.progress import do
from digits.commands.worker import HANDLERS
from digits.data.sources import FIXED, SOURCES, check_source
from digits.errors import BadConfig
from digits.evaluation import audit, embedding_map, evaluate, features, robustness, score_card
from digits.evaluation.distortions import DISTORTIONS
from digits.evaluation.test_sets import TITLES, TestSet, caution, test_set
from digits.runs import models, transfer
from digits.runs import store as runs
from digits.runs.run import Run

SHOWN = 20  # doubtful labels


def add_to(verbs) -> None:
    # Not one's own: a command line is understood even where the database cannot be read.
    sets = ", ".join([*TITLES.fixed, "your own digits"])
    for verb, about, result in (
        ("evaluate", "evaluate a run on unseen digits", _evaluation),
        ("robustness", "measure how well a run predicts distorted digits", _robustness),
        ("map", "place the digits of a test set by a run's last hidden layer", _map),
    ):
        parser = verbs.add_parser(verb, help=about)
        parser.add_argument("run", nargs="?", metavar="RUN", help="the chosen model by default")
        parser.add_argument("--test", metavar="SET", help=f"{sets}; the run's own split by default")
        parser.set_defaults(command=run, result=result)
    parser = verbs.add_parser("features", help="compute the values in the last hidden layer for many digits")
    parser.add_argument("run", nargs="?", metavar="RUN", help="the chosen model by default")
    parts = f"{features.TRAIN}, {features.SAMPLE}, {sets}"
    parser.add_argument("part", nargs="?", default=features.TRAIN, metavar="PART", help=parts)
    parser.set_defaults(command=compute_features)
    parser = verbs.add_parser("audit", help="find doubtful labels among the training digits")
    trained_on = ", ".join([*(name for name, source in FIXED.items() if source.num_train), "your own digits"])
    parser.add_argument(
        "source", nargs="?", default="sample", metavar="SOURCE", help=f"{trained_on} (sample by default)"
    )
    parser.set_defaults(command=audit_labels)


def named_run(run_id: str | None) -> Run:
    """Return the run of that id, or the chosen model. Raises UnknownRun."""
    return transfer.ensure_built(models.chosen() if run_id is None else runs.get(run_id))


def run(options) -> None:
    """Compute what the verb names, of a run on a test set."""
    run = named_run(options.run)
    chosen = test_set(options.test or run.settings.split, run.settings)
    if warning := caution(chosen, run.settings):
        print(warning, file=sys.stderr)
    do(options.verb, run.id, chosen.name, HANDLERS[options.verb], source=chosen.source)
    print_result(options, *options.result(runs.get(run.id), chosen))


def compute_features(options) -> None:
    run = named_run(options.run)
    do("features", run.id, options.part, HANDLERS["features"], source=features.part(run, options.part)[0])
    n, size = features.stored(run, options.part).shape
    value = {"run": run.id, "part": options.part, "n": n, "size": size}
    print_result(options, value, [f"{size} features of {n:,} digits by {run.id}"])


def audit_labels(options) -> None:
    check_source(options.source)
    if not SOURCES[options.source].num_train:
        raise BadConfig(f"{SOURCES[options.source].title} has no training digits. Audit sample or mnist.")
    do("audit", options.source, "", HANDLERS["audit"], source=options.source, lane=tasks.TRAINING)
    found = audit.stored(options.source)
    print_result(options, found, _audit(found))


def _evaluation(run: Run, chosen: TestSet) -> tuple[dict, list[str]]:
    report = evaluate.stored(run, chosen)
    card = score_card.score_card(run, report)
    lines = [run.id, *(f"{what + ':':35}{value}" for what, value in score_card.lines(card).items())]
    lines += ["", "digit  precision  recall      F1  digits"]
    for row in report["per_digit"]:
        scores = f"{row['precision']:9.2%}  {row['recall']:6.2%}  {row['f1']:6.2%}"
        lines.append(f"{row['digit']:5}  {scores}  {row['support']:6,}")
    lines += ["", "rows: true digit, columns: prediction", *confusion_lines(report["confusion"])]
    return report | {"card": card}, lines


def _robustness(run: Run, chosen: TestSet) -> tuple[dict, list[str]]:
    measured = robustness.stored(run, chosen)
    lines = [f"{run.id} on {measured['title']}: accuracy by strength"]
    for name, curve in measured["curves"].items():
        lines += ["", f"{DISTORTIONS[name].title}, {DISTORTIONS[name].unit}"]
        lines += ["".join(f"{strength:8g}" for strength in curve["strengths"])]
        lines += ["".join(f"{accuracy:8.1%}" for accuracy in curve["accuracy"])]
    return measured, lines


def _map(run: Run, chosen: TestSet) -> tuple[dict, list[str]]:
    found = embedding_map.stored(run, chosen)
    result = {"run": run.id, "indices": found.indices.tolist(), "places": found.places.tolist()}
    return result, [f"{len(found.indices):,} digits of {chosen.title} are placed; see the map on the Evaluate page."]


def _audit(found: dict) -> list[str]:
    issues = found["issues"]
    lines = [f"{len(issues):,} of {found['n']:,} labels of {SOURCES[found['source']].title} are doubtful."]
    lines += [f"Networks that had not learned from a digit predicted {found['accuracy']:.2%} as labelled."]
    lines += ["", "rank   index  label  predicted  confidence"]
    for rank, row in enumerate(issues[:SHOWN], start=1):
        lines.append(f"{rank:4}  {row['index']:6}  {row['label']:5}  {row['predicted']:9}  {row['confidence']:10.1%}")
    return [*lines, f"... and {len(issues) - SHOWN:,} more"] if len(issues) > SHOWN else lines
