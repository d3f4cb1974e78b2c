"""Runs every benchmark, prints one line each with its ratio, and writes `var/bench.json`.

`python -m benchmarks feel dmn` runs those modules and writes nothing. Exit code 1
when a bar does not hold or a benchmark cannot run.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
import traceback
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import benchmarks
from benchmarks.result import Result

RESULTS = Path("var/bench.json")


def modules() -> list[str]:
    """Return the names of the benchmark modules: those that have a `run`."""
    return sorted(
        module.name
        for module in pkgutil.iter_modules(benchmarks.__path__)
        if hasattr(importlib.import_module(f"benchmarks.{module.name}"), "run")
    )


def results(name: str) -> Iterable[Result]:
    """Measure what one module measures."""
    measured: Iterable[Result] = importlib.import_module(f"benchmarks.{name}").run()
    return measured


def line(result: Result) -> str:
    """Return a result as one line: what was measured, against what, and whether the bar holds."""
    rival = f"{result.ratio:.2f} x {result.rival}" if result.rival else f"ratio {result.ratio:.2f}"
    verdict = "holds" if result.holds else "DOES NOT HOLD"
    return f"{result.name}: {result.value:.4g} {result.unit}; {rival}; {result.bar}: {verdict}"


def main(arguments: list[str]) -> int:
    """Run the named modules, all without names; returns the exit code."""
    known = modules()
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; known are {', '.join(known)}.")
        return 2
    measured: list[Result] = []
    failed = False
    for name in arguments or known:
        try:
            for result in results(name):
                print(line(result), flush=True)
                measured.append(result)
        except Exception:
            traceback.print_exc()
            failed = True
    if arguments:  # a part of them is for trying, not for the record
        return int(failed or not all(result.holds for result in measured))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(result) for result in measured], indent=2) + "\n")
    return int(failed or not all(result.holds for result in measured))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
