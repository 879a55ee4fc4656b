# Everything starts from a Python 3.11 or newer; see CONTRIBUTING.md.
PYTHON ?= python3
BIN := .venv/bin
# Most tests wait for a process now and then: four at a time keep two cores busy.
WORKERS ?= 4
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--override requirements/overrides.txt --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
HUB5 := .venv-hub5
ON_CLUSTER := tests/cluster tests/hub/backends/compute tests/hub/pods/test_*on_cluster.py tests/helm/test_*on_cluster.py
# What takes Helm, skopeo, a registry, Java and Maven, or tests what is installed.
DELIVERY := tests/images tests/hub/bundle tests/hub/openid/test_authenticator.py \
	tests/platform/test_openid.py tests/platform/test_selftest.py
APART := $(addprefix --ignore=,tests/extensions/browser tests/helm $(DELIVERY))
IN_HUB5 := VIRTUAL_ENV=$(CURDIR)/$(HUB5) $(BIN)/uv pip

# Sites behind a proxy of their own have its certificate among the machine's: uv and Node ask there too.
export UV_SYSTEM_CERTS ?= 1
export NODE_USE_SYSTEM_CA ?= 1

.PHONY: up tour test quick test-hub5 test-lab lab chart test-delivery cluster cluster-down images test-cluster check bench bench-cluster docs lock parts platform dev

up: platform  ## Start the platform; make up ARGS="--port 8080" passes options on.
	@exec $(BIN)/onedata up $(ARGS)

tour: platform  ## The same without a browser: a server, the first-hour notebook, the same as a job.
	@exec $(BIN)/onedata tour $(ARGS)

test: dev  ## Every test but those in a browser; make test ARGS="-k name" passes options on.
	@exec $(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(APART) $(ARGS)

quick: dev  ## The tests that take no platform, kernel, PostgreSQL or S3.
	@$(MAKE) --no-print-directory test ARGS="--quick $(ARGS)"

test-hub5: dev  ## The platform's tests on the JupyterHub of the images, that of Zero to JupyterHub's chart.
	$(BIN)/uv venv --quiet --clear $(HUB5)
	$(IN_HUB5) sync --quiet --require-hashes requirements/dev.txt
	$(IN_HUB5) install --quiet --no-deps "$$(grep --only-matching "^jupyterhub==[0-9.]*" images/hub/requirements.txt)"
	$(IN_HUB5) install --quiet --no-deps --no-build-isolation -e kernels -e hub -e extensions
	$(HUB5)/bin/python -m onedata_hub.launch.proxy
	$(HUB5)/bin/pytest -n 2 --dist loadscope tests/platform $(APART) $(ARGS)

test-lab: dev  ## JupyterLab's panels in Chromium, against a running platform.
	@exec $(BIN)/pytest tests/extensions/browser $(ARGS)

lab: platform  ## Build the JupyterLab extension after an edit; the next reload of the page shows it.
	@$(BIN)/python tools/build_lab.py

chart: dev  ## The Helm chart: schema, lint, every manifest, what its accounts may do.
	@exec $(BIN)/pytest tests/helm $(ARGS)

test-delivery: dev  ## What is delivered: recipes and locks of images, bundles, login at a real Keycloak.
	@exec $(BIN)/pytest $(DELIVERY) $(ARGS)

cluster: dev  ## Bring up a real Kubernetes on this machine, for tests: root on Linux, and Go.
	@exec $(BIN)/python -m tests.cluster up $(ARGS)

cluster-down: dev  ## End that cluster and leave nothing of it.
	@exec $(BIN)/python -m tests.cluster down

images: dev  ## Build the images and bring them into the cluster.
	@exec $(BIN)/python -m tests.cluster images $(ARGS)

test-cluster: dev  ## What runs on Kubernetes, on the cluster of KUBECONFIG or of make cluster.
	@exec $(BIN)/pytest --cluster $(ON_CLUSTER) $(ARGS)

check: dev  ## Lint, types, import rules, and docs that match the code.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy kernels hub extensions
	$(BIN)/python tools/check_imports.py
	$(BIN)/python tools/check_light_import.py
	$(BIN)/python tools/make_reference.py --check
	$(BIN)/python tools/make_locale.py --check
	$(BIN)/python tools/lint_lab.py

bench: dev  ## Measure and compare; make bench ARGS="import" measures one thing.
	@exec $(BIN)/python -m tests.bench $(ARGS)

bench-cluster: dev  ## Measure on the cluster of make cluster: starts, the API, fifty jobs, memory.
	@exec $(BIN)/python -m tests.bench cluster $(ARGS)

docs: dev  ## Write the generated pages.
	$(BIN)/python tools/make_reference.py

lock: dev  ## Resolve the requirements anew: versions and hashes, and no host.
	$(LOCK) requirements/platform.in --output-file requirements/platform.txt
	$(LOCK) requirements/dev.in --constraint requirements/platform.txt --output-file requirements/dev.txt
	@# Images take the platform's versions, but JupyterHub as Zero to JupyterHub has it.
	@sed -n 's/^\([^ #][^\\]*==[^\\]*\) \\$$/\1/p' requirements/platform.txt | grep -v -e '^jupyterhub' -e '^oauthlib' > images/.constraints
	for name in hub/requirements notebook/requirements proxy/requirements build; do \
		$(LOCK) --no-annotate --constraint images/.constraints images/$$name.in --output-file images/$$name.txt || exit 1; done
	@rm images/.constraints
	@# The GPU image stands on the notebook image; vLLM has an environment, and so versions, of its own.
	$(LOCK) --no-annotate --constraint images/notebook/requirements.txt images/notebook-gpu/requirements.in --output-file images/notebook-gpu/requirements.txt
	$(LOCK) --no-annotate images/serve/requirements.in --output-file images/serve/requirements.txt

parts: dev  ## Install the servers that tests use, where they are missing.
	$(BIN)/python tools/test_parts.py
	$(BIN)/python tools/keycloak.py

platform dev:
	@$(PYTHON) tools/bootstrap.py $@
