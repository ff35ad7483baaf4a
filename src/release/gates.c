/* SPDX-License-Identifier: MIT
 *
 * Gates as data, and what evidence there is of them. */
#include "release/gates.h"

#include "base/environ.h"
#include "base/file.h"
#include "base/toml.h"
#include "git/git_shelf.h"
#include "release/statement.h"

static const struct {
	const char *name, *text;
	bool of_bits;
} kinds[] = {
#define X(id, name, what, of_bits) [GATE_##id] = {name, what, of_bits},
	GATE_KINDS(X)
#undef X
};

const char *gate_kind_name(enum gate_kind k)
{
	return kinds[k].name;
}

const char *gate_kind_text(enum gate_kind k)
{
	return kinds[k].text;
}

bool gate_kind_of_bits(enum gate_kind k)
{
	return kinds[k].of_bits;
}

/* ---- reading ---- */

static errint read_words(const struct toml *table, const char *key, struct arena *a,
			 struct str **out, size_t *n, struct err *err)
{
	const struct toml *list = NULL;
	errint rc = table ? toml_want(table, key, TOML_ARRAY, &list, err) : 0;

	*n = list ? list->array.n : 0;
	*out = ARENA_ARRAY(a, struct str, *n);
	for (size_t i = 0; !rc && i < *n; i++) {
		const struct toml *v = list->array.items[i];

		if (v->kind != TOML_STRING)
			return toml_err(v, err, "'%s' lists strings, not %s", key,
					toml_kind_text(v->kind));
		(*out)[i] = v->text;
	}
	return rc;
}

static errint find_kind(const struct toml *table, struct str name, const struct toml *at,
			enum gate_kind *out, struct err *err)
{
	const struct toml *kind = NULL;
	errint rc = table ? toml_want(table, "kind", TOML_STRING, &kind, err) : 0;

	if (rc)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!str_eqz(kind ? kind->text : name, kinds[i].name))
			continue;
		*out = (enum gate_kind)i;
		return 0;
	}
	if (kind)
		rc = toml_err(kind, err, "'%.*s' is no kind of gate", STR_ARG(kind->text));
	else
		rc = toml_err(at, err,
			      "gate '%.*s' is none of kiln's, and [release.gate.%.*s] has "
			      "no 'kind'",
			      STR_ARG(name), STR_ARG(name));
	err_hint(err, "kinds are: build check rebuild audit smoke approval");
	return rc;
}

static errint read_command(const struct toml *table, const struct toml *at, struct arena *a,
			   struct gate *g, struct err *err)
{
	const struct toml *timeout = NULL;
	struct str *words;
	size_t n;
	errint rc = read_words(table, "command", a, &words, &n, err);

	if (!rc && table)
		rc = toml_want(table, "timeout", TOML_INTEGER, &timeout, err);
	if (rc)
		return rc;
	if (timeout && timeout->integer < 0)
		return toml_err(timeout, err, "'timeout' is less than 0");
	g->timeout = timeout ? (uint64_t)timeout->integer : 0;
	g->command = ARENA_ARRAY(a, const char *, n + 1);
	for (size_t i = 0; i < n; i++)
		g->command[i] = arena_strz(a, words[i]);
	if (g->kind == GATE_SMOKE && !n) {
		rc = toml_err(at, err, "gate '%.*s' has no 'command'", STR_ARG(g->name));
		err_hint(err, "[release.gate.%.*s] command = [\"PROGRAM\", \"ARGUMENT\"]",
			 STR_ARG(g->name));
		return rc;
	}
	if (g->kind != GATE_SMOKE && n)
		return toml_err(at, err, "gate '%.*s' runs no 'command' of its own",
				STR_ARG(g->name));
	return 0;
}

