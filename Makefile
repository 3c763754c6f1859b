# Everything happens in .venv; the two targets a newcomer needs are `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS ?= 1

.PHONY: setup demo test check proto clean

setup: .venv/.installed

.venv/.installed: pyproject.toml deploy/constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Raisonné needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint deploy/constraints.txt --editable '.[dev]'
	touch $@

demo: setup
	$(BIN)/raisonne --home demo-output/home demo --output demo-output

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup check
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

proto: setup
	$(BIN)/python proto/generate.py

clean:
	rm -rf .venv demo-output
