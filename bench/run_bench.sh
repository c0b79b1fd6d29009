#!/usr/bin/env bash
# The benchmarks of ./dev bench, in the release build of ./dev build.
#
#     ./dev bench [N]                  compile time compared with Asio + Beast, mass_disconnect, and N interleaved rounds
#                                      (default 3) of stream_server and floor with 15,000 streams. The report is in
#                                      build/release/bench/report.
#     ./dev bench --client PATH [N]    the rounds with another load client, to verify rill-bench. The arguments of the client
#                                      are PORT TARGET STREAMS SECONDS --pid SERVER. It prints one line of JSON. Its members
#                                      are events_per_cpu_s, server_user, events, pss_bytes_per_stream, p99_ms, live.
#     ./dev bench --beside [N]         N rounds in which stream_server and floor run at the same time. Each broadcasts once
#                                      per second to 15,000 streams, half a second after the other, so that changes of
#                                      the machine's speed affect both.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
bin=$here/../build/release/bench
client='' rounds=3 beside=''
while (($#)); do
    case $1 in
    --beside) beside=1; shift ;;
    --client) client=${2:?--client needs a path}; shift 2 ;;
    *) rounds=$1; shift ;;
    esac
done

value() { grep -oE "\"$2\":[0-9.]+" <<<"$1" | cut -d: -f2; }

measure() { # NAME TARGET COMMAND...: prints one line of figures
    local name=$1 target=$2 server line
    shift 2
    taskset -c 0 "$@" 2>/dev/null &
    server=$!
    sleep 0.5 # the client fails if the server does not listen yet
    line=$(taskset -c 1 "$client" 19200 "$target" 15000 10 --pid "$server") || true
    kill "$server"
    wait "$server" 2>/dev/null || true
    printf '%-6s live %s  events/CPU-s %s  user us/event %s  PSS B/stream %s  p99 ms %s\n' "$name" "$(value "$line" live)" \
        "$(value "$line" events_per_cpu_s)" \
        "$(awk -v u="$(value "$line" server_user)" -v e="$(value "$line" events)" 'BEGIN { printf "%.2f", e ? u / e * 1e6 : 0 }')" \
        "$(value "$line" pss_bytes_per_stream)" "$(value "$line" p99_ms)"
}

start() { # NAME PORT: starts the server, and a client that writes its figures to $figures/NAME
    local server=$bin/floor
    [[ $1 == floor ]] || server=$bin/stream_server
    taskset -c 0 "$server" --port "$2" >/dev/null 2>&1 &
    servers+=($!)
    sleep 0.5 # the client fails if the server does not listen yet
    if [[ -n $client ]]; then
        taskset -c 1 "$client" "$2" '/broadcast?ms=1000' 15000 30 --pid "${servers[-1]}" >"$figures/$1" &
    else
        taskset -c 1 "$bin/rill-bench" hold "http://127.0.0.1:$2/broadcast?ms=1000" --streams 15000 --settle 4s --for 30s \
            --server-pid "${servers[-1]}" --json - >"$figures/$1" 2>/dev/null &
    fi
    clients+=($!)
}

side_by_side() { # FIRST SECOND: runs one round. The first stream of a server starts its broadcast.
    local servers=() clients=() name line
    start "$1" 19200
    sleep 2 # start() sleeps another half second
    start "$2" 19203
    for name in "${clients[@]}"; do wait "$name" || true; done
    for name in "${servers[@]}"; do kill "$name"; wait "$name" 2>/dev/null || true; done
    for name in rill floor; do
        line=$(<"$figures/$name")
        printf '%s: live %s, %.0f events/CPU-s, %.0f B/stream; ' "$name" "$(value "$line" live)" \
            "$(value "$line" events_per_cpu_s)" "$(value "$line" pss_bytes_per_stream)"
    done
    awk -v r="$(value "$(<"$figures/rill")" events_per_cpu_s)" -v f="$(value "$(<"$figures/floor")" events_per_cpu_s)" \
        'BEGIN { if (r && f) printf "ratio %.3f\n", r / f; else print "no ratio" }'
}

if [[ -n $beside ]]; then
    figures=$(mktemp -d)
    trap 'rm -rf "$figures"' EXIT
    for ((round = 0; round < rounds; round++)); do
        if ((round % 2)); then side_by_side floor rill; else side_by_side rill floor; fi
    done
    exit
fi
echo "== compile time of one handler"
bash "$here/compile_time/compare.sh"
echo "== 15,000 clients disconnect at once"
"$bin/mass_disconnect" "$bin/stream_server" 15000 19201
echo "== 15,000 streams, one event per second each, $rounds rounds"
if [[ -z $client ]]; then
    exec "$bin/rill-bench" compare rill --streams 15000 --endpoint ticks --for 10s --settle 2s --rounds "$rounds" \
        --out "$bin/report"
fi
for ((round = 0; round < rounds; round++)); do
    measure rill "/ticks?ms=1000" "$bin/stream_server" --port 19200
    measure floor "/ticks?ms=1000" "$bin/floor" --port 19200
done
