/* SPDX-License-Identifier: MIT
 *
 * kiln store: the command line of nix-store, as a request for one of its operations. */
#include "cli/store_verbs.h"

#include <stdlib.h>
#include "base/report.h"

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
	O_OPERATIONS_END,
	O_ADD_ROOT,
	O_INDIRECT,
	O_NO_OUTPUT,
	O_SETTINGS,
};

const struct option_row cmd_store_options[] = {
	{O_REALISE, "-r --realise --realize", NULL, "operation: build derivations, print outputs"},
	{O_QUERY, "-q --query", NULL, "operation: tell about paths (below)"},
	{O_ADD, "-A --add", NULL, "operation: copy files and folders into the store"},
	{O_ADD_FIXED, "--add-fixed", NULL, "operation: the same under a fixed output's path"},
	{O_PRINT_FIXED_PATH, "--print-fixed-path", NULL, "operation: tell a fixed output's path"},
	{O_DELETE, "--delete", NULL, "operation: delete paths that nothing uses"},
	{O_GC, "--gc", NULL, "operation: delete what no root keeps"},
	{O_VERIFY, "--verify", NULL, "operation: compare the database with the disk"},
	{O_VERIFY_PATH, "--verify-path", NULL, "operation: compare contents with their hashes"},
	{O_CHECK_VALIDITY, "--check-validity", NULL, "operation: fail unless paths are valid"},
	{O_DUMP, "--dump", NULL, "operation: write a path as a NAR to standard output"},
	{O_RESTORE, "--restore", NULL, "operation: unpack a NAR from standard input"},
	{O_EXPORT, "--export", NULL, "operation: write paths for another store's --import"},
	{O_IMPORT, "--import", NULL, "operation: add what --export wrote"},
	{O_DUMP_DB, "--dump-db", NULL, "operation: print registrations"},
	{O_LOAD_DB, "--load-db", NULL, "operation: register what --dump-db printed"},
	{O_REGISTER_VALIDITY, "--register-validity", NULL, "operation: register existing objects"},
	{O_PRINT_ENV, "--print-env", NULL, "operation: print a derivation's environment"},
	{O_READ_LOG, "-l --read-log", NULL, "operation: print the log of a build"},
	{O_INIT, "--init", NULL, "operation: create the store if it is not there"},
	{Q_OUTPUTS, "--outputs", NULL, "query: output paths of derivations (the default)"},
	{Q_REQUISITES, "-R --requisites", NULL, "query: the closure"},
	{Q_REFERENCES, "--references", NULL, "query: what a path refers to"},
	{Q_REFERRERS, "--referrers --referers", NULL, "query: what refers to a path"},
	{Q_REFERRERS_CLOSURE, "--referrers-closure --referers-closure", NULL,
	 "query: all that depends on a path"},
	{Q_DERIVER, "-d --deriver", NULL, "query: the derivation that made a path"},
	{Q_VALID_DERIVERS, "--valid-derivers", NULL, "query: valid derivations of a path"},
	{Q_BINDING, "-b --binding", "NAME", "query: an environment variable of a derivation"},
	{Q_HASH, "--hash", NULL, "query: the hash of the contents"},
	{Q_SIZE, "--size", NULL, "query: the size of the contents as a NAR"},
	{Q_TREE, "--tree", NULL, "query: references as a tree"},
	{Q_GRAPH, "--graph", NULL, "query: references in Graphviz's language"},
	{Q_RESOLVE, "--resolve", NULL, "query: the store path behind links"},
	{Q_ROOTS, "--roots", NULL, "query: the roots that keep a path"},
	{F_USE_OUTPUT, "-u --use-output", NULL, "query a derivation's outputs instead of it"},
	{F_FORCE_REALISE, "-f --force-realise --force-realize", NULL, "build them first"},
	{F_INCLUDE_OUTPUTS, "--include-outputs", NULL, "-R: outputs of derivations, too"},
	{F_RECURSIVE, "--recursive", NULL, "--add-fixed: hash the NAR, not the file"},
	{F_CHECK_CONTENTS, "--check-contents", NULL, "--verify: hash all contents"},
	{F_REPAIR, "--repair", NULL, "--verify: as without it"},
	{F_PRINT_INVALID, "--print-invalid", NULL, "--check-validity: print instead of failing"},
	{F_IGNORE_LIVENESS, "--ignore-liveness", NULL, "--delete: roots do not count"},
	{F_PRINT_ROOTS, "--print-roots", NULL, "--gc: print the roots"},
	{F_PRINT_LIVE, "--print-live", NULL, "--gc: print what stays"},
	{F_PRINT_DEAD, "--print-dead", NULL, "--gc: print what would go"},
	{F_MAX_FREED, "--max-freed", "BYTES", "--gc: stop after that many"},
	{F_IGNORE_UNKNOWN, "--ignore-unknown", NULL, "-r: skip what cannot be had"},
	{F_HASH_GIVEN, "--hash-given", NULL, "--register-validity: the text has hashes"},
	{F_REREGISTER, "--reregister", NULL, "--register-validity: valid paths, too"},
	{O_ADD_ROOT, "--add-root", "LINK", "-r: make a root of the result"},
	{O_INDIRECT, "--indirect", NULL, NULL},
	{O_NO_OUTPUT, "--no-output", NULL, "-r: print nothing"},
	BUILD_OPTION_ROWS,
	{O_SETTINGS, .table = setting_rows},
	{0},
};

