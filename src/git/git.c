/* SPDX-License-Identifier: MIT
 *
 * Which commit is meant, and where it is: in a repository of this machine, or in the cache. */
#include "git/git_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/fetch_cache.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/report.h"
#include "base/url.h"

enum { MAX_DEPTH = 32 };

static const char no_rev[] = "0000000000000000000000000000000000000000";

const git_error *git_why(const struct git_api *g)
{
	const git_error *why = g->git_error_last();

	return why && why->klass != GIT_ERROR_NONE ? why : NULL;
}

errint git_fail(const struct git_api *g, int code, int otherwise, struct err *err, const char *fmt,
		...)
{
	const git_error *why = git_why(g);
	char *what CLEANUP_FREE = NULL;
	va_list ap;

	if (interrupted())
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		BUG("out of memory");
	va_end(ap);
	return err_set(err, code == GIT_ENOTFOUND ? ERR_NOT_FOUND : otherwise,
		       "%s: %s (libgit2 error code = %d)", what,
		       why && why->message ? why->message : "no reason given",
		       why ? why->klass : 0);
}

/* To whom has not set safe.directory libgit2 1.5 only says that it is not set. */
bool git_is_foreign(const struct git_api *g, int code)
{
	const git_error *why = git_why(g);

	return code == GIT_EOWNER ||
	       (why && why->message && strstr(why->message, "'safe.directory' was not found"));
}

errint git_open_fail(const struct git_api *g, int code, const char *path, struct err *err)
{
	if (!git_is_foreign(g, code))
		return git_fail(g, code, ERR_FAILED, err, "opening Git repository '%s'", path);
	err_set(err, ERR_DENIED, "Git repository '%s' belongs to another user", path);
	return err_hint(err, "if you trust it: git config --global --add safe.directory '%s'",
			path);
}

void git_close(struct git_source *s)
{
	if (!s)
		return;
	if (s->repo)
		s->api->git_repository_free(s->repo);
	free(s->path);
	free(s->files);
	arena_release(&s->mem);
	free(s);
}

void git_close_cleanup(struct git_source **s)
{
	git_close(*s);
}

const struct git_facts *git_facts(const struct git_source *s)
{
	return &s->facts;
}

static void repository_cleanup(const struct git_api *g, git_repository *repo)
{
	if (repo)
		g->git_repository_free(repo);
}

errint git_open_plain(const struct git_api *g, const char *path, git_repository **out,
		      struct err *err)
{
	git_repository *repo = NULL;
	git_config *config = NULL;
	git_buf file = {0};
	int status = g->git_repository_open(&repo, path);

	if (!status)
		status = g->git_repository_item_path(&file, repo, GIT_REPOSITORY_ITEM_CONFIG);
	if (!status)
		status = g->git_config_open_ondisk(&config, file.ptr);
	if (!status)
		status = g->git_repository_set_config(repo, config);
	g->git_buf_dispose(&file);
	g->git_config_free(config);
	if (status) {
		errint rc = git_open_fail(g, status, path, err);

		repository_cleanup(g, repo);
		return rc;
	}
	*out = repo;
	return 0;
}

/* ---- a commit ---- */

static errint take_commit(struct git_source *s, const git_oid *id, struct err *err)
{
	const struct git_api *g = s->api;
	git_object *object = NULL, *commit = NULL;
	int status = g->git_object_lookup(&object, s->repo, id, GIT_OBJECT_ANY);
	errint rc = 0;

	if (!status)
		status = g->git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
	if (status) {
		char text[65];

		rc = git_fail(g, status, ERR_CORRUPT, err, "getting Git object '%s'",
			      g->git_oid_tostr(text, sizeof(text), id));
	} else {
		s->id = *g->git_object_id(commit);
		s->facts.modified = g->git_commit_time((git_commit *)commit);
		/* The revision is what was asked for, even where that is a tag. */
		g->git_oid_tostr(s->facts.rev, sizeof(s->facts.rev), id);
	}
	g->git_object_free(commit);
	g->git_object_free(object);
	return rc;
}

