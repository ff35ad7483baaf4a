/* SPDX-License-Identifier: MIT
 *
 * Unpacking: every member goes straight to its place, hashed on its way, and is then compared with
 * RECORD. A wheel holds files only; names that would leave it were refused by the archive reader.
 */
#include "base/file.h"
#include "archive/archive.h"
#include "py/builder_wheel_int.h"

#include <stdlib.h>
#include <unistd.h>

struct unpack {
	struct wheel_install *w;
	struct archive_writer *writer;
	struct str data; /* "name-1.0.data", once met */
	char *record;    /* RECORD's bytes */
	size_t record_n;
};

/* Passes a member's bytes on, hashing them. */
struct tee {
	struct source source;
	struct source *from;
	struct hash_ctx *ctx;
	uint64_t size;
	char head[4];
};

static errint tee_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct tee *t = (struct tee *)s;
	errint code = source_read(t->from, p, n, got, err);

	if (code)
		return code;
	for (size_t i = 0; t->size + i < sizeof(t->head) && i < *got; i++)
		t->head[t->size + i] = ((const char *)p)[i];
	hash_update(t->ctx, p, *got);
	t->size += *got;
	return 0;
}

static const struct source_ops tee_ops = {.read = tee_read};

/* Is name that file of the wheel's own .dist-info? Vendored projects keep theirs. */
static bool is_info(struct str name, const char *file)
{
	struct str top, rest;

	return str_cut(name, '/', &top, &rest) && str_ends(top, S(".dist-info")) &&
	       str_eqz(rest, file);
}

static bool is_signature(struct str name)
{
	return is_info(name, "RECORD.jws") || is_info(name, "RECORD.p7s");
}

/* What we write ourselves, or what tells of another installation. */
static bool is_ours(struct str name)
{
	return is_info(name, "INSTALLER") || is_info(name, "REQUESTED") ||
	       is_info(name, "direct_url.json") || is_signature(name);
}

/* The folder that part of .data goes to, below the output. */
static bool data_folder(struct wheel_install *w, struct str kind, struct str *out)
{
	if (str_eqz(kind, "purelib") || str_eqz(kind, "platlib"))
		*out = w->site;
	else if (str_eqz(kind, "scripts"))
		*out = S("bin");
	else if (str_eqz(kind, "data"))
		*out = S("");
	else if (str_eqz(kind, "headers"))
		*out = str_c(arena_printf(&w->arena, "include/python3.%u/%.*s", w->minor,
					  STR_ARG(w->name.dist)));
	else
		return false;
	return true;
}

/* Remembers the one folder of its kind. */
static errint meet_folder(struct wheel_install *w, struct str *slot, struct str top,
			  struct str suffix, struct err *err)
{
	if (str_eq(*slot, top))
		return 0;
	if (slot->n)
		return err_set(err, ERR_CORRUPT, "it has both '%.*s' and '%.*s'", STR_ARG(*slot),
			       STR_ARG(top));
	if (!wheel_stem_fits(&w->name, str_drop_suffix(top, suffix)))
		return err_set(err, ERR_CORRUPT, "its folder '%.*s' does not fit the file name",
			       STR_ARG(top));
	*slot = arena_str(&w->arena, top);
	return 0;
}

static errint destination(struct unpack *u, struct str name, struct str *out, struct err *err)
{
	struct wheel_install *w = u->w;
	struct str top, rest, kind, file, folder;

	*out = str_c(arena_printf(&w->arena, "%.*s/%.*s", STR_ARG(w->site), STR_ARG(name)));
	if (!str_cut(name, '/', &top, &rest))
		return 0;
	if (str_ends(top, S(".dist-info")))
		return meet_folder(w, &w->info, top, S(".dist-info"), err);
	if (!str_ends(top, S(".data")))
		return 0;
	if (meet_folder(w, &u->data, top, S(".data"), err))
		return err->code;
	if (!str_cut(rest, '/', &kind, &file) || !data_folder(w, kind, &folder))
		return err_set(err, ERR_CORRUPT, "'%.*s' is in no known .data folder",
			       STR_ARG(name));
	*out = str_c(arena_printf(&w->arena, "%.*s%s%.*s", STR_ARG(folder), folder.n ? "/" : "",
				  STR_ARG(file)));
	return 0;
}

static errint keep_record(struct unpack *u, struct source *data, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	struct buf_sink sink = buf_sink_init(&text);

	if (u->record)
		return err_set(err, ERR_CORRUPT, "it has two RECORDs");
	if (source_copy(data, &sink.sink, err))
		return err->code;
	u->record_n = text.n;
	u->record = buf_steal(&text);
	return 0;
}

static errint add_file(struct unpack *u, const struct archive_item *item, struct str path,
		       struct source *data, struct err *err)
{
	struct archive_item placed = *item;
	struct tee tee = {.source = {&tee_ops}, .from = data};
	struct wheel_file *f;
	errint code;

	if (str_starts(path, S("bin/")))
		placed.mode |= 0111;
	placed.name = path;
	tee.ctx = hash_ctx_new(HASH_SHA256);
	code = archive_writer_add(u->writer, &placed, &tee.source, err);
	if (code) {
		hash_ctx_free(tee.ctx);
		return code;
	}
	f = wheel_file_add(u->w, path);
	f->member = arena_str(&u->w->arena, item->name);
	hash_finish(tee.ctx, &f->sha256);
	f->size = tee.size;
	f->elf = tee.size >= 4 && memcmp(tee.head, "\177ELF", 4) == 0;
	return 0;
}

static errint add_member(const struct archive_item *item, struct source *data, void *ctx,
			 struct err *err)
{
	struct unpack *u = ctx;
	struct str path;

