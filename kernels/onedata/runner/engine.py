"""The papermill engine ``onedata``: the entry point through which papermill executes a run.

papermill loads every engine when it is imported itself, so this module imports nothing of it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onedata.runner.execution import Execution


class OneDataEngine:
    """Executes a notebook as a run: followed, limited, stoppable, its secrets masked.

    The runner passes its ``Execution`` as papermill's engine argument ``execution``. Without one,
    as in ``papermill --engine onedata``, this is papermill's own engine.
    """

    @classmethod
    def execute_notebook(
        cls, nb: Any, kernel_name: str, *, execution: "Execution | None" = None, **options: Any
    ) -> Any:
        """Execute a notebook with papermill's parameters in it, and give it back with its outputs."""
        if execution is None:
            from papermill.engines import NBClientEngine

            return NBClientEngine.execute_notebook(nb, kernel_name, **options)
        return execution.execute(nb, kernel_name)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> str:
        """Name the kernel a notebook asks for."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> str:
        """Name a notebook's programming language."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))
