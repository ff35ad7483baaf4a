/* SPDX-License-Identifier: MIT
 *
 * Judging what is in the ref. Every check of one file stands in judge(), in the order in which the
 * verdicts are told. */
#include "release/evidence.h"

#include <stdlib.h>

#include "base/date.h"
#include "git/git_shelf.h"
#include "release/dsse.h"
#include "release/statement.h"
#include "store/key_ring.h"

/* How far ahead another machine's clock may be, in seconds. */
enum { CLOCK_SLACK = 300 };

const char *evidence_verdict_text(enum evidence_verdict v)
{
	static const char *const texts[] = {
#define X(id, text) [EVIDENCE_##id] = text,
		EVIDENCE_VERDICTS(X)
#undef X
	};

	return texts[v];
}

struct judging {
	const struct evidence_query *q;
	struct git_shelf *shelf;
	struct arena *a;
};

/* ---- signatures ---- */

static errint judge_key(const struct judging *j, const struct evidence_answer *at,
			const struct trusted_key *k, enum evidence_verdict *out, struct err *err)
{
	bool had = true;

	*out = EVIDENCE_COUNTS;
	if (!key_may_sign(k, at->found.gate))
		*out = EVIDENCE_OTHER_GATES;
	switch (key_standing(k, at->found.finished)) {
	case KEY_GOOD:
		return 0;
	case KEY_NOT_YET:
		*out = EVIDENCE_NOT_YET;
		return 0;
	case KEY_EXPIRED:
		*out = EVIDENCE_EXPIRED;
		return 0;
	case KEY_COMPROMISED:
		*out = EVIDENCE_COMPROMISED;
		return 0;
	case KEY_RETIRED:
		break;
	}
	/* Not by the clock: by what was there when it retired. */
	errint rc = git_shelf_had(j->shelf, arena_strz(j->a, k->evidence),
				  arena_strz(j->a, at->file), &had, err);
	if (!had)
		*out = EVIDENCE_RETIRED;
	return rc;
}

/* A keyid is only a hint and may be absent: then whichever key made it. */
static const struct trusted_key *key_of(const struct judging *j, const struct dsse_signature *s,
					struct str pae, bool *fits)
{
	const struct trusted_key *k = key_ring_find(j->q->keys, s->sig.name);

	*fits = k && s->fits && key_verify(&k->key, pae, &s->sig);
	for (size_t i = 0; !k && s->fits && i < j->q->keys->n; i++) {
		const struct trusted_key *other = &j->q->keys->v[i];

		*fits = key_verify(&other->key, pae, &s->sig);
		if (*fits)
			return other;
	}
	return k;
}

/* The best of several signatures. */
static errint judge_signatures(const struct judging *j, const struct dsse *d,
			       struct evidence_answer *at, struct err *err)
{
	static const enum evidence_verdict best_first[] = {
		EVIDENCE_COUNTS,  EVIDENCE_EXPIRED,     EVIDENCE_NOT_YET, EVIDENCE_OTHER_GATES,
		EVIDENCE_RETIRED, EVIDENCE_COMPROMISED, EVIDENCE_FORGED,  EVIDENCE_UNKNOWN_KEY,
	};
	BUF(pae, LIMIT_SMALL_FILE);
	size_t best = ARRAY_LEN(best_first);

	at->verdict = EVIDENCE_UNSIGNED;
	dsse_pae(d->type, d->payload, &pae);
	errint rc = buf_check(&pae, "statement", err);
	for (size_t i = 0; !rc && i < d->n; i++) {
		bool fits;
		const struct trusted_key *k = key_of(j, &d->v[i], buf_str(&pae), &fits);
		enum evidence_verdict v = k ? EVIDENCE_FORGED : EVIDENCE_UNKNOWN_KEY;

		if (fits)
			rc = judge_key(j, at, k, &v, err);
		for (size_t p = 0; p < best; p++) {
			if (best_first[p] != v)
				continue;
			best = p;
			at->verdict = v;
			at->key = fits ? k->key.name : d->v[i].sig.name;
		}
	}
	return rc;
}