static void define(const struct gate_list *l, struct arena *a, struct gate *g)
{
	struct hash_ctx *c CLEANUP(hash_ctx_cleanup) = hash_ctx_new(HASH_SHA256);
	char text[HASH_TEXT_MAX];
	struct hash h;

	/* Each with its NUL, so that no two lists read the same. */
	hash_update(c, kinds[g->kind].name, strlen(kinds[g->kind].name) + 1);
	for (size_t i = 0; i < l->n_recipes; i++) {
		hash_update(c, l->recipes[i].p, l->recipes[i].n);
		hash_update(c, "", 1);
	}
	hash_update(c, "", 1);
	for (size_t i = 0; g->command[i]; i++)
		hash_update(c, g->command[i], strlen(g->command[i]) + 1);
	hash_finish(STEAL(c), &h);
	g->definition = arena_str(a, str_c(hash_format(&h, HASH_BASE16, false, text)));
}

static errint check_keys(const struct toml *table, struct err *err)
{
	static const char *const known[] = {"kind", "command", "timeout"};

	for (size_t i = 0; i < table->table.n; i++) {
		const struct toml_entry *e = &table->table.entries[i];
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(known) && !found; k++)
			found = str_eqz(e->key, known[k]);
		if (!found)
			return toml_err(e->value, err, "a gate has no '%.*s'", STR_ARG(e->key));
	}
	return 0;
}

static errint read_gate(const struct toml *all, const struct toml *release, struct str name,
			struct arena *a, const struct gate_list *l, struct gate *out,
			struct err *err)
{
	const struct toml *table = all ? toml_get(all, name) : NULL;
	const struct toml *at = table ? table : release;

	*out = (struct gate){.name = name};
	if (!gate_name_check(name))
		return toml_err(at, err, "'%.*s' is no name for a gate", STR_ARG(name));
	if (table && table->kind != TOML_TABLE)
		return toml_err(table, err, "gate '%.*s' is a table", STR_ARG(name));
	errint rc = table ? check_keys(table, err) : 0;
	if (!rc)
		rc = find_kind(table, name, at, &out->kind, err);
	if (!rc)
		rc = read_command(table, at, a, out, err);
	if (!rc)
		define(l, a, out);
	return rc;
}

errint gates_read(const struct release_config *c, const struct track *t, struct arena *a,
		  struct gate_list *out, struct err *err)
{
	struct gate_list l = {.n = t->n_gates};
	const struct toml *all = NULL;
	errint rc = read_words(c->table, "recipes", a, &l.recipes, &l.n_recipes, err);

	if (!rc && c->table)
		rc = toml_want(c->table, "gate", TOML_TABLE, &all, err);
	l.v = ARENA_ARRAY(a, struct gate, l.n);
	for (size_t i = 0; !rc && i < l.n; i++)
		rc = read_gate(all, c->table, t->gates[i], a, &l, &l.v[i], err);
	if (!rc)
		*out = l;
	return rc;
}

/* ---- what a commit says ---- */

struct policy {
	struct release_config config;
	struct gate_list gates;
	struct key_ring keys;
	bool there; /* the commit has a kiln.toml */
};

static errint read_policy(struct git_shelf *shelf, const struct gates_query *q, const char *commit,
			  struct arena *a, struct policy *out, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = arena_printf(a, "%.*s.flox/kiln.toml", STR_ARG(q->prefix));

	*out = (struct policy){0};
	if (!*commit)
		return 0;
	errint rc = git_shelf_file(shelf, commit, file, &text, &out->there, err);
	if (rc || !out->there)
		return rc;
	const char *name = arena_printf(a, "%.12s:%s", commit, file);
	rc = release_config_parse(arena_str(a, buf_str(&text)), name, a, &out->config, err);
	if (!rc)
		rc = key_ring_parse(buf_str(&text), name, a, &out->keys, err);
	const struct track *t = rc ? NULL : track_find(&out->config, q->track);
	if (t)
		rc = gates_read(&out->config, t, a, &out->gates, err);
	return rc;
}