enum { ANY = 1 << 20 };

/* Everything about an operation; the flags are those that make sense with it. */
static const struct store_op {
	int id;
	const char *name;
	uint64_t flags;
	size_t min, max; /* operands */
	store_op_fn run;
	bool no_store;
} operations[] = {
	{O_REALISE, "--realise", FLAG_BIT(F_IGNORE_UNKNOWN), 0, ANY, op_realise},
	{O_QUERY, "--query",
	 FLAG_BIT(F_USE_OUTPUT) | FLAG_BIT(F_FORCE_REALISE) | FLAG_BIT(F_INCLUDE_OUTPUTS), 0, ANY,
	 op_query},
	{O_ADD, "--add", 0, 0, ANY, op_add},
	{O_ADD_FIXED, "--add-fixed", FLAG_BIT(F_RECURSIVE), 1, ANY, op_add_fixed},
	{O_PRINT_FIXED_PATH, "--print-fixed-path", FLAG_BIT(F_RECURSIVE), 3, 3,
	 op_print_fixed_path},
	{O_DELETE, "--delete", FLAG_BIT(F_IGNORE_LIVENESS), 0, ANY, op_delete},
	{O_GC, "--gc",
	 FLAG_BIT(F_PRINT_ROOTS) | FLAG_BIT(F_PRINT_LIVE) | FLAG_BIT(F_PRINT_DEAD) |
		 FLAG_BIT(F_MAX_FREED),
	 0, 0, op_gc},
	{O_VERIFY, "--verify", FLAG_BIT(F_CHECK_CONTENTS) | FLAG_BIT(F_REPAIR), 0, 0, op_verify},
	{O_VERIFY_PATH, "--verify-path", 0, 0, ANY, op_verify_path},
	{O_CHECK_VALIDITY, "--check-validity", FLAG_BIT(F_PRINT_INVALID), 0, ANY,
	 op_check_validity},
	{O_DUMP, "--dump", 0, 1, 1, op_dump, .no_store = true},
	{O_RESTORE, "--restore", 0, 1, 1, op_restore, .no_store = true},
	{O_EXPORT, "--export", 0, 0, ANY, op_export},
	{O_IMPORT, "--import", 0, 0, 0, op_import},
	{O_DUMP_DB, "--dump-db", 0, 0, ANY, op_dump_db},
	{O_LOAD_DB, "--load-db", 0, 0, 0, op_load_db},
	{O_REGISTER_VALIDITY, "--register-validity",
	 FLAG_BIT(F_HASH_GIVEN) | FLAG_BIT(F_REREGISTER), 0, 0, op_register_validity},
	{O_PRINT_ENV, "--print-env", 0, 1, 1, op_print_env},
	{O_READ_LOG, "--read-log", 0, 0, ANY, op_read_log},
	{O_INIT, "--init", 0, 0, 0, op_init},
};

