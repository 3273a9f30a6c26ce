"""What a service logs when something fails: the reason, and never what its variables held."""

import subprocess
import sys

import pytest

SCRIPT = """
import logging, structlog
from services.runtime.saying import log
from services.runtime.settings import read_settings
log.configure("cases", read_settings())
password = "hush"
try:
    raise OSError("the database is away")
except OSError:
    logging.getLogger("asyncpg.pool").warning("retrying %s", "soon", exc_info=True)
    structlog.get_logger().exception("a part failed")
try:
    raise TimeoutError
except TimeoutError:
    logging.getLogger("asyncpg.pool").warning("waiting", exc_info=True)
"""


@pytest.mark.served
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_failure_is_logged_with_its_traceback_but_without_variables_and_a_librarys_warning_in_one_line(log_format):
    environment = {"LINZHANG_NATS_URL": "nats://-", "LINZHANG_DATABASE_URL": "postgresql://-"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**environment, "LINZHANG_LOG_FORMAT": log_format},
        capture_output=True,
        text=True,
        check=True,
    )
    first, *rest = done.stderr.splitlines()
    assert "retrying soon: the database is away" in first
    assert "a part failed" in rest[0]
    assert "waiting: TimeoutError" in rest[-1]
    assert done.stderr.count("Traceback (most recent call last)") == 1
    assert "hush" not in done.stderr.replace('password = "hush"', "")
