/* SPDX-License-Identifier: MIT
 *
 * Writing a kit: everything in one order, each part once, and kit.json last, since it tells of all
 * the rest. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/tar_write.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "git/git_tracked.h"
#include "plan/plan.h"
#include "store/nar.h"
#include "store/signing_key.h"
#include "vendor/kit_int.h"
#include "vendor/vendor_int.h"

enum {
	LEVEL = 6,
	TIME = 315532800, /* 1980-01-01 */
};

struct kit_writer {
	struct session *s;
	const struct kit_options *o;
	struct arena *a;
	struct kit_result *out;
	struct kit_manifest m;
	char *temp, *sources; /* beside the file: itself, and its sources while it is made */
	int fd;
	struct fd_sink file;
	struct seekable_sink seekable;
	struct tar_writer tar;
	struct activity *activity;
};

static void writer_release(struct kit_writer *w)
{
	activity_end(w->activity);
	seekable_sink_release(&w->seekable);
	if (w->fd >= 0)
		close(w->fd);
	if (w->temp)
		unlink(w->temp);
	if (w->sources)
		remove_tree_quietly(AT_FDCWD, w->sources);
	free(w->temp);
	free(w->sources);
}

/* ---- members ---- */

/* Hashes a member on its way. */
struct member_sink {
	struct sink sink;
	struct tar_writer *tar;
	struct hash_ctx *hash;
	uint64_t size;
};

static errint member_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct member_sink *m = (struct member_sink *)s;

	hash_update(m->hash, p, n);
	m->size += n;
	return tar_put_bytes(m->tar, str_n(p, n), err);
}

static struct kit_member *member_new(struct kit_writer *w, const char *name, uint64_t size)
{
	struct kit_manifest *m = &w->m;

	if (m->n_members == m->cap_members) {
		size_t cap = 2 * m->cap_members + 64;
		struct kit_member *more = ARENA_ARRAY(w->a, struct kit_member, cap);

		if (m->n_members)
			memcpy(more, m->members, m->n_members * sizeof(*more));
		m->members = more;
		m->cap_members = cap;
	}
	m->members[m->n_members] = (struct kit_member){
		.name = arena_str(w->a, str_c(name)), .offset = w->tar.offset, .size = size};
	return &m->members[m->n_members++];
}

/* What gives a member its bytes. */
typedef errint give_fn(void *ctx, struct sink *to, struct err *err);

static errint put_member(struct kit_writer *w, const char *name, bool executable, uint64_t size,
			 give_fn *give, void *ctx, struct err *err)
{
	static const struct sink_ops ops = {.write = member_write};
	struct hash_ctx *hash CLEANUP(hash_ctx_cleanup) = hash_ctx_new(HASH_SHA256);
	struct member_sink sink = {.sink = {&ops}, .tar = &w->tar, .hash = hash};
	errint rc = interrupt_check(err);

	if (!rc)
		rc = tar_begin_file(&w->tar, str_c(name), executable, size, err);
	struct kit_member *m = member_new(w, name, size);
	if (!rc)
		rc = give(ctx, &sink.sink, err);
	if (!rc && sink.size != size)
		rc = err_set(err, ERR_FAILED, "'%s' changed while it was read", name);
	if (!rc)
		rc = tar_end_file(&w->tar, size, err);
	hash_finish(STEAL(hash), &m->sha256);
	activity_progress(w->activity, w->tar.offset, w->tar.offset);
	return rc;
}

static errint give_fd(void *ctx, struct sink *to, struct err *err)
{
	struct fd_source from = fd_source_init(*(int *)ctx);

	return source_copy(&from.source, to, err);
}

errint kit_put_file(struct kit_writer *w, const char *name, const char *from, bool executable,
		    struct err *err)
{
	int fd CLEANUP_FD = open(from, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, "reading '%s'", from);
	return put_member(w, name, executable, (uint64_t)st.st_size, give_fd, &fd, err);
}

errint kit_put_link(struct kit_writer *w, const char *name, const char *target, struct err *err)
{
	return tar_put_symlink(&w->tar, str_c(name), str_c(target), err);
}

static errint put_found(struct kit_writer *w, const char *name, const char *from, struct err *err)
{
	struct stat st;

	if (lstat(from, &st))
		return err_sys(err, "reading '%s'", from);
	if (S_ISLNK(st.st_mode)) {
		char *target CLEANUP_FREE = NULL;
		errint rc = read_link(AT_FDCWD, from, &target, err);

		return rc ? rc : kit_put_link(w, name, target, err);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_UNSUPPORTED, "'%s' is no file", from);
	return kit_put_file(w, name, from, st.st_mode & S_IXUSR, err);
}

