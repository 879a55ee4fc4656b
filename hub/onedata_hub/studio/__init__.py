"""The studio: workspaces, datasets, jobs, lineage and audit, over HTTP, under hub tokens."""
