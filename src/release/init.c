/* SPDX-License-Identifier: MIT
 *
 * What is missing of tracks and kept versions. */
#include "release/init.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/process.h"
#include "base/report.h"

/* How projects call these branches that do not know of tracks. */
static const struct {
	const char *track, *other;
} other_names[] = {
	{"latest", "nightly"},
	{"latest", "unstable"},
	{"main", "master"},
};

static const char *branch_at(struct release *r, const char *ref)
{
	const char *here = git_refs_id(&r->refs, ref);

	return *here ? here : git_refs_id(&r->remote, ref);
}

/* Where a track that is missing belongs, and why there. */
static errint place_missing(struct release *r, const struct track *t, const char *next,
			    const char **at, const char **why, struct err *err)
{
	struct git_repo *repo;
	char head[GIT_ID_MAX];

	for (size_t i = 0; i < ARRAY_LEN(other_names); i++) {
		if (!str_eqz(t->name, other_names[i].track))
			continue;
		*at = branch_at(r, arena_printf(&r->a, "refs/heads/%s", other_names[i].other));
		*why = arena_printf(&r->a, "as %s", other_names[i].other);
		if (**at)
			return 0;
	}
	if (next) {
		*at = next;
		*why = arena_printf(&r->a, "as %.*s", STR_ARG(track_next(&r->config, t)->name));
		return 0;
	}
	errint rc = release_repo(r, &repo, err);
	if (!rc && git_repo_commit(repo, "HEAD", head, err)) {
		err_set(err, ERR_NOT_FOUND, "'%s' has no commit yet", r->place.top);
		return err_hint(err, "git add -A, and git commit");
	}
	*at = rc ? "" : arena_printf(&r->a, "%s", head);
	*why = "as HEAD";
	return rc;
}

static void add_new(struct release_plan *p, const char *ref, const char *commit, const char *why)
{
	const char *remote = release_remote(p->r);
	const char *here = git_refs_id(&p->r->refs, ref);
	const char *there = remote ? git_refs_id(&p->r->remote, ref) : "";

	/* A branch that the remote has comes here when somebody works on it. */
	if (*there || (*here && !remote))
		return;
	struct release_move *m = release_plan_add(p, ref, commit);
	m->was = here;
	m->here = !*here;
	m->there = remote != NULL;
	m->note = why;
}

static errint plan_tracks(struct release_plan *p, struct err *err)
{
	struct release *r = p->r;
	const char **at = ARENA_ARRAY(&r->a, const char *, r->config.n + 1);
	errint rc = 0;

	/* The last ones first: those before begin where they lead to. */
	for (size_t i = r->config.n; !rc && i-- > 0;) {
		const struct track *t = &r->config.v[i], *next = track_next(&r->config, t);
		const char *why = "";

		at[i] = branch_at(r, t->ref);
		if (!*at[i])
			rc = place_missing(r, t, next ? at[next - r->config.v] : NULL, &at[i], &why,
					   err);
		if (!rc)
			add_new(p, t->ref, at[i], why);
	}
	return rc;
}

/* ---- kept versions ---- */

static bool is_planned(const struct release_plan *p, const char *ref)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->v[i].ref, ref) == 0)
			return true;
	return false;
}

static errint keep(struct release_plan *p, const char *commit, const struct release_version *v,
		   struct err *err)
{
	struct release *r = p->r;
	const char *name = release_tag_name(r, v, &r->a);
	const char *ref =
		arena_printf(&r->a, "refs/%s/%s", r->config.branches ? "heads" : "tags", name);
	const struct git_ref *there = git_refs_find(&r->remote, str_c(ref));
	const struct git_ref *here = git_refs_find(&r->refs, str_c(ref));
	struct git_tag_facts f;
	struct git_repo *repo;
	errint rc = release_repo(r, &repo, err);

	if (rc || is_planned(p, ref))
		return rc;
	if (!here && !there) {
		add_new(p, ref, commit, "");
		if (!r->config.branches) {
			p->v[p->n - 1].tag = name;
			p->v[p->n - 1].message = str_c(arena_printf(&r->a, "%s\n", name));
		}
		return 0;
	}
	if (!here || git_repo_tag_facts(repo, here->id, &r->a, &f, err))
		return here ? err_wrap(err, "'%s'", ref) : 0;
	if (strcmp(f.commit, commit) != 0)
		report_msg(r->session->report, REPORT_NOTE,
			   "'%s' stays at %.12s; the branch of old versions has %.12s for it", name,
			   f.commit, commit);
	return 0;
}

