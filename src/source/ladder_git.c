/* SPDX-License-Identifier: MIT
 *
 * Inputs of the type git. What a commit looks like never changes, so that its hash is remembered
 * for ever, and it is written out only where the store does not have it. */
#include "source/ladder_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include "base/file.h"
#include "base/report.h"
#include "git/git.h"
#include "store/store.h"

/* What is not built, refused before anything is fetched: a tree that nobody verified, or with
 * pointers for files, would be a wrong one. */
static errint check_supported(const struct bring *what, struct err *err)
{
	bool keys = request_text(what, "publicKey").n || request_text(what, "publicKeys").n;
	struct str url = request_text(what, "url");

	if (request_flag(what, "lfs"))
		return err_set(err, ERR_UNSUPPORTED,
			       "Git LFS files of '%.*s' are not supported; without 'lfs' their "
			       "pointers are fetched",
			       STR_ARG(url));
	if (keys || request_flag(what, "verifyCommit"))
		return err_set(
			err, ERR_UNSUPPORTED,
			"verifying signatures of Git commits is not supported; '%.*s' is not "
			"fetched",
			STR_ARG(url));
	return 0;
}

/* Revisions may be written in every base. */
static errint read_rev(const struct bring *what, struct arena *a, struct str *out, struct err *err)
{
	struct str text = request_text(what, "rev");
	char hex[HASH_TEXT_MAX];
	struct hash h;
	ERR(ignored);

	*out = text;
	if (!text.n || hash_parse(text, HASH_ANY, &h, &ignored) == 0) {
		/* with its algorithm, or none */
	} else if (hash_parse(text, HASH_SHA1, &h, &ignored)) {
		return err_set(err, ERR_EVAL,
			       "hash '%.*s' has wrong length for hash algorithm 'sha1'",
			       STR_ARG(text));
	}
	if (text.n)
		*out = arena_str(a, str_c(hash_format(&h, HASH_BASE16, false, hex)));
	return 0;
}

static errint read_request(const struct bring *what, struct arena *a, struct git_request *r,
			   struct err *err)
{
	errint rc = check_supported(what, err);

	*r = (struct git_request){
		.url = request_text(what, "url"),
		.ref = request_text(what, "ref"),
		.shallow = request_flag(what, "shallow"),
		.submodules = request_flag(what, "submodules"),
		.export_ignore = request_flag(what, "exportIgnore"),
		.all_refs = request_flag(what, "allRefs"),
		.rev_in_ref = what->rev_in_ref,
	};
	return rc ? rc : read_rev(what, a, &r->rev, err);
}

static void tell(const struct bring *what, const struct git_request *r,
		 const struct git_facts *facts, struct arena *a, struct brought *out)
{
	bool unborn = facts->rev[0] && strspn(facts->rev, "0") == strlen(facts->rev);

	out->rev = arena_str(a, str_c(facts->rev));
	out->last_modified = facts->modified;
	out->has_last_modified = true;
	if (facts->dirty && facts->head[0]) {
		out->dirty_rev = str_c(arena_printf(a, "%s-dirty", facts->head));
		out->dirty_short_rev = str_c(arena_printf(a, "%.7s-dirty", facts->head));
	}
	for (size_t i = 0; i < what->n_attrs; i++) {
		if (str_eqz(what->attrs[i].name, "lastModified"))
			out->last_modified = (int64_t)what->attrs[i].number;
		if (!str_eqz(what->attrs[i].name, "revCount"))
			continue;
		out->has_rev_count = true;
		out->rev_count = what->attrs[i].number;
	}
	if (r->shallow || facts->dirty || out->has_rev_count)
		return;
	out->has_rev_count = unborn;
	if (!unborn)
		out->count_from =
			str_c(arena_printf(a, "%s\n%.*s", facts->rev, STR_ARG(facts->repo_dir)));
}

errint ladder_rev_count(struct ladder *l, struct str from, uint64_t *out, struct err *err)
{
	char *dir CLEANUP_FREE = path_join(str_c(input_cache(l)), S("fetch"));
	struct fetch_record known, r = {0};
	struct str rev, repo;
	ARENA(a);
	errint rc;

	str_cut(from, '\n', &rev, &repo);
	struct str key = str_c(arena_printf(&a, "git count\n%.*s", STR_ARG(rev)));
	if (fetch_cache_find(dir, key, &a, &known) &&
	    str_to_u64(fetch_record_get(&known, "revCount"), out))
		return 0;
	rc = git_rev_count(repo, arena_strz(&a, rev), out, err);
	if (rc)
		return rc;
	fetch_record_set(&r, "revCount", str_c(arena_printf(&a, "%llu", (unsigned long long)*out)));
	fetch_cache_put(dir, key, &r);
	return 0;
}

/* The commit's tree, when it is in the store already. *path is "" when not. */
static errint find_known(struct ladder *l, const struct bring *what, const char *dir,
			 struct str key, struct arena *a, struct hash *h, struct str *path,
			 struct err *err)
{
	struct fetch_record r;
	bool valid = false;
	struct str at;
	ERR(ignored);
	errint rc;

