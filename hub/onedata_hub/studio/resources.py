"""The studio's resources, in the order in which they may import one another, and their loops."""

from fastapi import APIRouter

from onedata_hub.studio.audit.endpoints import router as audit
from onedata_hub.studio.datasets.endpoints import router as datasets
from onedata_hub.studio.datasets.upkeep import maintenance
from onedata_hub.studio.datasets.upload_endpoints import router as uploads
from onedata_hub.studio.jobs.endpoints import router as jobs
from onedata_hub.studio.jobs.live_endpoints import router as live
from onedata_hub.studio.jobs.notify import run_notifications
from onedata_hub.studio.jobs.runner_endpoints import router as runner
from onedata_hub.studio.jobs.running_users import router as running_users
from onedata_hub.studio.jobs.scheduler import run_scheduler
from onedata_hub.studio.lineage.endpoints import router as lineage
from onedata_hub.studio.parts import Loop
from onedata_hub.studio.profiles.endpoints import router as profiles
from onedata_hub.studio.settings import Part
from onedata_hub.studio.workspaces.endpoints import router as workspaces

# The last are asked first, so that `runs/events` is no run's id.
ROUTERS: list[APIRouter] = [
    workspaces,
    audit,
    lineage,
    profiles,
    datasets,
    uploads,
    jobs,
    live,
    running_users,
    runner,
]

LOOPS: dict[Part, list[Loop]] = {"api": [], "jobs": [maintenance, run_scheduler, run_notifications]}
