/* SPDX-License-Identifier: MIT
 *
 * The ar container, and .debs in it (deb(5)):
 *
 *	"!<arch>\n" { name[16] mtime[12] uid[6] gid[6] mode[8] size[10] "`\n" data [pad] }
 *	.deb: debian-binary ("2.0\n"), control.tar[.x], data.tar[.x]; "_name" is to be ignored */
#include "archive/archive.h"

#include <string.h>
#include <unistd.h>

enum { AR_HEADER = 60, AR_NAME = 16, AR_SIZE_AT = 48, AR_SIZE = 10 };

/* A part of another source. */
struct part_source {
	struct source source;
	struct source *from;
	uint64_t rest;
};

static errint part_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct part_source *part = (struct part_source *)s;
	errint rc;

	n = (size_t)MIN((uint64_t)n, part->rest);
	if (!n) {
		*got = 0;
		return 0;
	}
	rc = source_read(part->from, p, n, got, err);
	if (rc)
		return rc;
	if (!*got)
		return err_set(err, ERR_CORRUPT, "ar file ends %llu bytes before a member's end",
			       (unsigned long long)part->rest);
	part->rest -= *got;
	return 0;
}

static const struct source_ops part_ops = {.read = part_read};

static errint part_skip(struct part_source *part, struct err *err)
{
	char chunk[16 << 10];

	while (part->rest) {
		size_t got;
		errint rc = part_read(&part->source, chunk, sizeof(chunk), &got, err);

		if (rc)
			return rc;
	}
	return 0;
}

/* Reads n bytes or, at the very end, none. */
static errint read_or_end(struct source *from, char *p, size_t n, bool *end, struct err *err)
{
	size_t have = 0;

	while (have < n) {
		size_t got;
		errint rc = source_read(from, p + have, n - have, &got, err);

		if (rc)
			return rc;
		if (!got && have)
			return err_set(err, ERR_CORRUPT, "ar file ends within a member's header");
		if (!got)
			break;
		have += got;
	}
	*end = have == 0;
	return 0;
}

static errint ar_member(struct source *from, const char *h, ar_member_fn *fn, void *ctx,
			struct err *err)
{
	struct part_source part = {.source = {&part_ops}, .from = from};
	struct str name = str_trim(str_n(h, AR_NAME));
	uint64_t size;
	char pad;
	size_t got;
	errint rc;

	if (memcmp(h + AR_HEADER - 2, "`\n", 2) != 0 ||
	    !str_to_u64(str_trim(str_n(h + AR_SIZE_AT, AR_SIZE)), &size))
		return err_set(err, ERR_CORRUPT, "ar file has a broken member header");
	if (name.n > 1)
		name = str_drop_suffix(name, S("/"));
	part.rest = size;
	rc = fn(name, size, &part.source, ctx, err);
	if (!rc)
		rc = part_skip(&part, err);
	/* Members start at even offsets; some writers leave out the last pad. */
	if (!rc && size % 2)
		rc = source_read(from, &pad, 1, &got, err);
	return rc;
}

errint ar_walk(struct source *from, ar_member_fn *fn, void *ctx, struct err *err)
{
	char h[AR_HEADER];
	bool end;
	errint rc = read_or_end(from, h, 8, &end, err);

	if (rc)
		return rc;
	if (end || memcmp(h, "!<arch>\n", 8) != 0)
		return err_set(err, ERR_CORRUPT, "not an ar file");
	for (;;) {
		rc = read_or_end(from, h, sizeof(h), &end, err);
		if (rc || end)
			return rc;
		rc = ar_member(from, h, fn, ctx, err);
		if (rc)
			return rc;
	}
}

struct deb {
	archive_item_fn *control_fn, *data_fn;
	void *ctx;
	enum deb_state { DEB_VERSION, DEB_CONTROL, DEB_DATA, DEB_DONE } state;
};

static errint deb_version(struct str name, uint64_t size, struct source *data, struct err *err)
{
	char text[16];
	errint rc;

	if (!str_eq(name, S("debian-binary")) || size < 4 || size > sizeof(text))
		return err_set(err, ERR_CORRUPT, "not a .deb: its first member is '%.*s'",
			       STR_ARG(name));
	rc = source_read_full(data, text, (size_t)size, err);
	if (rc)
		return rc;
	if (memcmp(text, "2.", 2) != 0)
		return err_set(err, ERR_UNSUPPORTED, ".deb of format '%.*s', known is 2",
			       STR_ARG(str_trim(str_n(text, (size_t)size))));
	return 0;
}

static errint deb_tar(struct str name, struct str wanted, struct source *data, archive_item_fn *fn,
		      void *ctx, struct err *err)
{
	struct str rest = str_skip(name, wanted.n);
	errint rc;

	if (!str_starts(name, wanted) || (rest.n && rest.p[0] != '.'))
		return err_set(err, ERR_CORRUPT, "not a .deb: '%.*s' stands where '%.*s' belongs",
			       STR_ARG(name), STR_ARG(wanted));
	if (!fn)
		return 0;
	rc = archive_walk_source(data, fn, ctx, err);
	return rc ? err_wrap(err, "member '%.*s'", STR_ARG(name)) : 0;
}

static errint deb_member(struct str name, uint64_t size, struct source *data, void *ctx,
			 struct err *err)
{
	struct deb *d = ctx;

	if (d->state == DEB_DONE || (d->state != DEB_VERSION && str_starts(name, S("_"))))
		return 0;
	switch (d->state++) {
	case DEB_VERSION:
		return deb_version(name, size, data, err);
	case DEB_CONTROL:
		return deb_tar(name, S("control.tar"), data, d->control_fn, d->ctx, err);
	default:
		return deb_tar(name, S("data.tar"), data, d->data_fn, d->ctx, err);
	}
}

errint deb_walk(int fd, archive_item_fn *control_fn, archive_item_fn *data_fn, void *ctx,
		struct err *err)
{
	struct fd_source from = fd_source_init(fd);
	struct deb d = {.control_fn = control_fn, .data_fn = data_fn, .ctx = ctx};
	errint rc;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot rewind the .deb");
	rc = ar_walk(&from.source, deb_member, &d, err);
	if (rc)
		return rc;
	if (d.state != DEB_DONE)
		return err_set(err, ERR_CORRUPT, ".deb has no %s",
			       d.state == DEB_CONTROL ? "control.tar" : "data.tar");
	return 0;
}
