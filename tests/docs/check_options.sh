#!/usr/bin/env bash
# Compares the tables of docs/reference/options.md with the option structs in the headers, see check_options.py.
# usage: check_options.sh SOURCE_DIR
set -euo pipefail
command -v python3 >/dev/null || { echo "SKIPPED: python3 is not installed"; exit 77; }
exec python3 "$(dirname -- "${BASH_SOURCE[0]}")/check_options.py" "$1"
