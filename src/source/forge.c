/* SPDX-License-Identifier: MIT
 *
 * The addresses and answers of each kind of forge. */
#include "source/forge.h"

#include <jansson.h>

#include "base/encoding.h"

static const struct {
	const char *name, *host;
} kinds[] = {
	[FORGE_GITHUB] = {"github", "github.com"},
	[FORGE_GITLAB] = {"gitlab", "gitlab.com"},
	[FORGE_SOURCEHUT] = {"sourcehut", "git.sr.ht"},
};

bool forge_kind_parse(struct str name, enum forge_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!str_eqz(name, kinds[i].name))
			continue;
		*out = (enum forge_kind)i;
		return true;
	}
	return false;
}

static struct str host_of(const struct forge_repo *r)
{
	return r->host.n ? r->host : str_c(kinds[r->kind].host);
}

static bool is_usual(const struct forge_repo *r)
{
	return str_eqz(host_of(r), kinds[r->kind].host);
}

/* ---- tokens ---- */

/* The token of the longest name that is this repository, its owner or its host. */
static struct str find_token(struct arena *a, const struct forge_repo *r)
{
	struct str host = host_of(r), rest = r->tokens, word, best = S("");
	struct str full = str_c(arena_printf(a, "%.*s/%.*s/%.*s", STR_ARG(host), STR_ARG(r->owner),
					     STR_ARG(r->repo)));
	size_t longest = 0;

	while (rest.n && str_split(&rest, ' ', &word)) {
		struct str name, token;

		if (!str_cut(word, '=', &name, &token) || name.n <= longest ||
		    !str_starts(full, name) || (full.n > name.n && full.p[name.n] != '/'))
			continue;
		longest = name.n;
		best = token;
	}
	return best;
}

static const char *gitlab_header(struct arena *a, struct str token)
{
	struct str kind, value;

	if (!str_cut(token, ':', &kind, &value))
		return NULL;
	if (str_eqz(kind, "OAuth2"))
		return arena_printf(a, "Authorization: Bearer %.*s", STR_ARG(value));
	if (str_eqz(kind, "PAT"))
		return arena_printf(a, "Private-token: %.*s", STR_ARG(value));
	return arena_printf(a, "%.*s: %.*s", STR_ARG(kind), STR_ARG(value));
}

const char *forge_header(struct arena *a, const struct forge_repo *r)
{
	struct str token = find_token(a, r);

	if (!token.n)
		return NULL;
	switch (r->kind) {
	case FORGE_GITHUB:
		return arena_printf(a, "Authorization: token %.*s", STR_ARG(token));
	case FORGE_GITLAB:
		return gitlab_header(a, token);
	case FORGE_SOURCEHUT:
		return arena_printf(a, "Authorization: Bearer %.*s", STR_ARG(token));
	}
	BUG("forge of kind %d", (int)r->kind);
}

/* ---- addresses ---- */

struct str forge_head_url(struct arena *a, const struct forge_repo *r)
{
	if (r->kind != FORGE_SOURCEHUT || !str_eqz(r->ref, "HEAD"))
		return S("");
	return str_c(arena_printf(a, "https://%.*s/%.*s/%.*s/HEAD", STR_ARG(host_of(r)),
				  STR_ARG(r->owner), STR_ARG(r->repo)));
}

struct str forge_ref_url(struct arena *a, const struct forge_repo *r)
{
	struct str host = host_of(r);

	switch (r->kind) {
	case FORGE_GITHUB:
		return str_c(arena_printf(a, "https://%s%.*s%s/repos/%.*s/%.*s/commits/%.*s",
					  is_usual(r) ? "api." : "", STR_ARG(host),
					  is_usual(r) ? "" : "/api/v3", STR_ARG(r->owner),
					  STR_ARG(r->repo), STR_ARG(r->ref)));
	case FORGE_GITLAB:
		return str_c(arena_printf(
			a,
			"https://%.*s/api/v4/projects/%.*s%%2F%.*s/repository/commits?ref_name=%.*s",
			STR_ARG(host), STR_ARG(r->owner), STR_ARG(r->repo), STR_ARG(r->ref)));
	case FORGE_SOURCEHUT:
		return str_c(arena_printf(a, "https://%.*s/%.*s/%.*s/info/refs", STR_ARG(host),
					  STR_ARG(r->owner), STR_ARG(r->repo)));
	}
	BUG("forge of kind %d", (int)r->kind);
}

