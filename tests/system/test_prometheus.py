"""A real Prometheus watches a real system: what only evaluation shows, such as series that cannot be joined."""

import asyncio
import json
import urllib.parse
from contextlib import asynccontextmanager

import pytest
import yaml
from prometheus_client import CollectorRegistry, start_http_server

from contracts.wiring.table import SERVICES
from deploy.local.looking import http_get
from deploy.local.ports import LOOPBACK, free_port
from deploy.observe.measures import Measures
from tests.observe.configured import OBSERVE, read
from tests.observe.expressions import of_dashboards, of_rules
from tests.observe.tools import NotToBeHad, tool
from tests.waiting import until

LEFT_BY_OTHERS = {"LinzhangDeadLetters"}
"""What other tests of this system may have left."""


def _configured(targets):
    """The committed configuration, with addresses for names and without anybody to call."""
    stated = read(OBSERVE / "prometheus.yml")
    stated["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    stated["rule_files"] = [str(OBSERVE / name) for name in stated["rule_files"]]
    del stated["alerting"]
    (ours,) = (one for one in stated["scrape_configs"] if one["job_name"] == "linzhang")
    assert ours.pop("dns_sd_configs")
    ours["static_configs"] = [
        {"targets": [f"{LOOPBACK}:{port}"], "labels": {"__meta_dns_name": name}} for name, port in targets.items()
    ]
    return stated | {"scrape_configs": [ours]}


@asynccontextmanager
async def watching(folder, targets):
    """A Prometheus; asked by path, it gives the data of its answer."""
    try:
        program = await asyncio.to_thread(tool, "prometheus")
    except NotToBeHad as reason:
        pytest.skip(str(reason))
    file, port = folder / "prometheus.yml", free_port()
    file.write_text(yaml.safe_dump(_configured(targets)), "utf-8")
    server = await asyncio.create_subprocess_exec(
        program,
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={LOOPBACK}:{port}",
        "--log.level=error",
    )

    async def ask(path):
        status, said = await asyncio.to_thread(http_get, port, f"/api/v1/{path}")
        told = json.loads(said)
        assert (status, told["status"]) == (200, "success"), (path, said)
        return told["data"]

    async def ready():
        return (await asyncio.to_thread(http_get, port, "/-/ready"))[0] == 200

    try:
        await until(ready)
        yield ask
    finally:
        server.terminate()
        await server.wait()


async def test_prometheus_evaluates_every_rule_and_panel_over_a_running_system_and_nothing_is_alarmed(system, tmp_path):
    registry = CollectorRegistry()
    registry.register(Measures(disks=(tmp_path,)))
    beside, thread = start_http_server(0, LOOPBACK, registry)
    targets = {service: system.run.http_ports[service] for service in SERVICES}
    try:
        async with watching(tmp_path, targets | {"provisioner": beside.server_port}) as ask:

            async def scraped():
                active = (await ask("targets"))["activeTargets"]
                return sorted(one["labels"]["service"] for one in active if one["health"] == "up") == sorted(
                    [*SERVICES, "provisioner"]
                )

            async def evaluated():
                rules = [rule for group in (await ask("rules"))["groups"] for rule in group["rules"]]
                return all(rule["health"] != "unknown" for rule in rules)

            await until(scraped)
            await until(evaluated)
            rules = [rule for group in (await ask("rules"))["groups"] for rule in group["rules"]]
            assert {rule["name"]: rule.get("lastError", "") for rule in rules} == {one.where: "" for one in of_rules()}
            for panel in of_dashboards():
                await ask(f"query?query={urllib.parse.quote(panel.expression)}")

            async def quiet():
                raised = {one["labels"]["alertname"] for one in (await ask("alerts"))["alerts"]}
                return raised - LEFT_BY_OTHERS == set()

            await until(quiet)
    finally:
        await asyncio.to_thread(beside.shutdown)
        thread.join()
        beside.server_close()