static const struct gate *find_gate(const struct gate_list *l, struct str name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->v[i].name, name))
			return &l->v[i];
	return NULL;
}

/* The commit's gates, and behind them those that only the next track still has. */
static void unite(const struct policy *own, const struct policy *base, struct arena *a,
		  struct gates_answer *out)
{
	out->v = ARENA_ARRAY(a, struct gate_state, own->gates.n + base->gates.n);
	for (size_t i = 0; i < own->gates.n; i++)
		out->v[out->n++].gate = own->gates.v[i];
	for (size_t i = 0; i < base->gates.n; i++)
		if (!find_gate(&own->gates, base->gates.v[i].name))
			out->v[out->n++].gate = base->gates.v[i];
}

static errint ask_all(const struct evidence_query *all, struct gates_answer *io, struct arena *a,
		      size_t *passed, struct err *err)
{
	errint rc = 0;

	*passed = 0;
	for (size_t i = 0; !rc && i < io->n; i++) {
		struct gate_state *s = &io->v[i];
		struct evidence_query q = *all;

		q.gate = s->gate.name;
		q.definition = s->gate.definition;
		q.any_track = kinds[s->gate.kind].of_bits;
		rc = evidence_find(&q, a, &s->answer, err);
		*passed += !rc && s->answer.verdict == EVIDENCE_COUNTS;
	}
	return rc;
}

/* Machines of two kinds make two closures of one commit: all gates must have passed for one. */
static errint ask_closures(struct evidence_query *q, struct gates_answer *io, struct arena *a,
			   struct err *err)
{
	struct hash *seen = ARENA_ARRAY(a, struct hash, io->n + 1);
	struct gates_answer best = *io;
	size_t n = 0, passed, most = 0;
	errint rc = ask_all(q, io, a, &passed, err);

	for (size_t i = 0; !rc && i < io->n; i++)
		if (io->v[i].answer.verdict == EVIDENCE_COUNTS)
			seen[n++] = io->v[i].answer.found.closure;
	if (rc || !n)
		return rc;
	for (size_t i = 0; !rc && i < n; i++) {
		struct gates_answer at = *io;

		at.v = ARENA_ARRAY(a, struct gate_state, io->n);
		memcpy(at.v, io->v, io->n * sizeof(*at.v));
		q->closure = at.closure.algo ? &at.closure : &seen[i];
		rc = ask_all(q, &at, a, &passed, err);
		if (rc || (passed <= most && most))
			continue;
		most = passed;
		best = at;
		best.closure = seen[i];
		best.passed = passed == io->n;
	}
	if (!rc)
		*io = best;
	return rc;
}

errint gates_ask(const struct gates_query *q, struct arena *a, struct gates_answer *out,
		 struct err *err)
{
	struct git_shelf *shelf CLEANUP(git_shelf_cleanup) = NULL;
	struct gates_answer answer = {0};
	struct policy own = {0}, base = {0};
	errint rc = git_shelf_open(q->repo, EVIDENCE_REF, &shelf, err);

	if (!rc)
		rc = read_policy(shelf, q, q->commit, a, &own, err);
	if (!rc)
		rc = read_policy(shelf, q, q->base, a, &base, err);
	if (rc)
		return rc;
	struct key_ring keys = base.keys.n ? base.keys : own.keys;
	key_ring_restrict(&keys, &own.keys);
	unite(&own, &base, a, &answer);
	struct evidence_query all = {
		.repo = q->repo,
		.at = q->at,
		.keys = &keys,
		.commit = str_c(q->commit),
		.project = str_drop_suffix(q->prefix, S("/")),
		.track = q->track,
		.version = q->version,
		.now = q->now,
		.explain = q->explain,
	};
	rc = ask_closures(&all, &answer, a, err);
	answer.passed |= !answer.n;
	if (!rc)
		*out = answer;
	return rc;
}

