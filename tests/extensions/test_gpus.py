"""A server whose GPU works is not idle. nvidia-smi is the outer edge: a program of its name says what it would."""

import time
from pathlib import Path

import pytest
from onedata_lab.gpus import are_gpus_working


@pytest.fixture
def smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An nvidia-smi that says what is in a file, each time the next line."""
    said, program = tmp_path / "said", tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\nsed -n 1p {said} | tr , '\\n'\nsed -i 1d {said}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return said


async def test_a_machine_without_gpus_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    began = time.monotonic()
    assert not await are_gpus_working()
    assert time.monotonic() - began < 0.4


async def test_one_of_many_gpus_at_work_is_work(smi: Path):
    smi.write_text("0,0,37\n")
    assert await are_gpus_working(pause_seconds=0)


async def test_a_pause_between_two_steps_is_not_the_end_of_the_work(smi: Path):
    smi.write_text("0\n0\n0\n95\n")
    assert await are_gpus_working(pause_seconds=0)


async def test_gpus_that_only_hold_memory_are_idle(smi: Path):
    smi.write_text("0\n" * 5)
    assert not await are_gpus_working(pause_seconds=0)


async def test_a_slice_that_tells_no_use_is_left_to_the_kernels(smi: Path):
    smi.write_text("[N/A]\n" * 5)
    assert not await are_gpus_working(pause_seconds=0)


async def test_a_program_without_its_driver_sees_no_gpu(smi: Path):
    (smi.parent / "nvidia-smi").write_text("#!/bin/sh\necho 99\nexit 9\n")
    assert not await are_gpus_working(pause_seconds=0)
