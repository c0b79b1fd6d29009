// samples/tokens as a proxy of an API like OpenAI's: a small server here speaks its format, and npm openai is the client.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';
import OpenAI from 'openai';
import { Sample, within } from './sample_process.mjs';

const chunk = (content) =>
    `data: ${JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'test',
        choices: [{ index: 0, delta: { content }, finish_reason: null }],
    })}\n\n`;

// The API. The test decides when it sends a token.
class Api {
    #server = createServer((request, response) => this.#respond(request, response));
    #streams = [];
    requests = [];
    failure; // {status, code, headers}: the response to all requests

    async start() {
        this.#server.listen(0, '127.0.0.1');
        await once(this.#server, 'listening');
        this.url = `http://127.0.0.1:${this.#server.address().port}/v1`;
    }

    async #respond(request, response) {
        const pieces = [];
        for await (const piece of request) pieces.push(piece);
        this.requests.push({ url: request.url, headers: request.headers, body: JSON.parse(Buffer.concat(pieces)) });
        if (this.failure) {
            const { status, code, headers } = this.failure;
            response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
            response.end(JSON.stringify({ error: { message: 'no', type: 'test', code, param: null } }));
            return;
        }
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.flushHeaders();
        this.#streams.push({ response, closed: once(response, 'close') });
    }

    // The stream of the newest request.
    get stream() {
        return this.#streams.at(-1);
    }

    stop() {
        this.#server.closeAllConnections();
        this.#server.close();
    }
}

describe('tokens --upstream', () => {
    const api = new Api();
    let sample;
    let client;
    before(async () => {
        await api.start();
        sample = await Sample.start('tokens', 0, ['--upstream', api.url]);
        client = new OpenAI({ apiKey: 'secret', baseURL: `${sample.url}/v1`, maxRetries: 0 });
    });
    beforeEach(() => {
        api.failure = undefined;
        api.requests = [];
    });
    after(async () => {
        await sample?.stop();
        api.stop();
    });

    const ask = (options) =>
        client.chat.completions.create({ model: 'test', stream: true, messages: [{ role: 'user', content: 'hi' }] }, options);

    test('tokens arrive one by one', async () => {
        const stream = await within(ask(), 'head of the response');
        assert.equal(api.requests[0].url, '/v1/chat/completions');
        assert.equal(api.requests[0].headers.authorization, 'Bearer secret');
        assert.equal(api.requests[0].body.messages[0].content, 'hi');
        const tokens = stream[Symbol.asyncIterator]();
        for (const token of ['one', 'two', 'three é€😀']) {
            api.stream.response.write(chunk(token)); // the next token is sent when this one has arrived
            const { value } = await within(tokens.next(), `token ${token}`);
            assert.equal(value.choices[0].delta.content, token);
        }
        api.stream.response.end('data: [DONE]\n\n');
        assert.equal((await within(tokens.next(), 'end')).done, true);
    });

    test('an abort of the client cancels the request to the API', async () => {
        const stream = await within(ask(), 'head of the response');
        api.stream.response.write(chunk('one'));
        const tokens = stream[Symbol.asyncIterator]();
        await within(tokens.next(), 'token');
        const { closed } = api.stream;
        stream.controller.abort();
        await within(closed, 'end of the connection to the API');
    });

    test('errors of the API reach the client', async () => {
        api.failure = { status: 429, code: 'rate_limit_exceeded', headers: { 'Retry-After': '7' } };
        await assert.rejects(within(ask(), 'error'), (error) => {
            assert.ok(error instanceof OpenAI.RateLimitError);
            assert.equal(error.code, 'rate_limit_exceeded');
            assert.equal(error.headers.get('retry-after'), '7');
            return true;
        });
        api.failure = { status: 401, code: 'invalid_api_key' };
        await assert.rejects(within(ask(), 'error'), OpenAI.AuthenticationError);
    });

    test('a stream that the API breaks off does not end as if it were complete', async () => {
        const stream = await within(ask(), 'head of the response');
        api.stream.response.write(chunk('one'));
        const tokens = stream[Symbol.asyncIterator]();
        await within(tokens.next(), 'token');
        api.stream.response.destroy();
        await assert.rejects(within(tokens.next(), 'error'), /terminated/);
    });
});
