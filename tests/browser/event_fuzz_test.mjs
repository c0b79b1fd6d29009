// A rill server sends random events over a socket. Independent parsers read them: npm eventsource-parser, and Chromium for a
// sample. This test computes the expected events from the input of the server, without rill.
//
// RILL_EVENTS is their number (default: 50,000), RILL_EVENT_SEED the seed of the random numbers (default: 1).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createParser } from 'eventsource-parser';
import { Sample, within } from './sample_process.mjs';
import { Visit, desktop } from './visit.mjs';

const count = Number(process.env.RILL_EVENTS ?? 50_000);
const seed = Number(process.env.RILL_EVENT_SEED ?? 1);
const batchSize = 5_000;
const sampleSize = 2_000;

// Mulberry32. The same seed gives the same events.
function random(from) {
    let state = from >>> 0;
    const next = () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = state;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
    return { below: (n) => Math.floor(next() * n), chance: (p) => next() < p };
}

const bits = ['\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n', '\n\r', ' ', '  ', '\t', ':', ': ', '\uFEFF', '\0', 'data: x', 'id: 1', 'event: e', 'retry: 1', ': c', 'a', 'word', '0',
    'é', 'ß', '漢字', '\u0085', '\u2028', '\u2029', '\u200B', '\uFFFD', '\uFFFF', '\u{1F30A}', '\u{10FFFF}', '\u0080', '\u07FF', '\u0800', '{"a":1}', '\x01', '\x1b', '\x7f', '\v', '\f', '"', '\\'];

function textOf(r, most) {
    let text = '';
    for (let left = r.below(most + 1); left > 0; --left) {
        text += bits[r.below(bits.length)];
    }
    if (r.chance(0.005)) {
        text += bits[r.below(bits.length)].repeat(r.below(20_000));
    }
    return text;
}

const oneLine = (text) => text.replace(/[\r\n\0]/g, '');
// Removes all characters that a header would change. The server refuses such ids.
const idOf = (text) => [...text.replace(/[\0-\x08\n-\x1f\x7f]/g, '')].slice(0, 200).join('').replace(/^[ \t]+|[ \t]+$/g, '');

function eventOf(r) {
    const event = {};
    if (r.chance(0.95)) event.data = textOf(r, 12);
    if (r.chance(0.3)) event.name = oneLine(textOf(r, 4));
    if (r.chance(0.4)) event.id = r.chance(0.3) ? r.below(2 ** 31) : idOf(textOf(r, 4));
    if (r.chance(0.1)) event.retry = r.below(100_000);
    if (r.chance(0.2)) event.comment = textOf(r, 5);
    return event;
}

// Returns the events that a client must receive (WHATWG HTML, 9.2.6). Each has the last id so far, including ids without data.
function seenOf(events) {
    let lastId = '';
    const seen = [];
    for (const { data, name, id } of events) {
        lastId = id === undefined ? lastId : String(id);
        if (data !== undefined) {
            seen.push({ data: data.replace(/\r\n?/g, '\n'), name: name || 'message', id: lastId });
        }
    }
    return seen;
}

// Returns the events that the parser must return. Each has only its own id, because the client of the parser stores the last id.
function parsedOf(events) {
    const withData = events.filter(({ data }) => data !== undefined);
    return seenOf(withData).map((event, n) => ({ ...event, id: withData[n].id === undefined ? undefined : String(withData[n].id) }));
}

const linesOf = (text) => text.split(/\r\n|\r|\n/);

const differs = (a, b) => a === undefined || b === undefined || a.data !== b.data || a.name !== b.name || a.id !== b.id;
const short = (value) => JSON.stringify(value)?.slice(0, 300);

// Counts the differences, and reports the first one.
function compare(seen, wanted) {
    let differences = 0;
    let first;
    for (let n = 0; n < Math.max(seen.length, wanted.length); ++n) {
        if (differs(seen[n], wanted[n])) {
            ++differences;
            first ??= `event ${n}: ${short(seen[n])} instead of ${short(wanted[n])}`;
        }
    }
    return { differences, first };
}

async function post(url, events) {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(events) });
    assert.equal(answer.status, 204);
}

async function readByParser(url) {
    const seen = [];
    const retries = [];
    const comments = [];
    const errors = [];
    const parser = createParser({
        onEvent: ({ data, event, id }) => seen.push({ data, name: event || 'message', id }),
        onRetry: (time) => retries.push(time),
        onComment: (line) => comments.push(line),
        onError: (error) => errors.push(String(error)),
    });
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    let bytes = 0;
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    for await (const piece of answer.body) {
        bytes += piece.length;
        parser.feed(decoder.decode(piece, { stream: true }));
    }
    return { seen, retries, comments, errors, bytes };
}

describe('random events', () => {
    let server;
    before(async () => (server = await Sample.start('event_fuzz_server')));
    after(() => server?.stop());

    test(`eventsource-parser reads ${count} events without a difference`, { timeout: 3_600_000 }, async (t) => {
        const r = random(seed);
        const total = { events: 0, seen: 0, differences: 0, bytes: 0 };
        let first;
        for (let done = 0; done < count; done += batchSize) {
            const events = Array.from({ length: Math.min(batchSize, count - done) }, () => eventOf(r));
            const url = `${server.url}/events/${done}`;
            await post(url, events);
            const read = await readByParser(url);
            const result = compare(read.seen, parsedOf(events));
            first ??= result.first;
            total.events += events.length;
            total.seen += read.seen.length;
            total.differences += result.differences;
            total.bytes += read.bytes;
            assert.deepEqual(read.errors, [], 'nothing on the wire is unknown to the parser');
            assert.deepEqual(read.retries, events.flatMap(({ retry }) => retry ?? []));
            assert.deepEqual(read.comments, events.flatMap(({ comment }) => (comment === undefined ? [] : linesOf(comment))));
        }
        t.diagnostic(`${total.events} events sent, ${total.seen} seen, ${total.bytes} bytes, ${total.differences} differences (seed ${seed})`);
        assert.equal(total.differences, 0, first);
    });

    test(`Chromium reads ${sampleSize} events without a difference`, async (t) => {
        const r = random(seed + 1);
        const events = Array.from({ length: sampleSize - 1 }, () => eventOf(r));
        events.push({ data: 'the last one', name: 'message' });
        const names = [...new Set(events.map(({ name }) => name || 'message'))];
        await post(`${server.url}/events/chromium`, events);
        const visit = await Visit.to(server.url, desktop); // the server has no page here, but the origin may connect
        t.after(() => visit.leave());
        const seen = await within(
            visit.page.evaluate(
                ({ url, names }) =>
                    new Promise((resolve) => {
                        const seen = [];
                        const source = new EventSource(url);
                        for (const name of names) {
                            source.addEventListener(name, ({ data, lastEventId, type, target }) => {
                                if (data === undefined) return; // an 'error' or 'open' event of the source
                                seen.push({ data, name: type, id: lastEventId });
                                if (data === 'the last one') {
                                    target.close();
                                    resolve(seen);
                                }
                            });
                        }
                    }),
                { url: `${server.url}/events/chromium`, names },
            ),
            'last event in Chromium',
        );
        const { differences, first } = compare(seen, seenOf(events));
        t.diagnostic(`${events.length} events sent, ${seen.length} seen, ${differences} differences`);
        assert.equal(differences, 0, first);
    });
});
