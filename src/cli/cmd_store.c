/* SPDX-License-Identifier: MIT
 *
 * kiln store: the command line of nix-store, as a request for one of its operations. */
#include "cli/store_verbs.h"

#include <stdlib.h>
#include "base/report.h"
#include "cli/command.h"
#include "cli/nix_verbs.h"
#include "cli/option_eval.h"

enum {
	O_REALISE = 1,
	O_QUERY,
	O_ADD,
	O_ADD_FIXED,
	O_PRINT_FIXED_PATH,
	O_DELETE,
	O_GC,
	O_VERIFY,
	O_VERIFY_PATH,
	O_CHECK_VALIDITY,
	O_DUMP,
	O_RESTORE,
	O_EXPORT,
	O_IMPORT,
	O_DUMP_DB,
	O_LOAD_DB,
	O_REGISTER_VALIDITY,
	O_PRINT_ENV,
	O_READ_LOG,
	O_INIT,
	O_OPTIMISE,
};

#define READ_BY(op) (UINT64_C(1) << (op))
#define OPERATION(op_, names_, help_) \
	OPT_CHOICE(struct store_request, op, op_, "operations", names_, "operation: " help_)
#define QUERY(query_, names_, help_)                                              \
	{                                                                         \
		.names = names_, .help = "query: " help_, .kind = OPTION_CHOICE,  \
		.offset = offsetof(struct store_request, query), .value = query_, \
		.text = "queries", .readers = READ_BY(O_QUERY)                    \
	}
#define FLAG(flag, ops, names_, help_)                                      \
	{                                                                   \
		.names = names_, .help = help_, .kind = OPTION_BITS,        \
		.offset = OPT_PLACE(struct store_request, flags, uint64_t), \
		.value = (int64_t)FLAG_BIT(flag), .readers = ops            \
	}

static errint take_binding(void *at, const struct option_given *g, struct err *err)
{
	struct store_request *r = at;

	if (r->query && r->query != Q_BINDING)
		return err_set(err, ERR_USAGE, "'%s' is a second query, only one is possible",
			       g->name);
	r->binding = g->args[0];
	r->query = Q_BINDING;
	return 0;
}

static errint take_max_freed(void *at, const struct option_given *g, struct err *err)
{
	struct store_request *r = at;

	r->flags |= FLAG_BIT(F_MAX_FREED);
	if (str_to_u64(str_c(g->args[0]), &r->max_freed))
		return 0;
	return err_set(err, ERR_USAGE, "option '%s' needs a number, not '%s'", g->name, g->args[0]);
}

