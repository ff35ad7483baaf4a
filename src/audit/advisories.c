/* SPDX-License-Identifier: MIT
 *
 * An export as records, made once and kept: "KEY RECORD", KEY a package. What nobody asks about is
 * passed by unread. An archive is somebody's bytes: each entry has a bound, and so has what all
 * become; broken entries are counted, as one of 60,000 must not hide the others. */
#include "audit/advisories.h"

#include <stdio.h>
#include <stdlib.h>
#include "archive/archive.h"
#include "audit/fields.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"

enum {
	VERSION = 1,
	ENTRY_MAX = 16 << 20,
	KEPT_MAX = 512 << 20,
};
static const uint64_t WHOLE_MAX = 16ULL << 30;

void advisories_release(struct advisories *l)
{
	free(l->v);
	*l = (struct advisories){0};
}

struct str advisories_key(struct arena *a, enum osv_ecosystem e, struct str package)
{
	return str_c(arena_printf(a, "%c%.*s", e == OSV_PYPI ? 'P' : 'D', STR_ARG(package)));
}

/* ---- taking an export apart ---- */

struct export_walk {
	struct buf *out;
	uint64_t whole; /* bytes so far */
	size_t n_entries, n_unread;
	char unread[256], why[256];
};

static void put_record(struct buf *out, struct arena *a, const struct osv_affected *f)
{
	BUF(b, KEPT_MAX);
	char small[4] = {(char)('0' + f->of->gravity), f->unimportant ? '1' : '0', 0};

	field_put(&b, f->release);
	field_put(&b, str_c(small));
	field_put(&b, f->of->id);
	field_put(&b, f->of->summary);
	fields_put(&b, f->of->aliases, f->of->n_aliases);
	fields_put(&b, f->versions, f->n_versions);
	buf_printf(&b, "%zu:", f->n_events);
	for (size_t i = 0; i < f->n_events; i++) {
		buf_putc(&b, (char)('0' + f->events[i].kind + (f->events[i].first ? 4 : 0)));
		field_put(&b, f->events[i].version);
	}
	field_put(out, advisories_key(a, f->ecosystem, f->package));
	field_put(out, buf_str(&b));
}

static errint put_entry(struct export_walk *w, struct str json, struct err *err)
{
	struct osv_entry e;
	ARENA(scratch);
	errint rc = osv_parse(&scratch, json, &e, err);

	for (size_t i = 0; !rc && i < e.n_affected; i++)
		put_record(w->out, &scratch, &e.affected[i]);
	return rc;
}

static void count_unread(struct export_walk *w, struct str name, const struct err *why)
{
	if (w->n_unread++)
		return;
	snprintf(w->unread, sizeof(w->unread), "%.*s", STR_ARG(name));
	snprintf(w->why, sizeof(w->why), "%s", why->msg ? why->msg : "");
}

static errint on_item(const struct archive_item *item, struct source *data, void *ctx,
		      struct err *err)
{
	struct export_walk *w = ctx;
	BUF(json, ENTRY_MAX);
	struct buf_sink to = buf_sink_init(&json);
	ERR(why);
	errint rc = interrupt_check(err);

	if (rc || item->type != ARCHIVE_FILE || !str_ends(item->name, S(".json")))
		return rc;
	w->n_entries++;
	rc = source_copy(data, &to.sink, &why);
	w->whole += json.n;
	if (w->whole > WHOLE_MAX)
		return err_set(err, ERR_TOO_BIG, "it becomes more than %llu GiB",
			       (unsigned long long)(WHOLE_MAX >> 30));
	if (!rc)
		rc = put_entry(w, buf_str(&json), &why);
	if (rc == ERR_CORRUPT || rc == ERR_TOO_BIG) {
		count_unread(w, item->name, &why);
		return 0;
	}
	return rc ? err_move(err, &why) : 0;
}

static errint take_apart(int fd, struct buf *out, struct err *err)
{
	struct export_walk w = {.out = out};
	BUF(records, KEPT_MAX);

	w.out = &records;
	errint rc = archive_walk(fd, on_item, &w, err);
	if (!rc && w.n_entries == w.n_unread)
		rc = err_set(err, ERR_CORRUPT, "it holds no advisories%s%s", w.n_unread ? ": " : "",
			     w.why);
	if (!rc)
		rc = buf_check(&records, "advisories", err);
	if (rc)
		return rc;
	buf_printf(out, "%zu:%zu:", w.n_entries, w.n_unread);
	field_put(out, str_c(w.unread));
	field_put(out, str_c(w.why));
	buf_puts(out, buf_str(&records));
	buf_putc(out, '.');
	return buf_check(out, "advisories", err);
}

/* ---- reading what is kept ---- */

static void get_record(struct field_reader *r, enum osv_ecosystem e, struct str package,
		       struct advisories *io)
{
	struct osv_entry *entry = ARENA_NEW(r->a, struct osv_entry);
	struct osv_affected f = {.of = entry, .ecosystem = e, .package = package};

