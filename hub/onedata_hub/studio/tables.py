"""Every resource's tables in one metadata, for migrations."""

from onedata_hub.studio.audit import tables as audit
from onedata_hub.studio.database import Base
from onedata_hub.studio.datasets import tables as datasets
from onedata_hub.studio.jobs import tables as jobs
from onedata_hub.studio.lineage import tables as lineage
from onedata_hub.studio.workspaces import tables as workspaces

METADATA = Base.metadata

__all__ = ["METADATA", "audit", "datasets", "jobs", "lineage", "workspaces"]
