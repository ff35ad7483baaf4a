/* SPDX-License-Identifier: MIT
 *
 * nix-store --realise, and what is asked of derivations around it: logs and environments. */
#include "cli/store_verbs.h"

#include <stdlib.h>
#include "base/file.h"
#include "base/report.h"
#include "project/installable.h"
#include "store/derivation.h"

/* `PATH`, `PATH!out,dev` or `PATH^out,dev`; all outputs are no outputs named. */
static errint parse_wanted(struct store_request *r, const char *arg, struct build_wanted *out,
			   struct err *err)
{
	struct str *outputs;
	const char *plain;
	size_t n;

	installable_outputs(r->a, arg, &plain, &outputs, &n);
	if (n && !str_eqz(outputs[0], "*")) {
		out->outputs = outputs;
		out->n_outputs = n;
	}
	return store_follow_links(r->s, r->a, plain, &out->path, err);
}

/* Nix's names of several roots: LINK, LINK-2, …, and -OUTPUT behind for outputs but "out". */
static errint print_result(struct store_request *r, struct str path, struct str output,
			   unsigned number, struct err *err)
{
	if (!r->add_root) {
		if (!r->no_output)
			out_printf("%.*s\n", STR_ARG(path));
		return 0;
	}
	BUF(link, LIMIT_PATH_TEXT);
	char *root CLEANUP_FREE = NULL;
	errint rc = path_absolute(str_c(r->add_root), &root, err);
	if (rc)
		return rc;
	buf_putz(&link, root);
	if (number > 1)
		buf_printf(&link, "-%u", number);
	if (output.n && !str_eq(output, S("out")))
		buf_printf(&link, "-%.*s", STR_ARG(output));
	rc = buf_check(&link, "link", err);
	if (!rc)
		rc = store_add_root(r->s, buf_z(&link), path, err);
	if (!rc && !r->no_output)
		out_printf("%s\n", buf_z(&link));
	return rc;
}

static bool is_wanted(const struct build_wanted *w, struct str output)
{
	for (size_t i = 0; i < w->n_outputs; i++) {
		if (str_eq(w->outputs[i], output))
			return true;
	}
	return w->n_outputs == 0;
}

static int cmp_output_path(const void *a, const void *b)
{
	return str_cmp(((const struct drv_output *)a)->path, ((const struct drv_output *)b)->path);
}

static errint print_wanted(struct store_request *r, const struct build_wanted *w, unsigned number,
			   struct err *err)
{
	struct drv d;

	if (!store_path_is_drv(w->path))
		return print_result(r, w->path, STR_NULL, number, err);
	errint rc = store_read_drv(r->s, r->a, w->path, &d, err);
	if (rc)
		return rc;
	qsort(d.outputs, d.n_outputs, sizeof(*d.outputs), cmp_output_path);
	for (size_t i = 0; !rc && i < d.n_outputs; i++) {
		if (is_wanted(w, d.outputs[i].name))
			rc = print_result(r, d.outputs[i].path, d.outputs[i].name, number, err);
	}
	return rc;
}

/* Leaves out paths that are neither valid nor derivations: nothing here could make them. */
static errint drop_unknown(struct store_request *r, struct build_wanted *w, size_t *n,
			   struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		bool valid;
		errint rc = store_is_valid(r->s, w[i].path, &valid, err);
		if (rc)
			return rc;
		if (valid)
			w[kept++] = w[i];
	}
	*n = kept;
	return 0;
}

static errint build(struct store_request *r, const struct build_wanted *w, size_t n,
		    struct err *err)
{
	struct session *s;
	errint rc = cli_session(r->cli, &s, err);

	return rc ? rc : build_request_run(&r->build, s, w, n, err);
}

errint op_realise(struct store_request *r, struct err *err)
{
	struct build_wanted *w = ARENA_ARRAY(r->a, struct build_wanted, r->n);
	size_t n = r->n;
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = parse_wanted(r, r->args[i], &w[i], err);
	if (!rc && has_flag(r, F_IGNORE_UNKNOWN))
		rc = drop_unknown(r, w, &n, err);
	if (!rc)
		rc = build(r, w, n, err);
	if (rc || r->build.dry_run || has_flag(r, F_IGNORE_UNKNOWN))
		return rc;
	if (n && !r->add_root)
		report_msg(cli_report(r->cli), REPORT_WARN,
			   "you did not specify '--add-root'; the result might be removed by the "
			   "garbage collector");
	for (size_t i = 0; !rc && i < n; i++)
		rc = print_wanted(r, &w[i], (unsigned)i + 1, err);
	return rc;
}

errint realise_drv(struct store_request *r, struct str drv, struct err *err)
{
	struct build_wanted w = {.path = drv};

	return build(r, &w, 1, err);
}

/* ---- environments and logs ---- */

static void print_quoted(struct str s)
{
	struct str piece;

	out_str(S("'"));
	for (bool first = true; str_split(&s, '\'', &piece); first = false) {
		out_str(first ? S("") : S("'\\''"));
		out_str(piece);
	}
	out_str(S("'"));
}

errint op_print_env(struct store_request *r, struct err *err)
{
	struct str path;
	struct drv d;
	errint rc = store_follow_links(r->s, r->a, r->args[0], &path, err);

	if (!rc)
		rc = store_read_drv(r->s, r->a, path, &d, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < d.n_env; i++) {
		struct str key = d.env[i].key;
		out_printf("export %.*s; %.*s=", STR_ARG(key), STR_ARG(key));
		print_quoted(d.env[i].value);
		out_str(S("\n"));
	}
	out_str(S("export _args; _args='"));
	for (size_t i = 0; i < d.n_args; i++) {
		out_str(i ? S(" ") : S(""));
		print_quoted(d.args[i]);
	}
	out_str(S("'\n"));
	return 0;
}

static errint log_subject(struct store_request *r, struct str path, struct str *out,
			  struct err *err)
{
	struct path_info info;

	*out = path;
	if (store_path_is_drv(path))
		return 0;
	errint rc = store_query(r->s, r->a, path, &info, err);
	if (!rc && info.deriver.n)
		*out = info.deriver;
	return rc;
}

errint op_read_log(struct store_request *r, struct err *err)
{
	struct str *paths;
	errint rc = operand_paths(r, &paths, err);

	for (size_t i = 0; !rc && i < r->n; i++) {
		BUF(log, LIMIT_TOOL_OUTPUT);
		struct str drv;
		rc = log_subject(r, paths[i], &drv, err);
		if (!rc)
			rc = build_log_read(r->s, drv, &log, err);
		if (rc == ERR_NOT_FOUND)
			return err_set(err, ERR_NOT_FOUND,
				       "build log of derivation '%.*s' is not available",
				       STR_ARG(paths[i]));
		if (!rc)
			out_str(buf_str(&log));
	}
	return rc;
}
