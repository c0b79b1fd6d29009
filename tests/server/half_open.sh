#!/usr/bin/env bash
# Tests a peer that disappears without closing its connection. Server and client run in a separate network namespace. During the test
# the namespace begins to drop every packet. If namespaces are not permitted, the test is skipped (77).
# usage: half_open.sh SOURCE_DIR SERVER_TEST
set -euo pipefail

server_test=$2
if ! unshare --net --map-root-user true 2>/dev/null; then
    echo "skipped: network namespaces are not permitted here"
    exit 77
fi
# Not every kernel has netem. A token bucket that is too small for any packet also drops all packets.
export RILL_DROP_ALL='tc qdisc add dev lo root netem loss 100% 2>/dev/null || tc qdisc add dev lo root tbf rate 8bit burst 1 limit 1'
if ! unshare --net --map-root-user bash -c 'PATH=$PATH:/usr/sbin:/sbin; ip link set lo up && eval "$RILL_DROP_ALL"'; then
    echo "skipped: this kernel has nothing that drops packets, or ip and tc (iproute2) are missing"
    exit 77
fi
exec unshare --net --map-root-user bash -c '
    PATH=$PATH:/usr/sbin:/sbin
    ip link set lo up
    exec "$1" --run_test=peers/the_heartbeat_detects_a_peer_with_dropped_packets --catch_system_errors=no' _ "$server_test"