/* Of each version the newest commit, down the first parents. */
static errint plan_history(struct release_plan *p, const char *tip, struct err *err)
{
	struct release *r = p->r;
	struct release_version v, above = {.version = S("")};
	struct git_commit_facts f;
	struct git_repo *repo;
	const char *at = tip;
	errint rc = release_repo(r, &repo, err);

	while (!rc && *at) {
		rc = release_version(r, at, &r->a, &v, err);
		if (!rc && v.version.n &&
		    (!above.version.n || release_version_compare(&v, &above) != 0))
			rc = keep(p, at, &v, err);
		if (v.version.n)
			above = v;
		if (!rc)
			rc = interrupt_check(err);
		if (!rc)
			rc = git_repo_commit_facts(repo, at, &r->a, &f, err);
		at = rc ? "" : arena_printf(&r->a, "%s", f.parent);
	}
	return rc;
}

static bool is_historical(struct str ref)
{
	struct str name = str_drop_prefix(ref, S("refs/heads/"));

	return name.n < ref.n &&
	       (str_eqz(name, "historical") || str_starts(name, S("historical/")) ||
		str_starts(name, S("historical-")));
}

static errint plan_kept(struct release_plan *p, struct err *err)
{
	struct release *r = p->r;
	const struct git_refs *all[] = {&r->refs, &r->remote};
	errint rc = 0;

	for (size_t k = 0; k < ARRAY_LEN(all); k++)
		for (size_t i = 0; !rc && i < all[k]->n; i++) {
			const struct git_ref *ref = &all[k]->v[i];

			if (is_historical(ref->name) &&
			    (k == 0 || !git_refs_find(&r->refs, ref->name)))
				rc = plan_history(p, ref->id, err);
		}
	return rc;
}

/* ---- the file ---- */

/* Versions are branches where some are there, and no tags. */
static bool finds_branches(struct release *r)
{
	const struct git_refs *all[] = {&r->refs, &r->remote};
	bool branches = false, tags = false;

	for (size_t k = 0; k < ARRAY_LEN(all); k++)
		for (size_t i = 0; i < all[k]->n; i++) {
			struct str name = all[k]->v[i].name;
			struct str head = str_drop_prefix(name, S("refs/heads/v"));
			struct str tag = str_drop_prefix(name, S("refs/tags/v"));

			branches = branches || (head.n && head.n < name.n && head.p[0] >= '0' &&
						head.p[0] <= '9');
			tags = tags ||
			       (tag.n && tag.n < name.n && tag.p[0] >= '0' && tag.p[0] <= '9');
		}
	return branches && !tags;
}

static void put_file(struct release *r, struct buf *b)
{
	const char *remote = release_remote(r);

	buf_printf(b,
		   "[release]\nremote = \"%s\"\nversion = \"%s\"\nbuild = \"%s\"\ntag = \"%s\"\n"
		   "historical = \"%s\"\n",
		   remote ? remote : "", r->config.version, r->config.build, r->config.tag,
		   r->config.branches ? "branches" : "tags");
	for (size_t i = 0; i < r->config.n; i++) {
		const struct track *t = &r->config.v[i];

		buf_printf(b, "\n[release.track.%.*s]\nfrom = [", STR_ARG(t->name));
		for (size_t k = 0; k < t->n_from; k++)
			buf_printf(b, "%s\"%.*s\"", k ? ", " : "", STR_ARG(t->from[k]));
		buf_putz(b, "]\n");
	}
}

errint release_init(struct release *r, struct release_plan *out, struct buf *toml, struct err *err)
{
	out->r = r;
	if (!r->config.told) {
		r->config.branches = finds_branches(r);
		put_file(r, toml);
	}
	errint rc = plan_tracks(out, err);
	return rc ? rc : plan_kept(out, err);
}

errint release_init_write(struct release *r, struct str toml, struct err *err)
{
	const char *file = arena_printf(&r->a, "%s/.flox/kiln.toml", r->config.project);
	BUF(text, LIMIT_SMALL_FILE);

	if (!toml.n)
		return 0;
	buf_puts(&text, r->config.text);
	if (text.n && text.p[text.n - 1] != '\n')
		buf_putc(&text, '\n');
	if (text.n)
		buf_putc(&text, '\n');
	buf_puts(&text, toml);
	return file_write(AT_FDCWD, file, buf_str(&text), 0644, 0, err);
}
