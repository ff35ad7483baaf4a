/* SPDX-License-Identifier: MIT
 *
 * Vendoring: what is wanted against what is there, and both lists written last. */
#include "vendor/vendor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "base/report.h"
#include "source/vendored.h"
#include "store/path_map.h"
#include "store/store.h"
#include "source/source_name.h"
#include "vendor/vendor_int.h"

/* A source beside its entry. */
struct wanted_source {
	const struct closure_source *source; /* or NULL: an entry of other recipes */
	struct source_entry entry;
	bool write;
	const struct wanted_source *same; /* whose file it is, too; or NULL */
};

struct vendoring {
	struct session *s;
	const struct vendor_options *o;
	struct arena *a;
	struct vendor_result *out;
	int folder;
	struct closure_sources found;
	struct sources_file before;
	struct sums sums;
	struct wanted_source *v;
	size_t n;
	struct licenses licenses;
};

static void vendoring_release(struct vendoring *w)
{
	closure_sources_release(&w->found);
	if (w->folder >= 0)
		close(w->folder);
}

/* ---- the folder ---- */

/* What a killed run laid, and no list has. */
static errint drop_unlisted(struct vendoring *w, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	errint rc = file_read(w->folder, VENDOR_LAYING, &text, err);
	struct str rest = buf_str(&text), name;

	if (rc == ERR_NOT_FOUND) {
		err_clear(err);
		return 0;
	}
	while (!rc && str_split(&rest, '\n', &name)) {
		char *file CLEANUP_FREE = str_dupz(name);

		if (!sources_name_is_safe(name) || sources_find_file(&w->before, name))
			continue;
		if (unlinkat(w->folder, file, 0) && errno != ENOENT)
			rc = err_sys(err, "removing '%s/%s'", w->out->folder, file);
	}
	if (!rc && unlinkat(w->folder, VENDOR_LAYING, 0))
		rc = err_sys(err, "removing '%s/" VENDOR_LAYING "'", w->out->folder);
	return rc;
}

/* Before the first is laid. A name that is taken already is somebody's. */
static errint note_laying(struct vendoring *w, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	struct stat st;

	for (size_t i = 0; i < w->n; i++) {
		char *file CLEANUP_FREE = str_dupz(w->v[i].entry.file);

		if (w->v[i].write && fstatat(w->folder, file, &st, AT_SYMLINK_NOFOLLOW))
			buf_printf(&text, "%s\n", file);
	}
	if (!text.n)
		return 0;
	errint rc = buf_check(&text, VENDOR_LAYING, err);
	return rc ? rc : file_write(w->folder, VENDOR_LAYING, buf_str(&text), 0644, 0, err);
}

errint vendor_lock(const char *folder, struct report *report, int *out, struct err *err)
{
	int fd CLEANUP_FD = -1;
	errint rc = mkdir_p(AT_FDCWD, folder, 0755, err);

	if (!rc)
		rc = open_dir(AT_FDCWD, folder, &fd, err);
	if (!rc)
		rc = fd_lock(fd, true, true, err);
	if (rc == ERR_EXISTS) {
		err_clear(err);
		report_msg(report, REPORT_NOTE, "waiting: another kiln vendors into '%s'", folder);
		rc = fd_lock(fd, true, false, err);
	}
	if (!rc)
		*out = STEAL_FD(fd);
	return rc;
}

/* What a killed run was writing: its own, or a list's (file_write()). */
static bool is_leftover(struct str name)
{
	struct str digits = str_drop_prefix(name, S(".tmp-"));

	if (str_starts(name, S(VENDOR_TEMP)))
		return !str_eqz(name, VENDOR_LAYING);
	return digits.n == 16 && base16_check(digits, 8);
}

/* One at a time; what a killed one left goes. */
static errint open_folder(struct vendoring *w, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	errint rc = vendor_lock(w->out->folder, w->s->report, &w->folder, err);

	if (!rc)
		rc = dir_list(AT_FDCWD, w->out->folder, &l, err);
	for (size_t i = 0; !rc && i < l.n; i++)
		if (is_leftover(str_c(l.v[i].name)))
			unlinkat(w->folder, l.v[i].name, 0);
	return rc;
}

/* ---- who needs what ---- */

static bool is_label(const struct vendoring *w, struct str label)
{
	for (size_t i = 0; i < w->found.n_labels; i++)
		if (str_eq(w->found.labels[i], label))
			return true;
	return false;
}

