"""Work in the background: what is to be done, which worker does it, and how far it is. Tasks do not know what they do.

`submit` queues a task; `look_after` gives it a worker, a process of its own; there, `serve` does it.
"""

from digits.permissions import LOCAL
from digits.tasks.estimates import Place, place
from digits.tasks.execution import do_now, serve
from digits.tasks.store import find, unfinished, waiting
from digits.tasks.supervision import forget_workers
from digits.tasks.task import COMPUTING, TRAINING, TRIALS, Task, TaskState
from digits.tasks.work import Interrupted, Unsuited, Work
from digits.tasks.workers import look_after, stop, submit, warm_up
