/* SPDX-License-Identifier: MIT
 *
 * The options of an evaluation as a part of the key that kept ones are found by. */
#include "eval/eval.h"

#include <sys/utsname.h>
#include "base/buf.h"
#include "memo/memo.h"

#if defined(__LP64__)
_Static_assert(sizeof(struct eval_options) == 192,
	       "the new option belongs into eval_options_key()");
#endif

static void put_texts(struct buf *b, const char *what, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		memo_key_text(b, what, v[i]);
}

void eval_options_key(const struct eval_options *o, struct buf *b)
{
	struct utsname u;

	put_texts(b, "search", o->search_path, o->n_search_path);
	put_texts(b, "allowed", o->allowed, o->n_allowed);
	put_texts(b, "uri", o->allowed_uris, o->n_allowed_uris);
	buf_printf(b, "flags %d %d %d %d %d %d %d %d %d %d\n", o->pure, o->restricted,
		   o->trace_verbose, o->trace_function_calls, o->abort_on_warn,
		   o->no_import_from_derivation, o->trace_import_from_derivation, o->read_only,
		   o->parse_toml_timestamps, o->pipe_operators);
	buf_printf(b, "lints %d %d %d\n", (int)o->lint_urls, (int)o->lint_short_paths,
		   (int)o->lint_absolute_paths);
	buf_printf(b, "depth %u\n", o->max_depth);
	memo_key_text(b, "system", o->system ? o->system : uname(&u) == 0 ? u.machine : "");
	memo_key_text(b, "store", o->store_dir);
}
