# The whole developer interface. `make demo` and `make test` are all a fresh machine needs.
PYTHON ?= python3
BIN := .venv/bin
# One more than there are cores, since many tests wait for servers that they started; at most 4.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))')

.DEFAULT_GOAL := help
.PHONY: help demo test check fix benchmark soak lost-node lock

help:
	@echo "make demo               the whole loop on drawn people; PHOTOS=dir [PROBES=dir] for yours"
	@echo "make test               run the tests"
	@echo "make check              formatting, lint, types, layers; changes nothing"
	@echo "make fix                format, and mend what the linter can"
	@echo "make benchmark          compare the embedder with dlib, the gallery with NumPy"
	@echo "make soak               half an hour of full load, with bad requests among it"
	@echo "make lost-node          kill a node of a Ray cluster half-way through PHOTOS=dir, and compare"
	@echo "make lock               write constraints.txt anew from the newest versions"

demo: .venv
	@$(BIN)/facewright demo $(if $(PHOTOS),--photos "$(PHOTOS)") $(if $(PROBES),--probes "$(PROBES)")

test: .venv
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: .venv
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/sync-client --check

fix: .venv
	@$(BIN)/python tools/sync-client
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

benchmark: .venv
	@$(BIN)/python benchmarks/embedder.py
	@$(BIN)/python benchmarks/gallery.py

soak: .venv
	@$(BIN)/python benchmarks/soak.py --minutes 30

lost-node: .venv
	@$(BIN)/python benchmarks/lost_node.py "$(PHOTOS)"

lock:
	@./tools/lock $(PYTHON)

# One environment for everything; made anew when what it is made from changes.
.venv: .venv/installed
.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "error: Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) --version)"; \
	      echo "hint: name another one, as in: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Installing into .venv: TensorFlow and dlib's models are large, this takes 1 to 3 minutes"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt pip
	@$(BIN)/pip install -q -c constraints.txt -e '.[all]' --group dev
	@touch $@
