/* SPDX-License-Identifier: MIT
 *
 * nix-store's operations that add, delete and check. */
#include "cli/store_verbs.h"

#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "cli/nix_verbs.h"
#include "project/repair.h"
#include "store/optimise.h"

static errint algorithm(const char *name, enum hash_algo *out, struct err *err)
{
	if (hash_algo_parse(str_c(name), out))
		return 0;
	err_set(err, ERR_USAGE, "unknown hash algorithm '%s'", name);
	return err_hint(err, "one of md5, sha1, sha256, sha512");
}

static errint add_one(struct store_request *r, const char *from, bool recursive,
		      enum hash_algo algo, struct str *out, struct err *err)
{
	char *path CLEANUP_FREE = NULL;
	errint rc = path_absolute(str_c(from), &path, err);

	return rc ? rc
		  : store_add_path(r->s, r->a, path_base(str_c(path)), path, recursive, algo, NULL,
				   NULL, NULL, out, err);
}

/* A path is told once it is valid: all at the end, those before a failure, too. */
static errint add_all(struct store_request *r, size_t from, bool recursive, enum hash_algo algo,
		      struct err *err)
{
	struct str *added = ARENA_ARRAY(r->a, struct str, r->n);
	size_t n = 0;
	errint rc = 0;
	ERR(flush_err);

	store_set_mending(r->s, true);
	for (size_t i = from; !rc && i < r->n; i++) {
		rc = add_one(r, r->args[i], recursive, algo, &added[n], err);
		n += !rc;
	}
	if (rc == ERR_INTERRUPTED)
		return rc;
	if (store_flush(r->s, &flush_err))
		return rc ? rc : err_move(err, &flush_err);
	for (size_t i = 0; i < n; i++)
		out_printf("%.*s\n", STR_ARG(added[i]));
	return rc;
}

errint op_add(struct store_request *r, struct err *err)
{
	return add_all(r, 0, true, HASH_SHA256, err);
}

errint op_add_fixed(struct store_request *r, struct err *err)
{
	enum hash_algo algo;
	errint rc = algorithm(r->args[0], &algo, err);

	return rc ? rc : add_all(r, 1, has_flag(r, F_RECURSIVE), algo, err);
}

errint op_print_fixed_path(struct store_request *r, struct err *err)
{
	enum hash_algo algo;
	struct hash h;
	struct str out;
	errint rc = algorithm(r->args[0], &algo, err);

	if (!rc)
		rc = hash_parse(str_c(r->args[1]), algo, &h, err);
	if (!rc)
		rc = store_path_make_fixed(r->a, store_dir(r->s), str_c(r->args[2]),
					   has_flag(r, F_RECURSIVE), &h, NULL, 0, false, &out, err);
	if (!rc)
		out_printf("%.*s\n", STR_ARG(out));
	return rc;
}

static void print_freed(const struct gc_result *g)
{
	out_printf("%zu store paths deleted, %.2f MiB freed\n", g->paths.n,
		   (double)g->freed / (1024 * 1024));
}

static struct gc_options gc_settings(const struct store_request *r)
{
	return (struct gc_options){
		.keep_outputs = r->keep_outputs,
		.drop_derivations = r->drop_derivations,
	};
}

errint op_delete(struct store_request *r, struct err *err)
{
	struct gc_options o = gc_settings(r);
	struct gc_result result = {0};
	struct str *paths;
	errint rc = operand_paths(r, &paths, err);

	if (rc)
		return rc;
	o.paths = paths;
	o.n_paths = r->n;
	o.ignore_liveness = has_flag(r, F_IGNORE_LIVENESS);
	/* No operand deletes nothing; no list would delete everything. */
	rc = r->n ? store_gc(r->s, r->a, &o, &result, err) : 0;
	if (!rc)
		print_freed(&result);
	return rc;
}