typedef bool leave_fn(const char *name);

/* A folder's files, in byte order. */
static errint put_folder(struct kit_writer *w, const char *name, const char *from, leave_fn *leave,
			 unsigned depth, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	errint rc = depth > LIMIT_NAR_DEPTH ? err_set(err, ERR_TOO_BIG, "'%s' is too deep", from)
					    : dir_list(AT_FDCWD, from, &l, err);

	for (size_t i = 0; !rc && i < l.n; i++) {
		char *below CLEANUP_FREE = xasprintf("%s/%s", name, l.v[i].name);
		char *path CLEANUP_FREE = xasprintf("%s/%s", from, l.v[i].name);

		if (leave && leave(below))
			continue;
		rc = l.v[i].type == DT_DIR ? put_folder(w, below, path, leave, depth + 1, err)
					   : put_found(w, below, path, err);
	}
	return rc;
}

/* ---- the project ---- */

static bool is_no_recipe(const char *name)
{
	struct str s = str_drop_prefix(str_c(name), S("project/"));

	return str_eq(s, S(".git")) || str_eq(s, S(".flox/sources")) ||
	       (str_starts(s, S("result")) && str_chr(s, '/') < 0);
}

static errint put_tracked(struct kit_writer *w, const struct git_tracked *t, const char *real,
			  struct err *err)
{
	struct str below = str_skip(str_c(real), t->top.n);
	errint rc = 0;

	below = str_drop_prefix(below, S("/"));
	for (size_t i = 0; !rc && i < t->n; i++) {
		struct str file = t->files[i];

		if (below.n &&
		    (!str_starts(file, below) || file.n <= below.n || file.p[below.n] != '/'))
			continue;
		file = below.n ? str_skip(file, below.n + 1) : file;
		char *name CLEANUP_FREE = xasprintf("project/%.*s", STR_ARG(file));
		char *from CLEANUP_FREE = xasprintf("%s/%.*s", real, STR_ARG(file));
		struct stat st;
		if (str_starts(file, S(".flox/sources/")) || lstat(from, &st) ||
		    S_ISDIR(st.st_mode))
			continue;
		rc = put_found(w, name, from, err);
	}
	return rc;
}

static errint put_project(struct kit_writer *w, struct err *err)
{
	struct git_tracked t CLEANUP(git_tracked_release) = {0};
	char *real CLEANUP_FREE = realpath(w->o->dir, NULL);

	if (!real)
		return err_sys(err, "'%s'", w->o->dir);
	errint rc = git_tracked(real, w->a, &t, err);
	if (!rc)
		rc = t.top.n ? put_tracked(w, &t, real, err)
			     : put_folder(w, "project", real, is_no_recipe, 0, err);
	if (!rc)
		rc = put_folder(w, "project/.flox/sources", w->sources, NULL, 0, err);
	return rc;
}

/* The set that the project pins goes beside its sources, where it is looked for. */
static errint put_sets(struct kit_writer *w, struct err *err)
{
	struct set_pin pin;
	const char *data, *folder = NULL;
	errint rc = session_data_dir(w->s, &data, err);

	if (!rc)
		rc = put_folder(w, "kiln/pkgs", arena_printf(w->a, "%s/pkgs", data), NULL, 0, err);
	if (!rc)
		rc = project_pin_read(w->s, w->o->dir, w->a, &pin, err);
	if (!rc && pin.there)
		rc = project_set_find(w->s, w->o->dir, &pin, w->a, &folder, err);
	if (rc || !folder)
		return rc;
	char *real CLEANUP_FREE = store_path_is(store_dir(w->s->store), str_c(folder))
					  ? store_real_path(w->s->store, str_c(folder))
					  : xstrdup(folder);
	return put_folder(
		w, arena_printf(w->a, "project/.flox/sources/kiln-set-%.*s", STR_ARG(pin.version)),
		real, NULL, 0, err);
}

/* ---- the closure ---- */

static errint give_nar(void *ctx, struct sink *to, struct err *err)
{
	return nar_dump(AT_FDCWD, ctx, to, NULL, NULL, err);
}

