/* SPDX-License-Identifier: MIT
 *
 * kiln release gate, approve and evidence: what is found of a track's bits, and what is known. */
#include "base/date.h"
#include "base/environ.h"
#include "base/report.h"
#include "cli/release_verbs.h"
#include "release/evidence_remote.h"
#include "release/gates.h"
#include "store/key_files.h"

enum { KEYS_MAX = 16 };

struct gate_command {
	struct release_command r; /* first: its rows are used as they are */
	struct option_list keys;
	const char *only, *note, *commit;
	bool again, all, push;
};

#define OPT_SIGNING_KEY                                        \
	OPT_LIST(struct gate_command, keys, "-k --key", "KEY", \
		 "the secret key: a file (with a '/'), or the name of one that is here")
#define OPT_PUSH                                      \
	OPT_FLAG(struct gate_command, push, "--push", \
		 "unite the evidence with the remote's, and send it there")
#define OPT_COMMIT                                                  \
	OPT_TEXT(struct gate_command, commit, "--commit", "COMMIT", \
		 "another commit than where the track is")

struct signing_keys {
	struct signing_key v[KEYS_MAX];
	size_t n;
};

static void wipe(struct signing_keys *k)
{
	for (size_t i = 0; i < k->n; i++)
		signing_key_wipe(&k->v[i]);
}

static errint find_keys(struct cli *cli, const struct gate_command *c, struct signing_keys *out,
			struct err *err)
{
	errint rc = 0;

	out->n = c->keys.n ? c->keys.n : 1;
	if (out->n > KEYS_MAX)
		return err_set(err, ERR_USAGE, "more than %d keys", KEYS_MAX);
	for (size_t i = 0; !rc && i < out->n; i++)
		rc = key_find(&cli->a, c->keys.n ? c->keys.v[i] : NULL, &out->v[i], err);
	return rc;
}

static errint find_commit(struct release *r, const struct gate_command *c, struct arena *a,
			  const char **out, struct err *err)
{
	char id[GIT_ID_MAX];
	struct git_repo *repo;

	*out = NULL;
	if (!c->commit)
		return 0;
	errint rc = release_repo(r, &repo, err);
	if (!rc)
		rc = git_repo_commit(repo, c->commit, id, err);
	if (!rc)
		*out = arena_strz(a, str_c(id));
	return rc;
}

/* ---- printing ---- */

static const char *outcome_text(enum gate_outcome o)
{
	static const char *const texts[] = {"passed", "failed", "passed before", "waits"};

	return texts[o];
}

static void tell(void *ctx, const struct gate *g, const struct gate_result *done)
{
	struct cli *cli = ctx;

	if (!done)
		report_msg(cli_report(cli), REPORT_NOTE, "gate '%.*s': %s", STR_ARG(g->name),
			   gate_kind_text(g->kind));
}

static void print_results(const struct gate_report *t, const struct track *track)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct gate_result *g = &t->v[i];

		out_printf("%-16.*s %s", STR_ARG(g->gate.name), outcome_text(g->outcome));
		if (g->outcome == GATE_FAILED)
			out_printf(": %.*s", STR_ARG(g->why));
		if (g->outcome == GATE_WAITS)
			out_printf(": kiln release approve %.*s --note TEXT", STR_ARG(track->name));
		out_str(S("\n"));
	}
}

static void json_results(const struct gate_report *t, const struct track *track)
{
	char hash[HASH_TEXT_MAX];

	out_str(S("{\"track\": "));
	out_json(track->name);
	out_printf(", \"commit\": \"%s\", \"closure\": ", t->commit);
	out_json_or_null(t->paths ? str_c(hash_format(&t->closure, HASH_BASE16, true, hash))
				  : S(""));
	out_printf(", \"paths\": %zu, \"trusted\": %s, \"gates\": [", t->paths,
		   t->trusted ? "true" : "false");
	for (size_t i = 0; i < t->n; i++) {
		const struct gate_result *g = &t->v[i];

		out_str(i ? S(",\n  {\"gate\": ") : S("\n  {\"gate\": "));
		out_json(g->gate.name);
		out_printf(", \"kind\": \"%s\", \"outcome\": \"%s\", \"seconds\": %lld, "
			   "\"error\": ",
			   gate_kind_name(g->gate.kind), outcome_text(g->outcome),
			   (long long)g->seconds);
		out_json_or_null(g->why);
		out_str(S("}"));
	}
	out_str(S("\n]}\n"));
}

/* ---- gate and approve ---- */

