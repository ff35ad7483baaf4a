/* SPDX-License-Identifier: MIT
 *
 * Reading logs of branches and tags. */
#include "release/history.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"

#define WHY "kiln release: "

void release_history_release(struct release_history *h)
{
	free(h->v);
}

static struct release_event *add(struct release_history *h)
{
	ARRAY_GROW(h->v, h->n, h->cap);
	struct release_event *e = &h->v[h->n++];

	*e = (struct release_event){.was = "", .order = h->n};
	return e;
}

/* "OLD NEW NAME <MAIL> TIME ZONE\tWHY" */
static void take_line(struct release *r, const struct track *t, struct str line,
		      struct release_history *out)
{
	struct str head, why, rest = str_skip(line, 2 * GIT_ID_MAX);
	uint64_t when;

	if (line.n < 2 * GIT_ID_MAX || !str_cut(rest, '\t', &head, &why) ||
	    !str_starts(why, S(WHY)))
		return;
	ptrdiff_t mail = str_rchr(head, '<'), end = str_rchr(head, '>');
	if (mail < 1 || end < mail)
		return;
	struct str time = str_trim(str_skip(head, (size_t)end + 1)), zone;
	if (!str_cut(time, ' ', &time, &zone) || !str_to_u64(time, &when))
		return;
	struct release_event *e = add(out);
	e->when = (int64_t)when;
	e->what = arena_str(&r->a, str_skip(why, strlen(WHY)));
	e->name = t->name;
	e->who = arena_str(&r->a, str_trim(str_sub(head, 0, (size_t)mail)));
	e->was = arena_strz(&r->a, str_sub(line, 0, GIT_ID_MAX - 1));
	e->commit = arena_strz(&r->a, str_sub(line, GIT_ID_MAX, GIT_ID_MAX - 1));
}

static errint read_log(struct release *r, const struct track *t, struct release_history *out,
		       struct err *err)
{
	const char *file = arena_printf(&r->a, "%s/logs/%s", r->place.common, t->ref);
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct str rest, line;
	ERR(absent);

	if (file_read(AT_FDCWD, file, &text, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line))
		take_line(r, t, line, out);
	return 0;
}

static errint read_tags(struct release *r, struct release_history *out, struct err *err)
{
	struct git_repo *repo;
	errint rc = release_repo(r, &repo, err);

	for (size_t i = 0; !rc && i < r->refs.n; i++) {
		const struct git_ref *ref = &r->refs.v[i];
		struct git_tag_facts f;
		ERR(no_commit);

		if (!str_starts(ref->name, S("refs/tags/")) ||
		    git_repo_tag_facts(repo, ref->id, &r->a, &f, &no_commit) || !f.annotated)
			continue;
		struct release_event *e = add(out);
		e->when = f.when;
		e->what = S("tag");
		e->name = str_drop_prefix(ref->name, S("refs/tags/"));
		e->who = f.tagger;
		e->commit = arena_printf(&r->a, "%s", f.commit);
	}
	return rc;
}

static int newest_first(const void *a, const void *b)
{
	const struct release_event *x = a, *y = b;

	if (x->when != y->when)
		return x->when < y->when ? 1 : -1;
	return x->order < y->order ? 1 : -1;
}

errint release_history(struct release *r, const struct track *only, uint64_t limit,
		       struct release_history *out, struct err *err)
{
	struct git_repo *repo;
	errint rc = release_repo(r, &repo, err);

	for (size_t i = 0; !rc && i < r->config.n; i++)
		if (!only || only == &r->config.v[i])
			rc = read_log(r, &r->config.v[i], out, err);
	if (!rc && !only)
		rc = read_tags(r, out, err);
	if (rc)
		return rc;
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), newest_first);
	if (limit && out->n > limit)
		out->n = limit;
	for (size_t i = 0; !rc && i < out->n; i++) {
		struct release_version v = {.version = S("")};

		/* What was removed may be collected. */
		if (git_repo_has(repo, out->v[i].commit))
			rc = release_version(r, out->v[i].commit, &r->a, &v, err);
		out->v[i].version = release_version_text(&v, &r->a);
	}
	return rc;
}

/* ---- two sides ---- */

static errint side(struct release *r, const char *name, struct release_side *out, struct err *err)
{
	const struct track *t = track_find(&r->config, str_c(name));
	const char *remote = release_remote(r);
	char id[GIT_ID_MAX];
	struct git_repo *repo;
	errint rc = release_repo(r, &repo, err);

	if (rc)
		return rc;
	const char *rev = t ? t->ref : name;
	if (t && remote && !*git_refs_id(&r->refs, t->ref))
		rev = arena_printf(&r->a, "refs/remotes/%s/%s", remote, track_branch(t));
	rc = git_repo_commit(repo, rev, id, err);
	if (rc)
		return rc == ERR_NOT_FOUND
			       ? err_hint(err, "tracks are listed by kiln release status")
			       : rc;
	*out = (struct release_side){.name = name, .commit = arena_printf(&r->a, "%s", id)};
	return release_version(r, out->commit, &r->a, &out->version, err);
}

static errint lines(struct release *r, const char *const *args, char between, struct str **out,
		    size_t *n, struct err *err)
{
	BUF(text, LIMIT_TOOL_OUTPUT);
	size_t cap = 0;
	struct str rest, line, *v = NULL;
	errint rc = git_program(&r->place, args, &text, err);

	if (rc)
		return rc;
	rest = arena_str(&r->a, buf_str(&text));
	for (*n = 0; str_split(&rest, between, &line);) {
		if (!line.n)
			continue;
		ARRAY_GROW(v, *n, cap);
		v[(*n)++] = line;
	}
	*out = ARENA_ARRAY(&r->a, struct str, *n + 1);
	if (*n)
		memcpy(*out, v, *n * sizeof(*v));
	free(v);
	return 0;
}

static errint commits(struct release *r, struct release_side *s, const struct release_side *other,
		      struct err *err)
{
	const char *range = arena_printf(&r->a, "%s..%s", other->commit, s->commit);
	const char *const args[] = {"log", "--format=%H%x09%s", range, "--", NULL};

	return lines(r, args, '\n', &s->commits, &s->n, err);
}

errint release_diff(struct release *r, const char *from, const char *to, struct release_diff *out,
		    struct err *err)
{
	struct str *v;
	size_t n;

	*out = (struct release_diff){0};
	errint rc = side(r, from, &out->from, err);
	if (!rc)
		rc = side(r, to, &out->to, err);
	if (!rc)
		rc = commits(r, &out->from, &out->to, err);
	if (!rc)
		rc = commits(r, &out->to, &out->from, err);
	if (rc)
		return rc;
	const char *below = r->place.prefix.n ? r->place.prefix.p : ".";
	const char *const args[] = {"diff",
				    "--name-status",
				    "--no-renames",
				    "-z",
				    out->from.commit,
				    out->to.commit,
				    "--",
				    below,
				    NULL};
	rc = lines(r, args, '\0', &v, &n, err);
	if (rc)
		return rc;
	/* "M", "PATH", "A", "PATH", … */
	out->files = ARENA_ARRAY(&r->a, struct str, n / 2 + 1);
	for (size_t i = 0; i + 1 < n; i += 2)
		out->files[out->n_files++] =
			str_c(arena_printf(&r->a, "%.*s\t%.*s", STR_ARG(v[i]), STR_ARG(v[i + 1])));
	return 0;
}
