/* SPDX-License-Identifier: MIT
 *
 * nix-store's operations over standard input and output: NARs, exports, registrations. What they
 * write is bytes, so it goes straight to the descriptor. */
#include "cli/store_verbs.h"

#include <unistd.h>
#include "base/file.h"
#include "store/exchange.h"

errint op_dump(struct store_request *r, struct err *err)
{
	return nar_dump(AT_FDCWD, r->args[0], out_sink(), NULL, NULL, err);
}

errint op_restore(struct store_request *r, struct err *err)
{
	struct fd_source in = fd_source_init(STDIN_FILENO);
	struct buffered_source from CLEANUP(buffered_source_release) =
		buffered_source_init(&in.source);

	return nar_restore_plain(&from.source, AT_FDCWD, r->args[0], err);
}

errint op_export(struct store_request *r, struct err *err)
{
	struct str_set paths = {.n = r->n};
	struct str *order;
	errint rc = operand_paths(r, &paths.v, err);

	if (rc)
		return rc;
	str_set_sort(&paths);
	rc = store_topo_sort(r->s, r->a, paths, &order, err);
	return rc ? rc : store_export(r->s, order, paths.n, out_sink(), err);
}

errint op_import(struct store_request *r, struct err *err)
{
	struct fd_source in = fd_source_init(STDIN_FILENO);
	struct buffered_source from CLEANUP(buffered_source_release) =
		buffered_source_init(&in.source);
	struct str *paths;
	size_t n;
	errint rc = store_import(r->s, r->a, &from.source, &paths, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		out_printf("%.*s\n", STR_ARG(paths[i]));
	return rc;
}

errint op_dump_db(struct store_request *r, struct err *err)
{
	struct str_set paths = {.n = r->n};
	errint rc =
		r->n ? operand_paths(r, &paths.v, err) : store_all_valid(r->s, r->a, &paths, err);

	for (size_t i = 0; !rc && i < paths.n; i++) {
		BUF(text, LIMIT_TOOL_OUTPUT);
		struct path_info info;
		rc = store_query(r->s, r->a, paths.v[i], &info, err);
		if (rc)
			return rc;
		registration_print(&info, &text);
		out_str(buf_str(&text));
	}
	return rc;
}

/* Objects that are there, with whatever metadata; their contents are hashed now. */
static errint measure(struct store_request *r, struct path_info *info, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(r->s, info->path);
	errint rc = store_canonicalise(real, err);

	return rc ? rc : nar_hash(AT_FDCWD, real, &info->nar_hash, &info->nar_size, err);
}

static errint register_text(struct store_request *r, bool hashes, bool all, bool canonicalise,
			    struct err *err)
{
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct path_info *infos;
	size_t n, kept = 0;
	errint rc = fd_read_all(STDIN_FILENO, &text, err);

	if (!rc)
		rc = registration_parse(r->s, r->a, buf_str(&text), hashes, &infos, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		bool valid = false;
		if (!all)
			rc = store_is_valid(r->s, infos[i].path, &valid, err);
		if (!rc && !valid && canonicalise)
			rc = hashes ? 0 : measure(r, &infos[i], err);
		if (!rc && !valid)
			infos[kept++] = infos[i];
	}
	return rc ? rc : store_register(r->s, infos, kept, err);
}

errint op_load_db(struct store_request *r, struct err *err)
{
	return register_text(r, true, true, false, err);
}

errint op_register_validity(struct store_request *r, struct err *err)
{
	return register_text(r, has_flag(r, F_HASH_GIVEN), has_flag(r, F_REREGISTER), true, err);
}
