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
	char *record; /* RECORD's bytes */
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

static void tee_take(struct tee *t, struct str bytes)
{
	for (size_t i = 0; t->size + i < sizeof(t->head) && i < bytes.n; i++)
		t->head[t->size + i] = bytes.p[i];
	hash_update(t->ctx, bytes.p, bytes.n);
	t->size += bytes.n;
}

static errint tee_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct tee *t = (struct tee *)s;
	errint code = source_read(t->from, p, n, got, err);

	if (!code)
		tee_take(t, str_n(p, *got));
	return code;
}

static errint tee_view(struct source *s, struct str *out, struct err *err)
{
	struct tee *t = (struct tee *)s;
	errint code = t->from->ops->view(t->from, out, err);

	if (!code)
		tee_take(t, *out);
	return code;
}

static const struct source_ops tee_ops = {.read = tee_read};
/* of what has a view itself */
static const struct source_ops tee_view_ops = {.read = tee_read, .view = tee_view};

/* What we write ourselves, or what tells of another installation. */
static bool is_ours(struct str name)
{
	return wheel_info_is(name, "INSTALLER") || wheel_info_is(name, "REQUESTED") ||
	       wheel_info_is(name, "direct_url.json") || wheel_info_is(name, "RECORD.jws") ||
	       wheel_info_is(name, "RECORD.p7s");
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

/* There is one .dist-info, of the project that the file name says. */
static errint meet_info(struct wheel_install *w, struct str top, struct err *err)
{
	if (str_eq(w->info, top))
		return 0;
	if (w->info.n)
		return err_set(err, ERR_CORRUPT, "it has both '%.*s' and '%.*s'", STR_ARG(w->info),
			       STR_ARG(top));
	if (!wheel_stem_fits(&w->name, str_drop_suffix(top, S(".dist-info"))))
		return err_set(err, ERR_CORRUPT, "its folder '%.*s' does not fit the file name",
			       STR_ARG(top));
	w->info = arena_str(&w->arena, top);
	return 0;
}

/* As pip does, every folder at the top that ends in .data is one, however its name is spelt. */
static errint destination(struct wheel_install *w, struct str name, struct str *out,
			  struct err *err)
{
	struct str top, rest, kind, file, folder;

	*out = str_c(arena_printf(&w->arena, "%.*s/%.*s", STR_ARG(w->site), STR_ARG(name)));
	if (!str_cut(name, '/', &top, &rest))
		return 0;
	if (str_ends(top, S(".dist-info")))
		return meet_info(w, top, err);
	if (!str_ends(top, S(".data")))
		return 0;
	if (!str_cut(rest, '/', &kind, &file) || !data_folder(w, kind, &folder)) {
		err_set(err, ERR_CORRUPT, "'%.*s' is in no known .data folder", STR_ARG(name));
		return err_hint(err, "known are purelib, platlib, scripts, data and headers");
	}
	*out = str_c(arena_printf(&w->arena, "%.*s%s%.*s", STR_ARG(folder), folder.n ? "/" : "",
				  STR_ARG(file)));
	/* builds run what is there */
	if (str_starts(*out, S("nix-support/")))
		return err_set(err, ERR_DENIED,
			       "'%.*s' goes to nix-support, which is not for wheels",
			       STR_ARG(name));
	return 0;
}

static errint keep_record(struct unpack *u, struct source *data, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	struct buf_sink sink = buf_sink_init(&text);

	if (u->record)
		return err_set(err, ERR_CORRUPT, "it has two RECORDs");
	errint rc = source_copy(data, &sink.sink, err);
	if (rc)
		return rc;
	u->record_n = text.n;
	u->record = buf_steal(&text);
	return 0;
}

/* A second member at one place may only be the same once more: which of two pip keeps depends on
 * their order. */
static errint compare(struct wheel_install *w, struct str path, struct source *data,
		      struct err *err)
{
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	const struct wheel_file *f = wheel_file_find(w, path.p);
	struct hash got;
	errint rc = source_copy(data, &sink.sink, err);

	if (rc)
		return rc;
	hash_sink_finish(&sink, &got);
	if (f && hash_eq(&got, &f->sha256))
		return 0;
	return err_set(err, ERR_CORRUPT, "two members go to '%.*s'", STR_ARG(path));
}

static errint write_file(struct unpack *u, const struct archive_item *item, struct str path,
			 struct source *data, struct err *err)
{
	struct archive_item placed = *item;
	struct tee tee = {.source = {data->ops->view ? &tee_view_ops : &tee_ops}, .from = data};
	struct wheel_file *f;

	/* as pip has it, whoever may execute it */
	if (str_starts(path, S("bin/")) || item->mode & 0111)
		placed.mode |= 0111;
	placed.name = path;
	tee.ctx = hash_ctx_new(HASH_SHA256);
	errint rc = archive_writer_add(u->writer, &placed, &tee.source, err);
	if (rc) {
		hash_ctx_free(tee.ctx);
		return rc;
	}
	f = wheel_file_add(u->w, path);
	f->member = arena_str(&u->w->arena, item->name);
	hash_finish(tee.ctx, &f->sha256);
	f->size = tee.size;
	f->elf = tee.size >= 4 && memcmp(tee.head, "\177ELF", 4) == 0;
	return 0;
}

static errint add_file(struct unpack *u, const struct archive_item *item, struct str path,
		       struct source *data, struct err *err)
{
	struct wheel_install *w = u->w;
	struct wheel_file *twin;
	struct stat st;

	if (fstatat(w->out_fd, path.p, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return write_file(u, item, path, data, err);
	errint rc = compare(w, path, data, err);
	if (rc)
		return rc;
	/* listed as well, so that its row of RECORD is asked for; settle() drops it */
	twin = wheel_file_add(w, path);
	*twin = *wheel_file_find(w, path.p);
	twin->member = arena_str(&w->arena, item->name);
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
	errint rc = destination(u->w, item->name, &path, err);
	if (rc)
		return rc;
	if (wheel_info_is(item->name, "RECORD"))
		return keep_record(u, data, err);
	/* bytecode is made here; what somebody else compiled is dropped */
	if (str_find(path, S("/__pycache__/")) >= 0)
		return 0;
	return add_file(u, item, path, data, err);
}

static int by_path(const void *a, const void *b)
{
	const struct wheel_file *x = a, *y = b;

	return str_cmp(x->path, y->path);
}

/* Takes out what is replaced by ours, and what was there twice. */
static errint settle(struct wheel_install *w, struct err *err)
{
	size_t kept = 0;

	qsort(w->files, w->n_files, sizeof(*w->files), by_path);
	for (size_t i = 0; i < w->n_files; i++) {
		if (i && str_eq(w->files[i].path, w->files[i - 1].path))
			continue;
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
	struct unpack u CLEANUP(unpack_release) = {.w = w};
	char *path CLEANUP_FREE = str_dupz(w->wheel);
	int fd CLEANUP_FD = -1;

	w->info = S("");
	u.writer = archive_writer_new(w->out_fd);
	errint rc = open_file(AT_FDCWD, path, &fd, err);
	if (!rc)
		rc = archive_walk(fd, add_member, &u, err);
	if (rc)
		return rc;
	if (!w->info.n)
		return err_set(err, ERR_CORRUPT, "it has no .dist-info folder");
	if (!u.record)
		return err_set(err, ERR_CORRUPT, "it has no RECORD");
	rc = wheel_check_record(w, str_n(u.record, u.record_n), err);
	return rc ? rc : settle(w, err);
}
