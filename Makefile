# Every verb prepares what it needs: Debian packages, .venv and the pinned Python packages, each only when something is missing or changed.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
DEMO ?= 1
PY := .venv/bin/python
FAST := not browser and not slow and not postgres and not full
export PORT DEMO

.PHONY: help run worker test test-fast test-full bench lint types format screenshots migrate lock clean venv venv-test tools-test

help:  ## Muestra esta ayuda
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: venv  ## Instala lo que falte y sirve en http://127.0.0.1:8000 (PORT=8080 lo cambia; DEMO=0 empieza sin la demostración)
	@exec scripts/run.sh

worker: venv  ## Otro proceso que hace los trabajos de fondo (make run ya trae uno)
	@exec $(PY) -m eventos worker

migrate: venv  ## Crea o actualiza las tablas de la base de datos
	@$(PY) -m eventos migrate

test: venv-test tools-test  ## Todas las pruebas, en tamaño pequeño
	@$(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder

test-fast: venv-test  ## Las pruebas de menos de un minuto: sin navegador ni PostgreSQL
	@$(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "$(FAST)"

test-full: venv-test tools-test  ## Todas las pruebas, en el tamaño prometido (tarda)
	@EVENTOS_TEST_FULL=1 $(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "" --timeout 1800 --durations 25

bench: venv-test tools-test  ## Mide tiempos: un objeto JSON por línea
	@PYTHONPATH=. $(PY) scripts/bench.py

lint: venv-test  ## Estilo, contratos de importación y tipos
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports --config setup.cfg
	@$(MAKE) types

types: venv-test  ## Solo los tipos (mypy)
	@.venv/bin/mypy

format: venv-test  ## Da formato al código
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

screenshots: venv-test tools-test  ## Vuelve a tomar las imágenes del README
	@PYTHONPATH=. $(PY) scripts/screenshots.py

lock: venv-test  ## Fija de nuevo las versiones y huellas de requirements*.txt
	@.venv/bin/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --python-version 3.11 requirements.in -o requirements.txt
	@.venv/bin/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --python-version 3.11 -c requirements.txt \
	    requirements-dev.in -o requirements-dev.txt

clean:  ## Borra lo que se puede volver a hacer (nunca los datos de var/)
	@rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .coverage.* *.egg-info
	@find eventos tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@scripts/system-packages.sh run
	@scripts/venv.sh run

venv-test:
	@scripts/system-packages.sh run
	@scripts/venv.sh test

tools-test:
	@scripts/system-packages.sh test
