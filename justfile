# The house's commands. Each uses the tools of the virtual environment beside this file, active or not; FIRSTBEST_BIN
# names another one.

bin := env("FIRSTBEST_BIN", justfile_directory() / ".venv/bin")

# Everything that must hold before a change lands.
check: lint contract types test

# Style and format.
lint:
    {{bin}}/ruff check --quiet
    {{bin}}/ruff format --check --quiet

# Types, strictly.
types:
    {{bin}}/mypy --no-error-summary

# The direction of imports.
contract:
    {{bin}}/lint-imports --no-logo

# The tests, in random order on two processes; further arguments go to pytest.
test *ARGS:
    {{bin}}/python -m pytest -q -n 2 {{ARGS}}

# What the documents promise: one title, an ordered glossary, claims with a known status.
docs:
    {{bin}}/python -m pytest -q tests/tidy -k "docs or markdown"

# The main job on the built-in network at a tenth of its scale, into demo/.
report:
    [ -d demo ] || {{bin}}/firstbest init demo
    {{bin}}/firstbest rehearse demo --scale 0.1

# Mends what can be mended by itself.
fix:
    {{bin}}/ruff check --fix --quiet
    {{bin}}/ruff format --quiet

# Pins the requirements anew, with hashes and without any address (needs pip-tools in the environment).
lock:
    {{bin}}/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
        --output-file requirements-dev.txt pyproject.toml
    sed -i '/^#/d; /^firstbest @/d' requirements-dev.txt
