/* SPDX-License-Identifier: MIT
 *
 * Running hg. HGPLAIN keeps the user's configuration out of what it prints. */
#include "git/hg.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/fetch_cache.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/url.h"

enum { WORDS = 12 };

struct hg_run {
	const char *cache_dir;
	const struct hg_request *r;
	struct arena *a;
	struct hg_facts *out;
	char *path; /* of a repository here, or NULL */
	char *clone;
	int lock;
};

static void run_release(struct hg_run *h)
{
	free(h->path);
	free(h->clone);
	if (h->lock >= 0)
		close(h->lock);
}

/* Words until NULL; *out is what it printed. */
static errint hg(struct hg_run *h, struct str *out, struct err *err, const char *const *words)
{
	const char *argv[WORDS + 5] = {"env", "HGPLAIN=1", "hg"};
	BUF(text, LIMIT_TOOL_OUTPUT);
	size_t n = 3;
	errint rc;

	for (; *words; words++) {
		BUG_ON(n >= WORDS + 4);
		argv[n++] = *words;
	}
	rc = process_capture(argv, &text, NULL, err);
	if (rc)
		return rc;
	*out = arena_str(h->a, buf_str(&text));
	return 0;
}
#define HG(h, out, err, ...) hg(h, out, err, (const char *const[]){__VA_ARGS__, NULL})

static errint check_program(struct hg_run *h, struct err *err)
{
	struct str ignored;
	ERR(why);

	if (HG(h, &ignored, &why, "--version", "--quiet") == 0)
		return 0;
	if (why.code == ERR_INTERRUPTED)
		return err_move(err, &why);
	err_set(err, ERR_UNSUPPORTED, "Mercurial repository '%.*s' needs the program 'hg'",
		STR_ARG(h->r->url));
	return err_hint(err, "install it (on Debian and Ubuntu: 'mercurial')");
}

/* ---- a changed work tree ---- */

static errint copy_one(struct archive_writer *to, int from, const char *name, struct err *err)
{
	struct archive_item item = {.name = str_c(name), .link = S("")};
	struct str_source none = str_source_init(S(""));
	char *target CLEANUP_FREE = NULL;
	int fd CLEANUP_FD = -1;
	struct fd_source data;
	struct stat st;
	errint rc;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "cannot read '%s'", name);
	if (S_ISLNK(st.st_mode)) {
		rc = read_link(from, name, &target, err);
		item.type = ARCHIVE_SYMLINK;
		item.link = str_c(target);
		return rc ? rc : archive_writer_add(to, &item, &none.source, err);
	}
	rc = open_file(from, name, &fd, err);
	if (rc)
		return rc;
	data = fd_source_init(fd);
	item.type = ARCHIVE_FILE;
	item.mode = st.st_mode & 07777;
	return archive_writer_add(to, &item, &data.source, err);
}

static errint copy_files(struct hg_run *h, struct str names, const char *dest, struct err *err)
{
	struct archive_writer *to CLEANUP(archive_writer_cleanup) = NULL;
	int dir CLEANUP_FD = -1, from CLEANUP_FD = -1;
	struct str name;
	errint rc;

	if (mkdir(dest, 0755))
		return err_sys(err, "cannot make '%s'", dest);
	rc = open_dir(AT_FDCWD, dest, &dir, err);
	if (!rc)
		rc = open_dir(AT_FDCWD, h->path, &from, err);
	if (rc)
		return rc;
	to = archive_writer_new(dir);
	while (!rc && names.n && str_split(&names, '\0', &name))
		if (name.n)
			rc = copy_one(to, from, arena_strz(h->a, name), err);
	return rc;
}

/* *done when the work tree has changes and was taken. */
static errint try_workdir(struct hg_run *h, const char *dest, bool *done, struct err *err)
{
	struct str changes, files, branch;
	char *dot_hg CLEANUP_FREE = NULL;
	struct stat st;
	errint rc;

	*done = false;
	if (!h->path || h->r->ref.n || h->r->rev.n)
		return 0;
	dot_hg = path_join(str_c(h->path), S(".hg"));
	if (stat(dot_hg, &st))
		return 0;
	rc = HG(h, &changes, err, "status", "-R", h->path, "--modified", "--added", "--removed");
	if (rc || !changes.n)
		return rc;
	rc = HG(h, &branch, err, "branch", "-R", h->path);
	if (!rc)
		rc = HG(h, &files, err, "status", "-R", h->path, "--clean", "--modified", "--added",
			"--no-status", "--print0");
	if (!rc)
		rc = copy_files(h, files, dest, err);
	*done = true;
	*h->out = (struct hg_facts){.rev = S(""), .branch = str_trim(branch), .dirty = true};
	return rc;
}

