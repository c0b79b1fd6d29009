// The ticker's page in a real browser: live ticks, pictures of it, and outages of the server that must lose nothing.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { Ticker, patience, requireProgram, stablePort } from './ticker_process.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const pictures = resolve(process.env.RILL_SCREENSHOTS ?? join(here, '../../build/screenshots'));
const executablePath = process.env.RILL_CHROMIUM ?? '/usr/bin/chromium';

const flags = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
];

const desktop = { viewport: { width: 1280, height: 860 }, deviceScaleFactor: 1 };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

// What Chromium itself logs when a server goes away; everything else on the console is an error of the page.
const networkError = /^Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|CONNECTION_CLOSED|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED)$/;

// One browser with a fresh profile for each look: a persistent context is the way to name the profile's directory.
class Visit {
    complaints = [];

    static async to(address, look) {
        const visit = new Visit();
        visit.profile = await mkdtemp(join(tmpdir(), 'rill-chromium-'));
        try {
            visit.browser = await chromium.launchPersistentContext(visit.profile, {
                executablePath,
                args: flags,
                headless: true,
                timeout: patience,
                ...look,
            });
            visit.page = visit.browser.pages()[0] ?? (await visit.browser.newPage());
            visit.page.setDefaultTimeout(patience);
            visit.page.on('console', (message) => {
                if (['error', 'warning'].includes(message.type())) {
                    visit.complaints.push(message.text());
                }
            });
            visit.page.on('pageerror', (error) => visit.complaints.push(`uncaught: ${error.stack ?? error}`));
            await visit.page.goto(address, { waitUntil: 'load' });
        } catch (error) {
            await visit.leave();
            throw error;
        }
        return visit;
    }

    async leave() {
        await this.browser?.close();
        await rm(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }

    state(wanted) {
        return this.page.locator(`body[data-state="${wanted}"]`).waitFor({ state: 'visible' });
    }

    // Completes when the page has seen at least `count` ticks since it was loaded.
    ticks(count) {
        return this.page.waitForFunction((wanted) => window.rillTicks.length >= wanted, count);
    }

    // Everything a test asks of the page, read in one go so that no tick comes in between.
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
                wide: [document.documentElement, ...document.querySelectorAll('.panel, fieldset')]
                    .filter((box) => box.scrollWidth > box.clientWidth)
                    .map((box) => `${box.tagName} ${box.className}: ${box.scrollWidth} in ${box.clientWidth}`),
            };
        });
    }
}

function assertConsecutive(ids) {
    ids.forEach((id, index) => assert.equal(id, ids[0] + index, `ids must rise by one: ${ids.join(' ')}`));
}

before(async () => {
    requireProgram();
    await mkdir(pictures, { recursive: true });
});

describe('the page', () => {
    let ticker;
    before(async () => (ticker = await Ticker.start()));
    after(() => ticker?.stop());

    for (const [name, look] of [
        ['desktop-light', { ...desktop, colorScheme: 'light' }],
        ['desktop-dark', { ...desktop, colorScheme: 'dark' }],
        ['phone-light', { ...phone, colorScheme: 'light' }],
        ['phone-dark', { ...phone, colorScheme: 'dark' }],
        ['phone-narrow', { ...phone, viewport: { width: 320, height: 568 }, reducedMotion: 'reduce' }],
    ]) {
        test(`shows live ticks: ${name}`, async (t) => {
            const visit = await Visit.to(`${ticker.url}/?ms=250`, look);
            t.after(() => visit.leave());
            await visit.state('live');
            await visit.ticks(12);
            await visit.page.screenshot({ path: join(pictures, `ticker-${name}.png`), fullPage: true });

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
            assert.deepEqual(seen.wide, [], 'nothing may be wider than its box');
            assertConsecutive(seen.ids);
            assert.deepEqual(visit.complaints, []);
        });
    }

    test('ticks once a second unless told otherwise', async (t) => {
        const requests = [];
        const visit = await Visit.to(`${ticker.url}/`, desktop);
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
        const visit = await Visit.to(`${ticker.url}/?ms=500`, desktop);
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

    test('gives up on no HTTP error: it opens the stream anew', async (t) => {
        const visit = await Visit.to(`${ticker.url}/?ms=250`, desktop);
        t.after(() => visit.leave());
        await visit.ticks(3);
        // The next request is refused; by the standard EventSource then closes for good and leaves the rest to the page.
        await visit.page.route('**/ticks?*', (route) => route.fulfill({ status: 503, body: '' }), { times: 1 });
        await visit.page.locator('#period input[value="500"]').check();
        await visit.state('reconnecting');
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
            let ticker = await Ticker.start(port);
            t.after(() => ticker.stop());
            const visit = await Visit.to(`${ticker.url}/?ms=250`, desktop);
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
            await visit.page.screenshot({ path: join(pictures, `ticker-outage-${signal.toLowerCase()}.png`), fullPage: true });
            const during = await visit.report();
            assert.equal(during.state, 'Reconnecting');

            ticker = await Ticker.start(port);
            await visit.state('live');
            await visit.ticks(during.ids.length + 4);
            await visit.page.screenshot({ path: join(pictures, `ticker-after-${signal.toLowerCase()}.png`), fullPage: true });
            const seen = await visit.report();
            assert.equal(seen.mark, true, 'the page was not reloaded');
            assert.deepEqual(seen.ids.slice(0, during.ids.length), during.ids);
            assert.deepEqual([seen.missed, seen.repeated], ['0', '0']);
            assertConsecutive(seen.ids);
            assert.deepEqual(visit.complaints.filter((text) => !networkError.test(text)), []);
        });
    }
});
