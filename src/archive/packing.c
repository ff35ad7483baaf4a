/* SPDX-License-Identifier: MIT
 *
 * Each compression has its reader elsewhere in this room; here they get one shape. */
#include "archive/packing.h"

#include <stdlib.h>

#include "archive/archive_int.h"
#include "archive/brotli_source.h"
#include "archive/zstd_frames.h"

static const struct {
	struct str name;
	const char *suffix;
} packings[] = {
#define X(id, name, suffix) {{name, sizeof(name) - 1}, suffix},
	PACKINGS(X)
#undef X
};

const char *packing_name(enum packing p)
{
	return packings[p].name.p;
}

const char *packing_suffix(enum packing p)
{
	return packings[p].suffix;
}

bool packing_parse(struct str name, enum packing *out)
{
	for (unsigned i = 0; i < ARRAY_LEN(packings); i++) {
		if (str_eq(name, packings[i].name)) {
			*out = (enum packing)i;
			return true;
		}
	}
	return false;
}

struct packed_source {
	struct source *bytes;
	struct zstd_source zstd;
	struct brotli_source brotli;
	struct archive_reader *reader;
};

errint packed_source_new(enum packing p, struct source *from, struct packed_source **out,
			 struct err *err)
{
	struct packed_source *s CLEANUP(packed_source_cleanup) = xcalloc(1, sizeof(*s));
	errint rc = 0;

	switch (p) {
	case PACKING_NONE:
		s->bytes = from;
		break;
	case PACKING_ZSTD:
		rc = zstd_source_init(&s->zstd, from, false, err);
		s->bytes = &s->zstd.source;
		break;
	case PACKING_BROTLI:
		rc = brotli_source_init(&s->brotli, from, err);
		s->bytes = &s->brotli.source;
		break;
	case PACKING_XZ:
	case PACKING_GZIP:
	case PACKING_BZIP2:
		rc = archive_raw_open(from, &s->reader, &s->bytes, err);
		break;
	}
	if (rc)
		return rc;
	*out = STEAL(s);
	return 0;
}

struct source *packed_source_bytes(struct packed_source *s)
{
	return s->bytes;
}

void packed_source_free(struct packed_source *s)
{
	if (!s)
		return;
	zstd_source_release(&s->zstd);
	brotli_source_release(&s->brotli);
	archive_stream_free(s->reader);
	free(s);
}

void packed_source_cleanup(struct packed_source **s)
{
	packed_source_free(*s);
}
