#!/usr/bin/env bash
# Runs chat_kills with a new log: a file of SQLite, or a server of Redis or NATS, which this script starts and ends.
# usage: chat_kills.sh CHAT_KILLS CHAT KIND PORT [OPTION...]
# KIND is sqlite, redis or nats. The server of the log listens on PORT, and the processes of the sample on the next ports.
set -euo pipefail
tool=$1 chat=$2 kind=$3 port=$4
shift 4
directory=$(mktemp -d)
server=
finish() {
    if [[ -n $server ]]; then
        kill -KILL "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$directory"
}
trap finish EXIT

needs() {
    command -v "$1" >/dev/null || { echo "SKIPPED: $1 is not installed"; exit 77; }
}
wait_for_port() {
    for _ in $(seq 300); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            return
        fi
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    cat "$directory/log"
    echo "the server of the log does not listen on port $port"
    exit 1
}

case $kind in
sqlite) store=sqlite:$directory/chat.db ;;
redis)
    needs redis-server
    redis-server --bind 127.0.0.1 --port "$port" --dir "$directory" --appendonly no --save '' >"$directory/log" 2>&1 &
    server=$!
    store=redis://127.0.0.1:$port
    ;;
nats)
    needs nats-server
    nats-server --addr 127.0.0.1 --port "$port" --jetstream --store_dir "$directory" >"$directory/log" 2>&1 &
    server=$!
    store=nats://127.0.0.1:$port
    ;;
*)
    echo "unknown kind of log: $kind"
    exit 2
    ;;
esac
if [[ -n $server ]]; then
    wait_for_port
fi
"$tool" "$@" --store "$store" $((port + 1)) "$chat"
