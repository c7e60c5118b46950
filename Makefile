# Short names for scripts/; `make` lists them. ARGS is passed on: `make test ARGS="-k spirals"`.
.DEFAULT_GOAL := help
.PHONY: help install run check fix test test-core bench docs build

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## Make or update .venv with everything that tests and tools need
	sh scripts/install

run: ## Start the app in the browser; ARGS are options of Streamlit
	sh scripts/run $(ARGS)

check: ## Check format, style, types and import contracts
	sh scripts/check

fix: ## Format the source and mend what linters can mend
	sh scripts/fix

test: ## Check the source and run every test; ARGS are options of pytest
	sh scripts/test $(ARGS)

test-core: ## Check the source and run the tests of nbn_core alone
	sh scripts/test tests/core nbn_core $(ARGS)

bench: ## List the measurements, or run the one named in ARGS
	sh scripts/bench $(ARGS)

docs: ## Regenerate the list of rules, the pictures and the thumbnails
	sh scripts/docs

build: ## Build the wheel and the source archive into dist/
	sh scripts/build
