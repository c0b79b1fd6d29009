#!/usr/bin/env bash
# Checks the CI workflow: it is valid YAML, each job runs a command of ./dev that exists, and the matrix has the supported
# compilers. Skipped without Python's YAML parser.
# usage: workflow.sh SOURCE_DIR
set -euo pipefail

python3 -c 'import yaml' 2>/dev/null || { echo "SKIPPED: python3-yaml is not installed"; exit 77; }
python3 - "$1" <<'EOP'
import re, sys, yaml

source = sys.argv[1]
workflow = yaml.safe_load(open(source + "/.github/workflows/ci.yml"))
commands = re.search(r"^([a-z |]+ \| clean)\)$", open(source + "/dev").read(), re.M).group(1).split(" | ")
failures = []
for name, job in workflow["jobs"].items():
    called = [c for step in job["steps"] for c in re.findall(r"\./dev ([a-z]+)", step.get("run", ""))]
    if not called:
        failures.append(f"the job {name} does not run ./dev")
    failures += [f"the job {name} runs ./dev {c}, which does not exist" for c in called if c not in commands]
matrix = workflow["jobs"]["compilers"]["strategy"]["matrix"]["include"]
tested = {entry["cxx"] for entry in matrix}
for compiler in ("g++-12", "g++-13", "g++-14", "clang++-16", "clang++-19"):
    if compiler not in tested:
        failures.append(f"the matrix lacks {compiler}")
if min(tuple(map(int, entry["boost"].split("."))) for entry in matrix) != (1, 81):
    failures.append("the matrix lacks Boost 1.81, the oldest supported version")
print("\n".join(failures) or "each job of the workflow runs ./dev")
sys.exit(bool(failures))
EOP
