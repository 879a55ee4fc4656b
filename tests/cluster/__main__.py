"""``python -m tests.cluster up|down|status|build|images``: a real Kubernetes on this machine, for the tests."""

import argparse
import sys

from tests.cluster import parts
from tests.cluster.build import build, build_kwok, is_built, programs_folder
from tests.cluster.down import down
from tests.cluster.image_builds import build_images, import_images
from tests.cluster.image_sizes import record
from tests.cluster.place import KUBECONFIG, ClusterError
from tests.cluster.up import status, up


def main() -> int:
    """Do what was asked; give the exit status."""
    arguments = _parser().parse_args()
    try:
        return _do(arguments)
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 1


def _do(arguments: argparse.Namespace) -> int:
    match arguments.verb:
        case "up":
            up(_say, gpus=arguments.gpus)
        case "down":
            down()
        case "build":
            parts.install(parts.RUN)
            _say(f"The programs are in {build()}.")
            if arguments.kwok:
                _say(f"KWOK is {build_kwok()}.")
        case "images":
            built = build_images(_say, only=arguments.only, architecture=arguments.arch)
            if arguments.record:
                record(built)
            if not arguments.no_import and not arguments.arch:
                import_images(built, _say)
        case "status":
            return _print_status()
    return 0


def _print_status() -> int:
    """Print a line for each component; the exit status is zero if all are ready."""
    if not is_built():
        _say("The cluster's programs are not built. Run: make cluster")
        return 1
    found = status()
    for name, ready in found.items():
        _say(f"{name:26} {'ready' if ready else 'not running'}")
    if all(found.values()):
        _say(f"export KUBECONFIG={KUBECONFIG} PATH={programs_folder()}:$PATH")
    return 0 if all(found.values()) else 1


def _say(words: str) -> None:
    print(words, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    begin = verbs.add_parser("up", help="build what is missing and bring the cluster up")
    begin.add_argument(
        "--gpus", type=int, default=0, help="GPUs that the node claims to have; nothing is behind them"
    )
    verbs.add_parser("down", help="end it and leave nothing")
    verbs.add_parser("status", help="say of each process whether it is ready")
    make = verbs.add_parser("build", help="build the programs only")
    make.add_argument("--kwok", action="store_true", help="build KWOK too, for thousands of pretended nodes")
    image = verbs.add_parser("images", help="build the project's images and bring them into the cluster")
    image.add_argument("--only", default="", help="one image's folder; all but the large ones otherwise")
    image.add_argument(
        "--record", action="store_true", help="write their layers' sizes down, for docs/reference/images.md"
    )
    image.add_argument(
        "--arch", default="", help="another processor, arm64: emulated, slow, and not for this cluster"
    )
    image.add_argument("--no-import", action="store_true", help="build them only; no cluster is needed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
