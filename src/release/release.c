/* SPDX-License-Identifier: MIT
 *
 * Opening a project's releases. */
#include "release/release.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

errint release_open(struct session *s, const char *project, struct release *out, struct err *err)
{
	*out = (struct release){.session = s, .lock = -1};
	errint rc = git_place_find(project, &out->a, &out->place, err);

	if (!rc)
		rc = release_config_read(arena_strz(&out->a, str_c(project)), &out->a, &out->config,
					 err);
	if (!rc)
		rc = release_reread(out, err);
	out->before = out->refs;
	return rc;
}

void release_close(struct release *r)
{
	git_repo_close(r->repo);
	if (r->lock >= 0)
		close(r->lock);
	arena_release(&r->a);
}

void release_cleanup(struct release *r)
{
	release_close(r);
}

errint release_repo(struct release *r, struct git_repo **out, struct err *err)
{
	errint rc = r->repo ? 0 : git_repo_open(&r->place, &r->repo, err);

	*out = r->repo;
	return rc;
}

errint release_reread(struct release *r, struct err *err)
{
	return git_refs_read(&r->place, &r->a, &r->refs, err);
}

/* A repository without the usual remote works by itself. */
static bool has_origin(const struct release *r)
{
	BUF(text, LIMIT_SMALL_FILE);
	char *file CLEANUP_FREE = path_join(str_c(r->place.common), S("config"));
	ERR(ignored);

	return !file_read(AT_FDCWD, file, &text, &ignored) &&
	       str_find(buf_str(&text), S("[remote \"origin\"]")) >= 0;
}

const char *release_remote(const struct release *r)
{
	const char *told = r->config.remote;

	if (told)
		return *told ? told : NULL;
	return has_origin(r) ? "origin" : NULL;
}

/* Is a commit of the remote's tracks not here? */
static errint lacks_some(struct release *r, bool *out, struct err *err)
{
	struct git_repo *repo;
	errint rc = release_repo(r, &repo, err);

	*out = false;
	for (size_t i = 0; !rc && !*out && i < r->config.n; i++) {
		const char *id = git_refs_id(&r->remote, r->config.v[i].ref);

		*out = *id && !git_repo_has(repo, id);
	}
	return rc;
}

errint release_ask_remote(struct release *r, struct err *err)
{
	const char *remote = release_remote(r);
	bool lacking;

	if (!remote)
		return 0;
	errint rc = git_program_ls_remote(&r->place, remote, &r->a, &r->remote, err);
	if (!rc)
		rc = lacks_some(r, &lacking, err);
	if (rc)
		return rc;
	r->asked = true;
	if (!lacking)
		return 0;
	rc = git_program_fetch(&r->place, remote, err);
	return rc ? rc : release_reread(r, err);
}

errint release_lock(struct release *r, struct err *err)
{
	char *file CLEANUP_FREE = path_join(str_c(r->place.common), S("kiln-release.lock"));

	/* Whoever changes something says what ^C has made of it. */
	interrupts_catch();
	r->lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (r->lock < 0)
		return err_sys(err, "cannot lock '%s'", file);
	errint rc = fd_lock(r->lock, true, true, err);
	if (rc != ERR_EXISTS)
		return rc;
	err_set(err, ERR_EXISTS, "another kiln release works on '%s'", r->place.top);
	return err_hint(err, "run it again when that one is done");
}
