/* SPDX-License-Identifier: MIT
 *
 * Looking at all of them, and remembering it: a file per project in the cache folder, whose first
 * line is the key; a row is a line, its fields have tabs between. */
#include "release/status.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/hash.h"
#include "release/gates.h"
#include "release/promote.h"

void release_status_release(struct release_status *s)
{
	free(s->v);
}

static struct release_status_row *add(struct release_status *s)
{
	ARRAY_GROW(s->v, s->n, s->cap);
	struct release_status_row *row = &s->v[s->n++];

	for (size_t i = 0; i < STATUS_FIELDS; i++)
		row->v[i] = S("");
	return row;
}

static struct str number(struct release *r, size_t n)
{
	return str_c(arena_printf(&r->a, "%zu", n));
}

/* ---- looking ---- */

static errint take_commit(struct release *r, struct release_status_row *row, const char *commit,
			  struct err *err)
{
	struct release_version v;
	errint rc = release_version(r, commit, &r->a, &v, err);

	if (rc)
		return rc;
	row->v[STATUS_commit] = arena_str(&r->a, str_c(commit));
	row->v[STATUS_version] = v.version;
	if (v.build)
		row->v[STATUS_build] = number(r, v.build);
	return 0;
}

/* Without the whole history nothing can be counted. */
static errint compare(struct release *r, struct release_status_row *row, const char *other,
		      enum release_status_field ahead, enum release_status_field behind,
		      struct err *err)
{
	struct git_repo *repo;
	size_t a, b;
	errint rc = release_repo(r, &repo, err);

	if (rc || r->place.shallow || !*other || !git_repo_has(repo, other))
		return rc;
	rc = git_repo_ahead_behind(repo, row->v[STATUS_commit].p, other, &a, &b, err);
	if (rc)
		return rc;
	row->v[ahead] = number(r, a);
	row->v[behind] = number(r, b);
	return 0;
}

static void add_name(struct release *r, struct str *list, struct str name)
{
	*list = str_c(arena_printf(&r->a, "%.*s%s%.*s", STR_ARG(*list), list->n ? " " : "",
				   STR_ARG(name)));
}

static void add_closure(struct release *r, struct release_status_row *row,
			const struct gates_answer *answer)
{
	char text[HASH_TEXT_MAX];

	if (answer->closure.algo != HASH_NONE && !row->v[STATUS_closure].n)
		row->v[STATUS_closure] = arena_str(
			&r->a, str_c(hash_format(&answer->closure, HASH_SRI, true, text)));
}

static errint ask_track(struct release *r, struct release_status_row *row, const struct track *t,
			struct gates_answer *out, struct err *err)
{
	struct gates_query q;

	gates_question(r, t, row->v[STATUS_commit].p, &r->a, &q);
	q.explain = false; /* only whether, not why */
	errint rc = gates_ask(&q, &r->a, out, err);
	if (!rc)
		add_closure(r, row, out);
	return rc;
}

/* What evidence says of the commit, as one that is on the track; of its bits all tracks' does. */
static errint ask_gates(struct release *r, struct release_status_row *row, const struct track *t,
			struct err *err)
{
	struct gates_answer answer;
	errint rc = t ? ask_track(r, row, t, &answer, err) : 0;

	for (size_t i = 0; !rc && t && i < answer.n; i++)
		add_name(r,
			 &row->v[answer.v[i].answer.verdict == EVIDENCE_COUNTS ? STATUS_passed
									       : STATUS_missing],
			 answer.v[i].gate.name);
	for (size_t i = 0; !rc && !row->v[STATUS_closure].n && i < r->config.n; i++)
		if (r->config.v[i].n_gates)
			rc = ask_track(r, row, &r->config.v[i], &answer, err);
	return rc;
}

static const char *known_remote(struct release *r, const struct track *t)
{
	const char *remote = release_remote(r);

	return remote ? git_refs_id(&r->refs, arena_printf(&r->a, "refs/remotes/%s/%s", remote,
							   track_branch(t)))
		      : "";
}

/* Where a branch is not here, the remote's counts. */
static const char *place_of(struct release *r, const struct track *t)
{
	const char *here = git_refs_id(&r->refs, t->ref);

	return *here ? here : known_remote(r, t);
}

static errint look_at_track(struct release *r, const struct track *t, struct release_status *out,
			    struct err *err)
{
	const char *at = place_of(r, t), *remote = known_remote(r, t);
	const struct track *next = track_next(&r->config, t);
	struct release_status_row *row = add(out);

	row->v[STATUS_kind] = S("track");
	row->v[STATUS_name] = t->name;
	row->v[STATUS_ref] = str_c(t->ref);
	row->v[STATUS_next] = next ? next->name : S("");
	row->v[STATUS_remote] = str_c(remote);
	if (!*at)
		return 0;
	errint rc = take_commit(r, row, at, err);
	if (!rc)
		rc = ask_gates(r, row, t, err);
	if (!rc && next)
		rc = compare(r, row, place_of(r, next), STATUS_ahead, STATUS_behind, err);
	return rc ? rc : compare(r, row, remote, STATUS_remoteAhead, STATUS_remoteBehind, err);
}

/* What the configured name has before the version. */
static struct str kept_prefix(const struct release *r)
{
	struct str tag = str_c(r->config.tag);
	ptrdiff_t at = str_chr(tag, '{');

	return str_sub(tag, 0, at < 0 ? tag.n : (size_t)at);
}

