"""Who outside the services may come to a test's bus."""

from contracts.cases import CaseOpened
from contracts.language.division import Division
from deploy.nats.users import Department, Integrator, Official

FULIANG = Division("360222000000")

OUTSIDERS = (
    Department("police", (CaseOpened,), FULIANG),
    Integrator("acme"),
    Integrator("other"),
    Official("zhang", FULIANG),
)
