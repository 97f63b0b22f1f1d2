"""Figures for Prometheus, on a port of each process's own. The only importer of prometheus_client.

Nothing is counted here: a scrape reads what the process knows anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import NamedTuple

from prometheus_client import GCCollector, PlatformCollector, ProcessCollector, start_http_server
from prometheus_client.core import CollectorRegistry, CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.errors import EnvironmentFault

NO_LABELS: Mapping[str, str] = MappingProxyType({})
HERE = "127.0.0.1"


class Figure(NamedTuple):
    """A number with its name (without the prefix ``dozvon_``) and labels; a ``counter`` only grows."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = NO_LABELS
    counter: bool = False


Source = Callable[[], Iterable[Figure]]
"""Answers the figures of now; called in a thread of its own, so it may only read."""


@contextmanager
def metrics(port: int, *sources: Source) -> Iterator[int]:
    """Serve ``/metrics`` on a port of this machine while this lasts; 0 is off. Answers the port.

    EnvironmentFault when the port is taken.
    """
    if not port:
        yield 0
        return
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(_Sources(sources))
    try:
        server, thread = start_http_server(port, addr=HERE, registry=registry)
    except OSError as error:
        what = f"the port {port} cannot be opened ({error.strerror})"
        raise EnvironmentFault(what, where="DOZVON_METRICS_PORT", remedy="choose another one") from error
    try:
        yield int(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Sources(Collector):
    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        """All figures, those of one name together."""
        named: defaultdict[str, list[Figure]] = defaultdict(list)
        for source in self._sources:
            for figure in source():
                named[figure.name].append(figure)
        for name, figures in sorted(named.items()):
            yield _family(f"dozvon_{name}", figures)


def _family(name: str, figures: Sequence[Figure]) -> Metric:
    first, labels = figures[0], sorted(figures[0].labels)
    kind = CounterMetricFamily if first.counter else GaugeMetricFamily
    family = kind(name, first.help, labels=labels)
    for figure in figures:
        family.add_metric([figure.labels[label] for label in labels], figure.value)
    return family
