// The ticker with independent clients: the npm EventSource client and curl.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { EventSource } from 'eventsource';
import { Sample, stablePort, within } from './sample_process.mjs';

// Runs curl until it ends or `enough(output)` is true. Returns {code, output}.
async function curl(args, enough = () => false) {
    const child = spawn('curl', ['--silent', '--show-error', '--no-buffer', '--noproxy', '*', '--max-time', '60', ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    const satisfied = new Promise((resolve) => {
        child.stdout.setEncoding('utf8').on('data', (text) => {
            output += text;
            if (enough(output)) {
                resolve();
            }
        });
    });
    const closed = once(child, 'close').then(([code]) => code);
    try {
        const code = await within(Promise.race([satisfied, closed]), `answer to curl ${args.join(' ')}`);
        return { code, output, errors };
    } finally {
        child.kill('SIGKILL');
        await closed;
    }
}

// Returns the head and the body of the response in the output of `curl --include`.
function parse(output) {
    const end = output.indexOf('\r\n\r\n');
    assert.notEqual(end, -1, `no complete head in ${JSON.stringify(output)}`);
    const [status, ...lines] = output.slice(0, end).split('\r\n');
    const headers = new Map();
    for (const line of lines) {
        const [, name, value] = /^([^:]+):\s*(.*?)\s*$/.exec(line);
        assert.ok(!headers.has(name.toLowerCase()), `${name} comes twice`);
        headers.set(name.toLowerCase(), value);
    }
    return { status: Number(status.split(' ')[1]), headers, body: output.slice(end + 4) };
}

// Returns the complete events of a stream. It implements the rules of the format that the ticker needs.
function eventsOf(body) {
    return body
        .split('\n\n')
        .slice(0, -1)
        .map((block) => Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()])))
        .filter((event) => 'data' in event);
}

const idsOf = (output) => eventsOf(parse(output).body).map((event) => Number(event.id));
const untilEvents = (count) => (output) => output.includes('\r\n\r\n') && idsOf(output).length >= count;

function assertStreamHead({ status, headers }) {
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/event-stream');
    assert.equal(headers.get('cache-control'), 'no-cache, no-transform');
    assert.equal(headers.get('x-accel-buffering'), 'no');
    assert.equal(headers.get('access-control-allow-origin'), '*');
    assert.equal(headers.has('content-length'), false);
    assert.equal(headers.has('content-encoding'), false);
}

function assertProblem({ status, headers, body }, wanted) {
    assert.equal(status, wanted);
    assert.equal(headers.get('content-type'), 'application/problem+json');
    assert.equal(headers.get('content-length'), String(Buffer.byteLength(body)));
    const problem = JSON.parse(body);
    assert.equal(problem.status, wanted);
    assert.equal(typeof problem.title, 'string');
}

describe('curl', () => {
    let ticker;
    before(async () => (ticker = await Sample.start('ticker')));
    after(() => ticker?.stop());

    test('gets the stream with its exact headers', async () => {
        const { output } = await curl(['--include', `${ticker.url}/ticks?ms=50`], untilEvents(5));
        const answer = parse(output);
        assertStreamHead(answer);
        const events = eventsOf(answer.body);
        events.forEach((event, index) => {
            assert.equal(Number(event.id), Number(events[0].id) + index);
            assert.equal('event' in event, false);
            const { time, viewers } = JSON.parse(event.data);
            assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
            assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000, `${time} is the time now`);
            assert.ok(Number.isInteger(viewers) && viewers >= 1);
        });
        assert.match(answer.body, /^retry: ?\d+$/m);
    });

    test('resumes after Last-Event-ID: 41', async () => {
        const { output } = await curl(['--include', '--header', 'Last-Event-ID: 41', `${ticker.url}/ticks?ms=50`], untilEvents(3));
        assert.deepEqual(idsOf(output).slice(0, 3), [42, 43, 44]);
    });

    test('resumes after lastEventId=41 in the query, and the header has priority', async () => {
        const address = `${ticker.url}/ticks?ms=50&lastEventId=41`;
        const query = await curl(['--include', address], untilEvents(2));
        assert.deepEqual(idsOf(query.output).slice(0, 2), [42, 43]);
        const both = await curl(['--include', '--header', 'Last-Event-ID: 77', address], untilEvents(2));
        assert.deepEqual(idsOf(both.output).slice(0, 2), [78, 79]);
    });

    for (const ms of ['5', 'abc', '70000']) {
        test(`ms=${ms} is refused`, async () => {
            const { code, output } = await curl(['--include', `${ticker.url}/ticks?ms=${ms}`]);
            assert.equal(code, 0);
            assertProblem(parse(output), 400);
        });
    }

    test('gets the stream with HTTP/1.0', async () => {
        const { output } = await curl(['--include', '--http1.0', `${ticker.url}/ticks?ms=50`], untilEvents(3));
        const answer = parse(output);
        assertStreamHead(answer);
        assert.equal(answer.headers.has('transfer-encoding'), false, 'HTTP/1.0 knows no chunks');
        const ids = idsOf(output);
        ids.forEach((id, index) => assert.equal(id, ids[0] + index));
    });

    for (const path of ['/', '/ticks']) {
        test(`HEAD ${path} ends after the head`, async () => {
            const { code, output } = await curl(['--head', ticker.url + path]);
            assert.equal(code, 0);
            const answer = parse(output);
            assert.equal(answer.status, 200);
            assert.match(answer.headers.get('content-type'), path === '/' ? /^text\/html\b/ : /^text\/event-stream$/);
            assert.equal(answer.body, '');
        });
    }

    test('GET / is the page', async () => {
        const { code, output } = await curl(['--include', `${ticker.url}/`]);
        assert.equal(code, 0);
        const answer = parse(output);
        assert.equal(answer.status, 200);
        assert.match(answer.headers.get('content-type'), /^text\/html\b/);
        assert.match(answer.body, /^<!DOCTYPE html>[^]*<\/html>\s*$/);
    });

    test('an unknown path is 404', async () => {
        const { code, output } = await curl(['--include', `${ticker.url}/nothing-here`]);
        assert.equal(code, 0);
        assertProblem(parse(output), 404);
    });

    test('an unsupported method is 405 with Allow', async () => {
        const { code, output } = await curl(['--include', '--request', 'DELETE', `${ticker.url}/ticks`]);
        assert.equal(code, 0);
        const answer = parse(output);
        assertProblem(answer, 405);
        const allowed = answer.headers.get('allow').split(/\s*,\s*/);
        assert.ok(allowed.includes('GET') && allowed.includes('HEAD'), `Allow: ${allowed}`);
        assert.ok(!allowed.includes('DELETE'));
    });
});

