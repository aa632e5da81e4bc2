"""What the service counts, in the text format of Prometheus (prometheus.io/docs/instrumenting/exposition_formats)."""

from bisect import bisect_left
from collections import Counter

import psutil

from digits.service.served_models import ServedModel

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)  # s


class Metrics:
    """Counters since the start of the process. Only the event loop counts, so nothing is locked."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.predictions: Counter[str] = Counter()
        """By what was sent: tensor, picture or drawing."""
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()

    def count(self, path: str, method: str, status: int, seconds: float) -> None:
        """Count a request that was answered. path: that of the route, method: a known one, so that there are few."""
        self._requests[path, method, status] += 1
        self._seconds[path] += seconds
        self._buckets.setdefault(path, [0] * (len(BOUNDS) + 1))[bisect_left(BOUNDS, seconds)] += 1

    def text(self, held: int, model: ServedModel) -> str:
        """Return all of it. held: bytes of the bodies that are held. model: the chosen one."""
        requests = [
            (f'{{path="{path}",method="{method}",status="{status}"}}', number)
            for (path, method, status), number in sorted(self._requests.items())
        ]
        predictions = [(f'{{input="{kind}"}}', number) for kind, number in sorted(self.predictions.items())]
        about = f'{{name="{model.name}",version="{model.version}",run="{model.run.id}"}}'
        memory = psutil.Process().memory_info().rss
        return "".join(
            (
                _family("digits_requests_total", "counter", "Requests that were answered.", requests),
                _family("digits_request_seconds", "histogram", "From a request to its answer.", self._histogram()),
                _family("digits_predictions_total", "counter", "Digits or sheets that were predicted.", predictions),
                _family("digits_requests_in_flight", "gauge", "Requests at work.", [("", self.in_flight)]),
                _family("digits_body_bytes", "gauge", "Bytes of the bodies that are held.", [("", held)]),
                _family("digits_model_info", "gauge", "The chosen model.", [(about, 1)]),
                _family("process_resident_memory_bytes", "gauge", "Memory of this process.", [("", memory)]),
            )
        )

    def _histogram(self) -> list[tuple[str, float]]:
        rows: list[tuple[str, float]] = []
        for path, buckets in sorted(self._buckets.items()):
            for place, bound in enumerate((*map(str, BOUNDS), "+Inf")):
                rows.append((f'_bucket{{path="{path}",le="{bound}"}}', sum(buckets[: place + 1])))
            rows.append((f'_sum{{path="{path}"}}', round(self._seconds[path], 6)))
            rows.append((f'_count{{path="{path}"}}', sum(buckets)))
        return rows


def _family(name: str, kind: str, about: str, rows: list[tuple[str, float]]) -> str:
    lines = "".join(f"{name}{labels} {value}\n" for labels, value in rows)
    return f"# HELP {name} {about}\n# TYPE {name} {kind}\n{lines}"
