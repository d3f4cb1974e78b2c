# Everything from a fresh clone with Python 3.11+ and make; see README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed


.PHONY: install run test nightly fuzz check check-style bench format lock clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Remit needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m frontend.build
	touch $(STAMP)

run: install
	$(BIN)/remit demo create
	$(BIN)/remit serve --demo

test: install
	$(BIN)/python -m pytest -n auto

# Thousands of random processes rather than hundreds, a thousand notices rather than two hundred; for a machine's night.
nightly: install
	RANDOM_RUNS=3000 $(BIN)/python -m pytest -n auto tests/unit/execution
	NOTICES_SENT=1000 $(BIN)/python -m pytest tests/integration/webhooks/test_notices_to_a_receiver_that_fails.py

# Ten minutes of fuzzing FEEL, guided by coverage; says so where atheris (pip install atheris) is not there.
fuzz: install
	mkdir -p var/fuzzing
	$(BIN)/python -m tests.fuzzing.feel_text -max_total_time=600 -rss_limit_mb=1024 -artifact_prefix=var/fuzzing/ var/fuzzing

check: check-style test

check-style: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m benchmarks

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Rewrites the locked versions from pyproject.toml (needs uv).
lock:
	uv pip compile --quiet --universal --python-version 3.11 --group dev --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) var build dist
