/* SPDX-License-Identifier: MIT
 *
 * Writing several files all or nothing. While the journal (recipe/journal_text.c) says `prepare`,
 * the files beside the project's own are rubbish; from `commit` on each of them has to be renamed
 * over its file. The folder .flox is locked as long as one is at it. */
#include "recipe/files_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/file.h"
#include "base/hash.h"
#include "base/process.h"

#define JOURNAL   ".flox/.kiln-edits"
#define NEW_NAMES ".kiln-edit"

struct journal_entry {
	char *path; /* absolute, links resolved */
	char *beside;
	struct journal_line line;
};

struct journal {
	const char *project;
	char *file, *next; /* next: what the journal is written as */
	struct arena a;
	struct journal_entry *v;
	size_t n, cap;
	int lock;
};

static void journal_release(struct journal *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->v[i].path);
		free(j->v[i].beside);
	}
	free(j->v);
	free(j->file);
	free(j->next);
	arena_release(&j->a);
	if (j->lock >= 0)
		close(j->lock);
}

static errint journal_open(struct journal *j, const char *project, struct err *err)
{
	char *flox CLEANUP_FREE = xasprintf("%s/.flox", project);

	*j = (struct journal){.project = project, .lock = -1};
	j->file = xasprintf("%s/%s", project, JOURNAL);
	j->next = xasprintf("%s/%s.new", project, JOURNAL);
	j->lock = open(flox, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->lock < 0)
		return err_sys(err, "cannot open '%s'", flox);
	return fd_lock(j->lock, true, false, err);
}

/* A file is where its links lead: there the new text goes, and beside it. */
static errint add_entry(struct journal *j, struct str shown, struct journal_entry **out,
			struct err *err)
{
	char *named CLEANUP_FREE = path_join(str_c(j->project), shown);
	char *real = realpath(named, NULL);

	if (!real)
		return err_sys(err, "cannot resolve '%s'", named);
	ARRAY_GROW(j->v, j->n, j->cap);
	struct journal_entry *e = &j->v[j->n++];
	struct str dir = path_dir(str_c(real)), name = path_base(str_c(real));
	*e = (struct journal_entry){
		.path = real,
		.beside = xasprintf("%.*s/.%.*s" NEW_NAMES, STR_ARG(dir), STR_ARG(name)),
		.line.path = arena_str(&j->a, shown),
	};
	*out = e;
	return 0;
}

static errint hash_now(const char *path, struct hash *out, struct err *err)
{
	BUF(text, LIMIT_NIX_SOURCE);
	errint rc = file_read(AT_FDCWD, path, &text, err);

	if (!rc)
		hash_bytes(HASH_SHA256, buf_str(&text), out);
	return rc;
}

static errint sync_folder(const char *path, struct err *err)
{
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(path)));
	int fd CLEANUP_FD = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* What cannot be synced is not lost for that. */
	if (fd < 0 || (fsync(fd) && errno != EINVAL && errno != EROFS))
		return err_sys(err, "cannot sync '%s'", dir);
	return 0;
}

/* Under a name that the next run knows: what file_write() leaves when it is killed nobody would. */
static errint write_new(const char *path, struct str text, mode_t mode, struct err *err)
{
	int fd CLEANUP_FD = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(err, "cannot make '%s'", path);
	if (fd_write_all(fd, text.p, text.n, err))
		return err_wrap(err, "writing '%s'", path);
	/* fchmod, since open's mode would be less the umask. */
	if (fchmod(fd, mode) || fsync(fd) || close(STEAL_FD(fd)))
		return err_sys(err, "cannot write '%s'", path);
	return 0;
}

static errint write_journal(struct journal *j, bool committed, struct err *err)
{
	struct journal_text lines = {committed, ARENA_ARRAY(&j->a, struct journal_line, j->n + 1),
				     j->n};
	BUF(text, LIMIT_SMALL_FILE);

	for (size_t i = 0; i < j->n; i++)
		lines.v[i] = j->v[i].line;
	journal_print(&lines, &text);
	errint rc = buf_check(&text, "journal", err);
	if (!rc)
		rc = write_new(j->next, buf_str(&text), 0600, err);
	if (!rc && rename(j->next, j->file))
		rc = err_sys(err, "cannot replace '%s'", j->file);
	return rc ? rc : sync_folder(j->file, err);
}

/* ---- from commit on ---- */

static errint put_in_place(const struct journal_entry *e, struct err *err)
{
	if (rename(e->beside, e->path))
		return err_sys(err, "cannot replace '%s'", e->path);
	return sync_folder(e->path, err);
}

static errint commit(struct journal *j, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < j->n; i++)
		if (access(j->v[i].beside, F_OK) == 0)
			rc = put_in_place(&j->v[i], err);
	if (!rc && unlink(j->file) && errno != ENOENT)
		rc = err_sys(err, "cannot remove '%s'", j->file);
	return rc;
}

static void take_back(struct journal *j)
{
	for (size_t i = 0; i < j->n; i++)
		unlink(j->v[i].beside);
	unlink(j->next);
	unlink(j->file);
}

