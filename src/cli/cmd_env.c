/* SPDX-License-Identifier: MIT
 *
 * kiln env: an environment's generations. */
#include <stdlib.h>
#include "base/report.h"
#include "cli/environment_command.h"
#include "environment/env_history.h"
#include "manifest/manifest_lock.h"

struct env_command {
	struct environment_from from;
	bool json;
	const char *one, *other; /* numbers */
	struct option_list numbers;
	bool old;
};

static errint open_env(struct cli *cli, struct env_command *c, struct environment *out,
		       struct err *err)
{
	c->from.fallback = true;
	return environment_of(cli, &c->from, out, err);
}

static errint read_number(const char *word, uint64_t *out, struct err *err)
{
	if (str_to_u64(str_c(word), out) && *out)
		return 0;
	err_set(err, ERR_USAGE, "'%s' is no number of a generation", word);
	return err_hint(err, "kiln env history lists them");
}

/* ---- history ---- */

static void print_generation(struct cli *cli, const struct env_generation *g, bool json, bool first)
{
	const char *when = environment_time(cli, g->created);

	if (!json) {
		out_printf("%s %4llu  %s  %.*s\n", g->current ? "*" : " ",
			   (unsigned long long)g->number, when, STR_ARG(g->did));
		return;
	}
	out_printf(
		"%s\n {\"generation\": %llu, \"parent\": %llu, \"current\": %s, \"created\": \"%s\", \"did\": ",
		first ? "" : ",", (unsigned long long)g->number, (unsigned long long)g->parent,
		g->current ? "true" : "false", when);
	out_json(g->did);
	out_str(S(", \"profile\": "));
	out_json(g->profile);
	out_str(S("}"));
}

static errint history(struct cli *cli, void *ctx, struct err *err)
{
	struct env_command *c = ctx;
	struct environment env;
	struct env_generation *v;
	size_t n;
	errint rc = open_env(cli, c, &env, err);

	if (!rc)
		rc = env_generation_list(&cli->a, env.run_dir, &v, &n, err);
	if (rc)
		return rc;
	out_str(c->json ? S("[") : S(""));
	for (size_t i = 0; i < n; i++)
		print_generation(cli, &v[i], c->json, i == 0);
	out_str(c->json ? S("\n]\n") : S(""));
	if (!n && !c->json)
		report_msg(cli_report(cli), REPORT_NOTE, "%s has no generation yet",
			   environment_text(cli, &env));
	return 0;
}

/* ---- diff ---- */

static void print_difference(const struct env_difference *d, bool json, bool first)
{
	if (!json) {
		out_printf("%c %.*s %.*s%s%.*s\n",
			   !d->before.n  ? '+'
			   : !d->after.n ? '-'
					 : ' ',
			   STR_ARG(d->id), STR_ARG(d->before),
			   d->before.n && d->after.n ? " -> " : "", STR_ARG(d->after));
		return;
	}
	out_str(first ? S("\n {\"id\": ") : S(",\n {\"id\": "));
	out_json(d->id);
	out_str(S(", \"before\": "));
	out_json_or_null(d->before);
	out_str(S(", \"after\": "));
	out_json_or_null(d->after);
	out_str(S(", \"pathBefore\": "));
	out_json_or_null(d->path_before);
	out_str(S(", \"pathAfter\": "));
	out_json_or_null(d->path_after);
	out_str(S("}"));
}

/* Without numbers the current one beside that before it; with one, that one beside the current. */
static errint choose(struct cli *cli, const struct env_command *c, const struct environment *env,
		     uint64_t *a, uint64_t *b, struct err *err)
{
	struct env_generation *v;
	size_t n;
	errint rc = env_generation_list(&cli->a, env->run_dir, &v, &n, err);

	*a = 0;
	*b = env->generation;
	for (size_t i = 0; !rc && i < n; i++)
		if (v[i].number < env->generation)
			*a = v[i].number;
	if (!rc && c->one)
		rc = read_number(c->one, a, err);
	if (!rc && c->other)
		rc = read_number(c->other, b, err);
	if (!rc && (!*a || !*b))
		rc = err_set(err, ERR_NOT_FOUND, "%s has not two generations",
			     environment_text(cli, env));
	return rc;
}

static errint diff(struct cli *cli, void *ctx, struct err *err)
{
	struct env_command *c = ctx;
	struct environment env;
	struct env_generation g;
	struct env_difference *v;
	struct str before, after;
	uint64_t a, b;
	size_t n;
	errint rc = open_env(cli, c, &env, err);

	if (!rc)
		rc = choose(cli, c, &env, &a, &b, err);
	if (!rc)
		rc = env_generation_read(&cli->a, env.run_dir, a, &g, err);
	if (!rc)
		rc = env_generation_read(&cli->a, env.run_dir, b, &g, err);
	if (!rc)
		rc = env_generation_file(&cli->a, env.run_dir, a, "manifest.lock", &before, err);
	if (!rc)
		rc = env_generation_file(&cli->a, env.run_dir, b, "manifest.lock", &after, err);
	if (!rc)
		rc = env_lock_difference(&cli->a, before, after, &v, &n, err);
	if (rc)
		return rc;
	out_str(c->json ? S("[") : S(""));
	for (size_t i = 0; i < n; i++)
		print_difference(&v[i], c->json, i == 0);
	out_str(c->json ? S("\n]\n") : S(""));
	return 0;
}

/* ---- rollback ---- */

