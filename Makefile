# `make run` and `make test` work in a fresh clone on Debian with Rust.

# Outside the clone by default, since a build takes a while and all clones can share it.
XDG_CACHE_HOME ?= $(HOME)/.cache
CARGO_TARGET_DIR ?= $(XDG_CACHE_HOME)/firstseen/target
export CARGO_TARGET_DIR

# The Python environment with the readers, which tests/prepare.sh makes.
FIRSTSEEN_TEST_VENV ?= $(XDG_CACHE_HOME)/firstseen/venv
export FIRSTSEEN_TEST_VENV
# That with Spark, which is large.
FIRSTSEEN_SPARK_VENV ?= $(XDG_CACHE_HOME)/firstseen/spark-venv
export FIRSTSEEN_SPARK_VENV

.PHONY: run test test-python package-tests test-spark link-module wheel dist test-wheel check bench soak

# Runs the sample job, which writes batches/ and batches.manifest.json.
run:
	tests/prepare.sh build
	cargo run --release --locked -- run sample_data/job.toml --out batches --force

# Runs all tests. Installs MariaDB, PostgreSQL and the Python readers if they are missing.
test:
	tests/prepare.sh
	python3 -B -m unittest discover -q bench
	python3 -B -m unittest discover -q tests
	$(MAKE) --no-print-directory package-tests
	cargo test --release --locked --doc
	cargo test --release --locked --lib --test main

# Runs the tests of the Python package, with the module that cargo builds: wheels are built by `make wheel`.
test-python:
	tests/prepare.sh
	$(MAKE) --no-print-directory package-tests

package-tests: link-module
	PYTHONPATH=$(CURDIR)/python $(FIRSTSEEN_TEST_VENV)/bin/python -B -m unittest discover -q -s python/tests -t python

# Runs the tests of the keep-list on a private Spark cluster, which takes some minutes. CI doesn't run them. Installs Java and
# Spark if they are missing.
test-spark: link-module
	tests/prepare.sh spark
	cd python && $(FIRSTSEEN_SPARK_VENV)/bin/python -B -W ignore -m unittest -v tests.on_spark

link-module:
	cargo build --release --locked -p firstseen-python
	ln -sf $(CARGO_TARGET_DIR)/release/lib_firstseen.so python/firstseen/_firstseen.abi3.so

# Builds the wheel of the Python package into dist/: the first time, that takes about 15 minutes.
wheel:
	package/build.sh wheel

# Builds a tarball of the command, with completions, manual pages and licenses, into dist/.
dist:
	package/build.sh tarball

# Installs the wheel of dist/ into a new environment, and runs the integration tests with its command.
test-wheel:
	tests/prepare.sh
	package/test-wheel.sh

# Makes 200 runs with random faults. SOAK_RUNS sets another number; SOAK_SEED replays one run.
soak:
	tests/prepare.sh
	SOAK_RUNS=$${SOAK_RUNS:-200} cargo test --release --locked --test main -- --nocapture soak

# Must pass before every commit.
check:
	tests/prepare.sh check
	cargo fmt --check
	python3 -B tests/crates.py
	python3 -B tests/rooms.py
	python3 -B tests/recipe.py
	python3 -B tests/messages.py --check
	cargo clippy --release --locked --workspace --all-targets -- -D warnings

# Measures the full-size job next to raw drains of the same rows and other tools: bench/README.md. BENCH='--pairs 1' passes flags.
bench:
	tests/prepare.sh bench
	cargo build --release --locked
	bench/run $(BENCH)
