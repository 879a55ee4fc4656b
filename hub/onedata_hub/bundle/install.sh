#!/bin/sh
# Install One Data Studio from this folder, at a site that reaches nothing else.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$here"

usage() {
  cat <<'END'
./install.sh check                     compare every file with its checksum
./install.sh images REGISTRY           push the images to your registry, and write images.yaml
./install.sh chart NAMESPACE [ARGS]    install or upgrade the chart with images.yaml; ARGS go to Helm
./install.sh wheels FOLDER             make a Python environment with the `onedata` command

REGISTRY is a host, with a path if you like: registry.example.org/tools. SKOPEO_OPTIONS is passed on to
`skopeo copy`, such as --dest-creds=user:password or --dest-tls-verify=false.
END
}

need() {
  command -v "$1" >/dev/null 2>&1 || { echo "$1 is not on this machine. $2" >&2; exit 1; }
}

check() {
  sha256sum --check --quiet SHA256SUMS
  echo "Every file is as it was gathered."
}

images() {
  need skopeo "It copies the images; most systems have it as the package 'skopeo'."
  while read -r archive name; do
    echo "$1/$name"
    # The options are several words.
    # shellcheck disable=SC2086
    skopeo copy --quiet ${SKOPEO_OPTIONS:-} "oci-archive:images/$archive" "docker://$1/$name"
  done < images/LIST
  values "$1" > images.yaml
  echo "images.yaml names them for the chart."
}

# One of the platform's images as the chart names it: "name: …, tag: …".
named() {
  sed -n "s#^[^ ]* \(one-data-studio/$2\):\(.*\)\$#{name: \"$1/\1\", tag: \"\2\"}#p" images/LIST
}

values() {
  cat <<END
image: $(named "$1" hub)
jupyterhub:
  hub:
    image: $(named "$1" hub)
  proxy:
    chp:
      image: $(named "$1" proxy)
  singleuser:
    image: $(named "$1" notebook)
END
}

chart() {
  need helm "Install Helm 4."
  [ -f images.yaml ] || { echo "There is no images.yaml yet. Run: ./install.sh images REGISTRY" >&2; exit 1; }
  namespace=$1
  shift
  helm upgrade --install onedata chart/*.tgz --namespace "$namespace" --create-namespace -f images.yaml "$@"
}

wheels() {
  need python3 "Python 3.11 or newer runs the platform."
  python3 -m venv "$1"
  # The lock decided what there is: nothing is resolved anew.
  "$1/bin/python" -m pip install --quiet --no-index --no-deps wheels/*.whl
  mkdir -p "$1/share/onedata"
  tar --extract --gzip --no-same-owner --file=proxy.tar.gz --directory="$1/share/onedata"
  echo "$1/bin/onedata is installed."
}

case "${1:-}" in
  check) check ;;
  images | chart | wheels)
    [ $# -ge 2 ] || { usage >&2; exit 2; }
    "$@"
    ;;
  *) usage >&2; exit 2 ;;
esac