static errint resolve(struct git_source *s, const char *ref, struct err *err)
{
	char *text CLEANUP_FREE = xasprintf("%s^{commit}", ref);
	git_object *commit = NULL;
	git_oid id;
	int status = s->api->git_revparse_single(&commit, s->repo, text);

	if (status == GIT_ENOTFOUND)
		return err_set(err, ERR_NOT_FOUND, "Git repository '%s' has no ref '%s'", s->path,
			       ref);
	if (status)
		return git_fail(s->api, status, ERR_FAILED, err, "resolving Git reference '%s'",
				ref);
	id = *s->api->git_object_id(commit);
	s->api->git_object_free(commit);
	return take_commit(s, &id, err);
}

static errint rev_id(struct git_source *s, git_oid *out, struct err *err)
{
	if (base16_check(s->request.rev, 32))
		return err_set(err, ERR_UNSUPPORTED,
			       "revision '%.*s' is of a SHA-256 repository, which is not supported",
			       STR_ARG(s->request.rev));
	if (!base16_check(s->request.rev, 20))
		return err_set(err, ERR_EVAL, "'%.*s' is no Git revision", STR_ARG(s->request.rev));
	s->api->git_oid_fromstr(out, s->request.rev.p);
	return 0;
}

static bool has_object(struct git_source *s, const git_oid *id)
{
	git_odb *odb = NULL;
	bool yes;

	if (s->api->git_repository_odb(&odb, s->repo))
		return false;
	yes = s->api->git_odb_exists(odb, id);
	s->api->git_odb_free(odb);
	return yes;
}

/* ---- the cache ---- */

/* What a killed process was receiving. */
static void remove_leftovers(const char *dir)
{
	char *packs CLEANUP_FREE = xasprintf("%s/objects/pack", dir);
	struct dir_list l CLEANUP(dir_list_release) = {0};
	int fd CLEANUP_FD = -1;
	ERR(ignored);

	if (dir_list(AT_FDCWD, packs, &l, &ignored) || open_dir(AT_FDCWD, packs, &fd, &ignored))
		return;
	for (size_t i = 0; i < l.n; i++)
		if (str_starts(str_c(l.v[i].name), S("pack_git2_")))
			unlinkat(fd, l.v[i].name, 0);
}

static errint make_cache(struct git_source *s, struct err *err)
{
	char *temp CLEANUP_FREE = xasprintf("%s.new", s->path);
	git_repository *repo = NULL;
	struct stat st;
	int status;

	if (lstat(s->path, &st) == 0)
		return 0;
	remove_tree_quietly(AT_FDCWD, temp);
	status = s->api->git_repository_init(&repo, temp, 1);
	if (status)
		return git_fail(s->api, status, ERR_FAILED, err, "making the repository '%s'",
				temp);
	s->api->git_repository_free(repo);
	if (rename(temp, s->path))
		return err_sys(err, "cannot make '%s'", s->path);
	return 0;
}

static errint open_cache(struct git_source *s, const char *url, struct err *err)
{
	errint rc = make_cache(s, err);

	if (rc)
		return rc;
	remove_leftovers(s->path);
	int status = s->api->git_repository_open(&s->repo, s->path);
	/* Addresses of submodules may be relative to it. */
	if (!status)
		status = s->api->git_remote_set_url(s->repo, "origin", url);
	if (status)
		return git_open_fail(s->api, status, s->path, err);
	return 0;
}

static errint not_in_ref(const struct git_source *s, const char *url, struct err *err)
{
	return err_set(
		err, ERR_NOT_FOUND,
		"Cannot find Git revision '%.*s' in ref '%.*s' of repository '%s'! Please make "
		"sure that the rev exists on the ref you've specified or add allRefs = true; to "
		"fetchGit.",
		STR_ARG(s->request.rev), STR_ARG(s->request.ref.n ? s->request.ref : S("HEAD")),
		url);
}

