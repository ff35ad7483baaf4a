/* SPDX-License-Identifier: MIT
 *
 * libzstd's streams. One thread: with more, the bytes would depend on how many. */
#include "archive/zstd_frames.h"

#include <stdlib.h>
#include <zstd.h>

#include "base/dl.h"

#define ZSTD_FUNCTIONS(X)         \
	X(ZSTD_CCtx_setParameter) \
	X(ZSTD_compressStream2)   \
	X(ZSTD_createCCtx)        \
	X(ZSTD_createDCtx)        \
	X(ZSTD_decompressStream)  \
	X(ZSTD_freeCCtx)          \
	X(ZSTD_freeDCtx)          \
	X(ZSTD_getErrorName)      \
	X(ZSTD_isError)

struct zstd_api {
#define X(fn) __typeof__(&fn) fn;
	ZSTD_FUNCTIONS(X)
#undef X
};

static errint load(void *table, struct err *err)
{
	static const struct dl_symbol symbols[] = {
#define X(fn) {#fn, offsetof(struct zstd_api, fn)},
		ZSTD_FUNCTIONS(X)
#undef X
	};

	return dl_load("libzstd.so.1", "libzstd1", symbols, ARRAY_LEN(symbols), table, err);
}

static struct dl_once once = DL_ONCE;
static struct zstd_api api;

enum { ROOM = 128 << 10 };

/* ---- writing ---- */

static errint compress(struct zstd_sink *z, const void *p, size_t n, ZSTD_EndDirective how,
		       struct err *err)
{
	ZSTD_inBuffer in = {p, n, 0};
	size_t left;

	do {
		ZSTD_outBuffer out = {z->out, z->room, 0};

		left = api.ZSTD_compressStream2(z->ctx, &out, &in, how);
		if (api.ZSTD_isError(left))
			return err_set(err, ERR_FAILED, "cannot compress: %s",
				       api.ZSTD_getErrorName(left));
		errint rc = sink_write(z->to, z->out, out.pos, err);
		if (rc)
			return rc;
		z->written += out.pos;
	} while (how == ZSTD_e_end ? left != 0 : in.pos < in.size);
	return 0;
}

static errint zstd_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct zstd_sink *z = (struct zstd_sink *)s;

	z->in_frame += n;
	return compress(z, p, n, ZSTD_e_continue, err);
}

errint zstd_sink_init(struct zstd_sink *z, struct sink *to, int level, struct err *err)
{
	static const struct sink_ops ops = {.write = zstd_write};
	errint rc = dl_load_once(&once, load, &api, err);

	if (rc)
		return rc;
	*z = (struct zstd_sink){.sink = {&ops}, .to = to, .room = ROOM};
	z->ctx = api.ZSTD_createCCtx();
	BUG_ON(!z->ctx);
	api.ZSTD_CCtx_setParameter(z->ctx, ZSTD_c_compressionLevel, level);
	api.ZSTD_CCtx_setParameter(z->ctx, ZSTD_c_checksumFlag, 1);
	z->out = xmalloc(ROOM);
	return 0;
}

errint zstd_sink_end_frame(struct zstd_sink *z, struct err *err)
{
	if (!z->in_frame)
		return 0;
	z->in_frame = 0;
	return compress(z, "", 0, ZSTD_e_end, err);
}

void zstd_sink_release(struct zstd_sink *z)
{
	if (z->ctx)
		api.ZSTD_freeCCtx(z->ctx);
	free(z->out);
	*z = (struct zstd_sink){0};
}

/* ---- reading ---- */

static errint fill(struct zstd_source *z, bool *end, struct err *err)
{
	z->at = z->end = 0;
	errint rc = source_read(z->from, z->in, z->room, &z->end, err);
	*end = !rc && !z->end;
	return rc;
}

static errint zstd_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct zstd_source *z = (struct zstd_source *)s;
	ZSTD_outBuffer out = {p, n, 0};
	bool end = false;

	while (!out.pos && !z->done) {
		/* A full piece may not have been all that the last bytes had to give. */
		errint rc = z->at == z->end && !z->full ? fill(z, &end, err) : 0;
		if (rc)
			return rc;
		if (end && z->in_frame)
			return err_set(err, ERR_CORRUPT,
				       "it stops in the midst of compressed data");
		if (end)
			break;
		ZSTD_inBuffer in = {z->in + z->at, z->end - z->at, 0};
		size_t left = api.ZSTD_decompressStream(z->ctx, &out, &in);
		if (api.ZSTD_isError(left))
			return err_set(err, ERR_CORRUPT, "cannot decompress: %s",
				       api.ZSTD_getErrorName(left));
		z->at += in.pos;
		/* Asked for more behind a frame's end, it would wait for another frame. */
		z->full = left && out.pos == out.size;
		z->in_frame = left != 0;
		z->done = z->one_frame && !left;
	}
	*got = out.pos;
	return 0;
}

errint zstd_source_init(struct zstd_source *z, struct source *from, bool one_frame, struct err *err)
{
	static const struct source_ops ops = {.read = zstd_read};
	errint rc = dl_load_once(&once, load, &api, err);

	if (rc)
		return rc;
	*z = (struct zstd_source){
		.source = {&ops}, .from = from, .one_frame = one_frame, .room = ROOM};
	z->ctx = api.ZSTD_createDCtx();
	BUG_ON(!z->ctx);
	z->in = xmalloc(ROOM);
	return 0;
}

void zstd_source_release(struct zstd_source *z)
{
	if (z->ctx)
		api.ZSTD_freeDCtx(z->ctx);
	free(z->in);
	*z = (struct zstd_source){0};
}
