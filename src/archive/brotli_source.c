/* SPDX-License-Identifier: MIT
 *
 * libbrotlidec's stream as a source. */
#include "archive/brotli_source.h"

#include <brotli/decode.h>
#include <stdlib.h>

#include "base/dl.h"

#define BROTLI_FUNCTIONS(X)              \
	X(BrotliDecoderCreateInstance)   \
	X(BrotliDecoderDecompressStream) \
	X(BrotliDecoderDestroyInstance)

struct brotli_api {
#define X(fn) __typeof__(&fn) fn;
	BROTLI_FUNCTIONS(X)
#undef X
};

static errint load(void *table, struct err *err)
{
	static const struct dl_symbol symbols[] = {
#define X(fn) {#fn, offsetof(struct brotli_api, fn)},
		BROTLI_FUNCTIONS(X)
#undef X
	};

	return dl_load("libbrotlidec.so.1", "libbrotli1", symbols, ARRAY_LEN(symbols), table, err);
}

static struct dl_once once = DL_ONCE;
static struct brotli_api api;

enum { ROOM = 64 << 10 };

/* More bytes of the packed stream; its end before brotli's is an error. */
static errint refill(struct brotli_source *b, struct err *err)
{
	errint rc = source_read(b->from, b->in, ROOM, &b->end, err);

	b->at = 0;
	if (!rc && !b->end)
		return err_set(err, ERR_CORRUPT, "the brotli stream ends too early");
	return rc;
}

static errint at_end(struct brotli_source *b, struct err *err)
{
	size_t got = b->end - b->at;
	errint rc = got ? 0 : source_read(b->from, b->in, 1, &got, err);

	if (!rc && got)
		return err_set(err, ERR_CORRUPT, "bytes behind the end of a brotli stream");
	b->done = !rc;
	return rc;
}

static errint brotli_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct brotli_source *b = (struct brotli_source *)s;
	uint8_t *to = p;
	size_t room = n;
	errint rc = 0;

	while (!rc && !b->done && room == n && n) {
		const uint8_t *next = b->in + b->at;
		size_t in = b->end - b->at;

		BrotliDecoderResult k =
			api.BrotliDecoderDecompressStream(b->state, &in, &next, &room, &to, NULL);
		b->at = b->end - in;
		if (k == BROTLI_DECODER_RESULT_SUCCESS)
			rc = at_end(b, err);
		else if (k == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT && room == n)
			rc = refill(b, err);
		else if (k == BROTLI_DECODER_RESULT_ERROR)
			rc = err_set(err, ERR_CORRUPT, "this is no brotli stream");
	}
	if (!rc)
		*got = n - room;
	return rc;
}

errint brotli_source_init(struct brotli_source *b, struct source *from, struct err *err)
{
	static const struct source_ops ops = {.read = brotli_read};
	errint rc = dl_load_once(&once, load, &api, err);

	if (rc)
		return rc;
	*b = (struct brotli_source){.source = {&ops}, .from = from};
	b->state = api.BrotliDecoderCreateInstance(NULL, NULL, NULL);
	BUG_ON(!b->state);
	b->in = xmalloc(ROOM);
	return 0;
}

void brotli_source_release(struct brotli_source *b)
{
	if (b->state)
		api.BrotliDecoderDestroyInstance(b->state);
	free(b->in);
	*b = (struct brotli_source){0};
}