/* Is it one of a recipe that the project has no more? Only who asked for all recipes knows. */
static bool is_gone(const struct vendoring *w, struct str label)
{
	struct str name = label, release;

	if (!w->o->prune || w->o->n_names)
		return false;
	str_cut(label, '@', &name, &release);
	for (size_t i = 0; i < w->found.n_labels; i++) {
		struct str known = w->found.labels[i];

		str_cut(known, '@', &known, &release);
		if (str_eq(known, name))
			return false;
	}
	return true;
}

/* Those of other recipes stay; what was asked for now is known anew. */
static void merge_needs(struct vendoring *w, struct source_entry *e,
			const struct closure_source *now)
{
	struct str_set set = {0};

	set.v = ARENA_ARRAY(w->a, struct str, e->n_needed_by + (now ? now->n_needed_by : 0));
	for (size_t i = 0; i < e->n_needed_by; i++)
		if (!is_label(w, e->needed_by[i]) && !is_gone(w, e->needed_by[i]))
			set.v[set.n++] = e->needed_by[i];
	for (size_t i = 0; now && i < now->n_needed_by; i++)
		set.v[set.n++] = now->needed_by[i];
	str_set_sort(&set);
	e->needed_by = set.v;
	e->n_needed_by = set.n;
}

/* ---- entries ---- */

static void describe(struct vendoring *w, const struct closure_source *s, struct source_entry *e)
{
	e->name = s->name;
	e->hash = s->hash;
	e->recursive = s->recursive;
	e->input = s->input;
	e->rev = s->input.n ? s->rev : S("");
	e->last_modified = s->last_modified;
	e->rev_count = s->rev_count;
	e->purl = S("");
	e->n_origins = 0;
	e->origins = ARENA_ARRAY(w->a, struct str, s->n_origins);
	for (size_t i = 0; i < s->n_origins; i++) {
		struct str origin = source_origin(w->a, s->origins[i]);

		if (!e->purl.n)
			e->purl = source_purl(w->a, s->origins[i]);
		if (origin.n)
			e->origins[e->n_origins++] = origin;
	}
	e->license = license_of(&w->licenses, e->purl);
}

static struct source_entry *find_before(const struct vendoring *w, const struct closure_source *s)
{
	for (size_t i = 0; i < w->before.n; i++) {
		struct source_entry *e = &w->before.v[i];

		if (hash_eq(&e->hash, &s->hash) && e->recursive == s->recursive &&
		    str_eq(e->input, s->input) && str_eq(e->name, s->name))
			return e;
	}
	return NULL;
}

static bool is_wanted(const struct vendoring *w, const struct closure_source *s,
		      const struct source_entry *before)
{
	if (!s->native || w->o->natives != VENDOR_NATIVES_NONE)
		return true;
	return before != NULL;
}

static bool is_copied(const struct vendoring *w, const struct closure_source *s,
		      const struct source_entry *before)
{
	if (!s->native || w->o->natives == VENDOR_NATIVES_COPY)
		return true;
	return w->o->natives == VENDOR_NATIVES_NONE && before && before->file.n;
}

/* What was found now, and then the entries of recipes that were not asked for. */
static void make_list(struct vendoring *w)
{
	bool *taken = ARENA_ARRAY(w->a, bool, w->before.n + 1);

	w->v = ARENA_ARRAY(w->a, struct wanted_source, w->found.n + w->before.n);
	for (size_t i = 0; i < w->found.n; i++) {
		const struct closure_source *s = &w->found.v[i];
		struct source_entry *before = find_before(w, s);
		struct wanted_source *it = &w->v[w->n];

		if (!is_wanted(w, s, before)) {
			w->out->left_out++;
			continue;
		}
		*it = (struct wanted_source){.source = s};
		it->entry = before ? *before : (struct source_entry){.file = S("")};
		it->entry.license = S("");
		describe(w, s, &it->entry);
		merge_needs(w, &it->entry, s);
		it->write = is_copied(w, s, before);
		if (!it->write)
			it->entry.file = S("");
		if (before)
			taken[before - w->before.v] = true;
		w->n++;
	}
	for (size_t i = 0; i < w->before.n; i++) {
		struct wanted_source *it = &w->v[w->n];

		if (taken[i])
			continue;
		*it = (struct wanted_source){.entry = w->before.v[i]};
		merge_needs(w, &it->entry, NULL);
		w->n++;
	}
}

/* ---- names ---- */

