#!/usr/bin/env bash
# check_links.sh must accept correct links and report each broken one.
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/check_links.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

mkdir "$tree/docs"
cat >"$tree/README.md" <<'EOF'
# Ein Überblick: `rill`, the *whole*
[below](#über-uns) [guide](docs/guide.md) [part](docs/guide.md#second-part "a title") [site](https://example.org/x.md)
## Über uns
`[no](link.md)`
```
[no](link.md)
```
[named]: docs/guide.md
EOF
printf '# Guide\n## Second part\n[back](../README.md#ein-überblick-rill-the-whole)\n' >"$tree/docs/guide.md"

report=$(bash "$check" "$tree")
[[ $report == "5 links lead somewhere" ]] || { echo "FAILED: good links: $report"; exit 1; }

for planted in '[a](gone.md)' '[a](guide.md#gone)' '[a](#gone)' '![a](gone.png)' '[a]: ../gone.md'; do
    printf '%s\n' "$planted" >"$tree/docs/planted.md"
    if report=$(bash "$check" "$tree" 2>/dev/null) || [[ $report != ./docs/planted.md:*gone* ]]; then
        echo "FAILED: $planted was not found: $report"
        exit 1
    fi
done
echo "every planted link was found"
