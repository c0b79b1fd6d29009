#!/usr/bin/env bash
# check_prose.sh must accept good prose, and name the file and line of each mistake.
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/check_prose.sh
for program in python3 codespell; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/samples"

cat >"$tree/page.md" <<'E2'
# What is checked?

A client receives one event per second. What happens next? The server waits.

| option | meaning |
|---|---|
| `what` | the maximum number of streams |

```text
Who is told so many things. A line of code may be as long as it must be; nothing here is prose, so nothing is checked.
```
E2
cat >"$tree/samples/code.cpp" <<'E2'
// The server sends a comment after 15 s without an event.
int f(); // what a trailing comment says
const char* text = "What is told // so many"; // a string is not a comment
E2
report=$(bash "$check" "$tree" 2>&1) || { echo "FAILED: good prose: $report"; exit 1; }

failures=0
expect() { # FILE TEXT: a finding in the last line of the file
    local file=$tree/$1 lines
    cp "$file" "$tree/saved"
    printf '%s\n' "" "$2" >>"$file"
    lines=$(wc -l <"$file")
    if report=$(bash "$check" "$tree" 2>&1) || ! grep -qE "$1:$lines:" <<<"$report"; then
        echo "FAILED: was not found: $2: $report"
        failures=$((failures + 1))
    fi
    mv "$tree/saved" "$file"
}

expect page.md 'Who is refused gets 503.'
expect page.md 'What is read here is not used.'
expect page.md 'The colour is wrong.'
expect page.md 'A recieved event.'
expect page.md 'More than so many topics are refused.'
expect page.md 'At 10 at most the server stops.'
expect page.md 'The client is told the reason.'
expect page.md 'The server tells the reason.'
expect page.md 'The handler goes on.'
expect page.md 'The worker no longer waits.'
expect page.md 'The directory is made anew.'
expect page.md 'It fails for want of memory.'
expect page.md '| `a` | Who comes later is refused. |'
expect page.md "$(printf 'word %.0s' {1..25})"
expect page.md "$(printf 'a %.0s' {1..40})"
expect samples/code.cpp '// More than so many are refused.'
expect samples/code.cpp 'int g(); // made anew'
expect samples/code.cpp '// the behaviour'
expect samples/code.cpp '// the wait is canceled'
((failures == 0)) || exit 1
echo "every planted mistake was found"