static errint put_nars(struct kit_writer *w, struct err *err)
{
	errint rc = seekable_cut(&w->seekable, err);

	w->m.nars = w->tar.offset;
	for (size_t i = 0; !rc && i < w->m.n_paths; i++) {
		const struct path_info *p = &w->m.paths[i];
		char *real CLEANUP_FREE = store_real_path(w->s->store, p->path);
		char *name CLEANUP_FREE =
			xasprintf("nar/%.*s.nar", STR_ARG(store_path_base(p->path)));

		rc = put_member(w, name, false, p->nar_size, give_nar, real, err);
	}
	return rc;
}

/* ---- what goes in ---- */

/* Builds what a label means, and notes its outputs. */
static errint take_label(struct kit_writer *w, struct str label, struct err *err)
{
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	struct eval_request eval = {0};
	struct build_options options = {0};
	struct asked asked = {.kind = ASKED_RECIPE};
	struct product *products;
	size_t n, count = 0;

	kit_label(w->a, label, &asked.text, &eval.release);
	const struct project_request r = {.session = w->s, .dir = w->o->dir, .eval = &eval};
	errint rc = project_resolve(&r, &asked, 1, w->a, &found, err);
	if (!rc)
		rc = project_products(w->s, w->a, &found, &products, &n, err);
	if (rc)
		return rc;
	struct build_wanted *wanted = ARENA_ARRAY(w->a, struct build_wanted, n);
	for (size_t i = 0; i < n; i++) {
		wanted[i] = products[i].wanted;
		count += products[i].n_paths;
	}
	rc = project_realise_here(w->s, wanted, n, &options, err);
	struct kit_recipe *recipe = &w->m.recipes[w->m.n_recipes++];
	*recipe = (struct kit_recipe){.label = label,
				      .outputs = ARENA_ARRAY(w->a, struct str, count)};
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < products[i].n_paths; k++)
			recipe->outputs[recipe->n_outputs++] =
				arena_str(w->a, products[i].paths[k]);
	return rc;
}

static errint take_sources(struct kit_writer *w, struct str label, struct err *err)
{
	const char *name;
	struct vendor_result r = {0};
	struct vendor_options o = {.dir = w->o->dir,
				   .names = &name,
				   .n_names = 1,
				   .natives = VENDOR_NATIVES_COPY,
				   .folder = w->sources};

	kit_label(w->a, label, &name, &o.release);
	errint rc = vendor_lay(w->s, &o, w->a, &r, err);
	w->out->sources = r.files;
	return rc;
}

static errint take_closure(struct kit_writer *w, struct err *err)
{
	struct str_set outputs = {0}, closure;
	struct str *sorted;
	size_t n = 0;

	for (size_t i = 0; i < w->m.n_recipes; i++)
		n += w->m.recipes[i].n_outputs;
	outputs.v = ARENA_ARRAY(w->a, struct str, n);
	for (size_t i = 0; i < w->m.n_recipes; i++)
		for (size_t k = 0; k < w->m.recipes[i].n_outputs; k++)
			outputs.v[outputs.n++] = w->m.recipes[i].outputs[k];
	str_set_sort(&outputs);
	errint rc = store_closure(w->s->store, w->a, outputs.v, outputs.n, 0, &closure, err);
	if (!rc)
		rc = store_topo_sort(w->s->store, w->a, closure, &sorted, err);
	if (rc)
		return rc;
	w->m.paths = ARENA_ARRAY(w->a, struct path_info, closure.n);
	for (size_t i = 0; !rc && i < closure.n; i++)
		rc = store_query(w->s->store, w->a, sorted[i], &w->m.paths[w->m.n_paths++], err);
	w->out->outputs = outputs.v;
	w->out->n_outputs = outputs.n;
	w->out->paths = closure.n;
	return rc;
}

static errint gather(struct kit_writer *w, struct err *err)
{
	const struct kit_options *o = w->o;
	errint rc = 0;

	w->m.system = str_c(native_system());
	w->m.store_dir = store_dir(w->s->store);
	w->m.recipes = ARENA_ARRAY(w->a, struct kit_recipe, o->n_labels);
	for (size_t i = 0; !rc && i < o->n_labels; i++)
		rc = take_label(w, str_c(o->labels[i]), err);
	for (size_t i = 0; !rc && i < o->n_labels; i++)
		rc = take_sources(w, str_c(o->labels[i]), err);
	return rc ? rc : take_closure(w, err);
}

/* ---- the file ---- */

