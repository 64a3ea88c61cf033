# make demo             one program compiled and run
# make test             all tests
# make lint             ruff and mypy
# make bench            compile times and sizes beside clang's
# make kernel-programs KERNEL=/path/to/linux   every BPF program of a kernel tree, compiled and (as root) loaded

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
KERNEL ?=

.PHONY: demo test lint bench kernel-programs clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade pip
	$(PY) -m pip install --quiet -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PY) -m pip install --quiet -e '.[dev]'
	@touch $@

demo: $(VENV)/installed
	$(PY) examples/demo.py

test: $(VENV)/installed-dev
	$(PY) -m pytest

lint: $(VENV)/installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --strict -p ebpfcc

bench: $(VENV)/installed
	$(PY) benchmarks/run.py

kernel-programs: $(VENV)/installed
	@test -n "$(KERNEL)" || { echo "usage: make kernel-programs KERNEL=/path/to/linux"; exit 2; }
	$(PY) -m ebpfcc.kernel.programs $(KERNEL)

clean:
	rm -rf $(VENV) build dist *.egg-info