/* ---- after a kill ---- */

/* Somebody may have edited a file by hand since: that is not thrown away; nor is what lies beside
 * it put in its place, if it is not what was to be. */
static errint check_untouched(const struct journal *j, struct err *err)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct journal_entry *e = &j->v[i];
		struct hash now, next;

		if (access(e->beside, F_OK))
			continue;
		errint rc = hash_now(e->path, &now, err);
		if (!rc)
			rc = hash_now(e->beside, &next, err);
		if (rc)
			return rc;
		if (hash_eq(&next, &e->line.new) &&
		    (hash_eq(&now, &e->line.old) || hash_eq(&now, &e->line.new)))
			continue;
		err_set(err, ERR_FAILED,
			"an update was interrupted, and '%s' was edited since then", e->path);
		return err_hint(err, "the rest of it is '%s'; remove that, and '%s'", e->beside,
				j->file);
	}
	return 0;
}

static errint read_journal(struct journal *j, bool *committed, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct journal_text lines;
	errint rc = file_read(AT_FDCWD, j->file, &text, err);

	if (rc)
		return rc;
	rc = journal_parse(arena_str(&j->a, buf_str(&text)), &j->a, &lines, err);
	if (rc) {
		err_wrap(err, "'%s' is no journal of edits", j->file);
		return err_hint(err, "look at the project's files, and remove it");
	}
	for (size_t i = 0; !rc && i < lines.n; i++) {
		struct journal_entry *e;

		rc = add_entry(j, lines.v[i].path, &e, err);
		if (!rc)
			e->line = lines.v[i];
	}
	*committed = lines.committed;
	return rc;
}

errint journal_finish(const char *project, struct err *err)
{
	struct journal j CLEANUP(journal_release);
	bool committed = false;

	errint rc = journal_open(&j, project, err);
	if (rc)
		return rc;
	unlink(j.next);
	if (access(j.file, F_OK))
		return 0;
	rc = read_journal(&j, &committed, err);
	if (rc)
		return rc;
	if (!committed) {
		take_back(&j);
		return 0;
	}
	rc = check_untouched(&j, err);
	return rc ? rc : commit(&j, err);
}

/* ---- writing ---- */

static errint check_file(const struct journal_entry *e, struct err *err)
{
	struct hash now;

	if (str_chr(e->line.path, '\n') >= 0)
		return err_set(err, ERR_UNSUPPORTED, "'%s' has a line end in its name", e->path);
	if (access(e->path, W_OK))
		return err_sys(err, "cannot write '%s'", e->path);
	errint rc = hash_now(e->path, &now, err);
	if (rc || hash_eq(&now, &e->line.old))
		return rc;
	err_set(err, ERR_FAILED, "'%s' was changed by somebody else meanwhile", e->path);
	return err_hint(err, "nothing was written; run it again");
}

static errint write_beside(const struct journal_entry *e, struct str text, struct err *err)
{
	struct stat st;

	if (stat(e->path, &st))
		return err_sys(err, "cannot look at '%s'", e->path);
	errint rc = write_new(e->beside, text, st.st_mode & 07777, err);
	/* Root edits for others: a file stays theirs. */
	if (!rc && (st.st_uid != geteuid() || st.st_gid != getegid()) &&
	    chown(e->beside, st.st_uid, st.st_gid))
		rc = err_sys(err, "cannot give '%s' to its owner", e->beside);
	return rc ? rc : sync_folder(e->beside, err);
}

static errint write_all(struct journal *j, const struct recipe_files *f, struct err *err)
{
	errint rc = write_journal(j, false, err);

	for (size_t i = 0, k = 0; !rc && i < f->n; i++)
		if (!str_eq(f->v[i].old, f->v[i].text))
			rc = write_beside(&j->v[k++], f->v[i].text, err);
	if (!rc)
		rc = interrupt_check(err);
	if (!rc)
		rc = write_journal(j, true, err);
	if (rc) {
		take_back(j);
		return rc;
	}
	return commit(j, err);
}

errint recipe_files_write(struct recipe_files *f, struct err *err)
{
	struct journal j CLEANUP(journal_release) = {.lock = -1};
	errint rc = recipe_files_changed(f, NULL) ? journal_open(&j, f->project, err) : 0;

	for (size_t i = 0; !rc && i < f->n; i++) {
		struct journal_entry *e;

		if (str_eq(f->v[i].old, f->v[i].text))
			continue;
		rc = add_entry(&j, f->v[i].shown, &e, err);
		if (rc)
			return rc;
		hash_bytes(HASH_SHA256, f->v[i].old, &e->line.old);
		hash_bytes(HASH_SHA256, f->v[i].text, &e->line.new);
		rc = check_file(e, err);
	}
	if (!rc && j.n)
		rc = write_all(&j, f, err);
	for (size_t i = 0; !rc && i < f->n; i++)
		f->v[i].old = f->v[i].text;
	return rc;
}
