/* SPDX-License-Identifier: MIT
 *
 * Builtins that steer evaluation: forcing, failing, catching, telling, and the environment. */
#include "eval/builtin_int.h"

#include <stdlib.h>
#include "base/environ.h"
#include "base/report.h"
#include "memo/inputs.h"

BUILTIN(abort)
{
	const struct context *ctx = NULL;
	struct str s;

	TRY(coerce_string(E, pos, args[0], COERCE_COPY, &ctx,
			  "while evaluating the error message passed to builtins.abort", &s));
	return eval_fail(E, 0, "evaluation aborted with the following error message: '%.*s'",
			 STR_ARG(s));
}

BUILTIN(throw)
{
	const struct context *ctx = NULL;
	struct str s;

	TRY(coerce_string(E, pos, args[0], COERCE_COPY, &ctx,
			  "while evaluating the error message passed to builtin.throw", &s));
	return eval_fail_code(E, 0, ERR_THROWN, "%.*s", STR_ARG(s));
}

BUILTIN(tryEval)
{
	errint rc = force(E, args[0], pos);
	struct attrs *res;

	if (rc && rc != ERR_THROWN)
		return rc;
	if (rc)
		eval_forget(E);
	res = attrs_new(E, 2);
	attrs_push(res, SYM_success, value_box(E, v_bool(!rc)), 0);
	attrs_push(res, SYM_value, rc ? value_box(E, v_bool(false)) : args[0], 0);
	*out = v_attrs(attrs_done(res));
	return 0;
}

/* The value of the last argument, which most builtins here pass on. */
static errint pass_on(struct eval *E, pos_t pos, struct value *v, struct value *out)
{
	TRY(force(E, v, pos));
	*out = *v;
	return 0;
}

BUILTIN(seq)
{
	TRY(force(E, args[0], pos));
	return pass_on(E, pos, args[1], out);
}

BUILTIN(deepSeq)
{
	TRY(force_deep(E, args[0], pos));
	return pass_on(E, pos, args[1], out);
}

BUILTIN(break)
{
	return pass_on(E, pos, args[0], out);
}

BUILTIN(trace)
{
	BUF(b, LIMIT_NIX_STRING);

	TRY(force(E, args[0], pos));
	if (value_is_string(args[0]))
		buf_puts(&b, value_str(args[0]));
	else
		TRY(print_value(E, args[0], &(struct print_options){0}, &b));
	eval_tell(E, REPORT_NOTE, "trace: %s", buf_z(&b));
	return pass_on(E, pos, args[1], out);
}

BUILTIN(traceVerbose)
{
	if (E->opt.trace_verbose)
		return builtin_trace(E, pos, args, out);
	return pass_on(E, pos, args[1], out);
}

/* As Nix lays a warning out: further lines stand below the first, unless the text has none there.
 */
static void print_warning(struct eval *E, struct str s)
{
	static const char prefix[] = "evaluation warning: ";
	struct str rest = s, line;
	int indent = str_starts(s, S("\n")) ? 0 : (int)sizeof(prefix) - 1;
	BUF(b, LIMIT_NIX_STRING);

	while (rest.n && memchr(" \t\r\n", rest.p[rest.n - 1], 4))
		rest.n--;
	buf_putz(&b, indent ? prefix : "evaluation warning:");
	for (bool first = true; str_split(&rest, '\n', &line); first = false) {
		while (line.n && memchr(" \t\r", line.p[line.n - 1], 3))
			line.n--;
		if (!first)
			buf_printf(&b, "\n%*s", line.n ? indent : 0, "");
		buf_puts(&b, line);
	}
	eval_tell(E, REPORT_NOTE, "%s", buf_z(&b));
}

BUILTIN(warn)
{
	struct str s;

	TRY(want_string(E, args[0], 0,
			"while evaluating the first argument; the message passed to builtins.warn",
			&s, NULL));
	print_warning(E, s);
	if (E->opt.abort_on_warn)
		return eval_fail(
			E, 0, "aborting to reveal stack trace of warning, as abort-on-warn is set");
	return pass_on(E, pos, args[1], out);
}

/* The text is evaluated only now that it is needed; where that fails, its failure is the one. */
static errint add_context(struct eval *E, pos_t pos, struct value *text)
{
	struct eval_failure first = eval_put_aside(E), second;
	const struct context *ctx = NULL;
	struct str s;
	errint rc = coerce_string(E, pos, text, 0, &ctx,
				  "while evaluating the error message passed to "
				  "builtins.addErrorContext",
				  &s);

	if (!rc) {
		eval_take_back(E, &first);
		return eval_frame_always(E, 0, "%.*s", STR_ARG(s));
	}
	second = eval_put_aside(E);
	eval_take_back(E, &first);
	eval_take_back(E, &second);
	return rc;
}

BUILTIN(addErrorContext)
{
	errint rc = pass_on(E, pos, args[1], out);

	if (!rc || rc == ERR_INTERRUPTED)
		return rc;
	return add_context(E, pos, args[0]);
}

BUILTIN(getEnv)
{
	struct str name;
	const char *value;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.getEnv",
			      &name));
	if (E->opt.pure || E->opt.restricted) {
		*out = v_str(S(""));
		return 0;
	}
	value = env_get(heap_strz(E, name));
	input_variable(E->opt.inputs, name, value ? str_c(value) : S(""));
	*out = string_copy(E, value ? str_c(value) : S(""), NULL);
	return 0;
}

const struct builtin_row builtins_control[] = {
	{"abort", 1, BUILTIN_GLOBAL, builtin_abort, "s",
	 "Ends the evaluation with a message; tryEval does not catch it."},
	{"throw", 1, BUILTIN_GLOBAL, builtin_throw, "s",
	 "Fails with a message; tryEval catches it."},
	{"tryEval", 1, 0, builtin_tryEval, "e",
	 "Evaluates e, not deeply: { success; value; }, with false for both after throw or a failed "
	 "assertion."},
	{"seq", 2, 0, builtin_seq, "e1 e2", "Evaluates e1, and then returns e2."},
	{"deepSeq", 2, 0, builtin_deepSeq, "e1 e2",
	 "Evaluates e1 with all that it contains, and then returns e2."},
	{"break", 1, BUILTIN_GLOBAL, builtin_break, "v",
	 "Returns v; there is no debugger to enter."},
	{"trace", 2, 0, builtin_trace, "e1 e2",
	 "Prints e1 to standard error, and then returns e2."},
	{"traceVerbose", 2, 0, builtin_traceVerbose, "e1 e2",
	 "As trace where --trace-verbose is given; else returns e2."},
	{"warn", 2, 0, builtin_warn, "e1 e2", "Prints the warning e1, and then returns e2."},
	{"addErrorContext", 2, BUILTIN_NO_FRAME, builtin_addErrorContext, "context value",
	 "Returns value; where that fails, context is shown in the trace."},
	{"getEnv", 1, 0, builtin_getEnv, "s",
	 "The environment variable s; \"\" when it is unset, and in pure evaluation."},
	BUILTIN_END,
};
