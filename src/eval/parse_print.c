/* SPDX-License-Identifier: MIT
 *
 * Syntax trees as text, in the spelling of nix-instantiate --parse. It shows the tree, not the
 * source: operators that are builtins appear as calls, every function and operator in
 * parentheses. */
#include "eval/ast.h"

#include <inttypes.h>
#include <stdlib.h>

static void show(struct eval *E, const struct expr *e, struct buf *b)
{
	if (eval_stack_low(E))
		buf_putz(b, "…");
	else
		print_expr(E, e, b);
}

static void show_const(const struct value *v, struct buf *b)
{
	switch (v->tag) {
	case V_INT:
		buf_printf(b, "%" PRId64, v->i);
		break;
	case V_FLOAT:
		buf_printf(b, "%g", v->f);
		break;
	case V_BOOL:
		buf_putz(b, v->b ? "true" : "false");
		break;
	case V_NULL:
		buf_putz(b, "null");
		break;
	case V_STRING:
		eval_print_string(b, value_str(v));
		break;
	default:
		buf_puts(b, value_str(v));
	}
}

static void show_path(struct eval *E, const struct attr_name *path, uint32_t n, struct buf *b)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			buf_putc(b, '.');
		if (path[i].sym) {
			eval_print_name(b, sym_str(E, path[i].sym));
			continue;
		}
		buf_putz(b, "\"${");
		show(E, path[i].expr, b);
		buf_putz(b, "}\"");
	}
}

static int by_name(const void *x, const void *y, void *E)
{
	const struct attr_def *const *a = x, *const *c = y;

	return sym_cmp((struct eval *)E, (*a)->sym, (*c)->sym);
}

static void show_inherits(struct eval *E, const struct e_attrs *a, const struct attr_def **defs,
			  struct buf *b)
{
	bool any = false;

	for (uint32_t i = 0; i < a->n; i++) {
		if (defs[i]->kind != DEF_INHERIT)
			continue;
		buf_putz(b, any ? " " : "inherit ");
		eval_print_name(b, sym_str(E, defs[i]->sym));
		any = true;
	}
	if (any)
		buf_putz(b, "; ");
	for (uint32_t from = 0; from < a->n_from; from++) {
		any = false;
		for (uint32_t i = 0; i < a->n; i++) {
			const struct e_select *s = (const struct e_select *)defs[i]->expr;

			if (defs[i]->kind != DEF_INHERIT_FROM ||
			    ((const struct e_from *)s->subject)->index != from)
				continue;
			if (!any) {
				buf_putz(b, "inherit (");
				show(E, a->from[from], b);
				buf_putc(b, ')');
			}
			buf_putc(b, ' ');
			eval_print_name(b, sym_str(E, defs[i]->sym));
			any = true;
		}
		if (any)
			buf_putz(b, "; ");
	}
}

static void show_bindings(struct eval *E, const struct e_attrs *a, struct buf *b)
{
	const struct attr_def **defs = xreallocarray(NULL, (size_t)a->n + 1, sizeof(*defs));

	for (uint32_t i = 0; i < a->n; i++)
		defs[i] = &a->defs[i];
	qsort_r(defs, a->n, sizeof(*defs), by_name, E);
	show_inherits(E, a, defs, b);
	for (uint32_t i = 0; i < a->n; i++) {
		if (defs[i]->kind != DEF_PLAIN)
			continue;
		eval_print_name(b, sym_str(E, defs[i]->sym));
		buf_putz(b, " = ");
		show(E, defs[i]->expr, b);
		buf_putz(b, "; ");
	}
	for (uint32_t i = 0; i < a->n_dynamic; i++) {
		buf_putz(b, "\"${");
		show(E, a->dynamic[i].name, b);
		buf_putz(b, "}\" = ");
		show(E, a->dynamic[i].value, b);
		buf_putz(b, "; ");
	}
	free(defs);
}

static int formal_by_name(const void *x, const void *y, void *E)
{
	const struct formal *const *a = x, *const *c = y;

	return sym_cmp((struct eval *)E, (*a)->sym, (*c)->sym);
}

static void show_formals(struct eval *E, const struct lambda *l, struct buf *b)
{
	const struct formal **v = xreallocarray(NULL, (size_t)l->n_formals + 1, sizeof(*v));

	for (uint32_t i = 0; i < l->n_formals; i++)
		v[i] = &l->formals[i];
	qsort_r(v, l->n_formals, sizeof(*v), formal_by_name, E);
	buf_putz(b, "{ ");
	for (uint32_t i = 0; i < l->n_formals; i++) {
		if (i)
			buf_putz(b, ", ");
		eval_print_name(b, sym_str(E, v[i]->sym));
		if (!v[i]->otherwise)
			continue;
		buf_putz(b, " ? ");
		show(E, v[i]->otherwise, b);
	}
	if (l->ellipsis)
		buf_putz(b, l->n_formals ? ", ..." : "...");
	buf_putz(b, " }");
	free(v);
}

static void show_lambda(struct eval *E, const struct lambda *l, struct buf *b)
{
	buf_putc(b, '(');
	if (l->has_formals)
		show_formals(E, l, b);
	if (l->has_formals && l->arg)
		buf_putz(b, " @ ");
	if (l->arg)
		eval_print_name(b, sym_str(E, l->arg));
	buf_putz(b, ": ");
	show(E, l->body, b);
	buf_putc(b, ')');
}

