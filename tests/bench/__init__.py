"""Benchmarks: ``python -m tests.bench [names…] [--quick] [--write]``, or ``make bench``.

A bench is a module ``bench_<name>.py`` beside this one with a function::

    def measure(quick: bool) -> Iterator[Figure]: ...

It yields figures as it has them. A ratio is measured in one run: what is compared takes turns
(``harness.take_turns``), and the figure is the median of the pairs' ratios, so that a machine that
slows down for a while slows both sides. ``quick`` asks for a run of seconds that proves the bench
works; its figures are never written down.
"""
