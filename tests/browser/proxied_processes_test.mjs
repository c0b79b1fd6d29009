// Three processes of the sample "chat" with one log in Redis, behind the proxy in RILL_PROXY (nginx, haproxy) with the upstream of
// docs/scaling.md. bench/robustness/chat_kills runs the clients, kills the processes, and checks the messages. This test checks in
// the log of the proxy that the connections of a client were at different processes.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { EventSource } from 'eventsource';
import { Proxy, name, skip } from './proxy_process.mjs';
import { eventually } from './proxied_streams.mjs';
import { Redis, skipRedis } from './redis_process.mjs';
import { Sample, programOf, stablePort } from './sample_process.mjs';

const clients = 50;
// The clients reconnect after 1 to 2 s. The process is then still away.
const options = ['--clients', String(clients), '--kills', '2', '--down', '2500', '--processes', '3'];

async function listens(port) {
    const probe = connect(port, '127.0.0.1');
    const open = await once(probe, 'connect').then(() => true, () => false);
    probe.destroy();
    return open;
}

// Starts chat_kills. `ended` completes with its exit code and its output.
function startChatKills(args) {
    const command = ['--pdeathsig', 'KILL', programOf('chat_kills'), ...args];
    const child = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, output }));
    return { ended, stop: () => child.kill('SIGKILL') && ended };
}

// The ports of the processes that have served the streams of each client, in the order of its connections.
function portsByClient(served) {
    const result = new Map();
    for (const { port, status, target } of served) {
        const client = /\/events\?client=(\d+)$/.exec(target)?.[1];
        if (client !== undefined && status === 200) {
            result.set(client, [...(result.get(client) ?? []), port]);
        }
    }
    return result;
}

// Completes when all ports accept connections. HAProxy checks its servers when it starts. It would begin with only one of them if
// the others did not listen.
const allListen = (ports) => eventually(async () => !(await Promise.all(ports.map(listens))).includes(false), 'three processes');

// The ports of three processes, and of a proxy.
async function fourPorts() {
    const first = await stablePort(4);
    return { ports: [first, first + 1, first + 2], port: first + 3 };
}

async function post(url, text) {
    const body = JSON.stringify({ name: 'poster', text, key: text });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`${url}/rooms/lobby/messages`, { method: 'POST', headers, body });
    return answer.status;
}

// An EventSource of the room, with the texts of the messages and the number of its requests.
class Follower {
    texts = [];
    notices = [];
    requests = 0;

    constructor(url) {
        this.source = new EventSource(`${url}/rooms/lobby/events`, {
            fetch: (...args) => {
                ++this.requests;
                return fetch(...args);
            },
        });
        this.source.addEventListener('message', ({ data }) => this.texts.push(JSON.parse(data).text));
        for (const notice of ['gap', 'dropped']) {
            this.source.addEventListener(notice, () => this.notices.push(notice));
        }
    }

    shows(text) {
        return eventually(() => this.texts.includes(text), text);
    }
}

describe(`three processes behind ${name} without sticky sessions`, { skip: skip || skipRedis }, () => {
    let redis;
    beforeEach(async () => (redis = await Redis.start()));
    afterEach(() => redis.stop());

    test('clients resume at other processes, and get each message once and in order', async (t) => {
        const { ports, port } = await fourPorts();
        const where = ['--through', String(port), '--store', redis.store, String(ports[0]), programOf('chat')];
        const run = startChatKills([...options, ...where]);
        t.after(() => run.stop());
        await allListen(ports);
        const proxy = await Proxy.start(name, ports, [], port);
        t.after(() => proxy.stop());

        const { code, output } = await run.ended;
        assert.equal(code, 0, output);
        assert.match(output, /each message once and in order/);

        await eventually(async () => portsByClient(await proxy.served()).size === clients, 'end of all streams in the log');
        const served = await proxy.served();
        const byClient = [...portsByClient(served).values()];
        const perProcess = (list) => ports.map((wanted) => list.filter((port) => port === wanted).length);
        const atFirst = perProcess(byClient.map(([port]) => port));
        const moves = byClient.flatMap((list) => list.slice(1).filter((port, n) => port !== list[n])).length;
        const posted = served.filter(({ method, status }) => method === 'POST' && status === 201);
        const posts = perProcess(posted.map(({ port }) => port));
        t.diagnostic(`streams of each process: ${atFirst} at first, ${perProcess(byClient.flat())} in all`);
        t.diagnostic(`streams that continued at another process: ${moves}; messages that each process acknowledged: ${posts}`);
        assert.ok(Math.min(...atFirst) >= clients / 5, `streams of each process: ${atFirst}`);
        assert.ok(moves >= clients / 5, `streams that continued at another process: ${moves}`);
        assert.ok(Math.min(...posts) > 0, `messages that each process acknowledged: ${posts}`);
    });

    // Ends all processes while an EventSource follows a room. again() starts the processes again.
    async function abandoned(t, changes = []) {
        const { ports, port } = await fourPorts();
        let processes = [];
        const args = ['--admin', '--store', redis.store];
        const startAll = async () => (processes = await Promise.all(ports.map((port) => Sample.start('chat', port, args))));
        t.after(() => Promise.all(processes.map((chat) => chat.stop())));
        await startAll();
        const proxy = await Proxy.start(name, ports, changes, port);
        t.after(() => proxy.stop());
        const follower = new Follower(proxy.url);
        t.after(() => follower.source.close());
        await eventually(() => follower.source.readyState === EventSource.OPEN, 'stream');
        assert.equal(await post(proxy.url, 'before'), 201);
        await follower.shows('before');
        await Promise.all(processes.map((chat) => chat.stop()));
        await eventually(() => follower.requests >= 2, 'a request while no process works');
        return { proxy, follower, again: startAll };
    }

    test('an EventSource continues after all processes have ended at the same time', async (t) => {
        const { proxy, follower, again } = await abandoned(t);
        assert.equal(await post(proxy.url, 'during'), 503);
        await again();
        await eventually(async () => (await post(proxy.url, 'after')) === 201, 'a process that works');
        await follower.shows('after');
        assert.deepEqual([follower.texts, follower.notices], [['before', 'after'], []]);
    });

    const withoutIt = { nginx: [['error_page 502 504 = @away;', '']], haproxy: [['    http-error ', '    # http-error ']] };
    test('without an answer to it an EventSource closes permanently', async (t) => {
        const { follower } = await abandoned(t, withoutIt[name]);
        await eventually(() => follower.source.readyState === EventSource.CLOSED, 'end of the EventSource');
    });
});