static errint open_file_to_write(struct kit_writer *w, struct err *err)
{
	struct str dir = path_dir(str_c(w->o->file)), base = path_base(str_c(w->o->file));

	w->temp = xasprintf("%.*s/" VENDOR_TEMP "%.*s", STR_ARG(dir), STR_ARG(base));
	w->sources = xasprintf("%.*s/" VENDOR_TEMP "%.*s.sources", STR_ARG(dir), STR_ARG(base));
	w->fd = open(w->temp, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (w->fd < 0)
		return err_sys(err, "making '%s'", w->temp);
	errint rc = fd_lock(w->fd, true, true, err);
	if (rc == ERR_EXISTS) {
		w->temp = (free(w->temp), NULL);
		w->sources = (free(w->sources), NULL);
		return err_set(err, ERR_EXISTS, "another kiln makes '%s'", w->o->file);
	}
	if (!rc && ftruncate(w->fd, 0))
		rc = err_sys(err, "emptying '%s'", w->temp);
	w->file = fd_sink_init(w->fd);
	if (!rc)
		rc = seekable_sink_init(&w->seekable, &w->file.sink, LEVEL, err);
	w->tar = (struct tar_writer){.to = &w->seekable.sink, .mtime = TIME};
	return rc;
}

/* In a frame of its own: what is signed is what stands before it. */
static errint put_signature(struct kit_writer *w, struct str manifest, struct err *err)
{
	struct signing_key key CLEANUP(signing_key_wipe) = {0};
	struct signature s;
	BUF(text, LIMIT_SMALL_FILE);
	errint rc = signing_key_read(w->a, w->o->key, &key, err);

	if (!rc)
		rc = key_sign(&key, manifest, &s, err);
	if (!rc)
		rc = seekable_cut(&w->seekable, err);
	if (rc)
		return rc;
	signature_print(&s, &text);
	buf_putc(&text, '\n');
	rc = tar_begin_file(&w->tar, S(KIT_SIGNATURE), false, text.n, err);
	if (!rc)
		rc = tar_put_bytes(&w->tar, buf_str(&text), err);
	return rc ? rc : tar_end_file(&w->tar, text.n, err);
}

static errint put_manifest(struct kit_writer *w, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	errint rc = seekable_cut(&w->seekable, err);

	kit_manifest_print(&w->m, &text);
	if (!rc)
		rc = buf_check(&text, KIT_MANIFEST, err);
	if (!rc)
		rc = tar_begin_file(&w->tar, S(KIT_MANIFEST), false, text.n, err);
	if (!rc)
		rc = tar_put_bytes(&w->tar, buf_str(&text), err);
	if (!rc)
		rc = tar_end_file(&w->tar, text.n, err);
	if (!rc && w->o->key)
		rc = put_signature(w, buf_str(&text), err);
	if (!rc)
		rc = tar_finish(&w->tar, err);
	return rc ? rc : seekable_finish(&w->seekable, err);
}

static errint place(struct kit_writer *w, struct err *err)
{
	struct stat st;

	if (fsync(w->fd) || fstat(w->fd, &st))
		return err_sys(err, "writing '%s'", w->temp);
	if (rename(w->temp, w->o->file))
		return err_sys(err, "placing '%s'", w->o->file);
	w->out->size = (uint64_t)st.st_size;
	return 0;
}

static errint check_key(struct kit_writer *w, struct err *err)
{
	struct signing_key key CLEANUP(signing_key_wipe) = {0};

	return signing_key_read(w->a, w->o->key, &key, err);
}

errint kit_make(struct session *s, const struct kit_options *o, struct arena *a,
		struct kit_result *out, struct err *err)
{
	struct kit_writer w CLEANUP(writer_release) = {
		.s = s, .o = o, .a = a, .out = out, .fd = -1};
	errint rc = open_file_to_write(&w, err);

	/* Before the work, not after it. */
	if (!rc && o->key)
		rc = check_key(&w, err);
	if (!rc)
		rc = gather(&w, err);
	if (rc)
		return rc;
	w.activity = activity_start(s->report, 0, "B", "writing %s", o->file);
	rc = kit_put_program(&w, err);
	if (!rc)
		rc = put_sets(&w, err);
	if (!rc)
		rc = put_project(&w, err);
	if (!rc)
		rc = put_nars(&w, err);
	if (!rc)
		rc = put_manifest(&w, err);
	if (!rc)
		rc = place(&w, err);
	return rc ? err_wrap(err, "making '%s'", o->file) : 0;
}
