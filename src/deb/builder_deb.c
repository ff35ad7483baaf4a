/* SPDX-License-Identifier: MIT
 *
 * The phases in their order, over the derivation's environment. */
#include "deb/builder_deb.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "deb/deb_int.h"
#include "job/bytecode.h"
#include "store/derivation.h"

void deb_log(const struct deb_build *b, const char *fmt, ...)
{
	ERR(ignored);
	BUF(line, LIMIT_ERR_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	buf_putc(&line, '\n');
	if (b->ctx->log >= 0 && fd_write_all(b->ctx->log, line.p, line.n, &ignored))
		return; /* a log that cannot be written is no reason to fail */
}

static errint env_need(const struct drv *d, const char *key, struct str *out, struct err *err)
{
	const struct str *v = drv_env_find(d, str_c(key));

	if (!v)
		return err_set(err, ERR_BUILD, "builtin:kiln-deb-1 needs the attribute '%s'", key);
	*out = *v;
	return 0;
}

/* The words of an attribute, which is a list of store paths. */
static errint env_list(struct deb_build *b, const char *key, struct str_list *out, struct err *err)
{
	struct str *v CLEANUP_FREE = NULL;
	size_t n = 0, cap = 0;
	struct str rest, word;
	errint rc = env_need(b->ctx->drv, key, &rest, err);

	if (rc)
		return rc;
	while (str_split(&rest, ' ', &word)) {
		if (!word.n)
			continue;
		ARRAY_GROW(v, n, cap);
		v[n++] = word;
	}
	out->v = ARENA_ARRAY(b->arena, struct str, n);
	out->n = n;
	if (n)
		memcpy(out->v, v, n * sizeof(*v));
	return 0;
}

static errint read_environment(struct deb_build *b, struct err *err)
{
	const struct drv *d = b->ctx->drv;
	const struct drv_output *out = drv_output_find(d, S("out"));
	struct str rules;

	if (!out || d->n_outputs != 1)
		return err_set(err, ERR_BUILD,
			       "builtin:kiln-deb-1 makes exactly one output, named 'out'");
	b->out = out->path;
	errint rc = env_list(b, "debs", &b->debs, err);
	if (!rc)
		rc = env_list(b, "deps", &b->deps, err);
	if (!rc)
		rc = env_list(b, "folders", &b->folders, err);
	if (!rc)
		rc = env_need(d, "glibc", &b->glibc, err);
	if (!rc)
		rc = env_need(d, "patchelf", &b->patchelf, err);
	if (!rc)
		rc = env_need(d, "triplet", &b->triplet, err);
	if (!rc)
		rc = env_need(d, "rules", &rules, err);
	if (!rc)
		rc = deb_rules_parse(b->arena, rules, b->out, &b->rules, err);
	if (rc)
		return rc;
	if (!b->glibc.n)
		b->glibc = b->out;
	deb_layout_init(b->arena, b->triplet, &b->rules, &b->layout);
	return 0;
}

errint deb_compile(struct deb_build *b, struct err *err)
{
	for (size_t i = 0; i < b->rules.n; i++) {
		const struct deb_rule *r = &b->rules.v[i];
		struct str_list found;
		errint rc;

		if (r->verb != DEB_COMPILE)
			continue;
		rc = deb_glob(b->arena, b->root, r->arg[1], &found, err);
		if (rc)
			return rc;
		if (!found.n)
			return err_set(err, ERR_NOT_FOUND,
				       "relocation rule %u: no '%.*s' to compile", r->line,
				       STR_ARG(r->arg[1]));
		for (size_t j = 0; j < found.n; j++)
			found.v[j] = str_c(arena_printf(b->arena, "%.*s/%.*s", STR_ARG(b->out),
							STR_ARG(found.v[j])));
		rc = bytecode_compile(arena_strz(b->arena, r->arg[0]), found.v, found.n,
				      b->ctx->log, b->ctx->busy, err);
		if (rc)
			return rc;
	}
	return 0;
}

static errint relocate(struct deb_build *b, struct err *err)
{
	struct deb_tree tree;
	errint rc = deb_tree_list(b->arena, b->root, &tree, err);

	if (!rc)
		rc = deb_fix_texts(b, &tree, err);
	if (rc)
		return rc;
	rc = deb_fix_objects(b, &tree, err);
	if (rc)
		return rc;
	deb_log(b, "relocated %zu files", tree.n);
	return deb_compile(b, err);
}

static errint run(const struct builtin_ctx *ctx, struct err *err)
{
	ARENA(arena);
	struct deb_build b = {.ctx = ctx, .arena = &arena, .root = -1};
	int root CLEANUP_FD = -1;
	const char *out;
	errint rc = read_environment(&b, err);

	if (rc)
		return rc;
	out = arena_strz(&arena, b.out);
	rc = mkdir_p(AT_FDCWD, out, 0755, err);
	if (!rc)
		rc = open_dir(AT_FDCWD, out, &root, err);
	if (rc)
		return rc;
	b.root = root;
	rc = deb_unpack(&b, err);
	if (!rc)
		rc = deb_apply_rules(&b, err);
	if (!rc)
		rc = deb_fix_links(&b, err);
	if (rc)
		return rc;
	return b.patchelf.n ? relocate(&b, err) : 0;
}

const struct builtin_builder builder_deb_1 = {"builtin:kiln-deb-1", run};
