/* SPDX-License-Identifier: MIT
 *
 * kiln verify: builds again what is there, and tells what came out otherwise and why. */
#include <unistd.h>
#include "audit/difference.h"
#include "base/environ.h"
#include "cli/checklist_print.h"
#include "cli/command.h"
#include "cli/named.h"
#include "cli/option_eval.h"
#include "project/rebuild.h"
#include "store/store.h"

enum { VERIFY_DIFFERS = 1, VERIFY_TROUBLE = 2, DIFFERENCES_MAX = 20 };

struct rebuild_command {
	bool rebuild, checklist, deep, keep, json;
	uint64_t vary;
	enum build_log_mode log;
	const char *project;
	struct option_list names;
};

/* "cores,umask", or "all". */
static errint take_vary(void *at, const struct option_given *g, struct err *err)
{
	static const char *const names[] = {
#define X(id, name, text, cure) name,
		BUILD_VARIATIONS(X)
#undef X
	};
	struct str rest = str_c(g->args[0]), word;
	uint64_t *vary = at;

	while (str_split(&rest, ',', &word)) {
		size_t i = 0;

		if (str_eqz(word, "all")) {
			*vary |= VARY_ALL;
			continue;
		}
		while (i < ARRAY_LEN(names) && !str_eqz(word, names[i]))
			i++;
		if (i < ARRAY_LEN(names)) {
			*vary |= 1u << i;
			continue;
		}
		err_set(err, ERR_USAGE, "there is no condition '%.*s' to vary", STR_ARG(word));
#define X(id, name, text, cure) name ", "
		return err_hint(err, "there are " BUILD_VARIATIONS(X) "or all of them: all");
#undef X
	}
	return 0;
}

static const struct option rows[] = {
	OPT_FLAG(struct rebuild_command, rebuild, "--rebuild", "build again, and compare"),
	OPT_FLAG(struct rebuild_command, checklist, "--checklist",
		 "look at the ten points of a reproducible package"),
	OPT_FLAG(struct rebuild_command, deep, "--deep",
		 "also all that it was built from, as far as that is here"),
	OPT_CALL(struct rebuild_command, vary, take_vary, "--vary", "CONDITION,…",
		 "and once more under other conditions: cores, umask, …, all"),
	OPT_FLAG(struct rebuild_command, keep, "--keep", "keep what differs, as PATH.check"),
	OPT_FLAG(struct rebuild_command, json, "--json", "print JSON"),
	OPT_TEXT(struct rebuild_command, project, "--project", "DIR", "the project's folder"),
	OPT_CHOICE(struct rebuild_command, log, BUILD_LOG_PREFIXED, NULL, "-L --print-build-logs",
		   "show every line of the builders"),
	OPT_TABLE_ALONE(NULL, build_setting_rows),
	OPERANDS(struct rebuild_command, names, "NAME"),
	OPT_END,
};

/* Of a store path, what made it. */
static errint find_maker(struct cli *cli, struct build_wanted *w, struct err *err)
{
	struct str_set makers = {0};
	errint rc = 0;

	if (!store_path_is_drv(w->path))
		rc = store_valid_derivers(cli->store, &cli->a, w->path, &makers, err);
	if (!rc && makers.n)
		*w = (struct build_wanted){.path = makers.v[0]};
	return rc;
}

static errint find(struct cli *cli, const struct rebuild_command *c, struct build_wanted **out,
		   size_t *n, struct err *err)
{
	struct named_products products CLEANUP(named_products_release) = {0};
	errint rc = named_products(cli, c->project, &c->names, &products, err);

	if (rc)
		return rc;
	*n = products.n;
	*out = ARENA_ARRAY(&cli->a, struct build_wanted, *n);
	for (size_t i = 0; !rc && i < *n; i++) {
		(*out)[i] = products.v[i].wanted;
		rc = find_maker(cli, &(*out)[i], err);
	}
	return rc;
}

/* ---- what came of it ---- */

