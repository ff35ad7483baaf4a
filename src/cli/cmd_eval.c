/* SPDX-License-Identifier: MIT
 *
 * kiln eval: prints the value of an expression. */
#include "cli/cli.h"
#include "cli/eval_options.h"
#include "cli/value_print.h"

enum {
	O_STRICT = 1,
	O_JSON,
	O_XML,
	O_RAW,
	O_APPLY,
	O_LIST_BUILTINS,
	O_READ_ONLY,
};

const struct option_row cmd_eval_options[] = {
	{O_EXPR, "-E --expr", "EXPR", "evaluate this text"},
	{O_FILE, "-f --file", "FILE", "evaluate this file"},
	{O_STRICT, "--strict", NULL, "evaluate the value in depth"},
	{O_JSON, "--json", NULL, "print JSON"},
	{O_XML, "--xml", NULL, "print XML"},
	{O_RAW, "--raw", NULL, "print a string's bytes alone"},
	{O_APPLY, "--apply", "EXPR", "print what this function makes of the value"},
	{O_LIST_BUILTINS, "--list-builtins", NULL, "print every builtin with a line on it"},
	{O_READ_ONLY, "--read-only", NULL, "write nothing to the store"},
	EVAL_OPTION_ROWS,
	{0},
};

struct eval_command {
	struct eval_request request;
	struct eval_source source;
	enum eval_output how;
	const char *apply;
	bool strict, list, read_only;
};

static void print_builtin(void *ctx, const char *name, unsigned arity, const char *args,
			  const char *doc)
{
	struct str first = str_c(doc), rest;

	(void)ctx;
	str_cut(first, '\n', &first, &rest);
	out_printf("%s%s%s: %.*s\n", name, arity ? " " : "", arity ? args : "", STR_ARG(first));
}

static errint take_source(struct eval_command *c, const char *text, bool is_expr, struct err *err)
{
	if (c->source.text)
		return err_set(err, ERR_USAGE, "one expression at a time: '%s' is too much", text);
	c->source = (struct eval_source){text, is_expr};
	return 0;
}

static errint take(struct eval_command *c, int id, const struct options *o, struct err *err)
{
	switch (id) {
	case O_EXPR:
	case O_FILE:
	case OPTION_OPERAND:
		return take_source(c, o->args[0], id == O_EXPR, err);
	case O_JSON:
		c->how = EVAL_JSON;
		break;
	case O_XML:
		c->how = EVAL_XML;
		break;
	case O_RAW:
		c->how = EVAL_RAW;
		break;
	case O_APPLY:
		c->apply = o->args[0];
		break;
	default:
		c->strict |= id == O_STRICT;
		c->list |= id == O_LIST_BUILTINS;
		c->read_only |= id == O_READ_ONLY;
		eval_option(&c->request, id, o);
	}
	return 0;
}

static errint print_values(struct evaluation *e, const struct eval_command *c, struct err *err)
{
	static const char *const whole[] = {""};
	const char *const *attrs =
		c->request.n_attrs ? (const char *const *)c->request.attrs : whole;
	size_t n = c->request.n_attrs ? c->request.n_attrs : 1;
	unsigned flags = c->strict || c->how == EVAL_JSON ? EVAL_STRICT : 0;
	struct value *top, *v;
	errint rc = evaluation_value(e, c->source, &top, err);

	for (size_t i = 0; !rc && i < n; i++) {
		rc = eval_attr_path(e->eval, top, str_c(attrs[i]), e->args, &v, err);
		if (!rc)
			rc = eval_auto_call(e->eval, e->args, v, &v, err);
		if (!rc && c->apply)
			rc = evaluation_apply(e, c->apply, v, &v, err);
		if (!rc)
			rc = print_evaluated(e, v, c->how, flags, err);
	}
	return rc;
}

static void command_release(struct eval_command *c)
{
	eval_request_release(&c->request);
}

static errint run(struct eval_command *c, struct cli *cli, struct err *err)
{
	unsigned flags = EVALUATION_SET | (c->read_only ? EVALUATION_READ_ONLY : 0);
	struct session *s;
	EVALUATION(e);

	if (c->list) {
		eval_list_builtins(print_builtin, NULL);
		return 0;
	}
	if (!c->source.text) {
		err_set(err, ERR_USAGE, "nothing to evaluate");
		return err_hint(err, "name a file, or give an expression with -E");
	}
	errint rc = cli_session(cli, &s, err);
	if (!rc)
		rc = evaluation_open(s, &c->request, flags, &e, err);
	return rc ? rc : print_values(&e, c, err);
}

errint cmd_eval(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct eval_command c CLEANUP(command_release) = {0};
	struct options o;
	bool done;
	int id;

	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		errint rc = take(&c, id, &o, err);
		if (rc)
			return rc;
	}
	return done ? 0 : run(&c, cli, err);
}
