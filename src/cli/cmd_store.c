/* SPDX-License-Identifier: MIT
 *
 * kiln store: the command line of nix-store, as a request for one of its operations. */
#include "cli/store_verbs.h"

#include <stdlib.h>
#include "base/report.h"
#include "cli/command.h"
#include "cli/nix_verbs.h"
#include "cli/option_eval.h"

enum { ANY = 1 << 20 };

/* Everything about an operation but its flags, which say themselves who reads them. */
static const struct store_op {
	int id;
	const char *name;
	size_t min, max; /* operands */
	store_op_fn run;
	bool no_store;
} operations[] = {
	{O_REALISE, "--realise", 0, ANY, op_realise},
	{O_QUERY, "--query", 0, ANY, op_query},
	{O_ADD, "--add", 0, ANY, op_add},
	{O_ADD_FIXED, "--add-fixed", 1, ANY, op_add_fixed},
	{O_PRINT_FIXED_PATH, "--print-fixed-path", 3, 3, op_print_fixed_path},
	{O_DELETE, "--delete", 0, ANY, op_delete},
	{O_GC, "--gc", 0, 0, op_gc},
	{O_VERIFY, "--verify", 0, 0, op_verify},
	{O_VERIFY_PATH, "--verify-path", 0, ANY, op_verify_path},
	{O_CHECK_VALIDITY, "--check-validity", 0, ANY, op_check_validity},
	{O_DUMP, "--dump", 1, 1, op_dump, .no_store = true},
	{O_RESTORE, "--restore", 1, 1, op_restore, .no_store = true},
	{O_EXPORT, "--export", 0, ANY, op_export},
	{O_IMPORT, "--import", 0, 0, op_import},
	{O_DUMP_DB, "--dump-db", 0, ANY, op_dump_db},
	{O_LOAD_DB, "--load-db", 0, 0, op_load_db},
	{O_REGISTER_VALIDITY, "--register-validity", 0, 0, op_register_validity},
	{O_PRINT_ENV, "--print-env", 1, 1, op_print_env},
	{O_READ_LOG, "--read-log", 0, ANY, op_read_log},
	{O_INIT, "--init", 0, 0, op_init},
	{O_REPAIR_PATH, "--repair-path", 1, ANY, op_repair_path},
	{O_OPTIMISE, "--optimise", 0, 0, op_optimise},
};

static const struct store_op *find_op(int id)
{
	for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
		if (operations[i].id == id)
			return &operations[i];
	}
	return NULL;
}

/* What nothing would read is an error; settings are everybody's. */
static errint check_readers(const struct store_request *r, const struct store_op *op,
			    struct err *err)
{
	const struct option_parser *p = &r->cli->line;

	for (size_t i = 0; i < p->n_used; i++) {
		const struct option_given *g = &p->used[i];

		if (!g->readers || (g->readers & READ_BY(op->id)) || g->row->call == setting_given)
			continue;
		if (g->readers == READ_BY(O_QUERY))
			return err_set(err, ERR_USAGE, "'%s' belongs to --query, not to '%s'",
				       g->name, op->name);
		return err_set(err, ERR_USAGE, "'%s' takes no '%s'", op->name, g->name);
	}
	return 0;
}

static errint check(const struct store_request *r, const struct store_op *op, struct err *err)
{
	errint rc = check_readers(r, op, err);

	if (rc)
		return rc;
	if (r->n < op->min)
		return err_set(err, ERR_USAGE, "'%s' needs %zu operand%s", op->name, op->min,
			       op->min == 1 ? "" : "s");
	if (r->n > op->max)
		return err_set(err, ERR_USAGE, "'%s' does not take the operand '%s'", op->name,
			       r->args[op->max]);
	return 0;
}

static errint no_operation(const struct store_request *r, struct err *err)
{
	const struct command *verb;
	const char *word = r->n ? r->args[0] : "";
	char *option CLEANUP_FREE = xasprintf("--%s", word);

	/* A word that is no path was meant as a verb, or as an operation without its dashes. */
	if (*word && option_find(store_operation_rows, str_c(option))) {
		err_set(err, ERR_USAGE, "unknown command '%s %s'", r->cli->called, word);
		return err_hint(err, "here it is '%s %s'", r->cli->called, option);
	}
	if (*word && r->cli->command->verbs && !strchr(word, '/'))
		return command_find(r->cli->command->verbs, r->cli->called, word, &verb, err);
	err_set(err, ERR_USAGE, "no operation is given");
	return err_hint(err, "one of --realise --query --add --gc --verify …; see --help");
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct store_request *r = ctx;

	r->cli = cli;
	r->a = &cli->a;
	r->args = r->operands.v;
	r->n = r->operands.n;
	/* A query flag alone, as in `kiln store -R PATH`, is a query. */
	if (!r->op && r->query)
		r->op = O_QUERY;
	if (!r->op)
		return no_operation(r, err);
	r->keep_outputs = cli->settings->keep_outputs;
	r->drop_derivations = !cli->settings->keep_derivations;
	if (!r->add_root && !r->build.no_link)
		r->add_root = r->build.link;
	const struct store_op *op = find_op(r->op);
	errint rc = check(r, op, err);
	if (!rc && !op->no_store)
		rc = cli_store(cli, &r->s, err);
	return rc ? rc : op->run(r, err);
}

static const struct command *const verbs[] = {
	&store_verb_add,  &store_verb_cat, &store_verb_diff,   &store_verb_hash,
	&store_verb_info, &store_verb_ls,  &store_verb_repair, NULL,
};

#define STORE_COMMAND                                                       \
	.synopsis = "OPERATION [OPTION…] [PATH…]", .needs = NEEDS_SETTINGS, \
	.rows = store_operation_rows, .size = sizeof(struct store_request), .run = run

const struct command command_store = {
	.name = "store",
	STORE_COMMAND,
	.summary = "query and change the store",
	.topic = TOPIC_STORE,
	.verbs = verbs,
};

const struct command command_nix_store = {
	.name = "nix-store",
	STORE_COMMAND,
	.summary = "query and change the store, as nix-store does",
	.topic = TOPIC_FOREIGN,
	.manual = "kiln-store",
};

errint operand_paths(struct store_request *r, struct str **out, struct err *err)
{
	struct str *v = ARENA_ARRAY(r->a, struct str, r->n);

	for (size_t i = 0; i < r->n; i++) {
		errint rc = store_follow_links(r->s, r->a, r->args[i], &v[i], err);
		if (rc)
			return rc;
	}
	*out = v;
	return 0;
}
