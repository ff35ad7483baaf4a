/* SPDX-License-Identifier: MIT
 *
 * The NAR of one file whose bytes come from elsewhere, hashed as they pass. */
#include "store/nar_int.h"

static void no_failure(errint rc)
{
	/* A hash takes whatever it gets. */
	BUG_ON(rc);
}

void nar_file_begin(struct nar_file *f, uint64_t size)
{
	ERR(err);

	nar_file_release(f);
	*f = (struct nar_file){.size = size, .begun = true};
	f->sink = hash_sink_init(HASH_SHA256, NULL);
	struct nar_encoder e CLEANUP(nar_encoder_release) = nar_encoder_init(&f->sink.sink);
	no_failure(e.tree.ops->file(&e.tree, "", false, size, &err));
	no_failure(nar_encoder_flush(&e, &err));
}

void nar_file_take(struct nar_file *f, const void *p, size_t n)
{
	ERR(err);

	f->taken += n;
	if (f->begun)
		no_failure(sink_write(&f->sink.sink, p, n, &err));
}

bool nar_file_end(struct nar_file *f, struct hash *hash, uint64_t *size)
{
	ERR(err);

	if (!f->begun || f->taken != f->size)
		return false;
	struct nar_encoder e CLEANUP(nar_encoder_release) = nar_encoder_init(&f->sink.sink);
	e.file_size = f->size;
	no_failure(e.tree.ops->file_end(&e.tree, &err));
	no_failure(nar_encoder_flush(&e, &err));
	*size = f->sink.size;
	hash_sink_finish(&f->sink, hash);
	f->begun = false;
	return true;
}

void nar_file_release(struct nar_file *f)
{
	if (f->begun)
		hash_sink_release(&f->sink);
	*f = (struct nar_file){0};
}