/* ---- commits ---- */

static bool has_rev(struct hg_run *h)
{
	struct str text;
	struct stat st;
	ERR(ignored);

	return h->r->rev.n && stat(h->clone, &st) == 0 &&
	       HG(h, &text, &ignored, "log", "-R", h->clone, "-r", h->r->rev.p, "--template",
		  "1") == 0 &&
	       str_eqz(text, "1");
}

static errint pull(struct hg_run *h, struct err *err)
{
	const char *from = h->path ? h->path : h->r->url.p;
	char *temp CLEANUP_FREE = xasprintf("%s.new", h->clone);
	struct stat st;
	struct str text;
	ERR(first);
	errint rc;

	if (stat(h->clone, &st) == 0) {
		if (HG(h, &text, &first, "pull", "-R", h->clone, "--", from) == 0)
			return 0;
		/* A killed run may have left a transaction to be rolled back. */
		if (HG(h, &text, err, "recover", "-R", h->clone))
			return err_move(err, &first);
		return HG(h, &text, err, "pull", "-R", h->clone, "--", from);
	}
	remove_tree_quietly(AT_FDCWD, temp);
	rc = HG(h, &text, err, "clone", "--noupdate", "--", from, temp);
	if (!rc && rename(temp, h->clone))
		rc = err_sys(err, "cannot make '%s'", h->clone);
	return rc;
}

static errint lock_clone(struct hg_run *h, struct err *err)
{
	char *dir CLEANUP_FREE = path_join(str_c(h->cache_dir), S("hg"));
	char name[HASH_TEXT_MAX];
	struct hash key;
	errint rc = mkdir_p(AT_FDCWD, dir, 0755, err);

	if (rc)
		return rc;
	hash_bytes(HASH_SHA256, h->r->url, &key);
	h->clone = path_join(str_c(dir), str_c(hash_format(&key, HASH_NIX32, false, name)));
	return fetch_lock(h->clone, h->r->url, NULL, &h->lock, err);
}

/* "<rev> <count> <branch>" */
static errint find_commit(struct hg_run *h, struct err *err)
{
	const char *which = h->r->rev.n ? h->r->rev.p : h->r->ref.n ? h->r->ref.p : "default";
	struct str text, rest, count;
	errint rc = HG(h, &text, err, "log", "-R", h->clone, "-r", which, "--template",
		       "{node} {rev} {branch}");

	if (rc)
		return rc;
	*h->out = (struct hg_facts){0};
	if (!str_cut(text, ' ', &h->out->rev, &rest) ||
	    !str_cut(rest, ' ', &count, &h->out->branch) || !str_to_u64(count, &h->out->rev_count))
		return err_set(err, ERR_CORRUPT, "hg tells of no commit '%s'", which);
	return 0;
}

static errint export_commit(struct hg_run *h, const char *dest, struct err *err)
{
	char *note CLEANUP_FREE = path_join(str_c(dest), S(".hg_archival.txt"));
	struct str text;
	errint rc = lock_clone(h, err);

	if (!rc && !has_rev(h))
		rc = pull(h, err);
	if (!rc)
		rc = find_commit(h, err);
	if (!rc)
		rc = HG(h, &text, err, "archive", "-R", h->clone, "-r",
			arena_strz(h->a, h->out->rev), dest);
	if (!rc)
		unlink(note);
	return rc;
}

errint hg_export(const char *cache_dir, const struct hg_request *request, const char *dest,
		 struct arena *a, struct hg_facts *out, struct err *err)
{
	struct hg_request r = {.url = arena_str(a, request->url),
			       .ref = arena_str(a, request->ref),
			       .rev = arena_str(a, request->rev)};
	struct hg_run h CLEANUP(run_release) = {
		.cache_dir = cache_dir, .r = &r, .a = a, .out = out, .lock = -1};
	bool done;
	errint rc = check_program(&h, err);

	/* A leading dash would be an option. */
	if (!rc && (str_starts(r.ref, S("-")) || str_starts(r.rev, S("-"))))
		rc = err_set(err, ERR_EVAL, "invalid Mercurial branch/tag name '%.*s'",
			     STR_ARG(r.ref.n ? r.ref : r.rev));
	if (rc)
		return rc;
	if (str_starts(r.url, S("file://"))) {
		size_t n;

		h.path = xmalloc(r.url.n + 1);
		if (!url_decode(str_skip(r.url, 7), h.path, &n))
			return err_set(err, ERR_EVAL, "'%s' is not a valid URL", r.url.p);
	}
	rc = try_workdir(&h, dest, &done, err);
	return rc || done ? rc : export_commit(&h, dest, err);
}
