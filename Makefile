# anju: the commands people need. `make` alone prints this list.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

help: ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@sh scripts/environment.sh "$(PYTHON)" run
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml
	@sh scripts/environment.sh "$(PYTHON)" dev
	@touch $@ $(VENV)/run.stamp

install: $(VENV)/run.stamp ## the environment alone: .venv with the locked dependencies and the anju command

up: install ## start everything: database, web, worker, simulators; the demo city on first run (Ctrl-C stops)
	@exec $(BIN)/anju up

test: $(VENV)/dev.stamp ## run all tests, with what they need of this machine
	@sh scripts/browser.sh
	@$(MAKE) --no-print-directory check
	@sh scripts/tests.sh

check: $(VENV)/dev.stamp ## lint, types, import contracts, Django's checks; fast, no services
	@$(BIN)/ruff check src tests conftest.py
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/django_checks.py
	@$(BIN)/mypy

new-service: install ## make the folder of a new service: make new-service NAME=lift_installation
	@$(BIN)/anju new-service "$(NAME)"

.PHONY: help install up test check new-service