/* Is it the file, or an archive of the tree, that the source is? */
static bool holds_tree(const struct vendoring *w, const struct wanted_source *it, const char *name)
{
	char *temp CLEANUP_FREE = NULL, *tree CLEANUP_FREE = NULL;
	int fd CLEANUP_FD = -1;
	struct hash h;
	uint64_t size;
	ERR(ignored);

	if (it->entry.hash.algo != HASH_SHA256 || open_file(w->folder, name, &fd, &ignored))
		return false;
	if (!nar_hash(w->folder, name, &h, &size, &ignored) && hash_eq(&h, &it->entry.hash))
		return true;
	if (temp_dir(temp_dir_root(), "kiln-vendor-", &temp, &ignored))
		return false;
	tree = path_join(str_c(temp), S("tree"));
	bool yes = !archive_unpack(fd, AT_FDCWD, tree, ARCHIVE_STRIP_ROOT, &ignored) &&
		   !nar_hash(AT_FDCWD, tree, &h, &size, &ignored) && hash_eq(&h, &it->entry.hash);
	remove_tree_quietly(AT_FDCWD, temp);
	return yes;
}

/* A file that is no entry's is somebody's own, unless it is just this source. */
static bool is_foreign(struct vendoring *w, const struct wanted_source *it, struct str file)
{
	char *name CLEANUP_FREE = str_dupz(file);
	int fd CLEANUP_FD = -1;
	struct stat st;
	struct hash h;
	ERR(ignored);

	if (fstatat(w->folder, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    sources_find_file(&w->before, file))
		return false;
	if (it->entry.recursive)
		return !holds_tree(w, it, name);
	return open_file(w->folder, name, &fd, &ignored) ||
	       hash_fd(it->entry.hash.algo, fd, &h, &ignored) || !hash_eq(&h, &it->entry.hash);
}

/* Two sources with the same content have one file. */
static const struct wanted_source *find_same(const struct vendoring *w,
					     const struct wanted_source *it)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct wanted_source *other = &w->v[i];

		if (other != it && other->entry.file.n && !other->same &&
		    hash_eq(&other->entry.hash, &it->entry.hash) &&
		    other->entry.recursive == it->entry.recursive)
			return other;
	}
	return NULL;
}

static bool is_list(struct str file)
{
	return str_eqz(file, VENDOR_LIST) || str_eqz(file, VENDOR_SUMS);
}

static errint name_one(struct vendoring *w, struct wanted_source *it, struct path_map *names,
		       struct err *err)
{
	const struct closure_source *s = it->source;
	char *real CLEANUP_FREE = store_real_path(w->s->store, s->path);
	struct str origin = s->n_origins ? s->origins[0] : s->input;
	char hex[HASH_TEXT_MAX];
	struct stat st;

	if (lstat(real, &st))
		return err_sys(err, "reading '%s'", real);
	struct str file = source_file_name(w->a, origin, s->name, s->rev, !S_ISREG(st.st_mode));
	if (path_map_get(names, file) || is_list(file) || is_foreign(w, it, file)) {
		hash_format(&s->hash, HASH_BASE16, false, hex);
		file = source_other_name(w->a, file, str_c(hex));
	}
	it->entry.file = file;
	path_map_put(names, file, it);
	return 0;
}

/* Who has a name keeps it. */
static errint name_files(struct vendoring *w, struct err *err)
{
	struct path_map names CLEANUP(path_map_release) = {0};
	errint rc = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].entry.file.n)
			path_map_put(&names, w->v[i].entry.file, &w->v[i]);
	for (size_t i = 0; !rc && i < w->n; i++) {
		struct wanted_source *it = &w->v[i];

		if (!it->write || it->entry.file.n)
			continue;
		it->same = find_same(w, it);
		if (it->same)
			it->write = false;
		else
			rc = name_one(w, it, &names, err);
	}
	return rc;
}

/* ---- files ---- */

/* Entries of one file: the first writes it. */
static void share_files(struct vendoring *w)
{
	struct path_map first CLEANUP(path_map_release) = {0};

	for (size_t i = 0; i < w->n; i++) {
		struct wanted_source *it = &w->v[i];

		if (!it->write || !it->entry.file.n)
			continue;
		it->same = path_map_get(&first, it->entry.file);
		it->write = !it->same;
		if (!it->same)
			path_map_put(&first, it->entry.file, it);
	}
}

