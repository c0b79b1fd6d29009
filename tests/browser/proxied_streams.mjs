// Streams of topics_server through a proxy, and operations on them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { patience, within } from './sample_process.mjs';

// The events of a stream, one after another.
export class Events {
    #text = '';
    #events = [];
    #wake = () => {};

    take(text) {
        const blocks = (this.#text + text).split('\n\n');
        this.#text = blocks.pop();
        for (const block of blocks) {
            const event = Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]));
            if ('data' in event) {
                this.#events.push(event);
            }
        }
        this.#wake();
    }

    async next(ms = patience) {
        if (this.#events.length === 0) {
            await within(new Promise((resolve) => (this.#wake = () => this.#events.length > 0 && resolve())), 'event', ms);
        }
        return this.#events.shift();
    }
}

// A client with its own address and its own connection.
export class Reader {
    #request;
    events = new Events();

    static async open(url, { headers = {}, from = '127.0.0.2' } = {}) {
        const reader = new Reader();
        reader.#request = request(url, { headers: { Accept: 'text/event-stream', ...headers }, agent: false, localAddress: from });
        reader.#request.end();
        const [response] = await within(once(reader.#request, 'response'), `answer of ${url}`);
        reader.status = response.statusCode;
        response.on('error', () => {});
        reader.#request.on('error', () => {});
        response.setEncoding('utf8').on('data', (text) => reader.events.take(text));
        return reader;
    }

    next(ms) {
        return this.events.next(ms);
    }

    leave() {
        this.#request.destroy();
    }

    reset() {
        this.#request.socket.resetAndDestroy();
    }
}

export async function publish(url, topic, data) {
    const answer = await fetch(`${url}/topics/${topic}`, { method: 'POST', headers: { Authorization: 'Bearer sesame' }, body: data });
    assert.equal(answer.status, 201);
    return (await answer.json()).id;
}

export const text = async (url, options) => (await fetch(url, options)).text();

export async function eventually(holds, what) {
    let goes = true;
    const loop = (async () => {
        for (; goes && !(await holds()); await delay(20));
    })();
    try {
        await within(loop, what);
    } finally {
        goes = false;
    }
}

export const running = async (server, count) => (await text(`${server.url}/running`)) === String(count);

// Without heartbeats, only another event could release a buffered event or reveal a disconnect.
export const silent = ['--heartbeat-ms', '0'];

export async function inLockStep(publisher, reader, topic, events = 20) {
    for (let n = 0; n < events; ++n) {
        const id = await publish(publisher, topic, `event ${n}`);
        assert.deepEqual(await reader.next(), { data: `event ${n}`, id });
    }
}
