// The page of the chat in two browsers. A message of one browser is shown once in the other, also after a restart of the server,
// and if the browsers use different processes.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis, skipRedis } from './redis_process.mjs';
import { Sample, stablePort } from './sample_process.mjs';
import { Visit, desktop, looks, networkError } from './visit.mjs';

class ChatVisit extends Visit {
    static as(name, url, look = desktop, room = 'lobby') {
        return this.to(`${url}/?room=${room}&name=${name}`, look);
    }

    async say(text) {
        await this.page.locator('#text').fill(text);
        await this.page.locator('#text').press('Enter');
    }

    // Completes when the page shows a message with the text that has arrived from the server.
    shows(text) {
        return this.page.locator('.message:not(.pending) .text', { hasText: text }).first().waitFor();
    }

    // Reads the texts and the counters of the page.
    report() {
        return this.page.evaluate(() => ({
            texts: [...document.querySelectorAll('.message .text')].map((e) => e.textContent),
            pending: document.querySelectorAll('.pending, .refused').length,
            notes: document.querySelectorAll('.note').length,
            ids: window.rillChat.messages.map((m) => m.id),
            repeated: window.rillChat.repeated,
            gaps: window.rillChat.gaps,
            mark: window.notReloaded === true,
        }));
    }

    async people(names) {
        await this.page.waitForFunction(
            (wanted) => [...document.querySelectorAll('#people .name')].map((e) => e.textContent).join() === wanted,
            names.join(),
        );
    }
}

async function publish(url, name, text) {
    const answer = await fetch(`${url}/topics/rooms/lobby`, {
        method: 'POST',
        headers: { Authorization: 'Bearer sesame' },
        body: JSON.stringify({ name, text, key: '', at: Date.now() }),
    });
    assert.equal(answer.status, 201);
}

const startChat = (port) => Sample.start('chat', port, ['--token', 'sesame']);

describe('the page', () => {
    let chat;
    before(async () => (chat = await startChat()));
    after(() => chat?.stop());

    test('two users see each other, and each message once', async (t) => {
        const ada = await ChatVisit.as('ada', chat.url);
        t.after(() => ada.leave());
        const bob = await ChatVisit.as('bob', chat.url);
        await ada.people(['ada', 'bob']);
        await bob.people(['ada', 'bob']);

        await ada.say('hello bob');
        await bob.shows('hello bob');
        await bob.say('hello ada <b>&amp;</b>');
        await ada.shows('hello ada <b>&amp;</b>');
        await publish(chat.url, 'cron', 'backup done');
        for (const visit of [ada, bob]) {
            await visit.shows('backup done');
            const seen = await visit.report();
            assert.deepEqual(seen.texts, ['hello bob', 'hello ada <b>&amp;</b>', 'backup done']);
            assert.deepEqual([seen.pending, seen.repeated, seen.gaps, seen.notes], [0, 0, 0, 0]);
            assert.deepEqual(visit.complaints, []);
        }
        await bob.leave();
        await ada.people(['ada']);
    });

    test('each room keeps its own messages', async (t) => {
        const visit = await ChatVisit.as('cora', chat.url, desktop, 'first');
        t.after(() => visit.leave());
        await visit.say('in the first');
        await visit.shows('in the first');
        await visit.page.locator('#new-room').fill('Second room!');
        await visit.page.locator('#new-room').press('Enter');
        await visit.people(['cora']);
        assert.equal(new URL(visit.page.url()).searchParams.get('room'), 'second-room');
        await visit.say('in the second');
        await visit.shows('in the second');
        assert.deepEqual((await visit.report()).texts, ['in the second']);
        await visit.page.locator('#rooms button', { hasText: 'first' }).click();
        await visit.shows('in the first');
        assert.deepEqual((await visit.report()).texts, ['in the first']);
        assert.deepEqual(visit.complaints, []);
    });

    test('a name that is too long is cut to a valid length', async (t) => {
        const long = `${'n'.repeat(30)}🌊 ${'x'.repeat(10)}`;
        const visit = await ChatVisit.as(encodeURIComponent(long), chat.url, desktop, 'names');
        t.after(() => visit.leave());
        await visit.state('live');
        await visit.people([`${'n'.repeat(30)}🌊`]);
    });

    test('a refused message shows the reason', async (t) => {
        const visit = await ChatVisit.as('dan', chat.url);
        t.after(() => visit.leave());
        await visit.state('live');
        await visit.page.route('**/messages', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body: '{"detail":"no such words"}' }), { times: 1 });
        await visit.say('bad words');
        await visit.page.locator('.refused', { hasText: 'no such words' }).waitFor();
        await visit.say('good words');
        await visit.shows('good words');
    });

    for (const [name, look] of looks) {
        test(`each field has a visible label: ${name}`, async (t) => {
            const visit = await ChatVisit.as('eve', chat.url, look, `fields-${name}`);
            t.after(() => visit.leave());
            const nameless = await visit.page.evaluate(() => {
                const label = (field) => field.placeholder || [...field.labels].map((e) => (e.getBoundingClientRect().width > 20 ? e.textContent : '')).join('');
                return [...document.querySelectorAll('input, textarea')].filter((field) => !label(field)).map((field) => field.id);
            });
            assert.deepEqual(nameless, [], 'fields without a label that can be seen');
        });

        test(`shows a conversation: ${name}`, async (t) => {
            const room = `tea-${name}`;
            const other = await ChatVisit.as('Grace', chat.url, desktop, room);
            t.after(() => other.leave());
            const visit = await ChatVisit.as('Ada', chat.url, look, room);
            t.after(() => visit.leave());
            await visit.people(['Ada', 'Grace']);
            for (const [who, text] of [
                [other, 'Has anyone tried to cut the cable while a message is on its way?'],
                [other, 'I pulled it three times.'],
                [visit, 'And?'],
                [other, 'It came once. The page says “Reconnecting”, and then goes on where it stopped.'],
                [visit, 'That is what the id of each event is for: the browser sends the last one back, and the server continues behind it.'],
                [visit, 'Tea?'],
            ]) {
                await who.say(text);
                await visit.shows(text);
                await other.shows(text);
            }
            await visit.picture(`chat-${name}`);
            assert.deepEqual(await visit.tooWide('.panel, #messages, .text'), [], 'nothing may be wider than its box');
            assert.deepEqual(visit.complaints, []);
        });
    }
});

