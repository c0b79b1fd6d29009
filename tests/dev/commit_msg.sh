#!/usr/bin/env bash
# Checks which commit messages .githooks/commit-msg accepts.
# usage: commit_msg.sh SOURCE_DIR
set -euo pipefail

hook=$1/.githooks/commit-msg
message=$(mktemp)
trap 'rm -f "$message"' EXIT
failures=0
fail() { printf 'FAILED: %s\n' "$*"; failures=$((failures + 1)); }

accepted() { # MESSAGE
    printf '%b\n' "$1" >"$message"
    local why
    why=$("$hook" "$message" 2>&1) || fail "\"$1\" must be accepted, but: $why"
}
refused() { # MESSAGE EXPECTED
    printf '%b\n' "$1" >"$message"
    local why
    if why=$("$hook" "$message" 2>&1); then
        fail "\"$1\" must be refused"
    elif [[ $why != *"$2"* ]]; then
        fail "\"$1\" must be refused with \"$2\", but: $why"
    fi
}
letters() { printf "%$1s" '' | tr ' ' a; }

accepted 'http: reject a name with a line break'
accepted 'http, transport: say 503 with Retry-After in one place'
accepted 'tests/dev: cover the hook'
accepted 'ci.yml: add clang 19'
accepted 'core: embed the wheel'
accepted 'core: bring back the date'
accepted 'core: re-arm the timer'
accepted 'docs: explain `Retry-After`\n\nA body of any form. It may have periods.\n- and lists'
accepted "http: $(letters 66)"
accepted "http: $(letters 65)é"
accepted '# a comment\n\nhttp: add a limit\n# another comment'
accepted 'http: add a limit\n# ------------------------ >8 ------------------------\ndiff --git a/x b/x'
accepted 'Merge branch '"'w'"
accepted 'Revert "Http: Bad."'
accepted 'fixup! http: add a limit'
accepted 'squash! anything'
accepted 'amend! anything'
accepted ''

refused 'add a limit' 'must begin with its area'
refused 'Http: add a limit' 'must begin with its area'
refused 'http:add a limit' 'must begin with its area'
refused 'http : add a limit' 'must begin with its area'
refused 'http,sse: add a limit' 'must begin with its area'
refused 'http, : add a limit' 'must begin with its area'
refused ': add a limit' 'must begin with its area'
refused "http: $(letters 67)" 'has 73 characters'
refused 'http: add a limit.' 'a period'
refused 'http: Add a limit' 'lower case'
refused 'http: 2 limits' 'lower case'
refused 'http: added a limit' '"added" is none'
refused 'http: adding a limit' '"adding" is none'
refused 'http: adds a limit' '"adds" is none'
refused 'http: add a limit\nand more of it' 'second line must be empty'

((failures == 0)) || { echo "$failures failures"; exit 1; }
echo "the hook accepts and refuses as it should"
