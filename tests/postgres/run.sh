#!/usr/bin/env bash
# Starts a PostgreSQL server on a Unix socket in a temporary directory, and runs PROGRAM with it.
# usage: run.sh SOURCE_DIR PROGRAM
set -euo pipefail

skip() { echo "SKIPPED: $*"; exit 77; }

program=$2
[[ -x $program ]] || skip "it was built without libpq (libpq-dev)"
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
PATH=$bin:$PATH
command -v initdb >/dev/null && command -v postgres >/dev/null || skip "there is no PostgreSQL server (postgresql)"

# PostgreSQL refuses to run as root.
as_user=()
if ((EUID == 0)); then
    command -v setpriv >/dev/null || skip "root has no setpriv to run PostgreSQL as another user"
    as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi

work=$(mktemp -d /tmp/rill-postgres.XXXXXX) # short, because the path of a Unix socket has at most 107 bytes
server=
stop() {
    if [[ -n $server ]]; then
        kill -INT "$server" 2>/dev/null || true # disconnects its clients
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap stop EXIT
chmod 711 "$work"
mkdir "$work/run"
((EUID != 0)) || chown 65534:65534 "$work/run"
chmod 700 "$work/run"
cd "$work/run" 2>/dev/null || cd /

"${as_user[@]}" env HOME="$work/run" initdb -D "$work/run/data" -U rill -A trust --no-sync --locale=C -E UTF8 >"$work/initdb.log" 2>&1 ||
    { cat "$work/initdb.log"; exit 1; }
"${as_user[@]}" env HOME="$work/run" postgres -D "$work/run/data" -k "$work/run" -c listen_addresses= -c fsync=off -c shared_buffers=8MB \
    >"$work/postgres.log" 2>&1 &
server=$!
for ((i = 0; i < 300; i++)); do
    [[ ! -S $work/run/.s.PGSQL.5432 ]] || break
    kill -0 "$server" 2>/dev/null || { cat "$work/postgres.log"; exit 1; }
    sleep 0.1
done

timeout 60 "$program" "host=$work/run user=rill dbname=postgres"
