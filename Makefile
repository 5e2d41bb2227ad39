# hospital_twin: `make help` lists what can be made. Nothing but Python and make is needed.
#
#   PYTHON=/path/to/python3.12   the Python that makes .venv/ (else the first suitable one on PATH)
#   SERVE=0                      make demo stops before it serves the page
#   JOBS=2                       test processes
#   UPGRADE=1                    make lock takes the newest releases

PYTHON ?=
SERVE ?= 1
JOBS ?= 2
UPGRADE ?= 0

VENV = .venv
RUN = $(VENV)/bin/python
TWIN = $(VENV)/bin/hospital-twin
INSTALLED = $(VENV)/.installed
PIP = $(RUN) -m pip --disable-pip-version-check install --quiet
PYTEST = $(RUN) -m pytest -n $(JOBS) --dist worksteal

.PHONY: help setup demo test verify bench docs serve lock

help:  ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1	/p' Makefile | expand -t 16

setup: $(INSTALLED)  ## make .venv/ from the lock file, with the project in it
	@echo "$(VENV)/ is ready. Next: make demo"

# An environment whose Python still suits is kept, and only what changed is installed. The stamp is
# written last, so that an interrupted installation is taken up again by the next call.
$(INSTALLED): pyproject.toml requirements.lock
	@sh scripts/find_python.sh $(RUN) >/dev/null 2>&1 || { \
	    python=$$(sh scripts/find_python.sh "$(PYTHON)") && \
	    echo "Making $(VENV)/ with $$python" && "$$python" -m venv --clear $(VENV); }
	@echo "Installing the packages of requirements.lock (the first time: 1.2 GB, some minutes)"
	@$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(INSTALLED)  ## a sample log, calibrated, two what-ifs, a report and a page (SERVE=0: no page)
	@$(TWIN) demo $(if $(filter 0,$(SERVE)),--no-serve)

test: $(INSTALLED)  ## every test but the long ones of `make verify`
	@$(PYTEST)

verify: $(INSTALLED)  ## the model against closed forms, known truth and real logs (minutes)
	@$(PYTEST) -m verify
	@$(RUN) -m benchmarks.verify

bench: $(INSTALLED)  ## speed and memory, written to benchmarks/results.json
	@$(RUN) -m benchmarks.run

docs: $(INSTALLED)  ## the generated pages of docs/
	@$(RUN) scripts/build_docs.py

serve: $(INSTALLED)  ## the dashboard, at an address that is printed
	@$(TWIN) serve

lock: $(INSTALLED)  ## requirements.lock anew after a change of pyproject.toml (UPGRADE=1: newest releases)
	@$(RUN) -m uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	    --fork-strategy fewest --generate-hashes --no-config --quiet \
	    --custom-compile-command "make lock" $(if $(filter 1,$(UPGRADE)),--upgrade) --output-file requirements.lock
