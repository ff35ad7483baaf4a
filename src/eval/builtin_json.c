/* SPDX-License-Identifier: MIT
 *
 * builtins.toJSON and builtins.fromJSON. */
#include "eval/builtin_int.h"

#include "eval/json.h"

BUILTIN(toJSON)
{
	const struct context *ctx = NULL;
	BUF(b, LIMIT_NIX_STRING);

	TRY(json_value(E, args[0], pos, JSON_COPY, &ctx, &b));
	return string_from_buf(E, pos, &b, ctx, out);
}

BUILTIN(fromJSON)
{
	struct str text;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.fromJSON",
			      &text));
	return json_parse(E, text, out);
}

const struct builtin_row builtins_json[] = {
	{"toJSON", 1, 0, builtin_toJSON, "e",
	 "A value as JSON text; paths are copied to the store."},
	{"fromJSON", 1, 0, builtin_fromJSON, "e", "The value of a JSON text."},
	BUILTIN_END,
};
