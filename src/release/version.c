/* SPDX-License-Identifier: MIT
 *
 * The version of a commit. Its versions.nix is evaluated alone, so that what was found is known of
 * every commit with that file; where it needs more of its tree, with that, for this commit. */
#include <fcntl.h>
#include <stdlib.h>

#include "base/environ.h"
#include "base/fetch_cache.h"
#include "base/file.h"
#include "base/json.h"
#include "base/report.h"
#include "eval/drv_name.h"
#include "git/git.h"
#include "project/evaluation.h"
#include "release/release.h"

/* ---- evaluating ---- */

static errint evaluate(struct release *r, const char *folder, struct buf *out, struct err *err)
{
	EVALUATION(e);
	struct eval_request request = {0};
	char *file CLEANUP_FREE = path_join(str_c(folder), S("versions.nix"));
	struct value *all, *v;
	errint rc = evaluation_open(r->session, &request, EVALUATION_READ_ONLY | EVALUATION_OWN, &e,
				    err);

	if (!rc)
		rc = eval_file(e.eval, file, &all, err);
	if (!rc)
		rc = eval_attr_path(e.eval, all, str_c(r->config.version), NULL, &v, err);
	return rc ? rc : eval_print(e.eval, v, EVAL_RAW, 0, out, err);
}

static errint evaluate_blob(struct release *r, const char *blob, struct buf *out, struct err *err)
{
	char *dir CLEANUP_FREE = NULL, *file CLEANUP_FREE = NULL;
	struct git_repo *repo;
	struct str text;
	ARENA(a);
	errint rc = release_repo(r, &repo, err);

	if (!rc)
		rc = git_repo_blob(repo, blob, &a, &text, err);
	if (!rc)
		rc = temp_dir(temp_dir_root(), "kiln-version.", &dir, err);
	if (rc)
		return rc;
	file = path_join(str_c(dir), S("versions.nix"));
	rc = file_write(AT_FDCWD, file, text, 0644, 0, err);
	if (!rc)
		rc = evaluate(r, dir, out, err);
	remove_tree_quietly(AT_FDCWD, dir);
	return rc;
}

static errint evaluate_tree(struct release *r, const char *commit, struct buf *out, struct err *err)
{
	char *cache CLEANUP_FREE = user_cache_dir();
	char *dir CLEANUP_FREE = NULL, *tree CLEANUP_FREE = NULL, *folder CLEANUP_FREE = NULL;
	struct git_source *s CLEANUP(git_close_cleanup) = NULL;
	struct git_options o = {.cache_dir = cache, .report = r->session->report};
	struct git_request q = {.url = str_c(r->place.top), .rev = str_c(commit), .ref = S("")};
	errint rc = temp_dir(temp_dir_root(), "kiln-version.", &dir, err);

	if (rc)
		return rc;
	tree = path_join(str_c(dir), S("tree"));
	folder = path_join(str_c(tree), r->place.prefix);
	rc = git_open(&o, &q, &s, err);
	if (!rc)
		rc = git_export(s, tree, err);
	if (!rc)
		rc = evaluate(r, folder, out, err);
	remove_tree_quietly(AT_FDCWD, dir);
	return rc;
}

/* ---- remembering ---- */

static bool recall(const char *dir, struct str key, struct arena *a, struct str *out)
{
	struct fetch_record f;

	if (!fetch_cache_find(dir, key, a, &f))
		return false;
	*out = fetch_record_get(&f, "version");
	return out->n > 0;
}

static void remember(const char *dir, struct str key, struct str version)
{
	struct fetch_record f = {0};

	fetch_record_set(&f, "version", version);
	fetch_cache_put(dir, key, &f);
}

static errint find_version(struct release *r, const char *commit, const char *blob, struct arena *a,
			   struct str *out, struct err *err)
{
	char *cache CLEANUP_FREE = user_cache_dir();
	char *dir CLEANUP_FREE = path_join(str_c(cache), S("release"));
	const char *form = "version\n%s\n%s\n%s";
	struct str of_blob =
		str_c(arena_printf(a, form, r->config.version, blob, r->place.prefix.p));
	struct str of_commit =
		str_c(arena_printf(a, form, r->config.version, commit, r->place.prefix.p));
	BUF(text, LIMIT_ERR_TEXT);
	ERR(alone);

