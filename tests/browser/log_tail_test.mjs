// The page of a growing log. Tests its lines, its state, and restarts of the server without lost lines.

import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Sample, stablePort } from './sample_process.mjs';
import { Visit, desktop, looks, networkError } from './visit.mjs';

class LogVisit extends Visit {
    // Completes when these are the last lines on the page.
    endsWith(...lines) {
        return this.page.waitForFunction(
            (wanted) => [...document.querySelectorAll('#log div')].slice(-wanted.length).map((e) => e.textContent).join('\n') === wanted.join('\n'),
            lines,
        );
    }

    report() {
        return this.page.evaluate(() => ({
            lines: [...document.querySelectorAll('#log div')].map((e) => e.textContent),
            count: document.getElementById('count').textContent,
            state: document.getElementById('state').textContent,
            badge: getComputedStyle(document.getElementById('state')).backgroundColor,
            mark: window.notReloaded === true,
        }));
    }
}

let directory;
let file;
before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rill-log-'));
    file = join(directory, 'app.log');
});
after(() => rm(directory, { recursive: true, force: true }));

const startLog = (port) => Sample.start('log_tail', port, [file]);

describe('the page', () => {
    let log;
    before(async () => {
        await writeFile(file, '');
        log = await startLog();
    });
    after(() => log?.stop());

    for (const [name, look] of looks) {
        test(`shows lines and its state: ${name}`, async (t) => {
            await writeFile(file, 'GET / 200 <b>not bold</b>\n');
            const visit = await LogVisit.to(log.url, look);
            t.after(() => visit.leave());
            await visit.state('live');
            await visit.endsWith('GET / 200 <b>not bold</b>');
            await appendFile(file, `${'a long line '.repeat(30)}\nthe end\n`);
            await visit.endsWith('the end');
            await visit.picture(`log-tail-${name}`);
            const seen = await visit.report();
            assert.equal(seen.count, '3 lines');
            assert.equal(seen.state, 'Live');
            assert.notEqual(seen.badge, 'rgba(0, 0, 0, 0)', 'the state is a badge, as on the other pages');
            assert.deepEqual(await visit.tooWide('header, #log'), [], 'nothing may be wider than its box');
            assert.deepEqual(visit.complaints, []);
        });
    }

    test('opens the stream again after an HTTP error, and continues after the last line', async (t) => {
        await writeFile(file, 'first\n');
        const visit = await LogVisit.to(log.url, desktop);
        t.after(() => visit.leave());
        await visit.endsWith('first');
        // After an HTTP error the EventSource closes permanently, as WHATWG HTML requires. The page must reconnect.
        await visit.page.route('**/log*', (route) => route.fulfill({ status: 503, body: '' }), { times: 1 });
        await Promise.all([visit.state('reconnecting'), visit.page.evaluate(() => connect('reconnecting'))]);
        await visit.state('live');
        await appendFile(file, 'second\n');
        await visit.endsWith('first', 'second');
        assert.deepEqual((await visit.report()).lines, ['first', 'second']);
    });
});

test('an outage of the server loses and repeats nothing', async (t) => {
    await writeFile(file, 'before\n');
    const port = await stablePort();
    let log = await startLog(port);
    t.after(() => log.stop());
    const visit = await LogVisit.to(log.url, desktop);
    t.after(() => visit.leave());
    await visit.page.evaluate(() => (window.notReloaded = true));
    await visit.endsWith('before');
    await log.stop();
    await visit.state('reconnecting');
    assert.equal((await visit.report()).state, 'Reconnecting');
    await appendFile(file, 'during\n');
    log = await startLog(port);
    await visit.state('live');
    await appendFile(file, 'after\n');
    await visit.endsWith('before', 'during', 'after');
    const seen = await visit.report();
    assert.equal(seen.mark, true, 'the page was not reloaded');
    assert.deepEqual(seen.lines, ['before', 'during', 'after']);
    assert.deepEqual(visit.complaints.filter((text) => !networkError.test(text)), []);
});