/* The revision becomes the commit that is meant, if the one that the ref means leads to it. */
static errint take_below(struct git_source *s, bool *contained, struct err *err)
{
	git_oid tip = s->id, id;
	errint rc = rev_id(s, &id, err);

	*contained = false;
	if (rc || !has_object(s, &id))
		return rc;
	rc = take_commit(s, &id, err);
	return rc ? rc : git_contains(s, &tip, &s->id, contained, err);
}

/* ---- bringing it ---- */

static errint bring(struct git_source *s, const char *url, const char *const *specs, size_t n,
		    struct err *err)
{
	struct git_fetch_spec f = {
		.url = url, .specs = specs, .n_specs = n, .shallow = s->request.shallow};

	return git_remote_bring(s, &f, err);
}

/* A server may refuse to give a commit that no ref names; then its refs may contain it. */
static errint bring_rev(struct git_source *s, const char *url, struct err *err)
{
	static const char *const all[] = {"+refs/*:refs/*"};
	static const char *const usual[] = {"+refs/heads/*:refs/heads/*",
					    "+refs/tags/*:refs/tags/*"};
	const char *rev = s->request.rev.p;
	char *spec CLEANUP_FREE = xasprintf("+%s:refs/kiln/%s", rev, rev);
	const char *const one[] = {spec};
	ERR(first);
	errint rc = bring(s, url, one, 1, &first);

	if (!rc)
		return 0;
	if (rc == ERR_INTERRUPTED)
		return err_move(err, &first);
	report_msg(s->o.report, REPORT_INFO, "%s; fetching the refs of '%s'", first.msg, url);
	s->request.shallow = false;
	return s->request.all_refs ? bring(s, url, all, ARRAY_LEN(all), err)
				   : bring(s, url, usual, ARRAY_LEN(usual), err);
}

static errint need_rev(struct git_source *s, const char *url, struct err *err)
{
	git_oid id;
	errint rc = rev_id(s, &id, err);

	if (!rc && !has_object(s, &id))
		rc = bring_rev(s, url, err);
	if (rc)
		return rc;
	return has_object(s, &id) ? take_commit(s, &id, err) : not_in_ref(s, url, err);
}

/* The name under which a ref of the other side is kept. */
static char *kept_ref(const char *ref)
{
	if (str_starts(str_c(ref), S("refs/")))
		return xstrdup(ref);
	return strcmp(ref, "HEAD") == 0 ? xstrdup("refs/kiln/HEAD")
					: xasprintf("refs/heads/%s", ref);
}

static errint bring_ref(struct git_source *s, const char *url, struct err *err)
{
	char *ref CLEANUP_FREE = s->request.ref.n ? str_dupz(s->request.ref) : NULL;
	char *kept CLEANUP_FREE = NULL;
	char *spec CLEANUP_FREE = NULL;
	const char *specs[2];
	size_t n = 0;
	errint rc = ref ? 0 : git_remote_head_ref(s, url, &ref, err);

	if (rc)
		return rc;
	kept = kept_ref(ref);
	spec = xasprintf("+%s:%s", strcmp(ref, "HEAD") ? kept : ref, kept);
	specs[n++] = spec;
	if (s->request.all_refs)
		specs[n++] = "+refs/*:refs/*";
	rc = bring(s, url, specs, n, err);
	if (!rc)
		rc = resolve(s, kept, err);
	if (!rc)
		s->facts.ref = arena_str(&s->mem, str_c(ref));
	return rc;
}

static bool use_record(struct git_source *s, const struct fetch_record *r)
{
	struct str rev = fetch_record_get(r, "rev");
	git_oid id;
	ERR(ignored);

	if (rev.n != 40 || s->api->git_oid_fromstr(&id, rev.p) || !has_object(s, &id) ||
	    take_commit(s, &id, &ignored))
		return false;
	s->facts.ref = arena_str(&s->mem, fetch_record_get(r, "ref"));
	return true;
}

