"""Times functions against each other, in turn, so that a busy machine disturbs all alike."""

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter


def compare(functions: Mapping[str, Callable[[], object]], *, rounds: int, calls: int) -> dict[str, float]:
    """Median microseconds a call of each function, over ``rounds`` rounds in which each is called ``calls`` times."""
    for function in functions.values():
        function()
    times: dict[str, list[float]] = {name: [] for name in functions}
    gc.disable()
    try:
        for _ in range(rounds):
            for name, function in functions.items():
                start = perf_counter()
                for _ in range(calls):
                    function()
                times[name].append((perf_counter() - start) / calls * 1e6)
    finally:
        gc.enable()
    return {name: median(seen) for name, seen in times.items()}


def show(title: str, found: Mapping[str, float], base: str) -> None:
    """Print each figure, and how many times the base it is."""
    print(f"\n{title}")
    for name, value in found.items():
        print(f"  {name:<44} {value:>12.1f} us   {value / found[base]:>8.3f} x {base}")