static void show_select(struct eval *E, const struct e_select *s, struct buf *b)
{
	if (s->e.kind == E_HAS) {
		buf_putz(b, "((");
		show(E, s->subject, b);
		buf_putz(b, ") ? ");
		show_path(E, s->path, s->n, b);
		buf_putc(b, ')');
		return;
	}
	buf_putc(b, '(');
	show(E, s->subject, b);
	buf_putz(b, ").");
	show_path(E, s->path, s->n, b);
	if (!s->otherwise)
		return;
	buf_putz(b, " or (");
	show(E, s->otherwise, b);
	buf_putc(b, ')');
}

static void show_call(struct eval *E, const struct e_call *c, struct buf *b)
{
	buf_putc(b, '(');
	show(E, c->fn, b);
	for (uint32_t i = 0; i < c->n; i++) {
		buf_putc(b, ' ');
		show(E, c->args[i], b);
	}
	buf_putc(b, ')');
}

static void show_op(struct eval *E, const struct e_op *o, struct buf *b)
{
	static const char *const ops[] = {
		[E_EQ] = "==",   [E_NE] = "!=",     [E_AND] = "&&",    [E_OR] = "||",
		[E_IMPL] = "->", [E_UPDATE] = "//", [E_CONCAT] = "++",
	};
	static const char *const calls[] = {
		[E_LESS] = "__lessThan", [E_SUB] = "__sub", [E_MUL] = "__mul", [E_DIV] = "__div"};

	buf_putc(b, '(');
	if (o->e.kind == E_NOT)
		buf_putz(b, "! ");
	else if (o->e.kind >= E_LESS)
		buf_printf(b, "%s ", calls[o->e.kind]);
	show(E, o->a, b);
	if (o->e.kind >= E_LESS)
		buf_putc(b, ' ');
	else if (o->b)
		buf_printf(b, " %s ", ops[o->e.kind]);
	if (o->b)
		show(E, o->b, b);
	buf_putc(b, ')');
}

static void show_strings(struct eval *E, const struct e_strings *s, struct buf *b)
{
	buf_putc(b, '(');
	for (uint32_t i = 0; i < s->n; i++) {
		if (i)
			buf_putz(b, " + ");
		show(E, s->v[i].expr, b);
	}
	buf_putc(b, ')');
}

static void show_list(struct eval *E, const struct e_list *l, struct buf *b)
{
	buf_putz(b, "[ ");
	for (uint32_t i = 0; i < l->n; i++) {
		buf_putc(b, '(');
		show(E, l->v[i], b);
		buf_putz(b, ") ");
	}
	buf_putc(b, ']');
}

static void show_if(struct eval *E, const struct e_if *i, struct buf *b)
{
	if (i->e.kind == E_ASSERT) {
		buf_putz(b, "assert ");
		show(E, i->cond, b);
		buf_putz(b, "; ");
		show(E, i->then, b);
		return;
	}
	buf_putz(b, "(if ");
	show(E, i->cond, b);
	buf_putz(b, " then ");
	show(E, i->then, b);
	buf_putz(b, " else ");
	show(E, i->otherwise, b);
	buf_putc(b, ')');
}

void print_expr(struct eval *E, const struct expr *e, struct buf *b)
{
	switch ((enum expr_kind)e->kind) {
	case E_CONST:
		show_const(&((const struct e_const *)e)->v, b);
		break;
	case E_VAR:
	case E_LOCAL0:
	case E_LOCAL1:
	case E_LOCAL:
	case E_GLOBAL:
	case E_DYNAMIC:
		eval_print_name(b, sym_str(E, ((const struct e_var *)e)->sym));
		break;
	case E_SELECT:
	case E_HAS:
		show_select(E, (const struct e_select *)e, b);
		break;
	case E_ATTRS:
		buf_putz(b, e->flag ? "rec { " : "{ ");
		show_bindings(E, (const struct e_attrs *)e, b);
		buf_putc(b, '}');
		break;
	case E_LIST:
		show_list(E, (const struct e_list *)e, b);
		break;
	case E_LAMBDA:
		show_lambda(E, (const struct lambda *)e, b);
		break;
	case E_CALL:
	case E_CALL_TRACED:
		show_call(E, (const struct e_call *)e, b);
		break;
	case E_LET:
		buf_putz(b, "(let ");
		show_bindings(E, ((const struct e_let *)e)->defs, b);
		buf_putz(b, "in ");
		show(E, ((const struct e_let *)e)->body, b);
		buf_putc(b, ')');
		break;
	case E_WITH:
		buf_putz(b, "(with ");
		show(E, ((const struct e_with *)e)->set, b);
		buf_putz(b, "; ");
		show(E, ((const struct e_with *)e)->body, b);
		buf_putc(b, ')');
		break;
	case E_IF:
	case E_ASSERT:
		show_if(E, (const struct e_if *)e, b);
		break;
	case E_STRINGS:
		show_strings(E, (const struct e_strings *)e, b);
		break;
	case E_SPATH:
		show(E, ((const struct e_spath *)e)->call, b);
		break;
	case E_POS:
		buf_putz(b, "__curPos");
		break;
	case E_FROM:
		buf_putz(b, "(/* expanded inherit (expr) */)");
		break;
	default:
		show_op(E, (const struct e_op *)e, b);
		break;
	}
}