/* ---- what it says ---- */

static enum evidence_verdict judge_subject(const struct judging *j, const struct evidence *e,
					   bool known)
{
	const struct evidence_query *q = j->q;

	if (e->finished > q->now + CLOCK_SLACK)
		return EVIDENCE_FUTURE;
	if (q->ref.n && str_eq(q->ref, e->ref) && !str_eq(q->target, e->target))
		return EVIDENCE_TAG_MOVED;
	if (!known)
		return EVIDENCE_OTHER_REPOSITORY;
	if (q->commit.n && !str_eq(q->commit, e->commit))
		return q->version.n && str_eq(q->version, e->version) ? EVIDENCE_TAG_MOVED
								      : EVIDENCE_STALE;
	if (!str_eq(q->project, e->project))
		return EVIDENCE_OTHER_PROJECT;
	if (!q->any_track && q->track.n && !str_eq(q->track, e->track))
		return EVIDENCE_OTHER_TRACK;
	if (q->definition.n && !str_eq(q->definition, e->definition))
		return EVIDENCE_OTHER_DEFINITION;
	if (q->closure && !hash_eq(q->closure, &e->closure))
		return EVIDENCE_OTHER_CLOSURE;
	if (q->ref.n && !str_eq(q->ref, e->ref))
		return EVIDENCE_STALE;
	return str_eqz(e->result, "passed") ? EVIDENCE_COUNTS : EVIDENCE_FAILED;
}

static bool name_fits(struct str file, struct str bytes)
{
	struct str name = str_drop_suffix(path_base(file), S(".json"));
	char text[HASH_TEXT_MAX];
	struct hash h;

	hash_bytes(HASH_SHA256, bytes, &h);
	return str_eqz(name, hash_format(&h, HASH_BASE16, false, text));
}

static errint judge(const struct judging *j, const struct git_shelf_item *item,
		    struct evidence_answer *out, struct err *err)
{
	struct evidence_answer at = {.verdict = EVIDENCE_MALFORMED, .file = item->path};
	struct dsse d;
	ERR(broken);

	*out = at;
	if (!name_fits(item->path, item->bytes) || dsse_parse(j->a, item->bytes, &d, &broken))
		return 0;
	if (!str_eqz(d.type, STATEMENT_PAYLOAD_TYPE) ||
	    statement_parse(j->a, d.payload, &at.found, &broken))
		return 0;
	errint rc = judge_signatures(j, &d, &at, err);
	if (!rc && at.verdict == EVIDENCE_COUNTS) {
		bool known;

		rc = git_shelf_knows(j->shelf, arena_strz(j->a, at.found.commit), &known, err);
		if (!rc)
			at.verdict = judge_subject(j, &at.found, known);
	}
	if (!rc)
		*out = at;
	return rc;
}

/* ---- words ---- */

static struct str short_rev(struct str rev)
{
	enum { SHORT = 12 };

	return str_sub(rev, 0, SHORT);
}

static const char *two_closures(const struct judging *j, const struct evidence *e)
{
	char want[HASH_TEXT_MAX], got[HASH_TEXT_MAX];

	hash_format(j->q->closure, HASH_BASE16, false, want);
	hash_format(&e->closure, HASH_BASE16, false, got);
	return arena_printf(j->a, "%.12s, and here they are %.12s", got, want);
}