static errint run_gates(struct cli *cli, struct gate_command *c, struct err *err)
{
	struct release r CLEANUP(release_close) = {.lock = -1};
	struct signing_keys keys CLEANUP(wipe) = {0};
	struct gate_report report;
	struct gate_request q = {
		.only = c->only, .again = c->again, .note = c->note, .tell = tell, .ctx = cli};
	errint rc = release_command_open(cli, &c->r, &r, err);

	if (!rc)
		rc = release_command_track(&r, c->r.track, &q.track, err);
	if (!rc)
		rc = find_commit(&r, c, &cli->a, &q.commit, err);
	if (!rc)
		rc = find_keys(cli, c, &keys, err);
	q.keys = keys.v;
	q.n_keys = keys.n;
	if (!rc)
		rc = gates_run(&r, &q, &cli->a, &report, err);
	if (!rc && c->push)
		rc = evidence_share(&r, err);
	if (rc)
		return rc;
	if (c->r.json)
		json_results(&report, q.track);
	else
		print_results(&report, q.track);
	if (!report.trusted)
		report_msg(cli_report(cli), REPORT_WARN,
			   "what '%.*s' signs does not count there yet: kiln key trust %.*s",
			   STR_ARG(keys.v[0].name), STR_ARG(keys.v[0].name));
	for (size_t i = 0; i < report.n; i++)
		if (report.v[i].outcome == GATE_FAILED)
			cli->status = 1;
	return 0;
}

static const struct option gate_rows[] = {
	RELEASE_ROWS,
	OPT_TEXT(struct gate_command, only, "--only", "NAME", "this gate alone"),
	OPT_FLAG(struct gate_command, again, "--again", "run also what has passed before"),
	OPT_COMMIT,
	OPT_PUSH,
	OPT_SIGNING_KEY,
	OPERAND_OPTIONAL(struct release_command, track, "TRACK"),
	OPT_END,
};

static errint gate(struct cli *cli, void *ctx, struct err *err)
{
	return run_gates(cli, ctx, err);
}

const struct command release_verb_gate = {
	.name = "gate",
	.summary = "run a track's gates, and sign what they find",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = gate_rows,
	.size = sizeof(struct gate_command),
	.run = gate,
};

static const struct option approve_rows[] = {
	RELEASE_ROWS,
	OPT_TEXT(struct gate_command, note, "--note", "TEXT", "what was looked at; it is signed"),
	OPT_TEXT(struct gate_command, only, "--only", "NAME",
		 "this gate, where there are several for people"),
	OPT_COMMIT,
	OPT_PUSH,
	OPT_SIGNING_KEY,
	OPERAND_OPTIONAL(struct release_command, track, "TRACK"),
	OPT_END,
};

static errint approve(struct cli *cli, void *ctx, struct err *err)
{
	struct gate_command *c = ctx;

	if (!c->note || !*c->note)
		return err_set(err, ERR_USAGE, "'--note' is missing: what was looked at?");
	return run_gates(cli, c, err);
}

const struct command release_verb_approve = {
	.name = "approve",
	.summary = "sign that a person has looked at what a track has",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = approve_rows,
	.size = sizeof(struct gate_command),
	.run = approve,
};

/* ---- evidence ---- */

static const struct option evidence_rows[] = {
	RELEASE_ROWS,
	OPT_FLAG(struct gate_command, all, "--all", "all that there is, of whatever commit"),
	OPT_COMMIT,
	OPT_PUSH,
	OPERAND_OPTIONAL(struct release_command, track, "TRACK|TAG"),
	OPT_END,
};

static void print_state(const struct gate_state *s)
{
	char date[DATE_TEXT_MAX];
	const struct evidence_answer *at = &s->answer;

	out_printf("%-16.*s ", STR_ARG(s->gate.name));
	if (at->verdict == EVIDENCE_COUNTS)
		out_printf("passed   %s by %.*s\n", date_print(at->found.finished, date),
			   STR_ARG(at->key));
	else
		out_printf("missing: %.*s\n", STR_ARG(at->why));
}

static void json_date(const char *key, int64_t at)
{
	char text[DATE_TEXT_MAX];

	out_printf(", \"%s\": ", key);
	out_json(str_c(date_print(at, text)));
}

static void json_answer(struct str gate, const struct evidence_answer *at, bool first)
{
	const struct evidence *e = &at->found;
	char hash[HASH_TEXT_MAX];

	out_str(first ? S("\n  {\"gate\": ") : S(",\n  {\"gate\": "));
	out_json(gate);
	out_printf(", \"counts\": %s, \"why\": ",
		   at->verdict == EVIDENCE_COUNTS ? "true" : "false");
	out_json(at->why);
	out_str(S(", \"key\": "));
	out_json_or_null(at->key);
	out_str(S(", \"file\": "));
	out_json_or_null(at->file);
	if (e->gate.n) {
		out_str(S(", \"result\": "));
		out_json(e->result);
		out_str(S(", \"track\": "));
		out_json(e->track);
		out_str(S(", \"commit\": "));
		out_json(e->commit);
		out_printf(", \"closure\": \"%s\", \"paths\": %llu, \"version\": ",
			   hash_format(&e->closure, HASH_BASE16, true, hash),
			   (unsigned long long)e->paths);
		out_json_or_null(e->version);
		out_str(S(", \"system\": "));
		out_json(e->system);
		json_date("started", e->started);
		json_date("finished", e->finished);
		out_str(S(", \"details\": "));
		out_str(e->details.n ? e->details : S("null"));
	}
	out_str(S("}"));
}

