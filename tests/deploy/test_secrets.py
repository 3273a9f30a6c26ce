"""A password in an address is never repeated, whatever is wrong with the address."""

import subprocess
import sys

import pytest

from tests.cli.conftest import environment

DATABASE = "postgresql://cases:s3cret@127.0.0.1:1/linzhang"
WRONG = (
    "nats://cases:s3cret@[::1",
    "nats://cases:s3cret@127.0.0.1:s3cret",
    "nats://cases:s3cret/x@127.0.0.1:4222",
    "http://cases:s3cret@127.0.0.1",
    "nats://cases:s3cret@",
)


@pytest.mark.served
@pytest.mark.parametrize("module", ["services.cases", "deploy.nats.provision"])
@pytest.mark.parametrize("address", WRONG)
def test_what_is_run_by_hand_names_the_variable_and_keeps_the_password(tmp_path, module, address):
    settings = {"LINZHANG_NATS_URL": address, "LINZHANG_DATABASE_URL": DATABASE}
    done = subprocess.run(
        [sys.executable, "-m", module],
        env=environment(tmp_path, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr.startswith("LINZHANG_NATS_URL: ")) == (2, True), done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.served
@pytest.mark.parametrize("store", ["1", "127", "many", "1e4", "-1", "9" * 40])
def test_a_wrong_size_of_the_store_is_named(tmp_path, store):
    done = subprocess.run(
        [sys.executable, "-m", "deploy.nats.provision"],
        env=environment(tmp_path, LINZHANG_NATS_URL="nats://127.0.0.1:1", LINZHANG_STORE_MIB=store),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "LINZHANG_STORE_MIB: must be a whole number from 128\n")
