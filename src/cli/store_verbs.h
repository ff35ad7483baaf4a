/* SPDX-License-Identifier: MIT
 *
 * kiln store, which is nix-store: one operation with its flags and operands. cmd_store.c reads the
 * command line into a request and checks it against the operation's row; the operations stand in
 * store_verbs_*.c by subject. */
#pragma once

#include "base/arena.h"
#include "cli/cli.h"
#include "cli/build_request.h"
#include "store/store.h"

/* Flags of single operations, bits of their options. */
enum store_flag {
	F_USE_OUTPUT,
	F_FORCE_REALISE,
	F_INCLUDE_OUTPUTS,
	F_RECURSIVE,
	F_CHECK_CONTENTS,
	F_PRINT_INVALID,
	F_IGNORE_LIVENESS,
	F_PRINT_ROOTS,
	F_PRINT_LIVE,
	F_PRINT_DEAD,
	F_MAX_FREED,
	F_IGNORE_UNKNOWN,
	F_HASH_GIVEN,
	F_REREGISTER,
};
#define FLAG_BIT(id) (UINT64_C(1) << (id))

/* The operations. */
enum store_operation {
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
	O_REPAIR_PATH,
	O_OPTIMISE,
};

/* In the readers of an option's row. */
#define READ_BY(op) (UINT64_C(1) << (op))

/* What a query asks for. */
enum store_query_type {
	Q_OUTPUTS = 1,
	Q_REQUISITES,
	Q_REFERENCES,
	Q_REFERRERS,
	Q_REFERRERS_CLOSURE,
	Q_DERIVER,
	Q_VALID_DERIVERS,
	Q_BINDING,
	Q_HASH,
	Q_SIZE,
	Q_TREE,
	Q_GRAPH,
	Q_RESOLVE,
	Q_ROOTS,
};

struct store_request {
	struct cli *cli;
	struct store *s; /* NULL for operations that use none */
	struct arena *a; /* for the whole command */
	int op;
	int query; /* enum store_query_type, or 0 */
	uint64_t flags;
	uint64_t max_freed;
	const char *binding;
	const char *add_root;
	bool no_output, keep_outputs, drop_derivations;
	struct build_request build;
	struct option_list operands;
	const char **args; /* the operands */
	size_t n;
};

static inline bool has_flag(const struct store_request *r, enum store_flag f)
{
	return r->flags & FLAG_BIT(f);
}

/* Into a struct store_request. */
extern const struct option store_operation_rows[];

typedef errint (*store_op_fn)(struct store_request *r, struct err *err);

/* store_verbs_query.c, store_verbs_graph.c */
errint op_query(struct store_request *r, struct err *err);
ATTR_MUST_CHECK errint print_tree(struct store_request *r, const struct str *paths, size_t n,
				  struct err *err);
ATTR_MUST_CHECK errint print_graph(struct store_request *r, struct str_set roots, struct err *err);
/* store_verbs_change.c */
errint op_add(struct store_request *r, struct err *err);
errint op_add_fixed(struct store_request *r, struct err *err);
errint op_print_fixed_path(struct store_request *r, struct err *err);
errint op_delete(struct store_request *r, struct err *err);
errint op_gc(struct store_request *r, struct err *err);
errint op_verify(struct store_request *r, struct err *err);
errint op_verify_path(struct store_request *r, struct err *err);
errint op_check_validity(struct store_request *r, struct err *err);
errint op_init(struct store_request *r, struct err *err);
errint op_optimise(struct store_request *r, struct err *err);
errint op_repair_path(struct store_request *r, struct err *err);
/* store_verbs_exchange.c */
errint op_dump(struct store_request *r, struct err *err);
errint op_restore(struct store_request *r, struct err *err);
errint op_export(struct store_request *r, struct err *err);
errint op_import(struct store_request *r, struct err *err);
errint op_dump_db(struct store_request *r, struct err *err);
errint op_load_db(struct store_request *r, struct err *err);
errint op_register_validity(struct store_request *r, struct err *err);
/* store_verbs_realise.c */
errint op_realise(struct store_request *r, struct err *err);
errint op_print_env(struct store_request *r, struct err *err);
errint op_read_log(struct store_request *r, struct err *err);
/* Builds one .drv whole, for --force-realise. */
ATTR_MUST_CHECK errint realise_drv(struct store_request *r, struct str drv, struct err *err);

/* The store paths that the operands lead to. */
ATTR_MUST_CHECK errint operand_paths(struct store_request *r, struct str **out, struct err *err);