static errint look(struct cli *cli, const struct rebuilt *v, struct differences *d, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(cli->store, v->path);

	/* What differed once may not have done so again. */
	if (access(v->other, F_OK))
		return 0;
	return differences_find(real, v->other, &cli->a, DIFFERENCES_MAX, (uint64_t)clock_unix(), d,
				err);
}

static void print_conditions(unsigned vary, const char *before, const char *between)
{
	static const char *const names[] = {
#define X(id, name, text, cure) name,
		BUILD_VARIATIONS(X)
#undef X
	};
	bool first = true;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!(vary & 1u << i))
			continue;
		out_printf("%s%s", first ? before : between, names[i]);
		first = false;
	}
}

static void print_difference(const struct difference *d)
{
	out_printf("  %.*s at %ju: %s (%s)\n", d->file.n ? (int)d->file.n : 1,
		   d->file.n ? d->file.p : ".", (uintmax_t)d->offset, difference_name(d->cause),
		   difference_text(d->cause));
	if (d->before.n || d->after.n)
		out_printf("    - %.*s\n    + %.*s\n", STR_ARG(d->before), STR_ARG(d->after));
}

/* What is known of a cause that shows no sign of itself: the conditions under which it works. */
static const char *condition_cure(unsigned vary, const char **name)
{
	static const struct {
		const char *name, *cure;
	} conditions[] = {
#define X(id, name, text, cure) {name, cure},
		BUILD_VARIATIONS(X)
#undef X
	};

	for (size_t i = 0; i < ARRAY_LEN(conditions); i++)
		if (vary == 1u << i) {
			*name = conditions[i].name;
			return conditions[i].cure;
		}
	return NULL;
}

static const char *cure_of(const struct rebuilt *v, enum difference_cause cause, const char **name)
{
	const char *cure = cause == DIFFERENCE_CONTENT ? condition_cure(v->vary, name) : NULL;

	if (cure)
		return cure;
	*name = difference_name(cause);
	return difference_cure(cause);
}

static void print_cures(const struct rebuilt *v, const struct differences *d)
{
	uint64_t told = 0;

	for (size_t i = 0; i < d->n; i++) {
		enum difference_cause cause = d->v[i].cause;
		const char *name, *cure = cure_of(v, cause, &name);

		if (!(told & 1ull << cause))
			out_printf("  hint: %s: %s\n", name, cure);
		told |= 1ull << cause;
	}
}

static void print_text(const struct rebuilt *v, const struct differences *d)
{
	out_printf("'%.*s' differs", STR_ARG(v->path));
	if (v->vary)
		print_conditions(v->vary, " under another: ", ", ");
	out_str(S("\n"));
	if (!d->n)
		out_str(S("  but not each time: the last build gave the same\n"));
	for (size_t i = 0; i < d->n; i++)
		print_difference(&d->v[i]);
	if (d->left_out)
		out_printf("  and %zu more\n", d->left_out);
	print_cures(v, d);
}

static void print_json(const struct rebuilt *v, const struct differences *d, bool first)
{
	out_str(first ? S("\n {\"drv\": ") : S(",\n {\"drv\": "));
	out_json(v->drv);
	out_str(S(", \"output\": "));
	out_json(v->output);
	out_str(S(", \"path\": "));
	out_json(v->path);
	out_printf(", \"same\": %s, \"conditions\": [", v->other ? "false" : "true");
	print_conditions(v->vary, "\"", "\", \"");
	out_str(v->vary ? S("\"], \"differences\": [") : S("], \"differences\": ["));
	for (size_t i = 0; i < d->n; i++) {
		const char *name;

		out_str(i ? S(",\n  {\"file\": ") : S("\n  {\"file\": "));
		out_json(d->v[i].file);
		out_printf(", \"offset\": %ju, \"cause\": \"%s\", \"before\": ",
			   (uintmax_t)d->v[i].offset, difference_name(d->v[i].cause));
		out_json(d->v[i].before);
		out_str(S(", \"after\": "));
		out_json(d->v[i].after);
		out_str(S(", \"cure\": "));
		out_json(str_c(cure_of(v, d->v[i].cause, &name)));
		out_str(S("}"));
	}
	out_printf("], \"more\": %zu}", d->left_out);
}