describe('an outage of the server', () => {
    for (const signal of ['SIGKILL', 'SIGTERM']) {
        test(`loses and repeats no message on the pages: ${signal}`, async (t) => {
            const port = await stablePort();
            let chat = await startChat(port);
            t.after(() => chat.stop());
            const ada = await ChatVisit.as('ada', chat.url);
            t.after(() => ada.leave());
            const bob = await ChatVisit.as('bob', chat.url);
            t.after(() => bob.leave());
            for (const visit of [ada, bob]) {
                await visit.page.evaluate(() => (window.notReloaded = true));
                await visit.people(['ada', 'bob']);
            }
            await ada.say('before');
            await bob.shows('before');
            await ada.shows('before');

            const end = await chat.stop(signal);
            if (signal === 'SIGTERM') {
                assert.deepEqual(end, { code: 0, signal: null }, 'a drained server ends well');
            }
            await ada.state('reconnecting');
            await bob.state('reconnecting');
            await ada.say('during 1');
            await ada.say('during 2');
            await ada.picture(`chat-outage-${signal.toLowerCase()}`);
            assert.equal((await ada.report()).pending, 2);

            chat = await startChat(port);
            await bob.shows('during 2');
            await bob.say('after');
            for (const visit of [ada, bob]) {
                await visit.shows('after');
                await visit.people(['ada', 'bob']);
                const seen = await visit.report();
                assert.equal(seen.mark, true, 'the page was not reloaded');
                assert.deepEqual(seen.texts, ['before', 'during 1', 'during 2', 'after']);
                assert.deepEqual([seen.pending, seen.repeated], [0, 0]);
                // The log of the previous server is lost, and the page shows it.
                assert.deepEqual([seen.gaps, seen.notes], [1, 1]);
                assert.equal(new Set(seen.ids).size, 4);
                assert.deepEqual(visit.complaints.filter((text) => !networkError.test(text)), []);
            }
            await ada.picture(`chat-after-${signal.toLowerCase()}`);
        });
    }

    test('a message whose response is lost is shown once', async (t) => {
        const chat = await startChat();
        t.after(() => chat.stop());
        const ada = await ChatVisit.as('ada', chat.url);
        t.after(() => ada.leave());
        const bob = await ChatVisit.as('bob', chat.url);
        t.after(() => bob.leave());
        await ada.people(['ada', 'bob']);
        let posts = 0;
        await ada.page.route('**/messages', async (route) => {
            ++posts;
            await route.fetch(); // the server has received the message
            await (posts === 1 ? route.abort('connectionreset') : route.continue());
        });
        // The page sends the message again. The stream may deliver it before or after that. The page must show it once in both cases.
        await ada.say('once');
        await ada.say('twice');
        await bob.shows('twice');
        await ada.shows('twice');
        for (const visit of [ada, bob]) {
            const seen = await visit.report();
            assert.deepEqual(seen.texts, ['once', 'twice']);
            assert.deepEqual([seen.pending, seen.repeated], [0, 0]);
        }
        assert.ok(posts >= 2);
    });
});

describe('two processes with one log in Redis', { skip: skipRedis }, () => {
    let redis;
    before(async () => (redis = await Redis.start()));
    after(() => redis?.stop());

    // Returns undefined if the sample was built without Redis.
    const startShared = (port) => Sample.start('chat', port, ['--store', redis.store]).catch((error) => {
        if (!error.message.includes('built without')) {
            throw error;
        }
    });

    test('their pages show the same messages and the same people, also after one of them is killed', async (t) => {
        const first = await startShared(0);
        if (first === undefined) {
            return t.skip('the sample was built without Redis');
        }
        t.after(() => first.stop());
        const port = await stablePort();
        let second = await startShared(port);
        t.after(() => second.stop());
        const ada = await ChatVisit.as('ada', first.url);
        t.after(() => ada.leave());
        const bob = await ChatVisit.as('bob', second.url);
        t.after(() => bob.leave());
        const both = (check) => Promise.all([ada, bob].map(check));
        await both((visit) => visit.people(['ada', 'bob']));
        await ada.say('from the first');
        await bob.shows('from the first');
        await bob.say('from the second');
        await both((visit) => visit.shows('from the second'));

        await second.stop('SIGKILL');
        await bob.state('reconnecting');
        await ada.say('while the second is away');
        await ada.shows('while the second is away');
        second = await startShared(port);
        await bob.shows('while the second is away');
        await both((visit) => visit.people(['ada', 'bob']));
        for (const visit of [ada, bob]) {
            const seen = await visit.report();
            assert.deepEqual(seen.texts, ['from the first', 'from the second', 'while the second is away']);
            assert.deepEqual([seen.pending, seen.repeated, seen.gaps, seen.notes], [0, 0, 0, 0]);
            assert.deepEqual(visit.complaints.filter((text) => !networkError.test(text)), []);
        }
        await bob.leave();
        await ada.people(['ada']); // waits until the entry of the killed process has expired
    });
});