/* What the verdict is about, or NULL. */
static const char *particulars(const struct judging *j, const struct evidence_answer *at)
{
	const struct evidence *e = &at->found;
	char date[DATE_TEXT_MAX];

	switch (at->verdict) {
	case EVIDENCE_UNKNOWN_KEY:
	case EVIDENCE_FORGED:
	case EVIDENCE_COMPROMISED:
	case EVIDENCE_RETIRED:
	case EVIDENCE_OTHER_GATES:
		return arena_printf(j->a, "'%.*s'", STR_ARG(at->key));
	case EVIDENCE_NOT_YET:
	case EVIDENCE_EXPIRED:
	case EVIDENCE_FUTURE:
		return arena_printf(j->a, "'%.*s', %s", STR_ARG(at->key),
				    date_print(e->finished, date));
	case EVIDENCE_OTHER_REPOSITORY:
	case EVIDENCE_STALE:
		return arena_printf(j->a, "%.*s", STR_ARG(short_rev(e->commit)));
	case EVIDENCE_OTHER_PROJECT:
		return arena_printf(j->a, "'%.*s'", STR_ARG(e->project));
	case EVIDENCE_OTHER_TRACK:
		return arena_printf(j->a, "'%.*s'", STR_ARG(e->track));
	case EVIDENCE_OTHER_CLOSURE:
		return two_closures(j, e);
	case EVIDENCE_TAG_MOVED:
		return arena_printf(j->a, "at %.*s, and now it is %.*s",
				    STR_ARG(short_rev(e->target.n ? e->target : e->commit)),
				    STR_ARG(short_rev(e->target.n ? j->q->target : j->q->commit)));
	default:
		return NULL;
	}
}

/* Names come from files that anybody may have pushed: nothing of them may steer a terminal. */
static struct str printable(struct arena *a, const char *text)
{
	char *p = arena_strz(a, str_c(text));

	for (char *at = p; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	return str_c(p);
}

static void put_why(const struct judging *j, struct evidence_answer *at)
{
	const char *text = evidence_verdict_text(at->verdict), *of = particulars(j, at);

	at->why = of ? printable(j->a, arena_printf(j->a, "%s: %s", text, of)) : str_c(text);
}

/* ---- asking ---- */

static int compare_answers(const void *a, const void *b)
{
	const struct evidence_answer *x = a, *y = b;

	if (x->found.finished != y->found.finished)
		return x->found.finished < y->found.finished ? -1 : 1;
	return str_cmp(x->file, y->file);
}

static errint judge_folder(const struct judging *j, const char *folder, struct str gate,
			   struct evidence_answer **out, size_t *n, struct err *err)
{
	struct git_shelf_item *items;
	errint rc = git_shelf_read(j->shelf, j->q->at, folder, gate, j->a, &items, n, err);

	if (rc)
		return rc;
	*out = ARENA_ARRAY(j->a, struct evidence_answer, *n);
	for (size_t i = 0; !rc && i < *n; i++) {
		rc = judge(j, &items[i], &(*out)[i], err);
		if (!rc)
			put_why(j, &(*out)[i]);
	}
	if (!rc && *n)
		qsort(*out, *n, sizeof(**out), compare_answers);
	return rc;
}

static const char *folder_of(struct arena *a, struct str commit, struct str gate)
{
	enum { FAN = 2 };

	if (!commit.n)
		return "";
	return arena_printf(a, "%.*s/%.*s%s%.*s", STR_ARG(str_sub(commit, 0, FAN)),
			    STR_ARG(str_skip(commit, FAN)), gate.n ? "/" : "", STR_ARG(gate));
}

/* How near came it? What passed and what failed are as near, so that the newest of both is the
 * answer: who found a fault afterwards is heard. Then what failed only the later checks. */
static unsigned nearness(enum evidence_verdict v)
{
	return v == EVIDENCE_COUNTS ? EVIDENCE_FAILED : (unsigned)v;
}

static void take_nearest(struct evidence_answer *best, const struct evidence_answer *v, size_t n,
			 struct str gate)
{
	for (size_t i = 0; i < n; i++) {
		/* What cannot be read stands in a gate's folder all the same. */
		bool of_gate = str_eq(v[i].found.gate, gate) ||
			       (v[i].verdict == EVIDENCE_MALFORMED &&
				str_eq(path_base(path_dir(v[i].file)), gate));

		if (of_gate && nearness(v[i].verdict) >= nearness(best->verdict))
			*best = v[i];
	}
}

errint evidence_find(const struct evidence_query *q, struct arena *a, struct evidence_answer *out,
		     struct err *err)
{
	struct git_shelf *shelf CLEANUP(git_shelf_cleanup) = NULL;
	struct evidence_answer best = {.verdict = EVIDENCE_ABSENT}, *v;
	struct judging j = {.q = q, .a = a};
	size_t n;
	errint rc = git_shelf_open(q->repo, EVIDENCE_REF, &shelf, err);