static void keep_record(struct git_source *s, const char *dir, struct str key)
{
	struct fetch_record r = {0};

	fetch_record_set(&r, "rev", str_c(s->facts.rev));
	fetch_record_set(&r, "ref", s->facts.ref);
	fetch_cache_put(dir, key, &r);
}

/* The commit that a ref means at the other side, now or as of late. */
static errint need_ref(struct git_source *s, const char *url, struct err *err)
{
	char *dir CLEANUP_FREE = path_join(str_c(s->o.cache_dir), S("fetch"));
	struct str key = str_c(arena_printf(&s->mem, "git ref\n%s\n%.*s\n%d", url,
					    STR_ARG(s->request.ref), s->request.shallow));
	struct fetch_record r;
	bool found = fetch_cache_find(dir, key, &s->mem, &r);
	ERR(failure);

	if (found && r.age < s->o.ttl && !s->request.all_refs && use_record(s, &r))
		return 0;
	if (!bring_ref(s, url, &failure)) {
		keep_record(s, dir, key);
		return 0;
	}
	if (failure.code != ERR_NETWORK || !found || !use_record(s, &r))
		return err_move(err, &failure);
	report_msg(s->o.report, REPORT_WARN, "%s", failure.msg);
	report_msg(s->o.report, REPORT_WARN,
		   "could not update local clone of Git repository '%s'; continuing with the most "
		   "recent version",
		   url);
	return 0;
}

static errint need_rev_in_ref(struct git_source *s, const char *url, struct err *err)
{
	bool contained = false;
	errint rc = need_ref(s, url, err);

	if (!rc)
		rc = take_below(s, &contained, err);
	/* What the ref meant a while ago may be too old. */
	if (!rc && !contained)
		rc = bring_ref(s, url, err);
	if (!rc && !contained)
		rc = take_below(s, &contained, err);
	if (rc)
		return rc;
	return contained ? 0 : not_in_ref(s, url, err);
}

static bool must_contain(const struct git_source *s)
{
	const struct git_request *r = &s->request;

	return r->rev_in_ref && r->rev.n && r->ref.n && !r->all_refs && !r->shallow;
}

static errint open_remote(struct git_source *s, struct str url, struct err *err)
{
	char *git CLEANUP_FREE = path_join(str_c(s->o.cache_dir), S("git"));
	char *z CLEANUP_FREE = str_dupz(url);
	char name[HASH_TEXT_MAX];
	int lock CLEANUP_FD = -1;
	struct hash h;
	errint rc = mkdir_p(AT_FDCWD, git, 0755, err);

	if (rc)
		return rc;
	hash_bytes(HASH_SHA256, url, &h);
	s->path = xasprintf("%s/%s%s", git, hash_format(&h, HASH_NIX32, false, name),
			    s->request.shallow ? "-shallow" : "");
	rc = fetch_lock(s->path, url, s->o.report, &lock, err);
	if (!rc)
		rc = open_cache(s, z, err);
	if (!rc && must_contain(s))
		return need_rev_in_ref(s, z, err);
	if (!rc)
		rc = s->request.rev.n ? need_rev(s, z, err) : need_ref(s, z, err);
	return rc;
}

/* ---- a repository here ---- */

static errint open_here(struct git_source *s, struct err *err)
{
	bool contained = false;
	git_oid id;
	errint rc;
	int k = s->api->git_repository_open(&s->repo, s->path);

	if (k)
		return git_open_fail(s->api, k, s->path, err);
	s->facts.workdir = !s->request.ref.n && !s->request.rev.n;
	if (s->facts.workdir)
		return git_workdir_read(s, err);
	if (must_contain(s) || !s->request.rev.n) {
		rc = resolve(s, s->request.ref.p, err);
		if (!rc && s->request.rev.n)
			rc = take_below(s, &contained, err);
		if (rc || contained || !s->request.rev.n)
			return rc;
		return not_in_ref(s, s->path, err);
	}
	rc = rev_id(s, &id, err);
	return rc ? rc : take_commit(s, &id, err);
}

