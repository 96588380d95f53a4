# The two commands of the README. Each sets up all that it needs by itself: Python >= 3.11, git and make are enough.
CANDIDATES = python3 python3.13 python3.12 python3.11 python
PYTHON ?= $(shell for each in $(CANDIDATES); do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done)
VENV = .venv
WORKERS ?= 2

.PHONY: help demo test setup clean python

help:
	@echo 'make demo   adopt a bundled old service and show what came of it'
	@echo 'make test   run the fast tests'
	@echo 'make setup  make the environment of the tests only'
	@echo 'make clean  delete what these commands made'

demo: python
	@$(PYTHON) -m tests.demo

test: setup
	@echo '== running the fast tests'
	@index="$$($(PYTHON) -m tests.demo.tools --mirror)"; \
		if [ -n "$$index" ]; then export POETRY_PYPI_MIRROR_URL="$$index"; fi; \
		PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/python -m pytest -m 'not e2e' -n $(WORKERS)

setup: $(VENV)/ready

$(VENV)/ready: pyproject.toml
	@$(MAKE) --no-print-directory python
	@echo '== making an environment in $(VENV)'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install -qq --upgrade pip
	@echo '== installing trueup and its development tools'
	@$(VENV)/bin/python -m pip install -qq --editable . --group dev
	@echo '== installing Poetry in an environment of its own'
	@$(PYTHON) -m tests.demo.tools $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) .demo .nox .mypy_cache .pytest_cache .hypothesis reports

python:
	@test -n "$(PYTHON)" || { echo 'trueup needs Python 3.11 or newer: make PYTHON=/path/to/python3.13 ...' >&2; exit 1; }