	best.why = str_c(evidence_verdict_text(EVIDENCE_ABSENT));
	j.shelf = shelf;
	if (!rc)
		rc = judge_folder(&j, folder_of(a, q->commit, q->gate), q->gate, &v, &n, err);
	if (!rc)
		take_nearest(&best, v, n, q->gate);
	if (!rc && q->explain && best.verdict == EVIDENCE_ABSENT) {
		rc = judge_folder(&j, "", q->gate, &v, &n, err);
		if (!rc)
			take_nearest(&best, v, n, q->gate);
	}
	if (!rc)
		*out = best;
	return rc;
}

errint evidence_list(const struct evidence_query *q, struct arena *a, struct evidence_answer **out,
		     size_t *n, struct err *err)
{
	struct git_shelf *shelf CLEANUP(git_shelf_cleanup) = NULL;
	struct evidence_query all = *q;
	struct judging j = {.q = &all, .a = a};
	errint rc = git_shelf_open(q->repo, EVIDENCE_REF, &shelf, err);

	all.definition = all.gate = S("");
	all.any_track = true;
	j.shelf = shelf;
	return rc ? rc : judge_folder(&j, folder_of(a, q->commit, S("")), S(""), out, n, err);
}

errint evidence_add(const char *repo, const struct evidence *e, const struct signing_key *keys,
		    size_t n_keys, struct err *err)
{
	ARENA(a);
	BUF(statement, LIMIT_SMALL_FILE);
	BUF(envelope, LIMIT_SMALL_FILE);
	struct git_shelf *shelf CLEANUP(git_shelf_cleanup) = NULL;
	struct evidence again;
	struct git_shelf_item item;
	char hash[HASH_TEXT_MAX];
	struct hash h;

	statement_print(e, &statement);
	errint rc = buf_check(&statement, "statement", err);
	/* What nobody would take is not signed. */
	if (!rc)
		rc = statement_parse(&a, buf_str(&statement), &again, err);
	if (!rc)
		rc = dsse_make(S(STATEMENT_PAYLOAD_TYPE), buf_str(&statement), keys, n_keys,
			       &envelope, err);
	if (!rc)
		rc = git_shelf_open(repo, EVIDENCE_REF, &shelf, err);
	if (rc)
		return err_wrap(err, "evidence of '%.*s'", STR_ARG(e->gate));
	item.bytes = buf_str(&envelope);
	hash_bytes(HASH_SHA256, item.bytes, &h);
	item.path = str_c(arena_printf(&a, "%s/%s.json", folder_of(&a, e->commit, e->gate),
				       hash_format(&h, HASH_BASE16, false, hash)));
	return git_shelf_add(shelf, &item, 1,
			     arena_printf(&a, "%.*s: %.*s\n", STR_ARG(e->gate), STR_ARG(e->result)),
			     err);
}

errint evidence_merge(const char *repo, const char *other_ref, bool *changed, struct err *err)
{
	struct git_shelf *shelf CLEANUP(git_shelf_cleanup) = NULL;
	errint rc = git_shelf_open(repo, EVIDENCE_REF, &shelf, err);

	return rc ? rc : git_shelf_merge(shelf, other_ref, changed, err);
}

errint evidence_tip(const char *repo, struct arena *a, struct str *out, struct err *err)
{
	struct git_shelf *shelf CLEANUP(git_shelf_cleanup) = NULL;
	char rev[65];
	errint rc = git_shelf_open(repo, EVIDENCE_REF, &shelf, err);

	if (!rc)
		rc = git_shelf_tip(shelf, rev, err);
	if (!rc)
		*out = arena_str(a, str_c(rev));
	return rc;
}