// The npm client, with the received ids and the Last-Event-ID header of each of its requests.
class Follower {
    ids = [];
    times = [];
    resumedFrom = [];
    #waiting = new Set();

    constructor(address) {
        this.source = new EventSource(address, {
            fetch: (url, init) => {
                this.resumedFrom.push(new Headers(init.headers).get('last-event-id'));
                return fetch(url, init);
            },
        });
        this.source.addEventListener('message', (event) => {
            this.ids.push(Number(event.lastEventId));
            this.times.push(JSON.parse(event.data).time);
            this.#check();
        });
        this.source.addEventListener('error', () => this.#check());
        this.source.addEventListener('open', () => this.#check());
    }

    #check() {
        for (const entry of this.#waiting) {
            if (entry.holds()) {
                this.#waiting.delete(entry);
                entry.resolve();
            }
        }
    }

    until(holds, what) {
        const done = new Promise((resolve) => this.#waiting.add({ holds, resolve }));
        this.#check();
        return within(done, what);
    }

    events(count) {
        return this.until(() => this.ids.length >= count, `${count} events`);
    }
}

describe('the npm EventSource client', () => {
    test('receives consecutive ids', async (t) => {
        const ticker = await Sample.start('ticker');
        t.after(() => ticker.stop());
        const follower = new Follower(`${ticker.url}/ticks?ms=20`);
        t.after(() => follower.source.close());
        await follower.events(50);
        assert.deepEqual(follower.ids, follower.ids.map((_, index) => follower.ids[0] + index));
        assert.deepEqual(follower.times, [...follower.times].sort(), 'the time never runs back');
        assert.deepEqual(follower.resumedFrom, [null], 'one request, without Last-Event-ID');
    });

    for (const signal of ['SIGKILL', 'SIGTERM']) {
        test(`resumes with Last-Event-ID after a restart: ${signal}`, async (t) => {
            const port = await stablePort();
            let ticker = await Sample.start('ticker', port);
            t.after(() => ticker.stop());
            const follower = new Follower(`${ticker.url}/ticks?ms=50`);
            t.after(() => follower.source.close());
            await follower.events(5);

            await ticker.stop(signal);
            await follower.until(() => follower.source.readyState === EventSource.CONNECTING, 'notice of the outage');
            const last = follower.ids.at(-1);
            const before = follower.ids.length;
            ticker = await Sample.start('ticker', port);
            await follower.events(before + 5);

            assert.equal(follower.ids[before], last + 1);
            assert.deepEqual(follower.ids, follower.ids.map((_, index) => follower.ids[0] + index));
            assert.equal(follower.resumedFrom[0], null);
            assert.ok(follower.resumedFrom.length >= 2);
            assert.deepEqual(new Set(follower.resumedFrom.slice(1)), new Set([String(last)]));
        });
    }
});
