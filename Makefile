# make demo | test | soak | bench | bench-worklist | serve: each makes its own .venv and needs nothing but Python >= 3.11.
# A second run starts at once; a change of versions or of setup.cfg installs again.
.PHONY: demo test soak bench bench-worklist serve clean
.DEFAULT_GOAL := test

BIN := .venv/bin
VERSIONS := constraints.txt setup.cfg pyproject.toml .ci/install
export PYTHON

demo: .venv/.installed-run
	@$(BIN)/motcua demo

serve: .venv/.installed-run
	@$(BIN)/motcua migrate --embedded
	@$(BIN)/motcua register import --embedded api/demo/town.json
	@$(BIN)/motcua serve --embedded

bench: .venv/.installed-dev
	@$(BIN)/python -m bench.run

# Fills a database with a million open tasks first, so it is no part of the minute above.
bench-worklist: .venv/.installed-dev
	@$(BIN)/python -m bench.run --worklist

test: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --config setup.cfg
	$(BIN)/pytest -q -n auto --dist loadfile --no-loadscope-reorder -m "not crash"
	$(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder -m crash

.venv/.installed-run: $(VERSIONS)
	@.ci/install run
	@touch $@

.venv/.installed-dev: $(VERSIONS)
	@.ci/install dev
	@touch $@ .venv/.installed-run

# A thousand dossiers for each fault between linked nodes, random diagrams by the thousand; takes its time.
soak: .venv/.installed-dev
	MOTCUA_TOKEN_SEEDS=0-999 $(BIN)/pytest -q -n auto tests/test_token_game.py
	MOTCUA_SOAK=1000 $(BIN)/pytest -q -n 2 --dist loadfile tests/test_linked_faults.py tests/test_linked_kills.py

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache motcua.egg-info
