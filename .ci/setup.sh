#!/usr/bin/env bash
# Make or refresh the environment: setup.sh PYTHON VENV REQUIREMENT
set -euo pipefail
python=$1 venv=$2 requirement=$3

if ! "${python:-false}" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    echo "Advocacy Impact needs Python 3.11, 3.12 or 3.13; '${python:-python3}' is not one. Install one and run: make PYTHON=/path/to/python3.11 ..." >&2
    exit 2
fi
if [ -x "$venv/bin/python" ] && ! "$venv/bin/python" -c 'import sys' 2>/dev/null; then
    rm -rf "$venv"
fi
if [ ! -x "$venv/bin/python" ]; then
    echo "Setting up $venv (about a minute, once) ..."
    "$python" -m venv "$venv"
fi
# uv installs in a tenth of pip's time; where it cannot be had, pip does the same.
if "$venv/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt uv 2>/dev/null; then
    # Tests start many processes: libraries are compiled once here, as pip does, not in each of them.
    VIRTUAL_ENV="$PWD/$venv" "$venv/bin/uv" pip install -q --compile-bytecode -c constraints.txt -e "$requirement"
else
    "$venv/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt -e "$requirement"
fi
# The rules of axe-core (MPL-2.0), for the browser tests: the package's one file, without the driver it asks for.
if [ "$requirement" = ".[dev]" ]; then
    axe=axe-playwright-python==0.1.8
    if [ -x "$venv/bin/uv" ]; then
        VIRTUAL_ENV="$PWD/$venv" "$venv/bin/uv" pip install -q --no-deps "$axe"
    else
        "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps "$axe"
    fi || echo "axe-core could not be installed; the tests that need it are skipped" >&2
fi