/* Those that are there and right need not be written. */
static errint look_at_files(struct vendoring *w, struct err *err)
{
	struct hashing *h = ARENA_ARRAY(w->a, struct hashing, w->n);
	struct wanted_source **which = ARENA_ARRAY(w->a, struct wanted_source *, w->n);
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct wanted_source *it = &w->v[i];

		if (!it->write || !it->entry.file.n)
			continue;
		which[n] = it;
		h[n++].path =
			arena_printf(w->a, "%s/%.*s", w->out->folder, STR_ARG(it->entry.file));
	}
	errint rc = hash_files(h, n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		struct source_entry *e = &which[i]->entry;
		bool right = h[i].there && !h[i].error && hash_eq(&h[i].hash, &e->sha256);

		which[i]->write = !right;
		if (right)
			e->size = h[i].size;
		else if (h[i].there)
			report_msg(w->s->report, REPORT_WARN, "'%s' %s: it is written anew",
				   h[i].path,
				   vendored_is_lfs_pointer(h[i].path) ? "is a pointer of Git LFS"
								      : "is not what was vendored");
	}
	return rc;
}

/* Brings what is to be written into the store. */
static errint bring(struct vendoring *w, struct err *err)
{
	struct build_wanted *wanted = ARENA_ARRAY(w->a, struct build_wanted, w->n);
	struct build_options o = {0};
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].write && w->v[i].source->drv.n)
			wanted[n++] = (struct build_wanted){.path = w->v[i].source->drv};
	return n ? project_realise_here(w->s, wanted, n, &o, err) : 0;
}

static void share(struct wanted_source *it)
{
	const struct source_entry *e = &it->same->entry;

	it->entry.file = e->file;
	it->entry.kind = e->kind;
	it->entry.sha256 = e->sha256;
	it->entry.size = e->size;
}

static void note(struct vendoring *w, const struct wanted_source *it)
{
	const struct source_entry *e = &it->entry;

	vendor_note(w->out, w->a, e->file.n ? e->file : e->name,
		    !e->file.n  ? VENDOR_LISTED
		    : it->write ? VENDOR_WRITTEN
				: VENDOR_KEPT,
		    e->size);
}

static errint lay(struct vendoring *w, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < w->n; i++) {
		struct wanted_source *it = &w->v[i];

		if (!it->write)
			continue;
		char *real CLEANUP_FREE = store_real_path(w->s->store, it->source->path);
		rc = interrupt_check(err);
		if (!rc)
			rc = lay_source(w->folder, real, &it->entry, err);
	}
	for (size_t i = 0; !rc && i < w->n; i++) {
		struct wanted_source *it = &w->v[i];

		if (it->same)
			share(it);
		else if (it->source)
			note(w, it);
		if (it->source && !it->entry.license.n)
			it->entry.license = license_in(&w->licenses, w->folder, &it->entry);
	}
	return rc;
}

/* ---- lists ---- */

static bool is_needed(const struct vendoring *w, const struct wanted_source *it)
{
	return it->entry.n_needed_by || it->entry.n_rewrites || !w->o->prune;
}

/* Files that people laid there are covered by the sums, too. */
static errint sum_others(struct vendoring *w, const struct sources_file *now, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(AT_FDCWD, w->out->folder, &l, err);

	for (size_t i = 0; !rc && i < l.n; i++) {
		struct str name = arena_str(w->a, str_c(l.v[i].name));
		struct hashing h = {
			.path = arena_printf(w->a, "%s/%s", w->out->folder, l.v[i].name)};

		if (l.v[i].type != DT_REG || name.p[0] == '.' || is_list(name) ||
		    sources_find_file(now, name) || sources_find_file(&w->before, name) ||
		    sums_find(&w->sums, name))
			continue;
		rc = hash_files(&h, 1, err);
		if (!rc && !h.error)
			sums_set(w->a, &w->sums, name, &h.hash);
	}
	return rc;
}

static errint write_sums(struct vendoring *w, const struct sources_file *now, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);

	for (size_t i = 0; i < w->before.n; i++)
		if (w->before.v[i].file.n && !sources_find_file(now, w->before.v[i].file))
			sums_drop(&w->sums, w->before.v[i].file);
	for (size_t i = 0; i < now->n; i++)
		if (now->v[i].file.n)
			sums_set(w->a, &w->sums, now->v[i].file, &now->v[i].sha256);
	errint rc = sum_others(w, now, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < w->sums.n; i++)
		if (!w->sums.v[i].name.n && w->sums.v[i].text.n && w->sums.v[i].text.p[0] != '#')
			report_msg(w->s->report, REPORT_WARN,
				   "%s/" VENDOR_SUMS ":%u: no line of sha256sum; it is left alone",
				   w->out->folder, w->sums.v[i].number);
	sums_print(&w->sums, &text);
	rc = buf_check(&text, VENDOR_SUMS, err);
	return rc ? rc
		  : file_write(w->folder, VENDOR_SUMS, buf_str(&text), 0644, FILE_WRITE_SYNC, err);
}