static errint rollback(struct cli *cli, void *ctx, struct err *err)
{
	struct env_command *c = ctx;
	struct environment env;
	struct session *s;
	uint64_t number = 0, was;
	errint rc = open_env(cli, c, &env, err);

	if (!rc && c->one)
		rc = read_number(c->one, &number, err);
	if (!rc)
		rc = cli_session(cli, &s, err);
	if (rc)
		return rc;
	was = env.generation;
	rc = environment_rollback(s, &env, number, &cli->a, err);
	if (rc)
		return rc;
	environment_tell(cli, &env, was != env.generation, c->json);
	return 0;
}

/* ---- delete ---- */

static errint forget(struct cli *cli, void *ctx, struct err *err)
{
	struct env_command *c = ctx;
	uint64_t *v = ARENA_ARRAY(&cli->a, uint64_t, c->numbers.n);
	struct environment env;
	struct session *s;
	size_t removed = 0;
	errint rc = 0;

	if (c->old == (c->numbers.n > 0))
		rc = err_set(err, ERR_USAGE,
			     "'%s' needs the numbers of generations, or --old alone", cli->called);
	for (size_t i = 0; !rc && i < c->numbers.n; i++)
		rc = read_number(c->numbers.v[i], &v[i], err);
	if (!rc)
		rc = open_env(cli, c, &env, err);
	if (!rc)
		rc = cli_session(cli, &s, err);
	if (!rc)
		rc = environment_forget(s, &env, v, c->numbers.n, c->old, &cli->a, &removed, err);
	if (rc)
		return rc;
	if (c->json)
		out_printf("{\"deleted\": %zu}\n", removed);
	else
		report_msg(cli_report(cli), REPORT_NOTE,
			   "%zu generation%s deleted; kiln gc frees what nothing else needs",
			   removed, removed == 1 ? "" : "s");
	return 0;
}

/* ---- list ---- */

/* The packages that the current generation has, by its lock. */
static errint list(struct cli *cli, void *ctx, struct err *err)
{
	struct env_command *c = ctx;
	struct environment env;
	struct env_difference *v;
	struct str lock;
	size_t n;
	errint rc = open_env(cli, c, &env, err);

	if (!rc && !env.generation)
		rc = err_set(err, ERR_NOT_FOUND, "%s has no generation yet",
			     environment_text(cli, &env));
	if (!rc)
		rc = env_generation_file(&cli->a, env.run_dir, env.generation, "manifest.lock",
					 &lock, err);
	if (!rc)
		rc = env_lock_difference(&cli->a, S(""), lock, &v, &n, err);
	if (rc)
		return rc;
	out_str(c->json ? S("[") : S(""));
	for (size_t i = 0; i < n; i++) {
		if (!c->json) {
			out_printf("%.*s %.*s %.*s\n", STR_ARG(v[i].id), STR_ARG(v[i].after),
				   STR_ARG(v[i].path_after));
			continue;
		}
		out_str(i ? S(",\n {\"id\": ") : S("\n {\"id\": "));
		out_json(v[i].id);
		out_str(S(", \"version\": "));
		out_json(v[i].after);
		out_str(S(", \"path\": "));
		out_json_or_null(v[i].path_after);
		out_str(S("}"));
	}
	out_str(c->json ? S("\n]\n") : S(""));
	return 0;
}

/* ---- the table ---- */

#define ENV_ROWS                                                                 \
	OPT_TABLE(struct env_command, from.place, NULL, environment_place_rows), \
		OPT_FLAG(struct env_command, json, "--json", "print JSON")

static const struct option plain_rows[] = {ENV_ROWS, OPT_END};
static const struct option delete_rows[] = {
	ENV_ROWS,
	OPT_FLAG(struct env_command, old, "--old", "delete all but the current one"),
	OPERANDS(struct env_command, numbers, "GENERATION"),
	OPT_END,
};
static const struct option rollback_rows[] = {
	ENV_ROWS,
	OPERAND_OPTIONAL(struct env_command, one, "GENERATION"),
	OPT_END,
};
static const struct option diff_rows[] = {
	ENV_ROWS,
	OPERAND_OPTIONAL(struct env_command, one, "FROM"),
	OPERAND_OPTIONAL(struct env_command, other, "TO"),
	OPT_END,
};

static const struct command verb_delete = {
	.name = "delete",
	.summary = "delete generations that are not current",
	.rows = delete_rows,
	.size = sizeof(struct env_command),
	.run = forget,
};
static const struct command verb_diff = {
	.name = "diff",
	.summary = "tell which packages differ between two generations",
	.rows = diff_rows,
	.size = sizeof(struct env_command),
	.run = diff,
};
static const struct command verb_history = {
	.name = "history",
	.summary = "list the generations of an environment",
	.rows = plain_rows,
	.size = sizeof(struct env_command),
	.run = history,
};
static const struct command verb_list = {
	.name = "list",
	.summary = "list what the current generation has installed",
	.rows = plain_rows,
	.size = sizeof(struct env_command),
	.run = list,
};
static const struct command verb_rollback = {
	.name = "rollback",
	.summary = "make an earlier generation the current one",
	.rows = rollback_rows,
	.size = sizeof(struct env_command),
	.needs = NEEDS_STORE,
	.run = rollback,
};

static const struct command *const verbs[] = {
	&verb_delete, &verb_diff, &verb_history, &verb_list, &verb_rollback, NULL,
};

const struct command command_env = {
	.name = "env",
	.summary = "look at an environment's generations, and go back to one",
	.topic = TOPIC_BUILD,
	.verbs = verbs,
};
