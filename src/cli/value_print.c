/* SPDX-License-Identifier: MIT
 *
 * Printing what was evaluated or parsed. */
#include "cli/value_print.h"

#include <unistd.h>
#include "base/file.h"

errint print_parsed(struct evaluation *e, struct eval_source from, struct err *err)
{
	BUF(b, LIMIT_NIX_SOURCE);
	BUF(text, LIMIT_NIX_SOURCE);
	errint rc;

	if (from.is_expr) {
		rc = eval_parse_print(e->eval, str_c(from.text), NULL, "«string»", &b, err);
	} else if (strcmp(from.text, "-") != 0) {
		rc = eval_parse_print_file(e->eval, from.text, &b, err);
	} else {
		rc = fd_read_all(STDIN_FILENO, &text, err);
		if (!rc)
			rc = eval_parse_print(e->eval, buf_str(&text), NULL, "«stdin»", &b, err);
	}
	if (rc)
		return rc;
	out_str(buf_str(&b));
	out_str(S("\n"));
	return 0;
}

errint print_evaluated(struct evaluation *e, struct value *v, enum eval_output how, unsigned flags,
		       struct err *err)
{
	BUF(b, LIMIT_JSON_TEXT);
	errint rc = eval_print(e->eval, v, how, flags, &b, err);

	if (rc)
		return rc;
	out_str(buf_str(&b));
	if (how != EVAL_RAW && !str_ends(buf_str(&b), S("\n")))
		out_str(S("\n"));
	return 0;
}
