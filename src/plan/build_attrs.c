/* SPDX-License-Identifier: MIT
 *
 * Reads a derivation's wishes from either form. */
#include "plan/build_attrs.h"

#include <stdlib.h>

errint build_attrs_init(struct arena *a, const struct drv *d, struct build_attrs *out,
			struct err *err)
{
	const struct str *json = drv_env_find(d, S("__json"));
	struct build_attrs t = {.drv = d, .arena = a, .structured = json != NULL};

	if (json) {
		errint rc = json_members(a, *json, &t.members, &t.n_members, err);
		if (rc)
			return err_wrap(err, "the structured attributes of '%.*s'",
					STR_ARG(d->name));
	}
	*out = t;
	return 0;
}

/* The value's text in whichever form. */
static const struct str *find(const struct build_attrs *t, const char *key)
{
	return t->structured ? json_find(t->members, t->n_members, str_c(key))
			     : drv_env_find(t->drv, str_c(key));
}

bool build_attrs_flag(const struct build_attrs *t, const char *key)
{
	const struct str *v = find(t, key);

	return v && str_eq(*v, t->structured ? S("true") : S("1"));
}

errint build_attrs_string(const struct build_attrs *t, const char *key, struct str *out,
			  struct err *err)
{
	const struct str *v = find(t, key);

	if (!v || !t->structured) {
		*out = v ? *v : S("");
		return 0;
	}
	errint rc = json_string(t->arena, *v, out, err);
	return rc ? err_wrap(err, "attribute '%s'", key) : 0;
}

struct words words_split(struct arena *a, struct str s)
{
	struct words w = {.v = ARENA_ARRAY(a, struct str, s.n / 2 + 1), .set = true};

	for (size_t i = 0; i < s.n;) {
		size_t from = i;

		while (i < s.n && !strchr(" \t\n\r", s.p[i]))
			i++;
		if (i > from)
			w.v[w.n++] = str_sub(s, from, i - from);
		while (i < s.n && strchr(" \t\n\r", s.p[i]))
			i++;
	}
	return w;
}

bool words_have(const struct words *w, struct str s)
{
	for (size_t i = 0; i < w->n; i++) {
		if (str_eq(w->v[i], s))
			return true;
	}
	return false;
}

static errint json_words(struct arena *a, struct str array, struct words *out, struct err *err)
{
	struct words w = {.set = true};
	struct str *items;
	size_t n;
	errint rc = json_items(a, array, &items, &n, err);

	if (rc)
		return rc;
	w.v = ARENA_ARRAY(a, struct str, n + 1);
	for (; w.n < n; w.n++) {
		rc = json_string(a, items[w.n], &w.v[w.n], err);
		if (rc)
			return rc;
	}
	*out = w;
	return 0;
}

errint build_attrs_words(const struct build_attrs *t, const char *key, struct words *out,
			 struct err *err)
{
	const struct str *v = find(t, key);

	if (!v) {
		*out = (struct words){0};
		return 0;
	}
	if (!t->structured) {
		*out = words_split(t->arena, *v);
		return 0;
	}
	errint rc = json_words(t->arena, *v, out, err);
	return rc ? err_wrap(err, "attribute '%s'", key) : 0;
}

static bool export_name_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		bool more = (c >= '0' && c <= '9') || c == '.' || c == '-';

		if (!letter && (i == 0 || !more))
			return false;
	}
	return s.n > 0;
}

static errint plain_exports(const struct build_attrs *t, struct str text, struct graph_export **out,
			    size_t *n, struct err *err)
{
	struct words w = words_split(t->arena, text);

	if (w.n % 2)
		return err_set(err, ERR_EVAL,
			       "exportReferencesGraph needs pairs of a file name and "
			       "a path, not %zu words",
			       w.n);
	*n = w.n / 2;
	*out = ARENA_ARRAY(t->arena, struct graph_export, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		if (!export_name_ok(w.v[2 * i]))
			return err_set(err, ERR_EVAL,
				       "bad file name '%.*s' in exportReferencesGraph",
				       STR_ARG(w.v[2 * i]));
		(*out)[i] = (struct graph_export){w.v[2 * i], &w.v[2 * i + 1], 1};
	}
	return 0;
}

static errint structured_exports(const struct build_attrs *t, struct str object,
				 struct graph_export **out, size_t *n, struct err *err)
{
	struct json_member *m;
	errint rc = json_members(t->arena, object, &m, n, err);