	if (recall(dir, of_blob, a, out) || recall(dir, of_commit, a, out))
		return 0;
	bool by_itself = !evaluate_blob(r, blob, &text, &alone);
	if (alone.code == ERR_INTERRUPTED)
		return err_move(err, &alone);
	if (!by_itself) {
		buf_clear(&text);
		errint rc = evaluate_tree(r, commit, &text, err);
		if (rc)
			return rc;
	}
	*out = arena_str(a, str_trim(buf_str(&text)));
	remember(dir, by_itself ? of_blob : of_commit, *out);
	return 0;
}

/* ---- builds ---- */

static errint find_build(struct release *r, const char *commit, struct arena *a, uint64_t *out,
			 struct err *err)
{
	const char *path = arena_printf(a, "%.*s%s", STR_ARG(r->place.prefix), r->config.build);
	char blob[GIT_ID_MAX];
	struct json_member *v;
	struct git_repo *repo;
	struct str text;
	size_t n;
	errint rc = release_repo(r, &repo, err);

	*out = 0;
	if (rc)
		return rc;
	ERR(absent);
	if (git_repo_entry(repo, commit, path, blob, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	rc = git_repo_blob(repo, blob, a, &text, err);
	if (!rc)
		rc = json_members(a, text, &v, &n, err);
	if (rc)
		return err_wrap(err, "'%s' in '%.12s'", path, commit);
	const struct str *build = json_find(v, n, S("build_version"));
	if (build && !str_to_u64(*build, out))
		return err_set(err, ERR_CORRUPT, "'%s' in '%.12s': 'build_version' is no number",
			       path, commit);
	return 0;
}

/* ---- all of it ---- */

errint release_version(struct release *r, const char *commit, struct arena *a,
		       struct release_version *out, struct err *err)
{
	const char *path = arena_printf(a, "%.*sversions.nix", STR_ARG(r->place.prefix));
	char blob[GIT_ID_MAX];
	struct git_repo *repo;
	ERR(why);
	errint rc = release_repo(r, &repo, err);

	*out = (struct release_version){.version = S(""), .why = S("")};
	if (rc)
		return rc;
	rc = git_repo_entry(repo, commit, path, blob, &why);
	if (!rc)
		rc = find_version(r, commit, blob, a, &out->version, &why);
	if (rc == ERR_INTERRUPTED)
		return err_move(err, &why);
	if (rc) {
		out->why = arena_str(a, str_c(why.msg));
		return 0;
	}
	return find_build(r, commit, a, &out->build, err);
}

int release_version_compare(const struct release_version *a, const struct release_version *b)
{
	int c = version_compare(a->version, b->version);

	return c ? c : (a->build > b->build) - (a->build < b->build);
}

const char *release_version_text(const struct release_version *v, struct arena *a)
{
	if (!v->version.n)
		return "unknown";
	return v->build > 1 ? arena_printf(a, "%.*s build %llu", STR_ARG(v->version),
					   (unsigned long long)v->build)
			    : arena_strz(a, v->version);
}

static void put_part(struct buf *b, struct str *rest, struct str mark, const char *text)
{
	ptrdiff_t at = str_find(*rest, mark);

	if (at < 0)
		return;
	buf_puts(b, str_sub(*rest, 0, (size_t)at));
	buf_putz(b, text);
	*rest = str_skip(*rest, (size_t)at + mark.n);
}

const char *release_tag_name(const struct release *r, const struct release_version *v,
			     struct arena *a)
{
	BUF(b, LIMIT_PATH_TEXT);
	struct str rest = str_c(r->config.tag);

	put_part(&b, &rest, S("{version}"), arena_strz(a, v->version));
	put_part(&b, &rest, S("{build}"), arena_printf(a, "%llu", (unsigned long long)v->build));
	buf_puts(&b, rest);
	return arena_strz(a, buf_str(&b));
}
