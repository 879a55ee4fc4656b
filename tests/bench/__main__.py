"""Run benches: ``python -m tests.bench [names…] [--quick] [--write]``."""

import argparse
import os
import sys
import time

from tests.bench.harness import ON_CLUSTER, Figure, bench_names, run_bench
from tests.bench.report import History, line


def read_arguments() -> argparse.Namespace:
    """Read the command line; without names it means all that need no cluster."""
    names = bench_names()
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure and compare.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"which benches: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes; rough")
    parser.add_argument("--write", action="store_true", help="keep the figures in docs/benchmarks.*")
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(names)):
        parser.error(f"There is no bench {', '.join(unknown)}. There are: {', '.join(names)}.")
    if given.quick and given.write:
        parser.error("Quick figures are not written down: leave out --quick or --write.")
    given.names = given.names or [name for name in names if name not in ON_CLUSTER]
    return given


def main() -> int:
    """Run what was asked for; non-zero if a target was missed or a bench broke."""
    given = read_arguments()
    # Every start of Python would compile its modules anew, and that is not what we measure.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    history = History.load()
    figures: list[Figure] = []
    broken: list[str] = []
    for name in given.names:
        started = time.monotonic()
        try:
            for figure in run_bench(name, quick=given.quick):
                figures.append(figure)
                print(line(figure, history.last(figure.key)), flush=True)
        except Exception as error:
            broken.append(name)
            print(f"BROKE  {name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        print(f"       ({name}: {time.monotonic() - started:.0f} s)", flush=True)
    missed = [figure for figure in figures if not figure.passes]
    print(f"{len(figures)} figures, {len(missed)} over target, {len(broken)} benches broken")
    if given.write:
        history.add(figures)
        history.save()
    return 1 if missed or broken else 0


if __name__ == "__main__":
    sys.exit(main())
