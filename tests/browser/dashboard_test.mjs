// The page of the dashboard in two browsers, which share one sampler, and during restarts of the server.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Sample, stablePort } from './sample_process.mjs';
import { Visit, desktop, looks, networkError, phone } from './visit.mjs';

class DashboardVisit extends Visit {
    // Completes when `count` events have arrived since the page was loaded.
    events(count) {
        return this.page.waitForFunction((wanted) => window.rillFigures.ids.length >= wanted, count);
    }

    event(id) {
        return this.page.waitForFunction((wanted) => window.rillFigures.ids.includes(wanted), id);
    }

    viewers(count) {
        return this.page.waitForFunction((wanted) => document.getElementById('viewers').textContent === wanted, String(count));
    }

    report() {
        return this.page.evaluate(() => {
            const text = (id) => document.getElementById(id).textContent;
            const ids = ['cpu-now', 'memory-now', 'network-now', 'streams-now', 'viewers', 'published', 'resident', 'note'];
            return {
                ...Object.fromEntries(ids.map((id) => [id, text(id)])),
                ids: [...window.rillFigures.ids],
                gaps: window.rillFigures.gaps,
                noted: !document.getElementById('note').hidden,
                curves: document.querySelectorAll('.charts .curve').length,
                cores: document.querySelectorAll('#cores span').length,
                mark: window.notReloaded === true,
            };
        });
    }
}

function assertRising(ids) {
    ids.forEach((id, index) => assert.ok(index === 0 || BigInt(id) > BigInt(ids[index - 1]), `${id} after ${ids[index - 1]}`));
}

const startDashboard = (port, more = []) => Sample.start('dashboard', port, ['--ms', '100', ...more]);

describe('the page', () => {
    let dashboard;
    before(async () => (dashboard = await startDashboard()));
    after(() => dashboard?.stop());

    test('two viewers get the same figures', async (t) => {
        const first = await DashboardVisit.to(dashboard.url, desktop);
        t.after(() => first.leave());
        const second = await DashboardVisit.to(dashboard.url, { ...desktop, colorScheme: 'dark' });
        t.after(() => second.leave());
        for (const visit of [first, second]) {
            await visit.viewers(2);
            await visit.events(20);
        }
        const b = await second.report();
        await first.event(b.ids.at(-1)); // the event may arrive later here on a busy machine
        const a = await first.report();
        const common = a.ids.filter((id) => BigInt(id) >= BigInt(b.ids[4])).slice(0, 10);
        assert.ok(common.length >= 4, 'they overlap');
        const from = b.ids.indexOf(common[0]);
        assert.deepEqual(b.ids.slice(from, from + common.length), common.slice(0, b.ids.length - from));
        assertRising(a.ids);
        assertRising(b.ids);
        await second.leave();
        await first.viewers(1);
        assert.deepEqual(first.complaints, []);
    });

    for (const [name, look] of looks) {
        test(`shows live figures: ${name}`, async (t) => {
            const visit = await DashboardVisit.to(dashboard.url, look);
            t.after(() => visit.leave());
            await visit.state('live');
            await visit.events(40);
            await visit.picture(`dashboard-${name}`);
            const seen = await visit.report();
            assert.match(seen['cpu-now'], /^\d+\.\d %$/);
            assert.match(seen['memory-now'], /^[\d.]+ [KMGT]iB used$/);
            assert.match(seen['network-now'], /^[\d.]+ ([KMGT]i)?B\/s$/);
            assert.match(seen['streams-now'], /^\d+ viewers?$/);
            assert.match(seen.resident, /^[\d.]+[KMG]iB$/);
            assert.equal(seen.curves, 7);
            assert.ok(seen.cores >= 1);
            assert.deepEqual([seen.gaps, seen.noted], [0, false]);
            assertRising(seen.ids);
            assert.deepEqual(await visit.tooWide('.panel, .below, .top'), [], 'nothing may be wider than its box');
            assert.deepEqual(visit.complaints, []);
        });
    }
});

test('the labels of a scale show fractions', async (t) => {
    const dashboard = await startDashboard();
    t.after(() => dashboard.stop());
    const visit = await DashboardVisit.to(dashboard.url, desktop);
    t.after(() => visit.leave());
    const told = await visit.page.evaluate(() => [0, 0.5, 2.5, 5, 25, 250, 2500, 25000].map((value) => count(value).join('')));
    assert.deepEqual(told, ['0', '0.5', '2.5', '5', '25', '250', '2.5k', '25.0k']);
});

test('unknown values are not shown as zero', async (t) => {
    const dashboard = await startDashboard(0, ['--proc', '/nowhere']);
    t.after(() => dashboard.stop());
    for (const look of [desktop, phone]) {
        const visit = await DashboardVisit.to(dashboard.url, look);
        t.after(() => visit.leave());
        await visit.state('live');
        await visit.events(12);
        const seen = await visit.report();
        assert.deepEqual([seen['cpu-now'], seen['memory-now'], seen['network-now'], seen.resident], ['–', '–', '–', '–']);
        assert.match(seen['streams-now'], /^\d+ viewers?$/, 'what the server knows of itself is there');
        assert.equal(seen.curves, 2);
        for (const below of ['cores-label', 'memory-below', 'network-below']) {
            assert.equal(await visit.page.locator(`#${below}`).textContent(), 'Not known: the server cannot read it from /proc');
        }
        assert.deepEqual(await visit.tooWide('.panel, .below, .top'), [], 'nothing may be wider than its box');
        await visit.picture(`dashboard-unknown-${look === phone ? 'phone' : 'desktop'}`);
        assert.deepEqual(visit.complaints, []);
        await visit.leave();
    }
});

describe('an outage of the server', () => {
    for (const signal of ['SIGKILL', 'SIGTERM']) {
        test(`reconnects the page and reports the gap: ${signal}`, async (t) => {
            const port = await stablePort();
            let dashboard = await startDashboard(port);
            t.after(() => dashboard.stop());
            const visits = [await DashboardVisit.to(dashboard.url, desktop)];
            t.after(() => visits[0].leave());
            visits.push(await DashboardVisit.to(dashboard.url, desktop));
            t.after(() => visits[1].leave());
            for (const visit of visits) {
                await visit.page.evaluate(() => (window.notReloaded = true));
                await visit.events(12);
            }
            const end = await dashboard.stop(signal);
            if (signal === 'SIGTERM') {
                assert.deepEqual(end, { code: 0, signal: null }, 'a drained server ends well');
            }
            await Promise.all(visits.map((visit) => visit.state('reconnecting')));
            const during = await Promise.all(visits.map((visit) => visit.report()));

            dashboard = await startDashboard(port);
            for (const [index, visit] of visits.entries()) {
                await visit.state('live');
                await visit.viewers(2);
                await visit.events(during[index].ids.length + 12);
                const seen = await visit.report();
                assert.equal(seen.mark, true, 'the page was not reloaded');
                assert.deepEqual(seen.ids.slice(0, during[index].ids.length), during[index].ids);
                assertRising(seen.ids);
                assert.deepEqual([seen.gaps, seen.noted], [1, true]);
                assert.match(seen.note, /restarted/);
                assert.deepEqual(visit.complaints.filter((text) => !networkError.test(text)), []);
            }
            await visits[0].picture(`dashboard-after-${signal.toLowerCase()}`);
        });
    }
});
