// The ticker restarts ten times with real clients. Each run ends with exit code 0. Each client receives every id exactly once and
// in order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventSource } from 'eventsource';
import { Sample, stablePort, within } from './sample_process.mjs';

const clients = 8;
const restarts = 10;

test('real clients lose no event during ten restarts', async (t) => {
    const port = await stablePort();
    let ticker = await Sample.start('ticker', port);
    t.after(() => ticker.stop());
    const url = `${ticker.url}/ticks?ms=20`;
    const seen = Array.from({ length: clients }, () => []);
    const waiting = new Set();
    const check = () => waiting.forEach((look) => look());
    for (const ids of seen) {
        const source = new EventSource(url);
        t.after(() => source.close());
        source.addEventListener('message', (event) => {
            ids.push(Number(event.lastEventId));
            check();
        });
    }
    // Completes when every client has received `more` additional events.
    const everyoneGets = (more) => {
        const goals = seen.map((ids) => ids.length + more);
        return new Promise((resolve) => {
            const look = () => {
                if (seen.every((ids, n) => ids.length >= goals[n])) {
                    waiting.delete(look);
                    resolve();
                }
            };
            waiting.add(look);
        });
    };
    await within(everyoneGets(3), 'first events');
    for (let n = 0; n < restarts; ++n) {
        assert.deepEqual(await ticker.stop('SIGTERM'), { code: 0, signal: null }, `restart ${n}`);
        ticker = await Sample.start('ticker', port);
        await within(everyoneGets(3), `events after restart ${n}`);
    }
    for (const ids of seen) {
        assert.deepEqual(ids, ids.map((_, n) => n + 1));
        assert.ok(ids.length >= 3 * (restarts + 1));
    }
});
