// The proxy in RILL_PROXY, used as by browsers. They use HTTPS and HTTP/2. The proxy uses HTTP/1.1 to the server.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, constants } from 'node:http2';
import { request as requestByTls } from 'node:https';
import { connect as connectTo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect as connectByTls } from 'node:tls';
import { Events, eventually, inLockStep, publish, running, silent } from './proxied_streams.mjs';
import { Proxy, name, skip } from './proxy_process.mjs';
import { Sample, within } from './sample_process.mjs';

// One connection, with any number of requests on it at the same time.
class Browser {
    #socket;

    static async open(proxy) {
        const browser = new Browser();
        browser.#socket = connectTo(proxy.securePort, '127.0.0.1');
        const createConnection = () => connectByTls({ socket: browser.#socket, servername: 'localhost', ca: proxy.certificate, ALPNProtocols: ['h2'] });
        browser.session = connect(proxy.secureUrl, { createConnection });
        browser.session.on('error', () => {});
        await within(once(browser.session, 'connect'), `connection to ${name}`);
        assert.equal(browser.session.alpnProtocol, 'h2');
        return browser;
    }

    async #request(path, headers, body) {
        const request = this.session.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST', ...headers });
        request.on('error', () => {});
        request.end(body);
        const [answer] = await within(once(request, 'response'), `answer to ${path}`);
        request.setEncoding('utf8');
        return { request, status: answer[':status'] };
    }

    async text(path, { headers = {}, body } = {}) {
        const { request, status } = await this.#request(path, headers, body);
        let text = '';
        for await (const piece of request) {
            text += piece;
        }
        return { status, text };
    }

    // Opens a stream. Completes when its head has arrived.
    async stream(path, headers = {}) {
        const { request, status } = await this.#request(path, { accept: 'text/event-stream', ...headers });
        const events = new Events();
        request.on('data', (text) => events.take(text));
        return { status, next: (ms) => events.next(ms), leave: () => request.close(constants.NGHTTP2_CANCEL) };
    }

    close() {
        this.session.destroy();
    }

    reset() {
        this.#socket.resetAndDestroy();
    }
}

describe(`${name}, by HTTPS and HTTP/2`, { skip }, () => {
    let server;
    let proxy;
    let browser;
    before(async () => {
        server = await Sample.start('topics_server', 0, silent);
        proxy = await Proxy.start(name, server.port);
        browser = await Browser.open(proxy);
    });
    after(async () => {
        browser?.close();
        await proxy?.stop();
        await server?.stop();
    });

    for (const path of ['topics', 'handled']) {
        test(`forwards each event immediately: /${path}`, async () => {
            const reader = await browser.stream(`/${path}/steps-${path}`);
            await inLockStep(server.url, reader, `steps-${path}`);
            reader.leave();
        });
    }

    test('forwards a large event completely', async () => {
        const reader = await browser.stream('/handled/large');
        const data = Array.from({ length: 1 << 17 }, (_, n) => String(n).padStart(8, '.')).join(''); // 1 MiB
        const id = await publish(server.url, 'large', data);
        const event = await reader.next();
        assert.equal(event.id, id);
        assert.ok(event.data === data, `${event.data.length} of ${data.length} bytes, or others`);
        reader.leave();
    });

    test('many streams on one connection get their own events', async () => {
        const topics = Array.from({ length: 40 }, (_, n) => `many-${n}`);
        const readers = await Promise.all(topics.map((topic) => browser.stream(`/handled/${topic}`)));
        await Promise.all(topics.map((topic, n) => inLockStep(server.url, readers[n], topic, 3)));
        readers.forEach((reader) => reader.leave());
    });

    test('ends a closed stream at the server without waiting for an event', async () => {
        await eventually(() => running(server, 0), 'end of the tests before');
        const [first, second, third] = await Promise.all([1, 2, 3].map((n) => browser.stream(`/handled/one-of-${n}`)));
        await eventually(() => running(server, 3), 'three streams');
        second.leave();
        await eventually(() => running(server, 2), 'end of one stream at the server');
        await inLockStep(server.url, first, 'one-of-1', 2);
        await inLockStep(server.url, third, 'one-of-3', 2);
        first.leave();
        third.leave();
        await eventually(() => running(server, 0), 'end of the others');
    });

    for (const how of ['close', 'reset']) {
        test(`ends the streams of a closed connection at the server: ${how}`, async () => {
            const other = await Browser.open(proxy);
            await Promise.all([1, 2, 3].map(() => other.stream('/handled/quiet')));
            await eventually(() => running(server, 3), 'three streams');
            other[how]();
            await eventually(() => running(server, 0), 'end of the streams at the server');
        });
    }

    test('refuses more than 100 streams of one client on all its connections', { skip: name !== 'nginx' && 'it can limit only connections' }, async (t) => {
        const [one, two] = [await Browser.open(proxy), await Browser.open(proxy)];
        t.after(() => [one, two].forEach((each) => each.close()));
        const readers = await Promise.all(Array.from({ length: 100 }, (_, n) => [one, two][n % 2].stream('/handled/crowded')));
        assert.deepEqual(new Set(readers.map((reader) => reader.status)), new Set([200]));
        assert.equal((await one.stream('/handled/crowded')).status, 429);
        readers[0].leave();
        await eventually(async () => (await two.stream('/handled/crowded')).status === 200, 'room for another');
    });

    test('forwards Last-Event-ID', async () => {
        const ids = [];
        for (const data of ['one', 'two', 'three']) {
            ids.push(await publish(server.url, 'resumed', data));
        }
        const reader = await browser.stream('/handled/resumed', { 'last-event-id': ids[0] });
        assert.deepEqual([await reader.next(), await reader.next()].map((event) => event.data), ['two', 'three']);
        reader.leave();
    });

    test('forwards request bodies', async () => {
        const body = Array.from({ length: 100_000 }, (_, n) => String(n % 1000).padStart(10, '-')).join('');
        const { status, text } = await browser.text('/echo', { body });
        assert.equal(status, 200);
        assert.ok(text === body);
    });

    test('sends the address of the client, and discards forwarding headers of the client', async () => {
        const headers = { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.2' };
        assert.deepEqual(await browser.text('/client', { headers }), { status: 200, text: '127.0.0.1 127.0.0.1 -' });
    });

    test('hides the paths for the operator', async () => {
        for (const path of ['/metrics', '/streams', '/readyz']) {
            const { status, text } = await browser.text(path);
            assert.equal(status, 404);
            assert.ok(!text.includes('"status":404'), 'the answer is not the server’s');
        }
    });

    test('accepts HTTP/1.1 with TLS', async () => {
        const asking = requestByTls(`${proxy.secureUrl}/client`, { servername: 'localhost', ca: proxy.certificate, agent: false }).end();
        const [answer] = await within(once(asking, 'response'), 'answer');
        assert.equal(answer.httpVersion, '1.1');
        assert.equal(answer.statusCode, 200);
        answer.resume();
    });

    test('reuses connections to the server, with HTTP/1.1', async (t) => {
        const versions = new Set();
        const upstream = createServer((request, response) => {
            versions.add(request.httpVersion);
            response.end('here');
        }).listen(0, '127.0.0.1');
        await once(upstream, 'listening');
        let connections = 0;
        upstream.on('connection', () => ++connections);
        const own = await Proxy.start(name, upstream.address().port);
        const visitor = await Browser.open(own);
        t.after(async () => {
            visitor.close();
            await own.stop();
            upstream.close();
        });
        for (let n = 0; n < 30; ++n) {
            assert.deepEqual(await visitor.text('/'), { status: 200, text: 'here' });
        }
        assert.deepEqual([...versions], ['1.1']);
        assert.ok(connections <= 10, `${connections} connections for 30 requests`);
    });
});
