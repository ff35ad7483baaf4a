/* SPDX-License-Identifier: MIT
 *
 * One rule for tags, one for evidence, one for tracks. */
#include "release/push_check.h"

#include "base/environ.h"
#include "git/git_shelf.h"
#include "release/gates.h"

struct checking {
	const struct push_rules *rules;
	const struct push_line *v;
	size_t n;
	struct git_shelf *shelf;
	struct arena *a;
	const char *evidence; /* the commit of it that this push brings, or NULL */
	struct push_refusal *out;
	size_t n_out;
};

static bool is_zero(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] != '0')
			return false;
	return true;
}

errint push_parse(struct str text, struct arena *a, struct push_line **out, size_t *n,
		  struct err *err)
{
	struct str line, rest;
	size_t lines = 0, k = 0;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	struct push_line *v = ARENA_ARRAY(a, struct push_line, lines + 1);
	while (str_split(&text, '\n', &line)) {
		struct push_line *l = &v[k];

		if (!line.n)
			continue;
		if (!str_cut(line, ' ', &l->was, &rest) || !str_cut(rest, ' ', &l->to, &l->ref) ||
		    !l->ref.n || (!base16_check(l->was, 20) && !base16_check(l->was, 32)) ||
		    l->was.n != l->to.n || !base16_check(l->to, l->was.n / 2))
			return err_set(err, ERR_CORRUPT, "not 'OLD NEW REF': '%.*s'",
				       STR_ARG(str_sub(line, 0, 200)));
		k++;
	}
	*out = v;
	*n = k;
	return 0;
}

static void refuse(struct checking *c, const struct push_line *l, const char *why)
{
	c->out[c->n_out++] = (struct push_refusal){l->ref, str_c(why)};
}

/* ---- tags and evidence ---- */

static void check_tag(struct checking *c, const struct push_line *l)
{
	if (is_zero(l->was))
		return;
	refuse(c, l, is_zero(l->to) ? "a tag is never removed" : "a tag is never moved");
}

static errint check_evidence(struct checking *c, const struct push_line *l, struct err *err)
{
	const char *was = arena_strz(c->a, l->was), *to = arena_strz(c->a, l->to);
	bool leads, grows;

	if (is_zero(l->to)) {
		refuse(c, l, "evidence is never removed");
		return 0;
	}
	if (is_zero(l->was))
		return 0;
	errint rc = git_shelf_leads(c->shelf, was, to, &leads, err);
	if (!rc)
		rc = git_shelf_grows(c->shelf, was, to, &grows, err);
	if (!rc && (!leads || !grows))
		refuse(c, l, "some evidence would be lost: kiln release evidence --push unites it");
	return rc;
}

/* ---- tracks ---- */

static errint read_config(struct checking *c, struct str commit, struct release_config *out,
			  bool *found, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = arena_printf(c->a, "%.*s.flox/kiln.toml", STR_ARG(c->rules->prefix));
	const char *rev = arena_strz(c->a, commit);
	errint rc = git_shelf_file(c->shelf, rev, file, &text, found, err);

	return rc || !*found ? rc
			     : release_config_parse(arena_str(c->a, buf_str(&text)),
						    arena_printf(c->a, "%.12s:%s", rev, file), c->a,
						    out, err);
}

/* The track of a branch, by what is there or else by what comes; NULL: it is none. */
static errint find_track(struct checking *c, const struct push_line *l,
			 struct release_config *config, const struct track **out, struct err *err)
{
	const struct str from[] = {l->was, l->to};
	errint rc = 0;

	*out = NULL;
	for (size_t i = 0; !rc && !*out && i < ARRAY_LEN(from); i++) {
		bool found = false;

		if (is_zero(from[i]))
			continue;
		rc = read_config(c, from[i], config, &found, err);
		if (!rc && found)
			*out = track_of_ref(config, l->ref);
	}
	return rc;
}

