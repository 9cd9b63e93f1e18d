# make demo   three hospitals train a model on their secret data (installs what it needs into .venv); SUITE=replicated3
# make examples   the programs of the cookbook, each beside what it gives in the clear
# make example-user-behaviour   five shops learn together how their customers behave, with a report
# make test   the tests        make lint   ruff and mypy        make docs   the documentation into site/
# make test-fast       what a change is tried on, in a minute
# make test-portable   the tests that compute, on the portable kernels       make test-fpga   those of devices, on an emulator
# make flower   Flower in build/flower, for the tests of its clients and servers with Parley
# make bench-peers   other systems for `python -m bench --peers`, each in an environment of its own under build/peers

PYTHON ?= python3
SUITE := beaver
VENV := .venv
BIN := $(VENV)/bin
BUILT_FROM := pyproject.toml setup.py $(wildcard native/*.py native/*.[ch] native/*/*.[ch])

# Side by side on all cores; each file stays in one process, and the longest begin first: tests/conftest.py.
SIDE_BY_SIDE = -n $(PROCESSES) --dist loadscope --no-loadscope-reorder
PROCESSES := logical
# Tests in their own process, whose kernels can be chosen, that call each kernel from each place that does: CONTRIBUTING.md.
COMPUTING := tests/numeric/test_division.py tests/beaver/test_transcripts.py \
	$(addprefix tests/array/test_,bridge.py no_silent_wrong_numbers.py order.py) \
	$(addprefix tests/core/test_,dealer.py encoding.py) \
	$(addprefix tests/ot/test_,base_co15.py extension_iknp03.py half_trees.py known_answers.py one_of_many.py) \
	$(addprefix tests/proofs/test_,quicksilver.py range_proofs.py relations.py sigma_protocols.py) \
	tests/garbled/test_three_halves.py tests/vole/test_silent_wykw21.py tests/elgamal/test_logarithms.py \
	$(addprefix tests/privacy/test_,biased_coins.py discrete_noise.py joint_noise.py) \
	$(addprefix tests/suites/test_,arithmetic_of_suites.py known_values.py) \
	$(filter-out %/test_imports.py %/test_layers.py %/test_opaque_shares.py,$(wildcard tests/test_*.py))
FAST := tests/array tests/kit $(wildcard tests/test_*.py) \
	$(filter-out %/test_prefetch.py %/test_horizon.py,$(wildcard tests/runs/test_*.py)) \
	$(filter-out %/test_views_of_beaver.py,$(wildcard tests/beaver/test_*.py)) \
	$(filter-out %/test_conversion_of_suites.py,$(wildcard tests/suites/test_*.py)) \
	$(filter-out %/test_ahead.py %/test_batches.py %/test_checking.py %/test_estimates.py %/test_from_ot.py \
	%/test_from_paillier.py,$(wildcard tests/core/test_*.py))
ON_DEVICES := $(addprefix tests/opencl/,test_devices.py test_kernels.py test_paillier_on_devices.py \
	test_runs.py test_use.py)
FPGA_EMULATOR := build/fpga

PIP := python -m pip
PIP_INSTALL := $(PIP) install --quiet --disable-pip-version-check


.PHONY: demo examples example-user-behaviour example-models test test-fast test-portable test-fpga lint docs bench-peers flower \
	installed collected clean
.DELETE_ON_ERROR:

demo: $(VENV)/.examples
	$(BIN)/python examples/hospitals/demo.py build/demo.json --suite $(SUITE)

examples: $(VENV)/.examples
	$(BIN)/python -m examples

example-user-behaviour: $(VENV)/.examples
	$(BIN)/python -m examples.user_behaviour.demo build/user_behaviour

example-models: $(VENV)/.examples
	$(BIN)/python -m examples.private_model

test: PROCESSES := auto
test: $(VENV)/.test
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

test-fast: $(VENV)/.test
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not slow" --examples 4 $(FAST)

test-portable: $(VENV)/.test
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not slow and not blocks" --examples 4 --kernels portable $(COMPUTING)

test-fpga: $(VENV)/.test $(FPGA_EMULATOR)/emulator.icd
	OCL_ICD_VENDORS=$(CURDIR)/$(FPGA_EMULATOR) $(BIN)/python -m pytest -m "not slow" $(ON_DEVICES)

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

# The last emulator that was published, in an environment of its own: the drivers of .venv are newer.
$(FPGA_EMULATOR)/emulator.icd: | $(BIN)/python
	$(BIN)/python -m venv --without-pip $(@D)
	$(BIN)/$(PIP) --python $(@D)/bin/python install --quiet --disable-pip-version-check \
		intel-opencl-fpga-emu-rt==2025.0.5 intel-opencl-rt==2025.0.5 intel-cmplr-lib-rt==2025.0.5
	echo $(CURDIR)/$(@D)/lib/libintelocl_emu.so > $@

# Flower and what it needs beside .venv, whose own packages come first: tests/flower runs with both.
flower: build/flower/installed

build/flower/installed: tests/flower/requirements.txt | $(BIN)/python
	rm -rf $(@D)
	$(BIN)/$(PIP_INSTALL) --no-deps --no-compile --target $(@D) --requirement $<
	@touch $@

# The package is installed in place, with one of its extras; a stamp file remembers that it was.
$(VENV)/.%: $(BUILT_FROM) | $(BIN)/python
	$(BIN)/$(PIP_INSTALL) --editable '.[$*]'
	@touch $@

# What the tests and lint need. Parley is compiled while the rest is installed, whose Python files are not compiled: most
# are never imported, and those that are, are kept compiled by who first imports them.
installed: $(BUILT_FROM) | $(BIN)/python
	$(BIN)/python .ci/requirements.py test lint > $(VENV)/requirements.txt
	$(BIN)/$(PIP_INSTALL) --no-deps --editable . & parley=$$!; \
	$(BIN)/$(PIP_INSTALL) --no-compile --requirement $(VENV)/requirements.txt; rest=$$?; \
	wait $$parley && exit $$rest
	@touch $(VENV)/.test $(VENV)/.lint

# Tests, and what they import, compiled once and kept: side by side each worker would compile all of it for itself.
collected: $(VENV)/.test
	$(BIN)/python -m pytest --collect-only -qq > build/collected.log || (cat build/collected.log; exit 1)
