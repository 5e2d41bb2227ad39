"""Closed forms of queueing theory, each from its source, in hours.

[GH] Gross, Shortle, Thompson, Harris, Fundamentals of Queueing Theory, 4th edition, 2008.
"""
from __future__ import annotations

from collections.abc import Sequence
from math import exp, factorial

import numpy as np


def birth_death(births: Sequence[float], deaths: Sequence[float]) -> np.ndarray:
    """Stationary probabilities of states 0 … n: births[i] out of state i, deaths[i] out of state i + 1 ([GH] 2.1)."""
    weights = np.concatenate(([1.0], np.cumprod(np.array(births) / np.array(deaths))))
    return weights / weights.sum()


def erlang_c(rate: float, service: float, servers: int) -> float:
    """P(wait > 0) of M/M/c ([GH] 2.3)."""
    load = rate / service
    last = load ** servers / factorial(servers) / (1 - load / servers)
    return last / (sum(load ** n / factorial(n) for n in range(servers)) + last)


def mmc_wait(rate: float, service: float, servers: int) -> float:
    """Mean wait in queue of M/M/c ([GH] 2.3)."""
    return erlang_c(rate, service, servers) / (servers * service - rate)


def mmck(rate: float, service: float, servers: int, places: int) -> tuple[float, float]:
    """(share lost, mean wait in queue of those admitted) of M/M/c/K ([GH] 2.5)."""
    p = birth_death([rate] * places, [min(n, servers) * service for n in range(1, places + 1)])
    queue = sum(max(0, n - servers) * p[n] for n in range(places + 1))
    return float(p[-1]), float(queue / (rate * (1 - p[-1])))


def erlang_a(rate: float, service: float, servers: int, abandonment: float) -> tuple[float, float]:
    """(share that abandons, P(wait > 0)) of M/M/c+M (Palm 1957; Mandelbaum & Zeltyn 2007), chain cut at 400."""
    p = birth_death([rate] * 400, [min(n, servers) * service + max(0, n - servers) * abandonment
                                   for n in range(1, 401)])
    queue = sum(max(0, n - servers) * p[n] for n in range(401))
    return float(abandonment * queue / rate), float(p[servers:].sum())


def erlang_b(load: float, servers: int) -> float:
    """Share refused of M/G/c/c, whatever the stays are but for their mean ([GH] 2.5)."""
    terms = [load ** n / factorial(n) for n in range(servers + 1)]
    return terms[-1] / sum(terms)


def pollaczek_khinchine(rate: float, mean: float, sd: float) -> float:
    """Mean wait in queue of M/G/1 ([GH] 5.1)."""
    return rate * (sd ** 2 + mean ** 2) / 2 / (1 - rate * mean)


def gamma_two_survival_integral(time: float, scale: float) -> float:
    """∫₀ᵗ P(stay > s) ds of a gamma stay of shape 2."""
    x = time / scale
    return scale * (2 - exp(-x) * (2 + x))


def priority_waits(rates: Sequence[float], service: float, servers: int) -> list[float]:
    """Mean waits in queue by class, M/M/c without pre-emption (Cobham 1954; Kella & Yechiali 1985)."""
    p_wait = erlang_c(sum(rates), service, servers)
    used = np.cumsum([0.0, *rates]) / (servers * service)
    return [p_wait / (servers * service) / ((1 - used[k]) * (1 - used[k + 1])) for k in range(len(rates))]


def preemptive_times(rates: Sequence[float], service: float) -> list[float]:
    """Mean times in system by class, M/M/1 with pre-emptive resume ([GH] 3.4)."""
    used = np.cumsum([0.0, *rates]) / service
    backlog = np.cumsum(rates) / service ** 2
    return [float((1 / service) / (1 - used[k]) + backlog[k] / ((1 - used[k]) * (1 - used[k + 1])))
            for k in range(len(rates))]


def jackson_rates(external: Sequence[float], routing: Sequence[Sequence[float]]) -> np.ndarray:
    """Throughput of each station of an open network (Jackson 1957)."""
    return np.linalg.solve(np.eye(len(external)) - np.array(routing).T, np.array(external))


def fork_join_time(rate: float, service: float) -> float:
    """Mean time in system of two M/M/1 queues fed and joined together (Flatto & Hahn 1984; Nelson & Tantawi 1988)."""
    return (12 - rate / service) / 8 / (service - rate)


def batch_wait(batches: float, size: int, service: float) -> float:
    """Mean wait in queue of M^X/M/1 with batches of one size ([GH] 3.1)."""
    used = batches * size / service
    return used * (1 + size) / 2 / (1 - used) / (batches * size) - 1 / service


def hourly_occupancy(rates: Sequence[float], mean: float) -> np.ndarray:
    """Mean number in M(t)/M/∞ at each full hour of the day, rates by hour, long after the start.

    Between hours m' = λ − m / mean has the solution m → λ·mean + (m − λ·mean)·e^(−1/mean) (Eick, Massey, Whitt 1993).
    """
    decay, m = exp(-1 / mean), 0.0
    found = np.zeros(len(rates))
    for hour in range(len(rates) * 100):
        found[hour % len(rates)] = m
        m = rates[hour % len(rates)] * mean * (1 - decay) + m * decay
    return found


def finite_source(sources: int, request: float, service: float, servers: int) -> tuple[float, float]:
    """(requests an hour, mean wait in queue) of M/M/c//N, machine repair ([GH] 2.7)."""
    p = birth_death([(sources - n) * request for n in range(sources)],
                    [min(n, servers) * service for n in range(1, sources + 1)])
    busy = sum(min(n, servers) * p[n] for n in range(sources + 1))
    queue = sum(max(0, n - servers) * p[n] for n in range(sources + 1))
    return float(busy * service), float(queue / (busy * service))


def engset(sources: int, request: float, service: float, servers: int) -> float:
    """Share of requests refused with a finite population (call congestion; Engset 1918)."""
    p = birth_death([(sources - 1 - n) * request for n in range(servers)], [n * service for n in range(1, servers + 1)])
    return float(p[-1])


def tandem_blocking(rate: float, service: float) -> tuple[float, float]:
    """(share lost, share of time that station 1 is blocked), two single servers without waiting places ([GH] 4.2).

    States (station 1, station 2): 00, 10, 01, 11, and b1: station 1 blocked. Lost unless station 1 is empty.
    """
    states = ["00", "10", "01", "11", "b1"]
    flows = {("00", "10"): rate, ("10", "01"): service, ("01", "00"): service, ("01", "11"): rate,
             ("11", "10"): service, ("11", "b1"): service, ("b1", "01"): service}
    generator = np.zeros((5, 5))
    for (a, b), flow in flows.items():
        generator[states.index(a), states.index(b)] += flow
        generator[states.index(a), states.index(a)] -= flow
    p = np.linalg.lstsq(np.vstack((generator.T, np.ones(5))), np.array([0, 0, 0, 0, 0, 1.0]), rcond=None)[0]
    return float(1 - p[0] - p[2]), float(p[4])