	*path = S("");
	if (!fetch_cache_find(dir, key, a, &r) ||
	    hash_parse(fetch_record_get(&r, "narHash"), HASH_SHA256, h, &ignored))
		return 0;
	rc = input_known(l, what, h, a, &at, &valid, err);
	if (!rc && valid)
		*path = at;
	return rc;
}

static errint export(struct ladder *l, const struct bring *what, struct git_source *s,
		     struct arena *a, struct brought *out, struct err *err)
{
	char *tree CLEANUP_FREE = NULL;
	errint rc = input_temp(l, &tree, err);

	if (!rc)
		rc = git_export(s, tree, err);
	if (!rc)
		rc = input_add(l, what, tree, a, out, err);
	if (tree && !out->source.n)
		remove_tree_quietly(AT_FDCWD, tree);
	return rc;
}

static errint bring_commit(struct ladder *l, const struct bring *what,
			   const struct git_request *request, struct git_source *s, struct arena *a,
			   struct brought *out, struct err *err)
{
	char *dir CLEANUP_FREE = path_join(str_c(input_cache(l)), S("fetch"));
	struct str key = str_c(arena_printf(a, "git tree\n%s\n%d%d", git_facts(s)->rev,
					    request->submodules, request->export_ignore));
	char text[HASH_TEXT_MAX];
	struct fetch_record r = {0};
	struct str path;
	struct hash h;
	errint rc = find_known(l, what, dir, key, a, &h, &path, err);

	if (rc)
		return rc;
	if (path.n)
		return input_take(what, &h, path, out, err);
	rc = export(l, what, s, a, out, err);
	if (rc)
		return rc;
	fetch_record_set(&r, "narHash", str_c(hash_format(&out->nar_hash, HASH_SRI, true, text)));
	fetch_cache_put(dir, key, &r);
	return 0;
}

static bool has_ref(const struct remote_refs *refs, const char *folder, struct str name)
{
	for (size_t i = 0; i < refs->n; i++) {
		struct str rest = str_drop_prefix(refs->v[i].name, str_c(folder));

		if (rest.n < refs->v[i].name.n && str_eq(rest, name))
			return true;
	}
	return false;
}

/* Whose name is a bare one elsewhere? git's own order: a tag's, else a branch's. */
static errint full_name(struct ladder *l, const struct checkout *c, struct arena *a,
			struct str *ref, struct err *err)
{
	struct remote_refs refs;

	if (str_eqz(*ref, "HEAD") || str_starts(*ref, S("refs/")) || l->config.offline ||
	    str_starts(c->url, S("file:")) || str_starts(c->url, S("/")))
		return 0;
	errint rc = ladder_git_refs(l, c->url, a, &refs, err);
	if (rc)
		return rc;
	if (has_ref(&refs, "refs/tags/", *ref))
		*ref = str_c(arena_printf(a, "refs/tags/%.*s", STR_ARG(*ref)));
	return 0;
}

errint ladder_checkout(struct ladder *l, const struct checkout *c, const char *dest,
		       struct err *err)
{
	bool commit = base16_check(c->rev, 20);
	struct git_source *s CLEANUP(git_close_cleanup) = NULL;
	struct git_request r = {
		.url = c->url,
		.ref = commit ? S("") : c->rev,
		.rev = commit ? c->rev : S(""),
		.all_refs = commit,
		.submodules = c->submodules,
		.checkout = true,
		.only = c->only,
		.n_only = c->n_only,
	};
	ARENA(mem);
	errint rc = ladder_prepare(l, err);

	if (!rc && !commit)
		rc = full_name(l, c, &mem, &r.ref, err);
	if (rc)
		return rc;
	struct git_options o = {.cache_dir = input_cache(l),
				.ttl = l->ttl,
				.report = l->report,
				.offline = l->config.offline};
	rc = git_open(&o, &r, &s, err);
	return rc ? rc : git_export(s, dest, err);
}

errint bring_git(struct ladder *l, const struct bring *what, struct arena *a, struct brought *out,
		 struct err *err)
{
	struct git_options o = {.cache_dir = input_cache(l),
				.ttl = l->ttl,
				.report = l->report,
				.offline = l->config.offline};
	struct git_source *s CLEANUP(git_close_cleanup) = NULL;
	struct git_request r;
	errint rc = read_request(what, a, &r, err);

	if (!rc)
		rc = git_open(&o, &r, &s, err);
	if (rc)
		return rc;
	/* A work tree is read each time: only a commit stays what it is. */
	rc = git_facts(s)->workdir ? export(l, what, s, a, out, err)
				   : bring_commit(l, what, &r, s, a, out, err);
	if (rc)
		return rc;
	if (git_facts(s)->dirty)
		report_msg(o.report, REPORT_WARN, "Git tree '%.*s' is dirty",
			   STR_ARG(git_facts(s)->repo_dir));
	tell(what, &r, git_facts(s), a, out);
	return 0;
}

errint ladder_git_refs(struct ladder *l, struct str url, struct arena *a, struct remote_refs *out,
		       struct err *err)
{
	errint rc = ladder_prepare(l, err);

	if (rc)
		return rc;
	struct git_options o = {.cache_dir = input_cache(l),
				.ttl = l->ttl,
				.report = l->report,
				.offline = l->config.offline};
	return git_list_refs(&o, arena_strz(a, url), a, out, err);
}
