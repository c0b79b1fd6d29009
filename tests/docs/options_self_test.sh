#!/usr/bin/env bash
# check_options.sh must accept correct tables, and name each wrong row.
set -euo pipefail

check=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/check_options.sh
command -v python3 >/dev/null || { echo "SKIPPED: python3 is not installed"; exit 77; }
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/docs/reference"
cat >"$tree/options.hpp" <<'E2'
struct options
{
    struct inner
    {
        int x = 1;
    };
    /// A comment with a = sign; and a semicolon.
    std::string host = "127.0.0.1";
    unsigned port = 8080; ///< 0: any
    std::chrono::milliseconds timeout{10'000};
    std::chrono::milliseconds pause{
        50};
    std::size_t max_bytes = 64UL * 1024;
    kind refusal = kind::unavailable;
    bool on = false;
    std::function<bool(int, std::string_view)> hook{};
    int run(int x = 3);
};
E2
page() {
    cat <<'E2'
# Options

## ns::options

Header: [options.hpp](../../options.hpp).

| option | default | meaning |
|---|---|---|
| `host` | `127.0.0.1` | |
| `port` | 8080 | |
| `timeout` | 10 s | |
| `pause` | 50 ms | |
| `max_bytes` | 64 KiB | |
| `refusal` | `unavailable` | |
| `on` | `false` | |
| `hook` | none | |
E2
}
page >"$tree/docs/reference/options.md"
report=$(bash "$check" "$tree")
[[ $report == "8 options are as in the headers" ]] || { echo "FAILED: correct tables: $report"; exit 1; }

failures=0
expect() { # SED-COMMAND FINDING
    page | sed "$1" >"$tree/docs/reference/options.md"
    if report=$(bash "$check" "$tree" 2>/dev/null) || [[ $report != *"$2"* ]]; then
        echo "FAILED: was not found: $1: $report"
        failures=$((failures + 1))
    fi
}
expect 's/127.0.0.1/0.0.0.0/' 'options::host: the page says 0.0.0.0, the header 127.0.0.1'
expect 's/8080/80/' 'options::port'
expect 's/10 s/10 ms/' 'options::timeout'
expect 's/50 ms/5 ms/' 'options::pause'
expect 's/64 KiB/64 MiB/' 'options::max_bytes'
expect 's/`unavailable`/`retry`/' 'options::refusal'
expect 's/`false`/`true`/' 'options::on'
expect '/hook/d' 'options::hook has no row'
expect 's/`hook`/`hooks`/' 'options has no member hooks'
expect 's/ns::options/ns::settings/' 'no struct settings'
expect 's/(.*hpp)/(..\/gone.hpp)/' 'no struct options'
((failures == 0)) || exit 1
echo "every planted mistake was found"
