// Random bytes of event streams, cut at random places, that rill::sse::parser and independent parsers read: npm
// eventsource-parser, and Chromium for a sample.
//
// RILL_STREAMS is the number of streams (default: 50,000), RILL_STREAM_SEED the seed of the random numbers (default: 1).
//
// The rules by which the results of eventsource-parser are compared:
// - It gets text. TextDecoder decodes the bytes as browsers do, and removes a byte order mark.
// - After a CR at the end of a piece it waits for the next line end. It gets other pieces: a CR at the end of a piece is
//   moved to the next one. A CR at the end of the stream gets an LF, with which it is one line end.
// - An event has only the id of its own fields. The id of an event without data is lost. So only own ids are compared.
// - A retry time may exceed 2^31 - 1 ms, which is the maximum of rill.
//
// Chromium reads a line end immediately after the byte order mark as a part of the next line. The sample has no such
// stream. eventsource-parser and rill read it as an empty line, as the standard requires.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { createParser } from 'eventsource-parser';
import { programOf, within } from './sample_process.mjs';
import { Visit, desktop } from './visit.mjs';

const count = Number(process.env.RILL_STREAMS ?? 50_000);
const seed = Number(process.env.RILL_STREAM_SEED ?? 1);
const batchSize = 5_000;
const sampleSize = Math.max(1_000, count / 100);
const longestRetry = 2 ** 31 - 1;

// Mulberry32: the same streams for the same seed.
function random(state) {
    return (below) => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), state | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) % below;
    };
}

const tokens = [
    'data', 'data:', 'data: ', 'data: x', 'id', 'id:', 'id: 7', 'event:', 'event: tick', 'event', 'retry:', 'retry: 12',
    'retry: 99999999999', 'unknown: 1', 'Data: y', ':', ': note', ' ', '  ', '\t', '0', 'é', '€', '😀', '\u2028', '\0', '\v',
    '\n', '\n', '\n', '\r', '\r', '\r\n', '\r\n', '\n\n', '\r\r', '\r\n\r\n', '\n\r', 'data: a\n\n', 'id: 8\ndata: b\r\r',
].map((text) => Buffer.from(text));
const malformed = [[0xff], [0x80], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf4, 0x90], [0xe0, 0x80]]
    .map((bytes) => Buffer.from(bytes));
const mark = Buffer.from([0xef, 0xbb, 0xbf]);

function streamOf(r) {
    const parts = Array.from({ length: r(30) }, () => (r(12) === 0 ? malformed[r(malformed.length)] : tokens[r(tokens.length)]));
    for (let marks = r(8) === 0 ? 1 + r(2) : 0; marks > 0; --marks) parts.unshift(mark);
    if (r(20) === 0) parts.splice(r(parts.length + 1), 0, mark);
    return Buffer.concat(parts);
}

function cut(bytes, r) {
    const pieces = [];
    const longest = [1, 3, 20, 1000][r(4)];
    for (let at = 0; at < bytes.length; ) {
        const size = 1 + r(longest);
        pieces.push(bytes.subarray(at, at + size));
        at += size;
    }
    return pieces;
}

// The decoded pieces. No piece but the last one ends with a CR.
function textsOf(pieces) {
    const decoder = new TextDecoder('utf-8');
    const out = [];
    let carried = '';
    for (const piece of pieces) {
        const whole = carried + decoder.decode(piece, { stream: true });
        const text = whole.replace(/\r+$/, '');
        carried = whole.slice(text.length);
        if (text === '') continue;
        out.push(text);
    }
    if (carried !== '') out.push(`${carried}\n`);
    return out;
}

function readByParser(pieces) {
    const events = [];
    const comments = [];
    let retry = null;
    const parser = createParser({
        onEvent: ({ data, event, id }) => events.push({ data, name: event ?? 'message', id }),
        onRetry: (time) => (retry = Math.min(time, longestRetry)),
        onComment: (text) => comments.push(text),
    });
    textsOf(pieces).forEach((text) => parser.feed(text));
    return { events, comments, retry };
}

function comparable({ events, comments, retry }) {
    return { events: events.map(({ data, name, id, own }) => ({ data, name, id: own ? id : undefined })), comments, retry };
}

// rill's parser as a child process.
class Rill {
    #child = spawn(programOf('sse_parser_lines'), { stdio: ['pipe', 'pipe', 'inherit'] });
    #lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();