	f.release = field_get(r);
	struct str small = field_get(r);
	entry->id = field_get(r);
	entry->summary = field_get(r);
	entry->aliases = fields_get(r, &entry->n_aliases);
	f.versions = fields_get(r, &f.n_versions);
	size_t n = field_count(r);
	if (r->bad || small.n != 2 || small.p[0] > '0' + OSV_CRITICAL || small.p[0] < '0') {
		r->bad = true;
		return;
	}
	entry->gravity = (enum osv_gravity)(small.p[0] - '0');
	f.unimportant = small.p[1] == '1';
	f.events = ARENA_ARRAY(r->a, struct osv_event, n);
	for (; !r->bad && f.n_events < n && r->rest.n; f.n_events++) {
		unsigned kind = (unsigned)(unsigned char)r->rest.p[0] - '0';

		r->rest = str_skip(r->rest, 1);
		r->bad |= kind > 7 || (kind & 3) > OSV_LAST_AFFECTED;
		f.events[f.n_events] = (struct osv_event){(enum osv_event_kind)(kind & 3),
							  (kind & 4) > 0, field_get(r)};
	}
	if (r->bad || r->rest.n)
		return;
	ARRAY_GROW(io->v, io->n, io->cap);
	io->v[io->n++] = f;
}

/* Adds what is about those packages, copied; false when the text is not whole. */
static bool get_all(struct arena *a, struct str text, struct str_set packages,
		    struct advisories *io)
{
	struct field_reader r = {.rest = text, .a = a};
	size_t before = io->n;

	io->n_entries += field_count(&r);
	io->n_unread += field_count(&r);
	struct str unread = field_get(&r), why = field_get(&r);
	while (!r.bad && r.rest.n > 1) {
		struct str key = field_get(&r), bytes = field_get(&r);

		if (r.bad || !key.n || !str_set_has(packages, key))
			continue;
		struct field_reader record = {.rest = arena_str(a, bytes), .a = a};
		get_record(&record, key.p[0] == 'P' ? OSV_PYPI : OSV_DEBIAN,
			   arena_str(a, str_skip(key, 1)), io);
		r.bad |= record.bad;
	}
	if (unread.n && !io->unread.n) {
		io->unread = arena_str(a, unread);
		io->why = arena_str(a, why);
	}
	if (!r.bad && str_eqz(r.rest, "."))
		return true;
	io->n = before;
	return false;
}

/* ---- kept ---- */

/* What tells one state of the file from another. */
static const char *stamp(struct arena *a, const struct stat *st)
{
	return arena_printf(a, "kiln advisories %d %llu %llu %lld.%09ld %lld.%09ld\n", VERSION,
			    (unsigned long long)st->st_size, (unsigned long long)st->st_ino,
			    (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
			    (long long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

static const char *place(struct arena *a, const char *file, const char **dir)
{
	char *cache CLEANUP_FREE = user_cache_dir(), *real CLEANUP_FREE = realpath(file, NULL);
	char text[HASH_TEXT_MAX];
	struct hash h;

	hash_bytes(HASH_SHA256, str_c(real ? real : file), &h);
	*dir = arena_printf(a, "%s/advisories-%d", cache, VERSION);
	return arena_printf(a, "%s/%.32s", *dir, hash_format(&h, HASH_BASE16, false, text));
}

static bool recall(struct arena *a, const char *kept, const char *head, struct str_set packages,
		   struct advisories *io)
{
	BUF(text, KEPT_MAX);
	const struct advisories before = *io;
	ERR(absent);

	if (file_read(AT_FDCWD, kept, &text, &absent) || !str_starts(buf_str(&text), str_c(head)))
		return false;
	if (get_all(a, str_skip(buf_str(&text), strlen(head)), packages, io))
		return true;
	io->n_entries = before.n_entries;
	io->n_unread = before.n_unread;
	return false;
}

static errint read_export(const char *file, int fd, const struct stat *st, struct str_set packages,
			  struct arena *a, struct advisories *io, struct err *err)
{
	const char *head = stamp(a, st), *dir, *kept = place(a, file, &dir);
	BUF(text, KEPT_MAX);
	ERR(ignored);

	if (recall(a, kept, head, packages, io))
		return 0;
	buf_putz(&text, head);
	errint rc = take_apart(fd, &text, err);
	if (rc)
		return rc;
	/* What cannot be kept is taken apart again the next time. */
	if (!mkdir_p(AT_FDCWD, dir, 0700, &ignored) &&
	    file_write(AT_FDCWD, kept, buf_str(&text), 0600, 0, &ignored))
		err_clear(&ignored);
	if (!get_all(a, str_skip(buf_str(&text), strlen(head)), packages, io))
		return err_set(err, ERR_CORRUPT, "it is not whole");
	return 0;
}

errint advisories_read(const char *file, struct str_set packages, struct arena *a,
		       struct advisories *io, struct err *err)
{
	int fd CLEANUP_FD = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, "opening the advisories '%s'", file);
	errint rc = S_ISREG(st.st_mode) ? read_export(file, fd, &st, packages, a, io, err)
					: err_set(err, ERR_USAGE, "it is no file");
	if (rc && rc != ERR_INTERRUPTED)
		err_hint(err, "an export of advisories is a zip of JSON files in the OSV format");
	return rc ? err_wrap(err, "reading the advisories '%s'", file) : 0;
}