static const struct store_op *find_op(int id)
{
	for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
		if (operations[i].id == id)
			return &operations[i];
	}
	return NULL;
}

static const char *option_name(int id)
{
	for (const struct option_row *row = cmd_store_options; row->id; row++) {
		if (row->id == id)
			return row->names;
	}
	return "?";
}

static errint set_once(int *what, int id, const char *kind, struct err *err)
{
	if (*what && *what != id)
		return err_set(err, ERR_USAGE, "'%s' and '%s' are two %s, only one is possible",
			       option_name(*what), option_name(id), kind);
	*what = id;
	return 0;
}

static errint take_option(struct store_request *r, int id, const struct options *o, struct err *err)
{
	if (id < O_OPERATIONS_END)
		return set_once(&r->op, id, "operations", err);
	if (id >= F_FIRST && id < F_END) {
		r->flags |= FLAG_BIT(id);
		return id == F_MAX_FREED ? options_number(o, &r->max_freed, err) : 0;
	}
	if (id >= Q_FIRST && id < Q_END) {
		if (id == Q_BINDING)
			r->binding = o->args[0];
		return set_once(&r->query, id, "queries", err);
	}
	switch (id) {
	case O_ADD_ROOT:
		r->add_root = o->args[0];
		return 0;
	case O_NO_OUTPUT:
		r->no_output = true;
		return 0;
	default:
		build_option(&r->build, id, o);
		return 0;
	}
}

static errint parse(struct store_request *r, int argc, char **argv, bool *done, struct err *err)
{
	struct options o;
	int id;

	r->args = xcalloc((size_t)argc + 1, sizeof(*r->args));
	cli_options(r->cli, &o, argc, argv);
	while ((id = cli_next(r->cli, &o, done, err)) != OPTION_END) {
		if (id == OPTION_OPERAND) {
			r->args[r->n++] = o.args[0];
			continue;
		}
		if (id < 0)
			return id;
		errint rc = take_option(r, id, &o, err);
		if (rc)
			return rc;
	}
	return 0;
}

static errint check(const struct store_request *r, const struct store_op *op, struct err *err)
{
	uint64_t odd = r->flags & ~op->flags;

	if (odd)
		return err_set(err, ERR_USAGE, "'%s' takes no '%s'", op->name,
			       option_name(F_FIRST + __builtin_ctzll(odd)));
	if (r->query && r->op != O_QUERY)
		return err_set(err, ERR_USAGE, "'%s' belongs to --query, not to '%s'",
			       option_name(r->query), op->name);
	if (r->n < op->min)
		return err_set(err, ERR_USAGE, "'%s' needs %zu operand%s", op->name, op->min,
			       op->min == 1 ? "" : "s");
	if (r->n > op->max)
		return err_set(err, ERR_USAGE, "'%s' does not take the operand '%s'", op->name,
			       r->args[op->max]);
	return 0;
}

static void request_release(struct store_request *r)
{
	free(r->args);
}

errint cmd_store(struct cli *cli, int argc, char **argv, struct err *err)
{
	ARENA(a);
	struct store_request r CLEANUP(request_release) = {.cli = cli, .a = &a};
	struct settings *settings;
	bool done;
	errint rc = parse(&r, argc, argv, &done, err);

	if (rc || done)
		return rc;
	/* A query flag alone, as in `kiln store -R PATH`, is a query. */
	if (!r.op && r.query)
		r.op = O_QUERY;
	if (!r.op) {
		err_set(err, ERR_USAGE, "no operation is given");
		return err_hint(err, "one of --realise --query --add --gc --verify …; see --help");
	}
	rc = cli_settings(cli, &settings, err);
	if (rc)
		return rc;
	r.keep_outputs = settings->keep_outputs;
	r.drop_derivations = !settings->keep_derivations;
	if (!r.add_root && !r.build.no_link)
		r.add_root = r.build.link;
	const struct store_op *op = find_op(r.op);
	rc = check(&r, op, err);
	if (!rc && !op->no_store)
		rc = cli_store(cli, &r.s, err);
	return rc ? rc : op->run(&r, err);
}

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
