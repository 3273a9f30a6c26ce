"""A mark that is missing is a failure: what `make quick` runs asks no server and is soon done."""

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import socket, subprocess, sys, time
import pytest

def start():
    subprocess.run([sys.executable, "-c", ""], check=True)

def compute(for_s):
    until = time.process_time() + for_s
    while time.process_time() < until:
        pass

@pytest.fixture
def started():
    start()

@pytest.fixture
def bus():
    start()

def test_computes():
    compute(0.001)

def test_starts_a_process():
    start()

def test_has_a_fixture_that_starts_a_process(started):
    pass

def test_comes_to_a_server():
    with socket.socket() as one, pytest.raises(OSError):
        one.connect(("127.0.0.1", 1))

def test_computes_long():
    compute(0.7)

@pytest.mark.slow
def test_is_slow():
    compute(0.7)

@pytest.mark.slow
def test_is_slow_and_starts_a_process():
    start()

@pytest.mark.served
def test_is_served():
    compute(0.7)
    start()

def test_has_a_fixture_of_a_server(bus):
    start()
"""


@pytest.mark.served
def test_what_starts_a_process_comes_to_a_server_or_takes_long_without_a_mark_fails(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    pytester.makepyfile(TESTS)
    told = pytester.runpytest_subprocess("-p", "tests.marks", "-p", "no:asyncio", "-o", "light_s=0.5", "-rA")
    outcomes = {
        name: outcome for outcome, name in re.findall(r"^(PASSED|FAILED) .*::test_(\w+)", told.stdout.str(), re.M)
    }
    assert outcomes == {
        "computes": "PASSED",
        "starts_a_process": "FAILED",
        "has_a_fixture_that_starts_a_process": "FAILED",
        "comes_to_a_server": "FAILED",
        "computes_long": "FAILED",
        "is_slow": "PASSED",
        "is_slow_and_starts_a_process": "FAILED",
        "is_served": "PASSED",
        "has_a_fixture_of_a_server": "PASSED",
    }
    told.stdout.fnmatch_lines(["*mark it served: it has met subprocess.Popen*", "*mark it slow: * of the processor*"])