static const char attributes[] =
	"* filter=lfs diff=lfs merge=lfs -text\n"
	".gitattributes !filter !diff !merge text\n" VENDOR_SUMS
	" !filter !diff !merge text\n" VENDOR_LIST " !filter !diff !merge text\n";

static errint write_lists(struct vendoring *w, struct sources_file *now, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	errint rc = 0;

	/* The files are there before anything says so. */
	if (syncfs(w->folder))
		return err_sys(err, "flushing '%s'", w->out->folder);
	sources_print(now, &text);
	rc = buf_check(&text, VENDOR_LIST, err);
	if (!rc)
		rc = file_write(w->folder, VENDOR_LIST, buf_str(&text), 0644, FILE_WRITE_SYNC, err);
	if (!rc)
		rc = write_sums(w, now, err);
	if (!rc && w->o->lfs)
		rc = file_write(w->folder, ".gitattributes", S(attributes), 0644, 0, err);
	return rc;
}

/* ---- all of it ---- */

static errint prune(struct vendoring *w, const struct sources_file *now, struct err *err)
{
	for (size_t i = 0; i < w->before.n; i++) {
		const struct source_entry *e = &w->before.v[i];
		char *file CLEANUP_FREE = str_dupz(e->file);

		if (!e->file.n || sources_find_file(now, e->file))
			continue;
		if (unlinkat(w->folder, file, 0) && errno != ENOENT)
			return err_sys(err, "removing '%s/%s'", w->out->folder, file);
		vendor_note(w->out, w->a, e->file, VENDOR_PRUNED, e->size);
	}
	return 0;
}

static errint finish(struct vendoring *w, struct err *err)
{
	struct sources_file now = {.v = ARENA_ARRAY(w->a, struct source_entry, w->n)};

	for (size_t i = 0; i < w->n; i++) {
		if (!is_needed(w, &w->v[i]))
			continue;
		const struct source_entry *e = &w->v[i].entry;
		bool counted = !e->file.n || sources_find_file(&now, e->file);

		now.v[now.n++] = *e;
		if (counted)
			continue;
		w->out->files++;
		w->out->size += w->v[i].entry.size;
	}
	errint rc = write_lists(w, &now, err);
	if (!rc)
		rc = prune(w, &now, err);
	if (!rc && unlinkat(w->folder, VENDOR_LAYING, 0) && errno != ENOENT)
		rc = err_sys(err, "removing '%s/" VENDOR_LAYING "'", w->out->folder);
	if (!rc && !w->o->folder)
		vendor_git_add(w->out->folder, w->s->report);
	return rc;
}

static errint vendor(struct vendoring *w, struct err *err)
{
	const struct vendor_options *o = w->o;
	const struct sources_request r = {.dir = o->dir,
					  .release = o->release,
					  .names = o->names,
					  .n_names = o->n_names,
					  .inputs = true};
	errint rc = 0;

	w->out->folder = o->folder;
	if (!o->folder)
		rc = vendor_folder(o->dir, w->a, &w->out->folder, err);
	if (!rc)
		rc = open_folder(w, err);
	if (!rc)
		rc = sources_read(w->a, w->out->folder, &w->before, err);
	if (!rc)
		rc = drop_unlisted(w, err);
	if (!rc)
		rc = sums_read(w->a, arena_printf(w->a, "%s/" VENDOR_SUMS, w->out->folder),
			       &w->sums, err);
	if (!rc)
		rc = closure_sources(w->s, &r, w->a, &w->found, err);
	if (rc)
		return rc;
	licenses_read(w->s, w->a, &w->licenses);
	make_list(w);
	share_files(w);
	rc = look_at_files(w, err);
	if (!rc)
		rc = bring(w, err);
	if (!rc)
		rc = name_files(w, err);
	if (!rc)
		rc = note_laying(w, err);
	if (!rc)
		rc = lay(w, err);
	if (rc) {
		ERR(ignored);

		/* They would come back in no time: the store has them. */
		(void)!drop_unlisted(w, &ignored);
		return rc;
	}
	return finish(w, err);
}

errint vendor_lay(struct session *s, const struct vendor_options *o, struct arena *a,
		  struct vendor_result *out, struct err *err)
{
	struct vendoring w CLEANUP(vendoring_release) = {
		.s = s, .o = o, .a = a, .out = out, .folder = -1};

	return vendor(&w, err);
}
