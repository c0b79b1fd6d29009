// Real clients behind a proxy that cuts their connections about once per second. The server sends 2,000 events in ten seconds.
// Each client receives every id exactly once, in order, and nothing else.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { EventSource as NpmEventSource } from 'eventsource';
import { EventSource as UndiciEventSource } from 'undici';
import { CuttingProxy } from './cutting_proxy.mjs';
import { Sample, within } from './sample_process.mjs';
import { Visit, desktop } from './visit.mjs';

const events = 2000;
const batch = 10;

// fetch-event-source is for browsers, but needs only these functions of them.
globalThis.window ??= { setTimeout, clearTimeout, fetch };
globalThis.document ??= { hidden: false, addEventListener() {}, removeEventListener() {} };
const { fetchEventSource } = (await import('@microsoft/fetch-event-source')).default;

// Each entry starts a client that reads `url` and calls `see(id, data, name)`. It returns a function that ends the client.
const eventSource = (kind) => (url, see) => {
    const source = new kind(url);
    source.addEventListener('message', (event) => see(event.lastEventId, event.data, 'message'));
    source.addEventListener('gap', (event) => see(event.lastEventId, event.data, 'gap'));
    return () => source.close();
};

const clients = {
    'npm eventsource': { begin: eventSource(NpmEventSource) },
    "undici's EventSource": { begin: eventSource(UndiciEventSource) },
    'fetch-event-source': {
        // This client stores an id at the end of the id line, and not at the end of the event. If the connection is cut between
        // the two, the client would skip an event that it never delivered.
        betweenEvents: true,
        begin(url, see) {
            const ending = new AbortController();
            fetchEventSource(url, {
                signal: ending.signal,
                openWhenHidden: true,
                onmessage: (event) => event.data && see(event.id, event.data, event.event || 'message'),
                // By default the client ends at the end of a response.
                onclose: () => {
                    throw new Error('go on');
                },
                onerror: () => undefined,
            });
            return () => ending.abort();
        },
    },
    Chromium: {
        async begin(url, see, origin) {
            const visit = await Visit.to(origin, desktop); // the server has no page here, but the origin may connect
            await visit.page.exposeFunction('see', see);
            await visit.page.evaluate((address) => {
                const source = new EventSource(address);
                for (const name of ['message', 'gap']) {
                    source.addEventListener(name, (event) => window.see(event.lastEventId, event.data, name));
                }
            }, url);
            return () => visit.leave();
        },
    },
};

// Like deepEqual, but prints only the lines around the first difference.
function assertSame(seen, wanted) {
    const at = wanted.findIndex((line, n) => line !== seen[n]);
    if (at >= 0) {
        assert.fail(`at ${at}: ${JSON.stringify(seen.slice(Math.max(0, at - 2), at + 3))} instead of ${JSON.stringify(wanted.slice(at, at + 3))}`);
    }
    assert.equal(seen.length, wanted.length);
}

async function publishAll(url, topic) {
    const ids = [];
    const start = performance.now();
    for (let n = 0; n < events; ++n) {
        if (n % batch === 0) {
            await delay(Math.max(0, start + (n / events) * 10_000 - performance.now()));
        }
        const answer = await fetch(`${url}/topics/${topic}`, { method: 'POST', headers: { Authorization: 'Bearer sesame' }, body: `event ${n}` });
        assert.equal(answer.status, 201);
        ids.push((await answer.json()).id);
    }
    return ids;
}

describe('through connections that are cut', { concurrency: true }, () => {
    let server;
    before(async () => (server = await Sample.start('topics_server', 0, ['--threads', '2'])));
    after(() => server?.stop());

    for (const path of ['topics', 'handled']) {
        for (const [name, { begin, betweenEvents }] of Object.entries(clients)) {
            test(`${name} gets every event once: ${path === 'topics' ? 'the direct path' : 'a handler'}`, async (t) => {
                const topic = `${path}-${Object.keys(clients).indexOf(name)}`;
                const proxy = await CuttingProxy.to(server.port, { betweenEvents });
                t.after(() => proxy.close());
                const seen = [];
                let finish;
                const complete = new Promise((resolve) => (finish = resolve));
                const end = await begin(`${proxy.url}/${path}/${topic}`, (id, data, kind) => {
                    seen.push([id, data, kind].join(' '));
                    if (data === `event ${events - 1}`) {
                        finish();
                    }
                }, server.url);
                t.after(end);
                const ids = await publishAll(server.url, topic);
                await within(complete, `last event; ${seen.length} have come`);
                assertSame(seen, ids.map((id, n) => `${id} event ${n} message`));
                t.diagnostic(`${proxy.cuts} cuts`);
                assert.ok(proxy.cuts >= 4, `${proxy.cuts} cuts`);
            });
        }
    }

    // This test shows that the tests above can fail: a client that does not resume fails.
    test('a client without Last-Event-ID does not get every event once', async (t) => {
        const proxy = await CuttingProxy.to(server.port, { forgetful: true });
        t.after(() => proxy.close());
        const seen = [];
        let finish;
        const complete = new Promise((resolve) => (finish = resolve));
        const end = clients['npm eventsource'].begin(`${proxy.url}/topics/forgotten`, (id, data) => {
            seen.push(id);
            if (data === `event ${events - 1}`) {
                finish();
            }
        });
        t.after(end);
        const ids = await publishAll(server.url, 'forgotten');
        await within(complete, 'last event');
        assert.ok(proxy.cuts >= 4, `${proxy.cuts} cuts`);
        assert.notDeepEqual(seen, ids); // the server sends all held events to a client without a last event ID
    });
});
