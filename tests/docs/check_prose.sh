#!/usr/bin/env bash
# Checks the language of the Markdown pages and of the comments. The rules are in CONTRIBUTING.md, "How we write".
#   codespell   spelling, American
#   prose.py    the word list prose/words.txt, questions, long sentences, lines over 100 columns
# Comments are checked below the paths in prose/paths.txt.
# usage: check_prose.sh SOURCE_DIR [--report]
#   --report   list all findings, including hints and those of all comments; the exit code is then 0
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/prose
cd "$1"

for program in python3 codespell; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done

mapfile -t checked < <(grep -v '^#' "$here/paths.txt")
[[ ${2:-} != --report ]] || checked=(dev cmake/ framework/ samples/ bench/ tests/)
mapfile -t files < <({ git ls-files -co --exclude-standard 2>/dev/null || find . -type f -printf '%P\n'; } | sort -u |
    grep -vE '(^|/)(node_modules|build|corpus|prose)/|package-lock\.json|\.(sum|lock|png|ico)$|^LICENSE$')
spelled=()
for file in "${files[@]}"; do
    [[ -f $file && $file != tests/docs/prose_self_test.sh ]] || continue # its text is wrong on purpose
    for path in .md "${checked[@]}"; do
        [[ $file != *.md && $file != "$path"* ]] || { spelled+=("$file"); break; }
    done
done

failed=0
codespell --builtin clear,rare,en-GB_to_en-US --ignore-words "$here/spelling_ignore.txt" "${spelled[@]}" || failed=1
python3 "$here/prose.py" . "${@:2}" || failed=1
[[ ${2:-} != --report ]] || exit 0
exit "$failed"