    async parse(streams) {
        const number = (n) => {
            const bytes = Buffer.alloc(4);
            bytes.writeUInt32LE(n);
            return bytes;
        };
        const parts = streams.flatMap((pieces) => [number(pieces.length), ...pieces.flatMap((piece) => [number(piece.length), piece])]);
        this.#child.stdin.write(Buffer.concat(parts));
        const results = [];
        for (let i = 0; i < streams.length; ++i) {
            results.push(JSON.parse((await within(this.#lines.next(), 'result of rill')).value));
        }
        return results;
    }

    async stop() {
        this.#child.stdin.end();
        const [code] = await once(this.#child, 'exit');
        assert.equal(code, 0);
    }
}

describe('random event streams', () => {
    let rill;
    before(() => (rill = new Rill()));
    after(() => rill?.stop());

    test(`${count} of them are to rill what they are to eventsource-parser`, { timeout: 3_600_000 }, async (t) => {
        const r = random(seed);
        const total = { streams: 0, events: 0, bytes: 0, differences: 0 };
        let first;
        for (let done = 0; done < count; done += batchSize) {
            const streams = Array.from({ length: Math.min(batchSize, count - done) }, () => cut(streamOf(r), r));
            const seen = await rill.parse(streams);
            streams.forEach((pieces, i) => {
                const expected = readByParser(pieces);
                const result = comparable(seen[i]);
                total.events += result.events.length;
                total.bytes += pieces.reduce((sum, piece) => sum + piece.length, 0);
                try {
                    assert.deepEqual(result, expected);
                } catch (error) {
                    ++total.differences;
                    first ??= `${JSON.stringify(pieces.map((piece) => piece.toString('latin1')))}: ${error.message}`;
                }
            });
            total.streams += streams.length;
        }
        t.diagnostic(`${total.streams} streams, ${total.bytes} bytes, ${total.events} events, ${total.differences} differences (seed ${seed})`);
        assert.ok(total.events > count / 2, 'the streams have events');
        assert.equal(total.differences, 0, first);
    });

    test(`${sampleSize} of them are to rill what they are to Chromium`, { timeout: 600_000 }, async (t) => {
        const r = random(seed + 1);
        const streams = [];
        while (streams.length < sampleSize) {
            const bytes = streamOf(r);
            const lineEnd = bytes.indexOf(mark) === 0 && [0x0a, 0x0d].includes(bytes[mark.length]);
            if (!lineEnd) streams.push(cut(bytes, r));
        }
        const expected = await rill.parse(streams);
        // /N sends stream N, and a page to connect from.
        const server = createServer((request, response) => {
            const pieces = streams[Number(request.url.slice(1))];
            response.writeHead(200, { 'Content-Type': pieces ? 'text/event-stream' : 'text/html' });
            pieces?.forEach((piece) => response.write(piece));
            response.end();
        });
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        t.after(() => server.close());
        const visit = await Visit.to(`http://127.0.0.1:${server.address().port}`, desktop);
        t.after(() => visit.leave());
        let differences = 0;
        let events = 0;
        let first;
        for (let i = 0; i < streams.length; ++i) {
            const wanted = expected[i].events.map(({ data, name, id }) => ({ data, name, id }));
            // A source has no listener for all events. "error" is the end of a stream and cannot be a name here.
            const names = [...new Set(['message', 'tick', ...wanted.map(({ name }) => name)])].filter((name) => name !== 'error');
            const seen = await within(
                visit.page.evaluate(
                    ({ path, names }) =>
                        new Promise((resolve) => {
                            const seen = [];
                            const source = new EventSource(path);
                            source.onerror = () => {
                                source.close();
                                resolve(seen);
                            };
                            for (const name of names) {
                                source.addEventListener(name, ({ data, type, lastEventId }) =>
                                    seen.push({ data, name: type, id: lastEventId }));
                            }
                        }),
                    { path: `/${i}`, names },
                ),
                'end of the stream in Chromium',
            );
            events += seen.length;
            try {
                assert.deepEqual(seen, wanted);
            } catch (error) {
                ++differences;
                first ??= `${JSON.stringify(streams[i].map((piece) => piece.toString('latin1')))}: ${error.message}`;
            }
        }
        t.diagnostic(`${streams.length} streams, ${events} events, ${differences} differences`);
        assert.equal(differences, 0, first);
    });
});
