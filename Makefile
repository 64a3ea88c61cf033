# make demo             one program compiled and run
# make test             all tests; TESTS='tests/test_cli.py ...' some
# make lint             ruff and mypy
# make fuzz SECONDS=600 mutated sources, objects, packets, assembly and command lines; SEED=1 gives others
# make docs               the pages of docs/ as a site, in build/site
# make bench            compile times and sizes beside clang's
# make dist             the wheel and the source distribution in dist/, checked by twine
# make pages            the manual page, completions and docs/ that are made of tables and of today's messages (as root)
# make kernel-programs KERNEL=/path/to/linux   every BPF program of a kernel tree, compiled and (as root) loaded

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
KERNEL ?=
TESTS ?=
SECONDS ?= 60
SEED ?= 0

.PHONY: demo test lint fuzz bench dist docs pages kernel-programs clean

# Once `make test` has made an editable installation, that serves all; before, the package as a user gets it.
HOME_OF := $(if $(wildcard $(VENV)/installed-dev),$(VENV)/installed-dev,$(VENV)/installed)
DOCS_OF := $(if $(wildcard $(VENV)/installed-dev),$(VENV)/installed-dev,$(VENV)/installed-docs)
SOURCES := $(shell find ebpfcc -name '*.py' -o -name '*.h')

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml $(SOURCES) | $(VENV)/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(VENV)/installed-docs: pyproject.toml $(SOURCES) | $(VENV)/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check '.[docs]'
	@touch $@

demo: $(HOME_OF)
	$(PY) examples/demo.py

# Compiled first: where Python may not write what it compiles, each of a thousand commands would do it anew.
test: $(VENV)/installed-dev
	@$(PY) -m compileall -q ebpfcc
	$(PY) -m pytest $(TESTS)

lint: $(VENV)/installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --strict -p ebpfcc

fuzz: $(VENV)/installed-dev
	$(PY) tests/fuzz --seconds $(SECONDS) --seed $(SEED)

bench: $(VENV)/installed-dev
	$(PY) benchmarks/run.py

docs: $(DOCS_OF)
	$(PY) -m sphinx -W -q -b html -d build/docs docs build/site
	@echo "build/site/index.html"

dist: $(VENV)/installed-dev
	$(PY) -m pip install --quiet --disable-pip-version-check build twine
	rm -rf dist
	$(PY) -m build --outdir dist .
	$(PY) -m twine check --strict dist/*

pages: $(HOME_OF)
	$(PY) tools/flag_pages.py
	$(PY) -m ebpfcc.kernel.messages > docs/messages.md
	$(PY) tools/mistakes_page.py

kernel-programs: $(HOME_OF)
	@test -n "$(KERNEL)" || { echo "usage: make kernel-programs KERNEL=/path/to/linux"; exit 2; }
	$(PY) -m ebpfcc.kernel.programs $(KERNEL)

clean:
	rm -rf $(VENV) build dist *.egg-info
