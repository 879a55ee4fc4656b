"""Hold the house's import rules: who imports whom, by the syntax trees.

``python tools/check_imports.py`` prints each import that breaks a rule and exits 1 if there is one.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [ROOT / "kernels" / "onedata", ROOT / "hub" / "onedata_hub", ROOT / "extensions" / "onedata_lab"]
BACKEND_ONLY = {"boto3", "botocore", "kubernetes", "kubernetes_asyncio", "pymilvus"}
CONTRACT_MAY = {"pydantic", "onedata"} | set(sys.stdlib_module_names)
SHARED = "onedata_hub.studio"


def module_name(path: Path) -> str:
    """Name the module that a file is."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts[1:])
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, module: str) -> Iterator[tuple[int, str]]:
    """Give each imported module with its line; relative imports in full."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            yield node.lineno, base
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def is_in(module: str, package: str) -> bool:
    """Say whether a module is a package or below it."""
    return module == package or module.startswith(package + ".")


def broken_rule(importer: str, imported: str) -> str | None:
    """Say which rule an import breaks, if any."""
    top = imported.partition(".")[0]
    if is_in(importer, "onedata.contract"):
        if top not in CONTRACT_MAY or (
            top == "onedata"
            and not is_in("onedata.contract", imported)
            and not is_in(imported, "onedata.contract")
        ):
            return "the contract imports the standard library and pydantic"
    elif is_in(importer, "onedata") and top in ("onedata_hub", "onedata_lab"):
        return "the kernel library never imports hub or extensions"
    elif is_in(importer, "onedata_hub"):
        if top == "onedata_lab" or (
            top == "onedata" and imported != "onedata" and not is_in(imported, "onedata.contract")
        ):
            return "the hub imports onedata.contract and nothing else of ours"
        if top in BACKEND_ONLY and not is_in(importer, "onedata_hub.backends"):
            return f"only a backend imports {top}"
    elif is_in(importer, "onedata_lab") and top == "onedata_hub":
        return "the extension reaches the hub over HTTP"
    return None


def resource_of(module: str) -> str | None:
    """Name the studio resource that a module belongs to."""
    if not is_in(module, SHARED):
        return None
    rest = module.removeprefix(SHARED).lstrip(".").split(".")
    folder = ROOT / "hub" / "onedata_hub" / "studio" / rest[0]
    return rest[0] if (folder / "endpoints.py").exists() else None


def find_ring(edges: dict[str, set[str]]) -> list[str] | None:
    """Give one ring of resources, if there is one."""

    def walk(at: str, path: list[str]) -> list[str] | None:
        if at in path:
            return [*path[path.index(at) :], at]
        for target in sorted(edges.get(at, ())):
            ring = walk(target, [*path, at])
            if ring:
                return ring
        return None

    return next((ring for start in sorted(edges) if (ring := walk(start, []))), None)


def main() -> int:
    """Check every file; give the exit status."""
    wrong: list[str] = []
    edges: dict[str, set[str]] = {}
    files = [
        path for source in SOURCES for path in sorted(source.rglob("*.py")) if "migrations" not in path.parts
    ]
    for path in files:
        module = module_name(path)
        mine = resource_of(module)
        for line, imported in imports(path, module):
            rule = broken_rule(module, imported)
            if rule:
                wrong.append(f"{path.relative_to(ROOT)}:{line}: imports {imported}; {rule}")
            theirs = resource_of(imported)
            if mine and theirs and mine != theirs:
                edges.setdefault(mine, set()).add(theirs)
    ring = find_ring(edges)
    if ring:
        wrong.append("studio resources form a ring: " + " -> ".join(ring))
    print("\n".join(sorted(set(wrong))) or f"Import rules hold in {len(files)} files.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