static void print_answer(const struct evidence_answer *at)
{
	const struct evidence *e = &at->found;
	char date[DATE_TEXT_MAX], hash[HASH_TEXT_MAX];

	if (!e->gate.n) {
		out_printf("%.*s: %.*s\n", STR_ARG(at->file), STR_ARG(at->why));
		return;
	}
	hash_format(&e->closure, HASH_BASE16, false, hash);
	out_printf("%s %-12.*s %.12s %.12s %.*s by %.*s: %.*s\n", date_print(e->finished, date),
		   STR_ARG(e->gate), e->commit.p, hash, STR_ARG(e->result),
		   STR_ARG(at->key.n ? at->key : S("nobody")), STR_ARG(at->why));
}

static errint list_all(struct cli *cli, const struct gate_command *c, struct release *r,
		       const struct track *t, struct err *err)
{
	char *file CLEANUP_FREE = xasprintf("%s/.flox/kiln.toml", r->config.project);
	struct key_ring ring;
	struct evidence_answer *v;
	size_t n;
	errint rc = key_ring_read(file, &cli->a, &ring, err);
	struct evidence_query q = {
		.repo = r->place.top,
		.keys = &ring,
		.project = str_drop_suffix(r->place.prefix, S("/")),
		.track = t ? t->name : S(""),
		.commit = S(""),
		.now = clock_unix(),
	};

	if (!rc)
		rc = evidence_list(&q, &cli->a, &v, &n, err);
	if (rc)
		return rc;
	out_str(c->r.json ? S("[") : S(""));
	for (size_t i = 0; i < n; i++) {
		if (c->r.json)
			json_answer(v[i].found.gate, &v[i], i == 0);
		else
			print_answer(&v[i]);
	}
	out_str(c->r.json ? S("\n]\n") : S(""));
	return 0;
}

static void print_gates(const struct gate_command *c, const struct track *t, const char *commit,
			const struct gates_answer *at)
{
	char hash[HASH_TEXT_MAX];
	struct str closure = at->closure.algo
				     ? str_c(hash_format(&at->closure, HASH_BASE16, true, hash))
				     : S("");

	if (!c->r.json) {
		out_printf("%.*s at %.12s", STR_ARG(t->name), commit);
		if (closure.n)
			out_printf(", closure %.*s", STR_ARG(closure));
		out_str(at->n ? S("\n") : S(": no gates\n"));
		for (size_t i = 0; i < at->n; i++)
			print_state(&at->v[i]);
		return;
	}
	out_str(S("{\"track\": "));
	out_json(t->name);
	out_printf(", \"commit\": \"%s\", \"passed\": %s, \"closure\": ", commit,
		   at->passed ? "true" : "false");
	out_json_or_null(closure);
	out_str(S(", \"gates\": ["));
	for (size_t i = 0; i < at->n; i++)
		json_answer(at->v[i].gate.name, &at->v[i].answer, i == 0);
	out_str(S("\n]}\n"));
}

static bool is_tag(const struct release *r, const char *name)
{
	char *ref CLEANUP_FREE = xasprintf("refs/tags/%s", name);

	return !track_find(&r->config, str_c(name)) && *git_refs_id(&r->refs, ref);
}

/* A track, where it is or at another commit; or a tag, as the remote has it, too. */
static errint find_question(struct cli *cli, const struct gate_command *c, struct release *r,
			    const struct track **t, struct gates_query *q, struct err *err)
{
	const char *commit;

	if (c->r.track && !c->commit && is_tag(r, c->r.track)) {
		ERR(unreached);

		if (release_ask_remote(r, &unreached))
			report_err(cli_report(cli), &unreached);
		return gates_question_of_tag(r, c->r.track, &cli->a, t, q, err);
	}
	errint rc = release_command_track(r, c->r.track, t, err);
	if (!rc)
		rc = find_commit(r, c, &cli->a, &commit, err);
	if (rc)
		return rc;
	if (!commit)
		commit = git_refs_id(&r->refs, (*t)->ref);
	if (!*commit)
		return err_set(err, ERR_NOT_FOUND, "track '%.*s' is not here", STR_ARG((*t)->name));
	gates_question(r, *t, commit, &cli->a, q);
	return 0;
}

static errint evidence(struct cli *cli, void *ctx, struct err *err)
{
	struct gate_command *c = ctx;
	struct release r CLEANUP(release_close) = {.lock = -1};
	const struct track *t = NULL;
	struct gates_query q;
	struct gates_answer at;
	errint rc = release_command_open(cli, &c->r, &r, err);

	if (!rc && c->push)
		rc = evidence_share(&r, err);
	if (!rc && c->all && c->r.track)
		rc = track_get(&r.config, c->r.track, &t, err);
	if (!rc && c->all)
		return list_all(cli, c, &r, t, err);
	if (!rc)
		rc = find_question(cli, c, &r, &t, &q, err);
	if (!rc)
		rc = gates_ask(&q, &cli->a, &at, err);
	if (rc)
		return rc;
	print_gates(c, t, q.commit, &at);
	cli->status = !at.passed;
	return 0;
}

const struct command release_verb_evidence = {
	.name = "evidence",
	.summary = "show what is known of a track's bits, and what does not count",
	.needs = NEEDS_SETTINGS,
	.rows = evidence_rows,
	.size = sizeof(struct gate_command),
	.run = evidence,
};