/* The path of a repository on this machine; false for another host's. */
static bool local_path(struct str url, char **out)
{
	char *text CLEANUP_FREE = NULL;
	bool plain = str_starts(url, S("/"));
	struct str path = str_drop_prefix(str_drop_prefix(url, S("file://")), S("file:"));
	struct str query;
	size_t n;

	if (!plain && path.n == url.n)
		return false;
	str_cut(path, '?', &path, &query);
	text = xmalloc(path.n + 1);
	if (plain || !url_decode(path, text, &n)) {
		memcpy(text, path.p, path.n);
		text[path.n] = '\0';
	}
	*out = STEAL(text);
	return true;
}

/* A bare repository has no work tree to look at: it is fetched from like another host's. */
static bool is_bare(const char *path)
{
	char *dot_git CLEANUP_FREE = path_join(str_c(path), S(".git"));
	struct stat st;

	return stat(path, &st) == 0 && lstat(dot_git, &st) != 0;
}

static bool fetched_always(void)
{
	const char *force = env_get("_NIX_FORCE_HTTP");

	return force && strcmp(force, "1") == 0;
}

static errint open_source(struct git_source *s, struct err *err)
{
	char *path CLEANUP_FREE = NULL;
	struct str url = s->request.url;
	struct str query;

	if (!local_path(url, &path))
		return open_remote(s, url, err);
	if (fetched_always() || is_bare(path)) {
		/* To git, a question mark would be part of the name. */
		str_cut(url, '?', &url, &query);
		return open_remote(s, url, err);
	}
	s->path = realpath(path, NULL);
	if (!s->path && errno == ENOENT)
		return err_set(err, ERR_NOT_FOUND, "Git repository \"%s\" does not exist.", path);
	if (!s->path)
		return err_sys(err, "Git repository '%s'", path);
	return open_here(s, err);
}

static errint open_at(const struct git_options *o, const struct git_request *r, unsigned depth,
		      struct git_source **out, struct err *err)
{
	struct git_source *s CLEANUP(git_close_cleanup) = xcalloc(1, sizeof(*s));
	errint rc = git_api(&s->api, err);

	if (rc)
		return rc;
	if (depth > MAX_DEPTH)
		return err_set(err, ERR_TOO_BIG, "submodules deeper than %d", MAX_DEPTH);
	s->o = *o;
	s->request = *r;
	s->request.url = arena_str(&s->mem, str_drop_prefix(r->url, S("git+")));
	s->request.ref = arena_str(&s->mem, r->ref);
	s->request.rev = arena_str(&s->mem, r->rev);
	s->depth = depth;
	s->facts.ref = s->request.ref;
	memcpy(s->facts.rev, no_rev, sizeof(no_rev));
	if (r->export_ignore && r->submodules)
		return err_set(err, ERR_UNSUPPORTED,
			       "exportIgnore and submodules are not supported together yet");
	rc = open_source(s, err);
	if (rc)
		return rc;
	s->facts.repo_dir = arena_str(&s->mem, str_c(s->path));
	*out = STEAL(s);
	return 0;
}

errint git_open(const struct git_options *o, const struct git_request *r, struct git_source **out,
		struct err *err)
{
	return open_at(o, r, 0, out, err);
}

errint git_open_below(const struct git_source *s, const struct git_request *r,
		      struct git_source **out, struct err *err)
{
	return open_at(&s->o, r, s->depth + 1, out, err);
}

errint git_export(struct git_source *s, const char *dest, struct err *err)
{
	errint rc =
		s->facts.workdir ? git_workdir_export(s, dest, err) : git_tree_export(s, dest, err);

	if (!rc && s->request.submodules)
		rc = git_submodules_export(s, dest, err);
	if (rc)
		remove_tree_quietly(AT_FDCWD, dest);
	return rc;
}
