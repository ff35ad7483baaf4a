/* SPDX-License-Identifier: MIT
 *
 * The rules in their order, and why what they found is there. */
#include "audit/audit_int.h"

#include <stdlib.h>
#include "store/why.h"

static const struct {
	const char *name, *text;
	enum audit_severity severity;
} rules[] = {
#define X(id, name, severity, text) {name, text, AUDIT_##severity},
	AUDIT_RULES(X)
#undef X
};

const char *audit_rule_name(enum audit_rule r)
{
	return rules[r].name;
}

const char *audit_rule_text(enum audit_rule r)
{
	return rules[r].text;
}

enum audit_severity audit_rule_severity(enum audit_rule r)
{
	return rules[r].severity;
}

const char *audit_severity_name(enum audit_severity s)
{
	static const char *const names[] = {"note", "warning", "error"};

	return names[s];
}

void audit_findings_release(struct audit_findings *f)
{
	free(f->v);
	*f = (struct audit_findings){0};
}

size_t audit_findings_count(const struct audit_findings *f, enum audit_severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += audit_rule_severity(f->v[i].rule) == s;
	return n;
}

void audit_add(struct auditing *au, enum audit_rule rule, struct str path, struct str file,
	       const char *cure, const char *fmt, ...)
{
	struct audit_findings *f = au->out;
	struct arena *a = au->in->a;
	BUF(text, LIMIT_ERR_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n++] = (struct audit_finding){
		.rule = rule,
		.path = path,
		.file = arena_str(a, file),
		.text = arena_str(a, buf_str(&text)),
		.cure = cure ? arena_str(a, str_c(cure)) : S(""),
	};
}

/* The shortest way of references. */
static errint find_why(const struct audit *in, struct audit_finding *f, struct err *err)
{
	struct why_node *node;
	errint rc = why_graph(in->store, in->a, in->top, f->path, &node, err);

	if (rc || !node)
		return rc;
	f->why = ARENA_ARRAY(in->a, struct str, node->distance + 1);
	for (; node; node = node->distance ? node->steps[0].to : NULL)
		f->why[f->n_why++] = node->path;
	return 0;
}

static int by_gravity(const void *a, const void *b)
{
	const struct audit_finding *x = a, *y = b;
	int c = (int)audit_rule_severity(y->rule) - (int)audit_rule_severity(x->rule);

	if (!c)
		c = (int)x->rule - (int)y->rule;
	if (!c)
		c = str_cmp(x->path, y->path);
	return c ? c : str_cmp(x->file, y->file);
}

errint audit_run(const struct audit *in, struct audit_findings *out, struct err *err)
{
	struct auditing au = {.in = in, .out = out};
	errint rc = slot_closure_read(in->store, in->a, in->top, &au.closure, err);

	if (!rc)
		audit_dists(&au);
	if (!rc)
		rc = audit_files(&au, err);
	slot_closure_release(&au.closure);
	if (!rc && out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_gravity);
	for (size_t i = 0; !rc && i < out->n; i++)
		rc = find_why(in, &out->v[i], err);
	return rc ? err_wrap(err, "auditing '%.*s'", STR_ARG(in->top)) : 0;
}
