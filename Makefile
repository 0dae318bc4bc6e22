# For developers; users need only `pip install .` and the command `planner`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
WORKERS ?= 2
BUNDLE ?= out/bundle

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow check app bench bundle

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make the virtual environment .venv with pinned versions

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV): this takes a few minutes once"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP) ## Plan the bundled region Beijing; files go to out/beijing
	@$(BIN)/planner demo

# $(call need,condition,packages): install Debian packages where we may, else say what is missing
define need
	@if $(1); then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		echo "Installing for the tests: $(2)"; \
		apt-get update -qq > /dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) > /dev/null \
		|| echo "Not installed; the tests that need it are skipped: $(2)"; \
	else \
		echo "Tests are skipped without: $(2). On Debian or Ubuntu: sudo apt-get install $(2)"; \
	fi
endef

test: $(STAMP) ## Run the fast tests (installs Chromium and a Chinese font where it may)
	$(call need,command -v chromium > /dev/null && fc-list :lang=zh-cn | grep -q .,chromium fontconfig fonts-noto-cjk)
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-slow: $(STAMP) ## Run the slow tests (installs QGIS where it may)
	$(call need,command -v chromium > /dev/null && fc-list :lang=zh-cn | grep -q .,chromium fontconfig fonts-noto-cjk)
	$(call need,/usr/bin/python3 -c 'import qgis.core' 2> /dev/null,python3-qgis)
	@$(BIN)/python -m pytest -q -m slow

check: $(STAMP) ## Check format, lint, types and architecture
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_architecture.py

app: $(STAMP) ## Open the desk in a browser
	@$(BIN)/planner app

bench: $(STAMP) ## Measure build, hand-over and solve against the bare matrix
	@$(BIN)/python benchmarks/build.py

bundle: $(STAMP) ## Write wheels and a script that install without a registry, to out/bundle
	@rm -rf $(BUNDLE) build && mkdir -p $(BUNDLE)/wheels
	@echo "Collecting wheels: this takes some minutes"
	@$(BIN)/python -m pip wheel -q --disable-pip-version-check -c constraints.txt -w $(BUNDLE)/wheels .
	@rm -rf build
	@cp bundle/install.sh bundle/README.md bundle/README.zh-CN.md docs/deploy.md LICENSE $(BUNDLE)/ && cp -r docs/deploy $(BUNDLE)/
	@$(BIN)/python -c 'import platform, sys; print("%d.%d %s %s" % (*sys.version_info[:2], platform.system(), platform.machine()))' > $(BUNDLE)/PYTHON
	@cd $(BUNDLE) && sha256sum PYTHON install.sh wheels/*.whl > SHA256SUMS
	@echo "$(BUNDLE): $$(ls $(BUNDLE)/wheels | wc -l) wheels, $$(du -sh $(BUNDLE) | cut -f1). Copy it and run install.sh"
