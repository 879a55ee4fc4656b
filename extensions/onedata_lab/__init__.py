"""One Data Studio in JupyterLab."""
