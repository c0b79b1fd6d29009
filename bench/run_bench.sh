#!/usr/bin/env bash
# What ./dev bench runs, in the build that ./dev build has made.
#
#     ./dev bench                      compile time against Asio + Beast; all clients vanishing at once
#     ./dev bench --client PATH [N]    also N interleaved rounds (default 3) of stream_server and floor, each on core 0, under a
#                                      load client on core 1: PATH PORT TARGET STREAMS SECONDS --pid SERVER, which prints one line
#                                      of JSON with events_per_cpu_s, server_user, events, pss_bytes_per_stream, p99_ms, live
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
bin=$here/../build/release/bench
client='' rounds=3
while (($#)); do
    case $1 in
    --client) client=${2:?--client needs a path}; shift 2 ;;
    *) rounds=$1; shift ;;
    esac
done

value() { grep -oE "\"$2\":[0-9.]+" <<<"$1" | cut -d: -f2; }

measure() { # NAME TARGET COMMAND...: one line of figures
    local name=$1 target=$2 server line
    shift 2
    taskset -c 0 "$@" 2>/dev/null &
    server=$!
    sleep 0.5 # for the server to listen; the client would fail, not mismeasure
    line=$(taskset -c 1 "$client" 19200 "$target" 15000 10 --pid "$server") || true
    kill "$server"
    wait "$server" 2>/dev/null || true
    printf '%-6s live %s  events/CPU-s %s  user us/event %s  PSS B/stream %s  p99 ms %s\n' "$name" "$(value "$line" live)" \
        "$(value "$line" events_per_cpu_s)" \
        "$(awk -v u="$(value "$line" server_user)" -v e="$(value "$line" events)" 'BEGIN { printf "%.2f", e ? u / e * 1e6 : 0 }')" \
        "$(value "$line" pss_bytes_per_stream)" "$(value "$line" p99_ms)"
}

echo "== compile time of one handler"
bash "$here/compile_time/compare.sh"
echo "== 15,000 clients vanish"
"$bin/vanish" "$bin/stream_server" 15000 19201
if [[ $client ]]; then
    echo "== 15,000 streams, an event a second each, $rounds rounds"
    for ((round = 0; round < rounds; round++)); do
        measure rill "/ticks?ms=1000" "$bin/stream_server" --port 19200
        measure floor "/ticks?ms=1000" "$bin/floor" --port 19200
    done
fi
