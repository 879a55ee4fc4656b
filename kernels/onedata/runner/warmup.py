"""What a runner imports and what it first builds, done once for all runners that are forked."""

import nbformat

from onedata.runner.light_papermill import import_papermill


def warm_up() -> None:
    """Import everything, and go through the motions that build caches; starts no thread and no socket."""
    import_papermill()
    import asyncio.selector_events  # noqa: F401 - the loop of a run
    import http.client  # noqa: F401 - reports

    import nbconvert.exporters.html  # noqa: F401 - the page
    import zmq.asyncio  # noqa: F401 - the kernel's channels
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.provisioning.factory import KernelProvisionerFactory
    from papermill import execute_notebook

    import onedata.runner.attempt  # noqa: F401 - the runner itself

    KernelSpecManager().find_kernel_specs()
    KernelProvisionerFactory.instance()
    cell = nbformat.v4.new_code_cell("x: int = 1  # a number", metadata={"tags": ["parameters"]})
    execute_notebook(
        nbformat.v4.new_notebook(
            cells=[cell],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}},
        ),
        None,
        parameters={"x": 2},
        kernel_name="python3",
        language="python",
        prepare_only=True,
        progress_bar=False,
    )
