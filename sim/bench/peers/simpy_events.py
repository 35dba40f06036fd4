"""The hold model of kernel.events on SimPy: python3 simpy_events.py PENDING EVENTS prints the seconds that they took.

Runs on SimPy 3 and 4 (module simpy) and on SimPy 2, which Debian 12 has (module SimPy). Exit status 77: neither is there.
"""

import sys
import time

MASK = (1 << 64) - 1


def hold_times(timer):
    """The numbers of hold_model.hpp."""
    bits = timer
    while True:
        bits = (bits + 0x9E3779B97F4A7C15) & MASK
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
        bits ^= bits >> 31
        yield 1 + bits % 1000000


class Clock:
    """Notes when the first `warm_up` events are over, and when `events` more are."""

    def __init__(self, warm_up, events):
        self.left = warm_up + events
        self.events = events
        self.begin = self.end = 0.0

    def is_over(self):
        """To be asked once an event."""
        self.left -= 1
        if self.left == self.events:
            self.begin = time.perf_counter()
        elif self.left == 0:
            self.end = time.perf_counter()
        return self.left == 0


def run_simpy(pending, clock):
    import simpy

    environment = simpy.Environment()
    over = environment.event()

    def timer(times):
        while True:
            yield environment.timeout(next(times))
            if clock.is_over():
                over.succeed()

    for number in range(pending):
        environment.process(timer(hold_times(number)))
    environment.run(until=over)


def run_simpy_2(pending, clock):
    from SimPy import Simulation as simpy

    simulation = simpy.Simulation()
    simulation.initialize()

    class Timer(simpy.Process):
        def run(self, times):
            while True:
                yield simpy.hold, self, next(times)
                if clock.is_over():
                    simulation.stopSimulation()

    for number in range(pending):
        timer = Timer(sim=simulation)
        simulation.activate(timer, timer.run(hold_times(number)))
    simulation.simulate(until=float("inf"))


def main():
    pending, events = int(sys.argv[1]), int(sys.argv[2])
    clock = Clock(pending, events)
    for run in (run_simpy, run_simpy_2):
        try:
            run(pending, clock)
        except ModuleNotFoundError:
            continue
        print("%.9f" % (clock.end - clock.begin))
        return 0
    return 77


sys.exit(main())
