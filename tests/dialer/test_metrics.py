"""Figures for Prometheus: a real scrape, of what a process knows at that moment."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from dialer.metrics import Figure, metrics
from domain.errors import EnvironmentFault

pytestmark = pytest.mark.unit


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def scrape(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def test_figures_are_read_when_they_are_asked_for() -> None:
    calls = {"spring": 1}

    def source() -> Iterable[Figure]:
        for name, count in calls.items():
            yield Figure("calls_placed", "Calls.", count, {"campaign": name}, counter=True)
        yield Figure("node_up", "Up.", True, {"node": "n1"})

    with metrics(free_port(), source) as port:
        assert 'dozvon_calls_placed_total{campaign="spring"} 1.0' in scrape(port)
        calls |= {"spring": 2, "autumn": 7}
        text = scrape(port)
    assert 'dozvon_calls_placed_total{campaign="spring"} 2.0' in text
    assert 'dozvon_calls_placed_total{campaign="autumn"} 7.0' in text
    assert text.count("# TYPE dozvon_calls_placed_total counter") == 1
    assert 'dozvon_node_up{node="n1"} 1.0' in text
    assert "process_cpu_seconds_total" in text
    with pytest.raises(URLError):
        scrape(port)


def test_it_is_off_without_a_port() -> None:
    with metrics(0) as port:
        assert port == 0


def test_a_port_that_is_taken_is_said() -> None:
    with metrics(free_port()) as port:
        told = f"DOZVON_METRICS_PORT: the port {port} cannot be opened \\(Address already in use\\)"
        with pytest.raises(EnvironmentFault, match=told), metrics(port):
            pass
