"""What is measured beside the provisioner: certificates, backups, disks."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from deploy.keys.__main__ import Keys
from deploy.keys.certificates import AUTHORITY_DAYS, SERVER_DAYS, Authority
from deploy.nats.users import Users
from deploy.observe.measures import Measures
from tests.deploy.shared_bus import SharedBus, provisioned
from tests.observe.configured import ROOT, read

NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
ENDS, MADE = "linzhang_certificate_expiry_timestamp_seconds", "linzhang_backup_last_success_timestamp_seconds"


def measured(**variables):
    registry = CollectorRegistry()
    registry.register(Measures.of({f"LINZHANG_{name.upper()}": paths for name, paths in variables.items()}))
    return registry.get_sample_value


def backup(folder, name, finished_at):
    (folder / name).mkdir(parents=True)
    (folder / name / "backup.json").write_text(json.dumps({"finished_at": finished_at}))


def test_a_certificate_ends_when_it_says_and_one_that_cannot_be_read_has_ended(tmp_path):
    authority = Authority(tmp_path)
    authority.make(NOW)
    authority.issue(tmp_path / "bus", ("nats",), NOW)
    none, damaged = tmp_path / "none.crt", tmp_path / "damaged.crt"
    damaged.write_text("-----BEGIN CERTIFICATE-----")
    paths = (tmp_path / "bus.crt", none, damaged)
    value = measured(certificates=":".join(map(str, paths)))
    ends = (NOW + timedelta(days=SERVER_DAYS)).timestamp()
    assert [value(ENDS, {"certificate": str(path)}) for path in paths] == [ends, 0, 0]


def test_the_newest_whole_backup_counts_and_a_folder_without_one_has_none(tmp_path):
    kept, empty, none = tmp_path / "kept", tmp_path / "empty", tmp_path / "none"
    empty.mkdir()
    backup(kept, "monday", "2026-06-15T02:00:00Z")
    backup(kept, "sunday", "2026-06-14T02:00:00Z")
    backup(kept, "tuesday.part", "2026-06-16T02:00:00Z")
    (kept / "broken").mkdir()
    (kept / "broken" / "backup.json").write_text('{"finished_at": 7}')
    value = measured(backups=f"{kept}:{empty}:{none}")
    found = [value(MADE, {"backups": str(path)}) for path in (kept, empty, none)]
    assert found == [NOW.timestamp(), 0, 0]


def test_the_room_of_a_disk_is_what_an_unprivileged_process_may_still_write(tmp_path):
    value = measured(disks=f"{tmp_path}:{tmp_path / 'none'}")
    free, size = (value(f"linzhang_disk_{what}_bytes", {"path": str(tmp_path)}) for what in ("free", "size"))
    disk = shutil.disk_usage(tmp_path)
    assert size == disk.total
    assert 0 < free <= size
    assert value("linzhang_disk_free_bytes", {"path": str(tmp_path / "none")}) == 0


def test_nothing_is_measured_that_nobody_has_named():
    assert [family.samples for family in Measures.of({}).collect()] == [[], [], [], []]


def test_by_compose_the_provisioner_has_every_certificate_and_no_key_and_measures_until_when_they_hold(tmp_path):
    Keys(tmp_path).certify((), NOW, renew=False)
    told = read(ROOT / "deploy" / "compose" / "compose.yaml")["services"]["provisioner"]["environment"]
    paths = [Path(one) for one in told["LINZHANG_CERTIFICATES"].split(":")]
    own = tmp_path / "provisioner"
    assert sorted(path.name for path in paths) == sorted(path.name for path in own.iterdir())
    value = measured(certificates=":".join(str(own / path.name) for path in paths))
    ends = {path.name: value(ENDS, {"certificate": str(own / path.name)}) for path in paths}
    days = {"ca.crt": AUTHORITY_DAYS, "nats.crt": SERVER_DAYS, "postgres.crt": SERVER_DAYS}
    assert ends == {name: (NOW + timedelta(days=count)).timestamp() for name, count in days.items()}


@pytest.mark.served
async def test_the_provisioner_serves_what_it_measures_and_whether_it_is_ready(tmp_path):
    backup(tmp_path / "kept", "monday", "2026-06-15T02:00:00Z")
    bus = SharedBus.prepare(tmp_path / "bus", Users(), sync="2m")
    bus.start()
    more = {"LINZHANG_BACKUPS": str(tmp_path / "kept"), "LINZHANG_DISKS": str(tmp_path)}
    async with provisioned(bus, **more) as process:
        _, told = process.get("/metrics")
        found = {one.name: one.value for family in text_string_to_metric_families(told) for one in family.samples}
        assert (found["linzhang_ready"], found[MADE], found["linzhang_bus_users"]) == (1, NOW.timestamp(), 0)
        assert found["linzhang_disk_free_bytes"] > 0
        bus.kill()
        await process.answers("/readyz", 503)
        assert "\nlinzhang_ready 0.0\n" in process.get("/metrics")[1]
