/* SPDX-License-Identifier: MIT
 *
 * The options of nix-store. Each says which operations read it. */
#include "cli/option_eval.h"
#include "cli/store_verbs.h"

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
	return option_bytes(&r->max_freed, g, err);
}

const struct option store_operation_rows[] = {
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
	OPERATION(O_REPAIR_PATH, "--repair-path", "bring back paths that are gone or altered"),
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
	 .readers =
		 READ_BY(O_REALISE) | READ_BY(O_QUERY) | READ_BY(O_VERIFY) | READ_BY(O_REPAIR_PATH),
	 .offset = offsetof(struct store_request, build)},
	OPERANDS(struct store_request, operands, "PATH"),
	OPT_END,
};