/* A track that begins does so where others are, or where none is yet. */
static errint check_new(struct checking *c, const struct push_line *l,
			const struct release_config *config, struct err *err)
{
	bool any = false;

	for (size_t i = 0; i < config->n; i++) {
		char rev[65];
		bool leads = false;
		errint rc = git_shelf_ref_commit(c->shelf, config->v[i].ref, rev, err);

		if (!rc && *rev)
			rc = git_shelf_leads(c->shelf, arena_strz(c->a, l->to), rev, &leads, err);
		if (rc || leads)
			return rc;
		any |= *rev;
	}
	if (any)
		refuse(c, l, "a track begins where another one is or has been");
	return 0;
}

static const char *what_lacks(struct checking *c, const struct gates_answer *at)
{
	BUF(b, LIMIT_ERR_TEXT);

	for (size_t i = 0; i < at->n; i++) {
		const struct gate_state *s = &at->v[i];

		if (s->answer.verdict != EVIDENCE_COUNTS)
			buf_printf(&b, "%s%.*s: %.*s", b.n ? "; " : "", STR_ARG(s->gate.name),
				   STR_ARG(s->answer.why));
	}
	return arena_strz(c->a, buf_str(&b));
}

/* What it is promoted from must have let it go: one of several is enough. */
static errint check_gates(struct checking *c, const struct push_line *l, const struct track *t,
			  struct err *err)
{
	struct gates_query q = {
		.repo = c->rules->repo,
		.at = c->evidence,
		.prefix = c->rules->prefix,
		.commit = arena_strz(c->a, l->to),
		.base = arena_strz(c->a, l->was),
		.now = clock_unix(),
		.explain = true,
	};
	const char *lacks = NULL;

	for (size_t i = 0; i < t->n_from; i++) {
		struct gates_answer at;

		q.track = t->from[i];
		errint rc = gates_ask(&q, c->a, &at, err);
		if (rc || at.passed)
			return rc;
		if (!lacks)
			lacks = arena_printf(c->a, "%.12s has not passed the gates of '%.*s': %s",
					     q.commit, STR_ARG(t->from[i]), what_lacks(c, &at));
	}
	if (lacks)
		refuse(c, l, lacks);
	return 0;
}

static errint check_branch(struct checking *c, const struct push_line *l, struct err *err)
{
	struct release_config config;
	const struct track *t;
	bool forward, back = false;
	errint rc = find_track(c, l, &config, &t, err);

	if (rc || !t)
		return rc;
	if (is_zero(l->to)) {
		refuse(c, l, "a track is never removed");
		return 0;
	}
	if (is_zero(l->was))
		return check_new(c, l, &config, err);
	rc = git_shelf_leads(c->shelf, arena_strz(c->a, l->was), arena_strz(c->a, l->to), &forward,
			     err);
	if (!rc && !forward && c->rules->rollback)
		rc = git_shelf_leads(c->shelf, arena_strz(c->a, l->to), arena_strz(c->a, l->was),
				     &back, err);
	if (rc || back)
		return rc;
	if (!forward) {
		refuse(c, l, "a track only goes forward: what comes does not follow what is there");
		return 0;
	}
	return check_gates(c, l, t, err);
}

errint push_check(const struct push_rules *rules, const struct push_line *v, size_t n,
		  struct arena *a, struct push_refusal **out, size_t *n_out, struct err *err)
{
	struct git_shelf *shelf CLEANUP(git_shelf_cleanup) = NULL;
	struct checking c = {.rules = rules, .v = v, .n = n, .a = a};
	errint rc = git_shelf_open(rules->repo, EVIDENCE_REF, &shelf, err);

	c.shelf = shelf;
	c.out = ARENA_ARRAY(a, struct push_refusal, n);
	for (size_t i = 0; i < n; i++)
		if (str_eqz(v[i].ref, EVIDENCE_REF) && !is_zero(v[i].to))
			c.evidence = arena_strz(a, v[i].to);
	for (size_t i = 0; !rc && i < n; i++) {
		if (str_starts(v[i].ref, S("refs/tags/")))
			check_tag(&c, &v[i]);
		else if (str_eqz(v[i].ref, EVIDENCE_REF))
			rc = check_evidence(&c, &v[i], err);
		else if (str_starts(v[i].ref, S("refs/heads/")))
			rc = check_branch(&c, &v[i], err);
	}
	if (rc)
		return rc;
	*out = c.out;
	*n_out = c.n_out;
	return 0;
}
