"""python -m digits work: serve a lane of the queue. Pages and the server start it; people need not."""

from digits.commands import worker
from digits.tasks import TRAINING, serve


def add_to(verbs) -> None:
    parser = verbs.add_parser("work", help="do queued tasks (started by the pages)")
    parser.add_argument("worker", type=int, metavar="ID")
    parser.add_argument("lane", metavar="LANE")
    parser.add_argument("--warm", action="store_true", help="load the library for trainings ahead")
    parser.set_defaults(command=run)


def run(options) -> int:
    warm = worker.warm_up if options.warm and options.lane == TRAINING else None
    serve(options.worker, options.lane, worker.HANDLERS, warm=warm)
    return 0