static struct str github_archive(struct arena *a, const struct forge_repo *r, struct str rev)
{
	/* Only its API knows tokens, and only its API counts requests. */
	if (is_usual(r) && !find_token(a, r).n)
		return str_c(arena_printf(a, "https://%.*s/%.*s/%.*s/archive/%.*s.tar.gz",
					  STR_ARG(host_of(r)), STR_ARG(r->owner), STR_ARG(r->repo),
					  STR_ARG(rev)));
	return str_c(arena_printf(a, "https://%s%.*s%s/repos/%.*s/%.*s/tarball/%.*s",
				  is_usual(r) ? "api." : "", STR_ARG(host_of(r)),
				  is_usual(r) ? "" : "/api/v3", STR_ARG(r->owner), STR_ARG(r->repo),
				  STR_ARG(rev)));
}

struct str forge_archive_url(struct arena *a, const struct forge_repo *r, struct str rev)
{
	struct str host = host_of(r);

	switch (r->kind) {
	case FORGE_GITHUB:
		return github_archive(a, r, rev);
	case FORGE_GITLAB:
		return str_c(arena_printf(
			a,
			"https://%.*s/api/v4/projects/%.*s%%2F%.*s/repository/archive.tar.gz?sha=%.*s",
			STR_ARG(host), STR_ARG(r->owner), STR_ARG(r->repo), STR_ARG(rev)));
	case FORGE_SOURCEHUT:
		return str_c(arena_printf(a, "https://%.*s/%.*s/%.*s/archive/%.*s.tar.gz",
					  STR_ARG(host), STR_ARG(r->owner), STR_ARG(r->repo),
					  STR_ARG(rev)));
	}
	BUG("forge of kind %d", (int)r->kind);
}

/* ---- answers ---- */

static void json_release(json_t **j)
{
	json_decref(*j);
}

static errint json_rev(struct arena *a, const struct forge_repo *r, struct str text,
		       struct str *rev, struct err *err)
{
	json_error_t why;
	json_t *top CLEANUP(json_release) = json_loadb(text.p, text.n, 0, &why);
	const json_t *v;

	if (!top)
		return err_set(err, ERR_CORRUPT, "%d:%d: %s", why.line, why.column, why.text);
	if (json_is_array(top) && json_array_size(top) == 0)
		return err_set(
			err, ERR_NOT_FOUND,
			"No commits returned by GitLab API -- does the git ref really exist?");
	v = r->kind == FORGE_GITHUB ? json_object_get(top, "sha")
				    : json_object_get(json_array_get(top, 0), "id");
	if (!json_is_string(v) || !base16_check(str_c(json_string_value(v)), 20))
		return err_set(err, ERR_CORRUPT, "the answer names no commit");
	*rev = arena_str(a, str_c(json_string_value(v)));
	return 0;
}

/* Lines "<commit>\t<ref>". A whole ref, or the name of a branch or tag. */
static errint refs_rev(struct arena *a, struct str ref, struct str text, struct str *rev,
		       struct err *err)
{
	struct str line, id, name;

	while (text.n && str_split(&text, '\n', &line)) {
		struct str tail;

		if (!str_cut(line, '\t', &id, &name) || !base16_check(id, 20))
			continue;
		tail = str_drop_prefix(name, S("refs/heads/"));
		if (tail.n == name.n)
			tail = str_drop_prefix(name, S("refs/tags/"));
		if (!str_eq(name, ref) && !(tail.n < name.n && str_eq(tail, ref)))
			continue;
		*rev = arena_str(a, id);
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "couldn't find ref '%.*s'", STR_ARG(ref));
}

errint forge_rev_parse(struct arena *a, const struct forge_repo *r, struct str text,
		       struct str *rev, struct err *err)
{
	return r->kind == FORGE_SOURCEHUT ? refs_rev(a, r->ref, text, rev, err)
					  : json_rev(a, r, text, rev, err);
}

errint forge_head_parse(struct arena *a, struct str text, struct str *ref, struct err *err)
{
	struct str line, rest;

	if (!str_cut(text, '\n', &line, &rest))
		line = text;
	rest = str_drop_prefix(line, S("ref: "));
	if (rest.n == line.n || !str_trim(rest).n)
		return err_set(err, ERR_NOT_FOUND, "couldn't resolve HEAD ref");
	*ref = arena_str(a, str_trim(rest));
	return 0;
}