void gates_question(struct release *r, const struct track *t, const char *commit, struct arena *a,
		    struct gates_query *out)
{
	const struct track *next = track_next(&r->config, t);

	*out = (struct gates_query){
		.repo = r->place.top,
		.prefix = r->place.prefix,
		.track = t->name,
		.commit = commit,
		.base = next ? git_refs_id(&r->refs, next->ref) : "",
		.now = clock_unix(),
		.explain = true,
	};
}

/* What of a tag's name the version is: the pattern's other ends are cut off. */
static struct str version_of_tag(const struct release *r, struct str name)
{
	struct str pattern = str_c(r->config.tag), mark = S("{version}");
	ptrdiff_t at = str_find(pattern, mark);
	struct str before = str_sub(pattern, 0, (size_t)at);
	struct str after = str_skip(pattern, (size_t)at + mark.n);

	if (!str_starts(name, before) || !str_ends(name, after) || name.n <= before.n + after.n ||
	    str_chr(after, '{') >= 0)
		return S("");
	return str_sub(name, before.n, name.n - before.n - after.n);
}

static errint tag_elsewhere(struct release *r, const char *ref, const char *here, struct err *err)
{
	const char *there = git_refs_id(&r->remote, ref);

	if (!r->asked || !*there || strcmp(here, there) == 0)
		return 0;
	err_set(err, ERR_MISMATCH, "'%s' is %.12s here and %.12s at '%s'", ref, here, there,
		release_remote(r));
	return err_hint(err, "a tag is never moved: find out who did, and why");
}

errint gates_question_of_tag(struct release *r, const char *name, struct arena *a,
			     const struct track **track, struct gates_query *out, struct err *err)
{
	const char *ref = arena_printf(a, "refs/tags/%s", name);
	const char *here = git_refs_id(&r->refs, ref);
	struct track_rotation w;
	char commit[GIT_ID_MAX];
	struct git_repo *repo;

	if (!*here)
		return err_set(err, ERR_NOT_FOUND, "there is no tag '%s'", name);
	errint rc = tag_elsewhere(r, ref, here, err);
	if (!rc)
		rc = track_rotation(&r->config, &w, err);
	if (!rc)
		rc = release_repo(r, &repo, err);
	if (!rc)
		rc = git_repo_commit(repo, ref, commit, err);
	if (rc)
		return rc;
	*track = w.candidate;
	gates_question(r, w.candidate, arena_strz(a, str_c(commit)), a, out);
	out->version = version_of_tag(r, str_c(arena_strz(a, str_c(name))));
	return 0;
}

errint gates_need(struct release *r, const struct track *t, const char *commit, struct err *err)
{
	ARENA(a);
	struct gates_query q;
	struct gates_answer at;
	size_t missing = 0;

	gates_question(r, t, commit, &a, &q);
	errint rc = gates_ask(&q, &a, &at, err);
	if (rc || at.passed)
		return rc;
	for (size_t i = 0; i < at.n; i++)
		missing += at.v[i].answer.verdict != EVIDENCE_COUNTS;
	rc = err_set(err, ERR_DENIED, "'%.*s' at %.12s has not passed %zu of its %zu gates",
		     STR_ARG(t->name), commit, missing, at.n);
	bool person = false, machine = false;
	for (size_t i = 0; i < at.n; i++) {
		const struct gate_state *s = &at.v[i];

		if (s->answer.verdict == EVIDENCE_COUNTS)
			continue;
		err_detail(err, "%.*s: %.*s", STR_ARG(s->gate.name), STR_ARG(s->answer.why));
		person |= s->gate.kind == GATE_APPROVAL;
		machine |= s->gate.kind != GATE_APPROVAL;
	}
	if (machine)
		err_hint(err, "kiln release gate %.*s", STR_ARG(t->name));
	if (person)
		err_hint(err, "kiln release approve %.*s --note TEXT", STR_ARG(t->name));
	return rc;
}