	if (rc)
		return err_wrap(err, "attribute 'exportReferencesGraph'");
	*out = ARENA_ARRAY(t->arena, struct graph_export, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		struct words w = {.v = ARENA_NEW(t->arena, struct str), .n = 1};

		if (m[i].value.p[0] == '"')
			rc = json_string(t->arena, m[i].value, w.v, err);
		else
			rc = json_words(t->arena, m[i].value, &w, err);
		if (rc)
			return err_wrap(err, "attribute 'exportReferencesGraph'");
		(*out)[i] = (struct graph_export){m[i].key, w.v, w.n};
	}
	return 0;
}

errint build_attrs_exports(const struct build_attrs *t, struct graph_export **out, size_t *n,
			   struct err *err)
{
	const struct str *v = find(t, "exportReferencesGraph");

	*n = 0;
	*out = NULL;
	if (!v || !v->n)
		return 0;
	return t->structured ? structured_exports(t, *v, out, n, err)
			     : plain_exports(t, *v, out, n, err);
}

/* A member of the object that is outputChecks.<output>. */
static errint rule_words(const struct build_attrs *t, const struct json_member *m, size_t n,
			 const char *key, struct words *out, struct err *err)
{
	const struct str *v = json_find(m, n, str_c(key));
	errint rc = v ? json_words(t->arena, *v, out, err) : 0;

	return rc ? err_wrap(err, "attribute 'outputChecks.…%s'", key) : 0;
}

static errint rule_size(const struct json_member *m, size_t n, const char *key, uint64_t *out,
			struct err *err)
{
	const struct str *v = json_find(m, n, str_c(key));

	if (v && !str_to_u64(*v, out))
		return err_set(err, ERR_EVAL,
			       "attribute 'outputChecks.…%s' must be a number of bytes", key);
	return 0;
}

/* The member `output` of the object that attribute key is. */
static errint per_output(const struct build_attrs *t, const char *key, struct str output,
			 const struct str **out, struct err *err)
{
	const struct str *object = find(t, key);
	struct json_member *m;
	size_t n;

	*out = NULL;
	if (!object)
		return 0;
	errint rc = json_members(t->arena, *object, &m, &n, err);
	if (rc)
		return err_wrap(err, "attribute '%s'", key);
	*out = json_find(m, n, output);
	return 0;
}

static errint structured_rules(const struct build_attrs *t, struct str output,
			       struct output_rules *r, struct err *err)
{
	const struct str *v;
	struct json_member *m;
	size_t n;
	errint rc = per_output(t, "unsafeDiscardReferences", output, &v, err);

	if (rc)
		return rc;
	r->discard_references = v && str_eq(*v, S("true"));
	rc = per_output(t, "outputChecks", output, &v, err);
	if (rc || !v)
		return rc;
	rc = json_members(t->arena, *v, &m, &n, err);
	if (!rc)
		rc = rule_words(t, m, n, "allowedReferences", &r->allowed_references, err);
	if (!rc)
		rc = rule_words(t, m, n, "allowedRequisites", &r->allowed_requisites, err);
	if (!rc)
		rc = rule_words(t, m, n, "disallowedReferences", &r->disallowed_references, err);
	if (!rc)
		rc = rule_words(t, m, n, "disallowedRequisites", &r->disallowed_requisites, err);
	if (!rc)
		rc = rule_size(m, n, "maxSize", &r->max_size, err);
	return rc ? rc : rule_size(m, n, "maxClosureSize", &r->max_closure, err);
}

errint build_attrs_rules(const struct build_attrs *t, struct str output, struct output_rules *out,
			 struct err *err)
{
	struct output_rules r = {.ignore_self = !t->structured};
	errint rc;

	if (t->structured) {
		rc = structured_rules(t, output, &r, err);
	} else {
		rc = build_attrs_words(t, "allowedReferences", &r.allowed_references, err);
		if (!rc)
			rc = build_attrs_words(t, "allowedRequisites", &r.allowed_requisites, err);
		if (!rc)
			rc = build_attrs_words(t, "disallowedReferences", &r.disallowed_references,
					       err);
		if (!rc)
			rc = build_attrs_words(t, "disallowedRequisites", &r.disallowed_requisites,
					       err);
	}
	if (!rc)
		*out = r;
	return rc;
}