static errint print_all_roots(struct store_request *r, struct err *err)
{
	struct root *roots;
	size_t n;
	errint rc = store_roots(r->s, r->a, &roots, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		out_printf("%.*s -> %.*s\n", STR_ARG(roots[i].link), STR_ARG(roots[i].path));
	return rc;
}

errint op_gc(struct store_request *r, struct err *err)
{
	struct gc_options o = gc_settings(r);
	struct gc_result result = {0};

	if (has_flag(r, F_PRINT_ROOTS))
		return print_all_roots(r, err);
	o.list_live = has_flag(r, F_PRINT_LIVE);
	o.list_dead = has_flag(r, F_PRINT_DEAD) && !o.list_live;
	store_gc_bound(&o, has_flag(r, F_MAX_FREED) ? r->max_freed : GC_UNBOUNDED);
	errint rc = store_gc(r->s, r->a, &o, &result, err);
	if (rc)
		return rc;
	if (!o.list_live && !o.list_dead) {
		print_freed(&result);
		return 0;
	}
	for (size_t i = 0; i < result.paths.n; i++)
		out_printf("%.*s\n", STR_ARG(result.paths.v[i]));
	return 0;
}

errint op_verify(struct store_request *r, struct err *err)
{
	struct verify_options o = {.contents = has_flag(r, F_CHECK_CONTENTS)};
	struct verify_result found = {0};
	size_t left = 0;
	errint rc = r->build.repair ? store_repair(r->cli, NULL, 0, &left, err)
				    : store_verify(r->s, r->a, &o, &found, err);

	if (!rc && left + found.n)
		r->cli->status = 1;
	if (!rc && left)
		report_msg(cli_report(r->cli), REPORT_WARN, "not all store errors were fixed");
	else if (!rc && found.n)
		report_msg(cli_report(r->cli), REPORT_WARN,
			   "%zu path%s damaged; --repair brings back what it can", found.n,
			   found.n == 1 ? " is" : "s are");
	return rc;
}

static errint verify_one(struct store_request *r, struct str path, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(r->s, path);
	char want[HASH_TEXT_MAX], got[HASH_TEXT_MAX];
	struct path_info info;
	struct hash now;
	errint rc = store_query(r->s, r->a, path, &info, err);

	if (!rc)
		rc = nar_hash(AT_FDCWD, real, &now, NULL, err);
	if (rc || hash_eq(&now, &info.nar_hash))
		return rc;
	report_msg(cli_report(r->cli), REPORT_ERROR,
		   "path '%.*s' was modified! expected hash '%s', got '%s'", STR_ARG(path),
		   hash_format(&info.nar_hash, HASH_NIX32, true, want),
		   hash_format(&now, HASH_NIX32, true, got));
	r->cli->status = 1;
	return 0;
}

errint op_verify_path(struct store_request *r, struct err *err)
{
	struct str *paths;
	errint rc = operand_paths(r, &paths, err);

	for (size_t i = 0; !rc && i < r->n; i++)
		rc = verify_one(r, paths[i], err);
	return rc;
}

errint op_check_validity(struct store_request *r, struct err *err)
{
	struct str *paths;
	errint rc = operand_paths(r, &paths, err);

	for (size_t i = 0; !rc && i < r->n; i++) {
		bool valid;
		rc = store_is_valid(r->s, paths[i], &valid, err);
		if (rc || valid)
			continue;
		if (!has_flag(r, F_PRINT_INVALID))
			return store_not_valid(paths[i], err);
		out_printf("%.*s\n", STR_ARG(paths[i]));
	}
	return rc;
}

errint op_init(struct store_request *r, struct err *err)
{
	return store_init(r->s, err);
}

errint store_optimise_told(struct cli *cli, struct err *err)
{
	struct optimise_result result;
	errint rc = store_optimise(cli->store, &result, err);

	if (!rc)
		report_msg(cli_report(cli), REPORT_NOTE,
			   "%.2f MiB freed by hard-linking %llu files",
			   (double)result.freed / (1024 * 1024), (unsigned long long)result.linked);
	return rc;
}

errint op_optimise(struct store_request *r, struct err *err)
{
	return store_optimise_told(r->cli, err);
}

errint store_repair(struct cli *cli, const struct str *paths, size_t n, size_t *left,
		    struct err *err)
{
	struct session *s;
	errint rc = cli_session(cli, &s, err);

	return rc ? rc : project_repair(s, paths, n, left, err);
}

errint op_repair_path(struct store_request *r, struct err *err)
{
	struct str *paths;
	size_t left = 0;
	errint rc = operand_paths(r, &paths, err);

	if (!rc)
		rc = store_repair(r->cli, paths, r->n, &left, err);
	if (!rc && left)
		r->cli->status = 1;
	return rc;
}
