// The page of the ticker in a real browser. Tests live ticks and restarts of the server without lost events, and takes screenshots.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Sample, stablePort } from './sample_process.mjs';
import { Visit, desktop, looks, networkError } from './visit.mjs';

class TickerVisit extends Visit {
    // Completes when the page has received at least `count` ticks since it was loaded.
    ticks(count) {
        return this.page.waitForFunction((wanted) => window.rillTicks.length >= wanted, count);
    }

    // Reads all values of the page at once, so that no tick arrives in between.
    report() {
        return this.page.evaluate(() => {
            const text = (id) => document.getElementById(id).textContent;
            const ids = ['tick', 'tick-id', 'received', 'latency', 'viewers', 'missed', 'repeated', 'state'];
            return {
                ...Object.fromEntries(ids.map((id) => [id, text(id)])),
                ids: [...window.rillTicks],
                mark: window.notReloaded === true,
                bars: document.querySelectorAll('#chart .bar').length,
                rows: document.querySelectorAll('#list tr').length,
            };
        });
    }
}

function assertConsecutive(ids) {
    ids.forEach((id, index) => assert.equal(id, ids[0] + index, `ids must rise by one: ${ids.join(' ')}`));
}

describe('the page', () => {
    let ticker;
    before(async () => (ticker = await Sample.start('ticker')));
    after(() => ticker?.stop());

    for (const [name, look] of looks) {
        test(`shows live ticks: ${name}`, async (t) => {
            const visit = await TickerVisit.to(`${ticker.url}/?ms=250`, look);
            t.after(() => visit.leave());
            await visit.state('live');
            await visit.ticks(12);
            await visit.picture(`ticker-${name}`);

            const seen = await visit.report();
            assert.match(seen.tick, /^\d\d:\d\d:\d\d\.\d{3}$/);
            assert.equal(seen['tick-id'], String(seen.ids.at(-1)));
            assert.equal(seen.received, String(seen.ids.length));
            assert.match(seen.latency, /^\d+$/);
            assert.equal(seen.viewers, '1');
            assert.equal(seen.state, 'Live');
            assert.deepEqual([seen.missed, seen.repeated], ['0', '0']);
            assert.ok(seen.bars >= 10, `${seen.bars} bars`);
            assert.equal(seen.rows, 8);
            assert.deepEqual(await visit.tooWide('.panel, fieldset'), [], 'nothing may be wider than its box');
            assertConsecutive(seen.ids);
            assert.deepEqual(visit.complaints, []);
        });
    }

    test('ticks once per second by default', async (t) => {
        const requests = [];
        const visit = await TickerVisit.to(`${ticker.url}/`, desktop);
        t.after(() => visit.leave());
        visit.page.on('request', (request) => requests.push(new URL(request.url())));
        assert.equal(await visit.page.locator('#period input:checked').inputValue(), '1000');
        await visit.ticks(3);
        await visit.page.reload();
        await visit.ticks(1);
        const streams = requests.filter((url) => url.pathname === '/ticks');
        assert.deepEqual(streams.map((url) => url.search), ['?ms=1000']);
        assert.deepEqual(visit.complaints, []);
    });

    test('another period resumes after the last id', async (t) => {
        const visit = await TickerVisit.to(`${ticker.url}/?ms=500`, desktop);
        t.after(() => visit.leave());
        await visit.ticks(3);
        const [request] = await Promise.all([
            visit.page.waitForRequest((sent) => new URL(sent.url()).pathname === '/ticks'),
            visit.page.locator('#period input[value="250"]').check(),
        ]);
        const query = new URL(request.url()).searchParams;
        const before = await visit.report();
        assert.equal(query.get('ms'), '250');
        assert.ok(before.ids.includes(Number(query.get('lastEventId'))));
        assert.equal(new URL(visit.page.url()).search, '?ms=250');

        await visit.ticks(before.ids.length + 3);
        await visit.state('live');
        const seen = await visit.report();
        assert.deepEqual([seen.missed, seen.repeated], ['0', '0']);
        assertConsecutive(seen.ids);
        assert.deepEqual(visit.complaints, []);
    });

    test('opens the stream again after an HTTP error', async (t) => {
        const visit = await TickerVisit.to(`${ticker.url}/?ms=250`, desktop);
        t.after(() => visit.leave());
        await visit.ticks(3);
        // The next request is refused. The EventSource then closes permanently, as WHATWG HTML requires. The page must reconnect.
        await visit.page.route('**/ticks?*', (route) => route.fulfill({ status: 503, body: '' }), { times: 1 });
        // The wait begins before the change, because the page may be live again a second later.
        await Promise.all([visit.state('reconnecting'), visit.page.locator('#period input[value="500"]').check()]);
        await visit.state('live');
        const between = await visit.report();
        await visit.ticks(between.ids.length + 3);
        const seen = await visit.report();
        assert.deepEqual([seen.missed, seen.repeated], ['0', '0']);
        assertConsecutive(seen.ids);
    });
});

describe('an outage of the server', () => {
    for (const signal of ['SIGKILL', 'SIGTERM']) {
        test(`loses and repeats nothing: ${signal}`, async (t) => {
            const port = await stablePort();
            let ticker = await Sample.start('ticker', port);
            t.after(() => ticker.stop());
            const visit = await TickerVisit.to(`${ticker.url}/?ms=250`, desktop);
            t.after(() => visit.leave());
            await visit.page.evaluate(() => (window.notReloaded = true));
            await visit.ticks(3);
            await visit.state('live');
            assert.deepEqual(visit.complaints, []);

            const end = await ticker.stop(signal);
            if (signal === 'SIGTERM') {
                assert.deepEqual(end, { code: 0, signal: null }, 'a drained server ends well');
            }
            await visit.state('reconnecting');
            await visit.picture(`ticker-outage-${signal.toLowerCase()}`);
            const during = await visit.report();
            assert.equal(during.state, 'Reconnecting');

            ticker = await Sample.start('ticker', port);
            await visit.state('live');
            await visit.ticks(during.ids.length + 4);
            await visit.picture(`ticker-after-${signal.toLowerCase()}`);
            const seen = await visit.report();
            assert.equal(seen.mark, true, 'the page was not reloaded');
            assert.deepEqual(seen.ids.slice(0, during.ids.length), during.ids);
            assert.deepEqual([seen.missed, seen.repeated], ['0', '0']);
            assertConsecutive(seen.ids);
            assert.deepEqual(visit.complaints.filter((text) => !networkError.test(text)), []);
        });
    }
});