static const struct option rows[] = {
	OPERATION(O_REALISE, "-r --realise --realize", "build derivations, print outputs"),
	OPERATION(O_QUERY, "-q --query", "tell about paths (below)"),
	OPERATION(O_ADD, "-A --add", "copy files and folders into the store"),
	OPERATION(O_ADD_FIXED, "--add-fixed", "the same under a fixed output's path"),
	OPERATION(O_PRINT_FIXED_PATH, "--print-fixed-path", "tell a fixed output's path"),
	OPERATION(O_DELETE, "--delete", "delete paths that nothing uses"),
	OPERATION(O_GC, "--gc", "delete what no root keeps"),
	OPERATION(O_VERIFY, "--verify", "compare the database with the disk"),
	OPERATION(O_VERIFY_PATH, "--verify-path", "compare contents with their hashes"),
	OPERATION(O_CHECK_VALIDITY, "--check-validity", "fail unless paths are valid"),
	OPERATION(O_DUMP, "--dump", "write a path as a NAR to standard output"),
	OPERATION(O_RESTORE, "--restore", "unpack a NAR from standard input"),
	OPERATION(O_EXPORT, "--export", "write paths for another store's --import"),
	OPERATION(O_IMPORT, "--import", "add what --export wrote"),
	OPERATION(O_DUMP_DB, "--dump-db", "print registrations"),
	OPERATION(O_LOAD_DB, "--load-db", "register what --dump-db printed"),
	OPERATION(O_REGISTER_VALIDITY, "--register-validity", "register existing objects"),
	OPERATION(O_PRINT_ENV, "--print-env", "print a derivation's environment"),
	OPERATION(O_READ_LOG, "-l --read-log", "print the log of a build"),
	OPERATION(O_INIT, "--init", "create the store if it is not there"),
	OPERATION(O_OPTIMISE, "--optimise --optimize", "replace equal files by hard links"),
	QUERY(Q_OUTPUTS, "--outputs", "output paths of derivations (the default)"),
	QUERY(Q_REQUISITES, "-R --requisites", "the closure"),
	QUERY(Q_REFERENCES, "--references", "what a path refers to"),
	QUERY(Q_REFERRERS, "--referrers --referers", "what refers to a path"),
	QUERY(Q_REFERRERS_CLOSURE, "--referrers-closure --referers-closure",
	      "all that depends on a path"),
	QUERY(Q_DERIVER, "-d --deriver", "the derivation that made a path"),
	QUERY(Q_VALID_DERIVERS, "--valid-derivers", "valid derivations of a path"),
	{.names = "-b --binding",
	 .args = "NAME",
	 .help = "query: an environment variable of a derivation",
	 .kind = OPTION_CALL,
	 .value = Q_BINDING,
	 .text = "queries",
	 .readers = READ_BY(O_QUERY),
	 .call = take_binding},
	QUERY(Q_HASH, "--hash", "the hash of the contents"),
	QUERY(Q_SIZE, "--size", "the size of the contents as a NAR"),
	QUERY(Q_TREE, "--tree", "references as a tree"),
	QUERY(Q_GRAPH, "--graph", "references in Graphviz's language"),
	QUERY(Q_RESOLVE, "--resolve", "the store path behind links"),
	QUERY(Q_ROOTS, "--roots", "the roots that keep a path"),
	FLAG(F_USE_OUTPUT, READ_BY(O_QUERY), "-u --use-output",
	     "query a derivation's outputs instead of it"),
	FLAG(F_FORCE_REALISE, READ_BY(O_QUERY), "-f --force-realise --force-realize",
	     "build them first"),
	FLAG(F_INCLUDE_OUTPUTS, READ_BY(O_QUERY), "--include-outputs",
	     "-R: outputs of derivations, too"),
	FLAG(F_RECURSIVE, READ_BY(O_ADD_FIXED) | READ_BY(O_PRINT_FIXED_PATH), "--recursive",
	     "--add-fixed: hash the NAR, not the file"),
	FLAG(F_CHECK_CONTENTS, READ_BY(O_VERIFY), "--check-contents",
	     "--verify: hash all contents"),
	FLAG(F_REPAIR, READ_BY(O_VERIFY), "--repair", "--verify: unregister what is gone"),
	FLAG(F_PRINT_INVALID, READ_BY(O_CHECK_VALIDITY), "--print-invalid",
	     "--check-validity: print instead of failing"),
	FLAG(F_IGNORE_LIVENESS, READ_BY(O_DELETE), "--ignore-liveness",
	     "--delete: roots do not count"),
	FLAG(F_PRINT_ROOTS, READ_BY(O_GC), "--print-roots", "--gc: print the roots"),
	FLAG(F_PRINT_LIVE, READ_BY(O_GC), "--print-live", "--gc: print what stays"),
	FLAG(F_PRINT_DEAD, READ_BY(O_GC), "--print-dead", "--gc: print what would go"),
	{.names = "--max-freed",
	 .args = "BYTES",
	 .help = "--gc: stop after that many",
	 .kind = OPTION_CALL,
	 .readers = READ_BY(O_GC),
	 .call = take_max_freed},
	FLAG(F_IGNORE_UNKNOWN, READ_BY(O_REALISE), "--ignore-unknown",
	     "-r: skip what cannot be had"),
	FLAG(F_HASH_GIVEN, READ_BY(O_REGISTER_VALIDITY), "--hash-given",
	     "--register-validity: the text has hashes"),
	FLAG(F_REREGISTER, READ_BY(O_REGISTER_VALIDITY), "--reregister",
	     "--register-validity: valid paths, too"),
	{.names = "--add-root",
	 .args = "LINK",
	 .help = "-r: make a root of the result",
	 .kind = OPTION_TEXT,
	 .readers = READ_BY(O_REALISE),
	 .offset = OPT_PLACE(struct store_request, add_root, const char *)},
	OPT_IGNORED("--indirect", NULL, "every root is an indirect one"),
	{.names = "--no-output",
	 .help = "-r: print nothing",
	 .kind = OPTION_FLAG,
	 .value = true,
	 .readers = READ_BY(O_REALISE),
	 .offset = OPT_PLACE(struct store_request, no_output, bool)},
	{.kind = OPTION_TABLE,
	 .help = "building",
	 .rows = build_option_rows,
	 .readers = READ_BY(O_REALISE) | READ_BY(O_QUERY) | READ_BY(O_VERIFY),
	 .offset = offsetof(struct store_request, build)},
	OPERANDS(struct store_request, operands, "PATH"),
	OPT_END,
};

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

	/* A word that is no path was meant as a verb. */
	if (r->n && r->cli->command->verbs && !strchr(r->args[0], '/'))
		return command_find(r->cli->command->verbs, r->cli->called, r->args[0], &verb, err);
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
	&store_verb_add,
	&store_verb_cat,
	&store_verb_diff,
	&store_verb_hash,
	&store_verb_info,
	&store_verb_ls,
	NULL,
};

#define STORE_COMMAND                                                                     \
	.synopsis = "OPERATION [OPTION…] [PATH…]", .needs = NEEDS_SETTINGS, .rows = rows, \
	.size = sizeof(struct store_request), .run = run

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
