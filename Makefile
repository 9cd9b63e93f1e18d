# make demo   three hospitals train a model on their secret data (installs what it needs into .venv)
# make test   the tests        make lint   ruff and mypy        make docs   the documentation into site/
# make bench-peers   other systems for `python -m bench --peers`, each in an environment of its own under build/peers

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILT_FROM := pyproject.toml setup.py $(wildcard native/*.py native/*.[ch] native/*/*.[ch])

.PHONY: demo test lint docs bench-peers clean
.DELETE_ON_ERROR:

demo: $(VENV)/.examples
	$(BIN)/python examples/hospitals/demo.py build/demo.json

test: $(VENV)/.test
	$(BIN)/python -m pytest

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.docs
	$(BIN)/mkdocs build --strict

bench-peers: $(VENV)/.bench
	$(BIN)/python -m bench.peers.environments

clean:
	rm -rf $(VENV) build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -f native/*.so native/*.o native/_kernels.c
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Parley needs Python 3.11 or later")'
	$(PYTHON) -m venv $(VENV)

# The package is installed in place, with one of its extras; a stamp file remembers that it was.
$(VENV)/.%: $(BUILT_FROM) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@
