"""python -m digits sweep: search for the settings that make the best network, here and now."""

import sys
from pathlib import Path
from typing import Any

from digits import tasks
from digits.commands.printing import print_result
from digits.commands.progress import bar_alone
from digits.data.dataset import ensure_prepared
from digits.errors import BadConfig, DigitsError
from digits.networks.backends import check_installed
from digits.networks.settings_table import SETTINGS
from digits.sweeps import cluster, result, search, space, store, study
from digits.sweeps.plan import PRUNERS, SAMPLERS, Plan, default_parallel
from digits.sweeps.trial import COMPLETE, FAILED, PRUNED
from digits.tasks import TaskState

PLANNED = ("source", "split", "trials", "seeds", "parallel", "seed", "sampler", "pruner", "ray", "backend")
NUMBERS = {
    "trials": "how many networks to try (default: 12)",
    "seeds": "how often to train the best again with fresh seeds (default: 3)",
    "parallel": f"how many train at once (default here: {default_parallel()})",
    "seed": "decides what is chosen (default: 0)",
}


def add_to(verbs) -> None:
    parser = verbs.add_parser("sweep", help="search for the best settings", description=__doc__.partition(": ")[2])
    choices = SETTINGS["architecture"].choices
    parser.add_argument("--architecture", action="append", choices=choices, help="a network to try; may be repeated")
    parser.add_argument("--source", metavar="SOURCE", help="the digits (default: sample)")
    parser.add_argument("--split", choices=SETTINGS["split"].choices, help="what tests the best (default: tutorial)")
    parser.add_argument("--space", type=Path, metavar="FILE.toml", help="ranges of settings, see docs/sweeps.md")
    for name, help in NUMBERS.items():
        parser.add_argument(f"--{name}", type=int, metavar="N", help=help)
    parser.add_argument("--sampler", choices=SAMPLERS, help="how to choose (default: tpe)")
    parser.add_argument("--pruner", choices=PRUNERS, help="whether to end poor trials early (default: asha)")
    libraries = SETTINGS["backend"].choices
    parser.add_argument("--backend", choices=libraries, help="JAX trains ten learning rates at once")
    parser.add_argument("--ray", metavar="ADDRESS|local", help="train on a Ray cluster, or a local one")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--resume", metavar="SWEEP", help="continue a sweep that ended early, as it was planned")
    instead.add_argument("--list", action="store_true", help="list the sweeps, the newest first")
    parser.set_defaults(command=run)


def run(options) -> None:
    if options.list:
        rows = [result.row(sweep) for sweep in store.page(limit=-1)]
        lines = map(_line, rows) if rows else ["No sweeps yet. Start one: python -m digits sweep"]
        print_result(options, {"sweeps": rows}, lines)
        return
    study.check_installed()
    sweep = _created(options) if options.resume is None else _resumed(options)
    with bar_alone("sweep") as show:
        tasks.do_now(store.KIND, sweep.id, "", search.run, lane=tasks.TRAINING, on_progress=show)
    sweep = store.get(sweep.id)
    if sweep.state == TaskState.PAUSED:
        raise DigitsError("The sweep is paused.", f"Continue it: python -m digits sweep --resume {sweep.id}")
    if sweep.state not in (TaskState.DONE, TaskState.STOPPED):
        raise DigitsError(f"The sweep {sweep.state}. {sweep.task.cause}".strip(), f"It is {sweep.id}.")
    found = result.as_dict(sweep)
    print_result(options, found, _summary(found))


def _line(row: dict[str, Any]) -> str:
    accuracy = "" if row["val_accuracy"] is None else f"{row['val_accuracy']:.2%}"
    return f"{row['sweep']:24} {row['state']:9} {row['ended']:>5} of {row['trials']:<5} {accuracy}"


def _created(options) -> store.Sweep:
    chosen = {name: value for name in PLANNED if (value := getattr(options, name)) is not None}
    architectures = options.architecture or [SETTINGS["architecture"].default]
    ranges = space.default(architectures, chosen.get("source", SETTINGS["source"].default))
    if options.space:
        given = space.read(options.space)
        ranges = given if "architecture" in given else {"architecture": architectures} | given
        if options.architecture and "architecture" in given:
            raise BadConfig("The file of ranges names the networks already. Leave out --architecture.")
    plan = Plan(space=ranges, **chosen)
    if plan.backend:
        check_installed(plan.backend)
    if plan.ray:
        cluster.check(plan.ray)
    ensure_prepared(plan.source, lambda _, phase: print(f"{phase} ...", file=sys.stderr))
    return store.create(plan, queued=False)


def _resumed(options) -> store.Sweep:
    if given := [f"--{name}" for name in (*PLANNED, "architecture", "space") if getattr(options, name) is not None]:
        raise BadConfig(f"A sweep continues as it was planned. Leave out {', '.join(given)}.")
    sweep = store.get(options.resume)
    store.resume(sweep, queued=False)
    return sweep


def _summary(found: dict[str, Any]) -> list[str]:
    best, states = found["best"], [trial["state"] for trial in found["trials"]]
    counts = [f"{states.count(state)} {state}" for state in (COMPLETE, PRUNED, FAILED)]
    lines = [
        f"sweep                {found['sweep']}",
        f"trials               {len(states)}: {', '.join(counts)}",
        f"seconds              {found['seconds']:.1f}",
        f"best                 trial {best['number']}, run {best['run']}",
        f"validation accuracy  {best['val_accuracy']:.2%}, the best of {best['of']}",
    ]  # fmt: skip
    if seeds := best["seeds"]["val_accuracy"]:
        lines.append(f"with {seeds['n']} fresh seeds   {seeds['mean']:.2%} ± {seeds['sd']:.2%}")
    if best["test"]:
        lines.append(f"test accuracy        {best['test']['accuracy']:.2%} on {best['test']['title']}")
    return lines + [f"  {name:18} {value}" for name, value in best["params"].items()]