static bool is_kept(const struct release *r, struct str ref, bool *branch)
{
	struct str tag = str_drop_prefix(ref, S("refs/tags/"));
	struct str head = str_drop_prefix(ref, S("refs/heads/"));
	struct str name = tag.n < ref.n ? tag : head;
	struct str rest = str_drop_prefix(name, kept_prefix(r));

	*branch = head.n < ref.n;
	return name.n < ref.n && rest.n && rest.n == name.n - kept_prefix(r).n &&
	       rest.p[0] >= '0' && rest.p[0] <= '9' && !track_of_ref(&r->config, ref);
}

static errint look_at_kept(struct release *r, const struct git_ref *ref, bool branch,
			   struct release_status *out, struct err *err)
{
	struct git_tag_facts f = {0};
	struct git_repo *repo;
	ERR(no_commit);
	errint rc = release_repo(r, &repo, err);

	if (rc)
		return rc;
	if (*ref->peeled)
		memcpy(f.commit, ref->peeled, GIT_ID_MAX);
	else if (git_repo_tag_facts(repo, ref->id, &r->a, &f, &no_commit))
		return 0;
	struct release_status_row *row = add(out);
	row->v[STATUS_kind] = branch ? S("branch") : S("tag");
	row->v[STATUS_ref] = ref->name;
	row->v[STATUS_name] =
		str_drop_prefix(str_drop_prefix(ref->name, S("refs/tags/")), S("refs/heads/"));
	rc = take_commit(r, row, f.commit, err);
	return rc ? rc : ask_gates(r, row, NULL, err);
}

static errint look(struct release *r, struct release_status *out, struct err *err)
{
	errint rc = 0;
	bool branch;

	for (size_t i = 0; !rc && i < r->config.n; i++)
		rc = look_at_track(r, &r->config.v[i], out, err);
	for (size_t i = 0; !rc && i < r->refs.n; i++)
		if (is_kept(r, r->refs.v[i].name, &branch))
			rc = look_at_kept(r, &r->refs.v[i], branch, out, err);
	return rc;
}

/* ---- remembering ---- */

static void add_text(struct hash_ctx *h, struct str s)
{
	hash_update(h, &s.n, sizeof(s.n));
	hash_update(h, s.p, s.n);
}

/* All that the answer depends on. */
static const char *key_of(struct release *r)
{
	struct hash_ctx *h = hash_ctx_new(HASH_SHA256);
	char text[HASH_TEXT_MAX];
	const char *remote = release_remote(r);
	struct stat st = {0};
	struct hash out;

	if (stat("/proc/self/exe", &st))
		st.st_ino = 0;
	add_text(h, str_c(arena_printf(&r->a, "status 1 %s %llu %lld %lld.%ld %d", KILN_VERSION,
				       (unsigned long long)st.st_ino, (long long)st.st_size,
				       (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
				       r->place.shallow)));
	add_text(h, str_c(r->config.project));
	add_text(h, r->config.text);
	add_text(h, str_c(remote ? remote : ""));
	for (size_t i = 0; i < r->refs.n; i++) {
		add_text(h, r->refs.v[i].name);
		hash_update(h, r->refs.v[i].id, GIT_ID_MAX);
	}
	hash_finish(h, &out);
	return arena_printf(&r->a, "%s", hash_format(&out, HASH_NIX32, false, text));
}

static const char *file_of(struct release *r)
{
	char *cache CLEANUP_FREE = user_cache_dir();
	char text[HASH_TEXT_MAX];
	struct hash h;

	hash_bytes(HASH_SHA256, str_c(r->config.project), &h);
	return arena_printf(&r->a, "%s/release/status-%s", cache,
			    hash_format(&h, HASH_NIX32, false, text));
}

static bool read_row(struct str line, struct release_status *out)
{
	struct release_status_row *row = add(out);

	for (size_t i = 0; i < STATUS_FIELDS; i++)
		if (!str_split(&line, '\t', &row->v[i]))
			return false;
	return !line.p;
}

static bool recall(struct release *r, const char *file, const char *key, struct release_status *out)
{
	BUF(text, LIMIT_EVAL_ENTRY);
	struct str rest, line;
	ERR(absent);

	if (file_read(AT_FDCWD, file, &text, &absent))
		return false;
	rest = arena_str(&r->a, buf_str(&text));
	if (!str_split(&rest, '\n', &line) || !str_eqz(line, key))
		return false;
	while (str_split(&rest, '\n', &line) && line.n)
		if (!read_row(line, out)) {
			out->n = 0;
			return false;
		}
	return rest.p == NULL || rest.n == 0;
}

static bool is_plain(struct str s)
{
	return str_chr(s, '\t') < 0 && str_chr(s, '\n') < 0;
}

static void keep(const char *file, const char *key, const struct release_status *s)
{
	BUF(text, LIMIT_EVAL_ENTRY);
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(file)));
	ERR(ignored);

	buf_printf(&text, "%s\n", key);
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < STATUS_FIELDS; k++) {
			if (!is_plain(s->v[i].v[k]))
				return;
			buf_puts(&text, s->v[i].v[k]);
			buf_putc(&text, k + 1 < STATUS_FIELDS ? '\t' : '\n');
		}
	/* It is found out again where it cannot be kept. */
	if (!buf_check(&text, "status", &ignored) && !mkdir_p(AT_FDCWD, dir, 0755, &ignored))
		(void)!file_write(AT_FDCWD, file, buf_str(&text), 0600, 0, &ignored);
}

errint release_status(struct release *r, struct release_status *out, struct err *err)
{
	const char *key = key_of(r), *file = file_of(r);

	if (recall(r, file, key, out))
		return 0;
	out->n = 0;
	errint rc = look(r, out, err);
	if (!rc)
		keep(file, key, out);
	return rc;
}