	if (item->type == ARCHIVE_DIR)
		return 0;
	if (item->type != ARCHIVE_FILE)
		return err_set(err, ERR_CORRUPT, "'%.*s' is a link, which wheels have not",
			       STR_ARG(item->name));
	if (destination(u, item->name, &path, err))
		return err->code;
	if (is_info(item->name, "RECORD"))
		return keep_record(u, data, err);
	/* bytecode is made here; what somebody else compiled is dropped */
	if (str_find(path, S("/__pycache__/")) >= 0)
		return 0;
	return add_file(u, item, path, data, err);
}

static int by_member(const void *a, const void *b)
{
	const struct wheel_file *x = a, *y = b;

	return str_cmp(x->member, y->member);
}

static int by_name(const void *a, const void *b)
{
	const struct wheel_record *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static errint mismatch(const struct wheel_record *row, const struct hash *got, struct err *err)
{
	char want[HASH_TEXT_MAX], have[HASH_TEXT_MAX];

	err_set(err, ERR_MISMATCH, "'%.*s' is not what the wheel's RECORD says",
		STR_ARG(row->name));
	err_detail(err, "  specified: %s", hash_format(&row->hash, HASH_SRI, true, want));
	return err_detail(err, "  got:       %s", hash_format(got, HASH_SRI, true, have));
}

static errint check_file(struct wheel_install *w, const struct wheel_file *f,
			 const struct wheel_record *row, struct err *err)
{
	int fd CLEANUP_FD = -1;
	struct hash got = f->sha256;

	if (!row->has_hash)
		return err_set(err, ERR_CORRUPT, "RECORD has no hash of '%.*s'",
			       STR_ARG(row->name));
	if (row->hash.algo != HASH_SHA256 &&
	    (open_file(w->out_fd, f->path.p, &fd, err) || hash_fd(row->hash.algo, fd, &got, err)))
		return err->code;
	return hash_eq(&got, &row->hash) ? 0 : mismatch(row, &got, err);
}

/* Rows that no member answers to: RECORD itself, signatures and bytecode only. */
static errint check_left(const struct wheel_record *row, struct err *err)
{
	if (is_info(row->name, "RECORD") || is_signature(row->name) ||
	    str_find(row->name, S("__pycache__/")) >= 0)
		return 0;
	return err_set(err, ERR_CORRUPT, "RECORD lists '%.*s', which the wheel has not",
		       STR_ARG(row->name));
}

/* Both lists sorted, walked side by side. */
static errint check_record(struct unpack *u, struct err *err)
{
	struct wheel_install *w = u->w;
	struct wheel_record *rows;
	size_t n, i = 0, j = 0;

	if (!u->record)
		return err_set(err, ERR_CORRUPT, "it has no RECORD");
	if (wheel_record_parse(&w->arena, str_n(u->record, u->record_n), &rows, &n, err))
		return err->code;
	qsort(w->files, w->n_files, sizeof(*w->files), by_member);
	qsort(rows, n, sizeof(*rows), by_name);
	while (i < w->n_files || j < n) {
		int c = i == w->n_files ? 1
			: j == n        ? -1
					: str_cmp(w->files[i].member, rows[j].name);

		if (c > 0) {
			if (check_left(&rows[j++], err))
				return err->code;
		} else if (c == 0) {
			if (check_file(w, &w->files[i], &rows[j], err))
				return err->code;
			i++;
			/* the same row twice */
			while (j < n && str_eq(rows[j].name, w->files[i - 1].member))
				j++;
		} else if (is_signature(w->files[i].member)) {
			i++;
		} else {
			return err_set(err, ERR_CORRUPT, "'%.*s' is not in the wheel's RECORD",
				       STR_ARG(w->files[i].member));
		}
	}
	return 0;
}

static int by_path(const void *a, const void *b)
{
	const struct wheel_file *x = a, *y = b;

	return str_cmp(x->path, y->path);
}

/* Takes out what is replaced by ours, and refuses two members at one place. */
static errint settle(struct wheel_install *w, struct err *err)
{
	size_t kept = 0;

	qsort(w->files, w->n_files, sizeof(*w->files), by_path);
	for (size_t i = 0; i < w->n_files; i++) {
		struct wheel_file *f = &w->files[i];

		if (i && str_eq(f->path, w->files[i - 1].path))
			return err_set(err, ERR_CORRUPT, "two members go to '%s'", f->path.p);
	}
	for (size_t i = 0; i < w->n_files; i++) {
		if (is_ours(w->files[i].member)) {
			if (unlinkat(w->out_fd, w->files[i].path.p, 0))
				return err_sys(err, "removing '%s'", w->files[i].path.p);
			continue;
		}
		w->files[kept++] = w->files[i];
	}
	w->n_files = kept;
	return 0;
}

static void unpack_release(struct unpack *u)
{
	archive_writer_free(u->writer);
	free(u->record);
}

errint wheel_step_unpack(struct wheel_install *w, struct err *err)
{
	struct unpack u CLEANUP(unpack_release) = {.w = w, .data = S("")};
	char *path CLEANUP_FREE = str_dupz(w->wheel);
	int fd CLEANUP_FD = -1;

	w->info = S("");
	u.writer = archive_writer_new(w->out_fd);
	if (open_file(AT_FDCWD, path, &fd, err) || archive_walk(fd, add_member, &u, err))
		return err->code;
	if (!w->info.n)
		return err_set(err, ERR_CORRUPT, "it has no .dist-info folder");
	if (check_record(&u, err))
		return err->code;
	return settle(w, err);
}