static errint tell(struct cli *cli, const struct rebuild_command *c, const struct rebuilt *v,
		   size_t n, size_t skipped, struct err *err)
{
	size_t differ = 0;
	errint rc = 0;

	if (c->json)
		out_str(S("{\"outputs\": ["));
	for (size_t i = 0; !rc && i < n; i++) {
		struct differences d CLEANUP(differences_release) = {0};

		differ += v[i].other != NULL;
		if (v[i].other)
			rc = look(cli, &v[i], &d, err);
		if (!rc && c->json)
			print_json(&v[i], &d, i == 0);
		else if (!rc && v[i].other)
			print_text(&v[i], &d);
	}
	if (rc)
		return rc;
	if (c->json)
		out_printf("\n], \"skipped\": %zu}\n", skipped);
	else
		out_printf("%zu output%s built again: %zu the same, %zu other\n", n,
			   n == 1 ? "" : "s", n - differ, differ);
	if (!c->json && skipped)
		out_printf(
			"%zu derivation%s below could not be: not all of what they made is here\n",
			skipped, skipped == 1 ? "" : "s");
	cli->status = differ ? VERIFY_DIFFERS : 0;
	return 0;
}

static errint rebuild(struct cli *cli, const struct rebuild_command *c, struct err *err)
{
	struct rebuild_request r = {.deep = c->deep, .vary = (unsigned)c->vary, .log = c->log};
	struct build_wanted *w;
	struct rebuilt *v;
	size_t n = 0, skipped = 0;
	errint rc = cli_session(cli, &r.session, err);

	if (!rc)
		rc = find(cli, c, &w, &r.n, err);
	if (rc)
		return rc;
	r.w = w;
	rc = project_rebuild(&r, &cli->a, &v, &n, &skipped, err);
	if (rc)
		return rc;
	rc = tell(cli, c, v, n, skipped, err);
	if (!c->keep)
		rebuilt_remove(v, n);
	return rc;
}

static errint checklist(struct cli *cli, const struct rebuild_command *c, struct err *err)
{
	struct checklist l CLEANUP(checklist_release) = {0};
	struct checklist_request r = {.names = c->names.v, .n_names = c->names.n};
	char *dir CLEANUP_FREE = NULL;
	errint rc = project_find(c->project, &dir, err);

	if (!rc)
		rc = cli_session(cli, &r.session, err);
	r.project = dir;
	if (!rc)
		rc = checklist_run(&r, &cli->a, &l, err);
	if (!rc)
		checklist_print(cli, &l, c->json);
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct rebuild_command *c = ctx;
	errint rc;

	if (c->rebuild == c->checklist) {
		err_set(err, ERR_USAGE,
			c->rebuild ? "one thing at a time: --rebuild or --checklist"
				   : "what is to be verified?");
		return err_hint(err,
				"--rebuild builds again and compares, --checklist looks at the "
				"project; 'kiln store --verify' looks at what the store has");
	}
	if (c->checklist && (c->deep || c->keep || c->vary))
		return err_set(err, ERR_USAGE, "'%s' belongs to --rebuild, not to --checklist",
			       c->deep   ? "--deep"
			       : c->keep ? "--keep"
					 : "--vary");
	rc = c->rebuild ? rebuild(cli, c, err) : checklist(cli, c, err);
	/* 1 is an answer here. */
	if (rc && rc != ERR_INTERRUPTED)
		err->status = VERIFY_TROUBLE;
	return rc;
}

const struct command command_verify = {
	.name = "verify",
	.summary = "build again and compare, or look at the ten points of a package",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct rebuild_command),
	.run = run,
};
