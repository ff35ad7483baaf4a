/* SPDX-License-Identifier: MIT
 *
 * Looking references up, as often as entries match. Files are read once an evaluation, and only
 * when a reference is looked up. */
#include "eval/registry.h"

#include <fcntl.h>
#include "base/file.h"
#include "base/report.h"
#include "eval/builtin_int.h"
#include "eval/fetch_state.h"
#include "eval/json.h"
#include "memo/inputs.h"

enum { MAX_STEPS = 100 };

struct registry_entry {
	struct registry_entry *next;
	struct locator from, to;
	bool exact;
};

struct registry {
	struct registry_entry *entries; /* in the file's order */
};

/* E->registries, in the order of enum ladder_registry, which is that of looking. */
struct registries {
	struct registry v[3];
};

/* ---- reading ---- */

static errint read_ref(struct eval *E, struct value *v, struct locator *out)
{
	struct attrs *given;

	*out = (struct locator){.arena = &E->perm};
	TRY(want_attrs(E, v, 0, "in a flake registry"));
	given = attrs_flat(E, v->attrs);
	for (size_t i = 0; i < given->n; i++) {
		struct locator_attr f = {.name = sym_str(E, given->v[i].sym)};
		struct value *at = given->v[i].v;

		TRY(force(E, at, 0));
		switch ((enum value_tag)at->tag) {
		case V_STRING:
		case V_STRCTX:
			f.text = arena_str(&E->perm, value_str(at));
			break;
		case V_BOOL:
			f.kind = LOCATOR_ATTR_BOOL;
			f.number = at->b;
			break;
		case V_INT:
			f.kind = LOCATOR_ATTR_INT;
			f.number = (uint64_t)at->i;
			break;
		default:
			return eval_fail(E, 0, "flake reference with a field of a wrong type");
		}
		locator_set(out, f);
	}
	return 0;
}

static errint read_entry(struct eval *E, struct value *v, struct registry_entry *out)
{
	struct attr *from, *to;
	const struct attr *exact;
	ERR(err);

	TRY(want_attrs(E, v, 0, "in a flake registry"));
	TRY(want_attr(E, v->attrs, sym_intern(E, S("from")), 0, "in a flake registry", &from));
	TRY(want_attr(E, v->attrs, sym_intern(E, S("to")), 0, "in a flake registry", &to));
	TRY(read_ref(E, from->v, &out->from));
	TRY(read_ref(E, to->v, &out->to));
	exact = attrs_get(v->attrs, sym_intern(E, S("exact")));
	if (exact)
		TRY(want_bool(E, exact->v, 0, "in a flake registry", &out->exact));
	if (locator_check(&out->from, &err) || locator_check(&out->to, &err))
		return eval_fail_err(E, 0, &err);
	return 0;
}

static errint read_flakes(struct eval *E, struct value *top, struct registry *out)
{
	struct registry_entry **end = &out->entries;
	struct attr *version, *flakes;

	TRY(want_attrs(E, top, 0, "in a flake registry"));
	TRY(want_attr(E, top->attrs, sym_intern(E, S("version")), 0, "in a flake registry",
		      &version));
	TRY(force(E, version->v, 0));
	if (version->v->tag != V_INT || version->v->i != 2)
		return eval_fail(E, 0, "unsupported version");
	TRY(want_attr(E, top->attrs, sym_intern(E, S("flakes")), 0, "in a flake registry",
		      &flakes));
	TRY(want_list(E, flakes->v, 0, "in a flake registry"));
	for (uint32_t i = 0; i < flakes->v->n; i++) {
		*end = ARENA_NEW(&E->perm, struct registry_entry);
		TRY(read_entry(E, list_elems(flakes->v)[i], *end));
		end = &(*end)->next;
	}
	return 0;
}

static void note_input(struct eval *E, struct str path, int code, struct str text)
{
	if (!code)
		input_file(E->opt.inputs, path, path.p, text);
	else if (code == ERR_NOT_FOUND)
		input_type(E->opt.inputs, path, path.p, TYPE_NOTHING);
	else
		input_unknowable(E->opt.inputs, "a flake registry could not be read");
}

/* A registry that cannot be read counts as empty, with a warning. */
static void read_registry(struct eval *E, enum ladder_registry which, struct registry *out)
{
	struct ladder *l = E->opt.ladder;
	struct str path = S("");
	BUF(text, LIMIT_LOCK_FILE);
	struct value top;
	errint rc = 0;
	ERR(err);

	if (!l || (ladder_registry(l, which, &E->perm, &path, &err) == 0 && !path.n))
		return;
	if (!err.code)
		rc = file_read(AT_FDCWD, path.p, &text, &err);
	note_input(E, path, err.code, buf_str(&text));
	if (rc == ERR_NOT_FOUND)
		return;
	if (err.code)
		eval_fail_err(E, 0, &err);
	else if (json_parse(E, arena_str(&E->perm, buf_str(&text)), &top) == 0 &&
		 read_flakes(E, &top, out) == 0)
		return;
	eval_tell(E, REPORT_WARN, "cannot read flake registry '%.*s': %s", STR_ARG(path),
		  E->err.msg);
	eval_forget(E);
	out->entries = NULL;
}

static struct registries *registries(struct eval *E)
{
	if (E->registries)
		return E->registries;
	E->registries = ARENA_NEW(&E->perm, struct registries);
	for (size_t i = 0; i < ARRAY_LEN(E->registries->v); i++)
		read_registry(E, (enum ladder_registry)i, &E->registries->v[i]);
	return E->registries;
}

/* ---- looking up ---- */

static bool same_attr(const struct locator_attr *a, const struct locator_attr *b)
{
	return str_eq(a->name, b->name) && a->kind == b->kind && a->number == b->number &&
	       str_eq(a->text, b->text);
}

static bool same_ref(const struct locator *a, const struct locator *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!same_attr(&a->attrs[i], &b->attrs[i]))
			return false;
	return true;
}

static struct locator copy_ref(struct arena *a, const struct locator *r)
{
	struct locator copy = {.arena = a};

	for (size_t i = 0; i < r->n; i++)
		locator_set(&copy, r->attrs[i]);
	return copy;
}

static bool matches(const struct registry_entry *e, const struct locator *ref)
{
	struct locator bare;

	if (same_ref(&e->from, ref))
		return true;
	if (e->exact)
		return false;
	bare = copy_ref(ref->arena, ref);
	locator_unset(&bare, "ref");
	locator_unset(&bare, "rev");
	return same_ref(&e->from, &bare);
}

/* Which of a branch and a revision an input of this type can be told. */
enum overrides { NEITHER, ONE, BOTH };

static enum overrides overrides_of(struct str type)
{
	if (str_eqz(type, "git") || str_eqz(type, "hg") || str_eqz(type, "indirect"))
		return BOTH;
	return str_eqz(type, "path") || str_eqz(type, "file") || str_eqz(type, "tarball") ? NEITHER
											  : ONE;
}

/* Else a tree would go by the name of a revision that it never was. */
static errint check_overrides(struct eval *E, const struct locator *to, struct str branch,
			      struct str rev)
{
	enum overrides most = overrides_of(locator_text(to, "type"));
	struct str text;
	ERR(err);

	if (locator_print(to, &text, &err))
		return eval_fail_err(E, 0, &err);
	if (most == NEITHER && branch.n)
		return eval_fail(E, 0,
				 "don't know how to set branch/tag name of input '%.*s' to '%.*s'",
				 STR_ARG(text), STR_ARG(branch));
	if (most == NEITHER && rev.n)
		return eval_fail(E, 0, "don't know how to set revision of input '%.*s' to '%.*s'",
				 STR_ARG(text), STR_ARG(rev));
	if (most == ONE && branch.n && rev.n)
		return eval_fail(E, 0,
				 "cannot apply both a commit hash (%.*s) and a branch/tag name "
				 "('%.*s') to input '%.*s'",
				 STR_ARG(rev), STR_ARG(branch), STR_ARG(text));
	if (str_eqz(locator_text(to, "type"), "git") && rev.n && !branch.n &&
	    !locator_get(to, "ref"))
		return eval_fail(E, 0, "Git input '%.*s' has a commit hash but no branch/tag name",
				 STR_ARG(text));
	return 0;
}

/* What e leads to, with the ref and revision that were asked for beyond it. */
static errint apply(struct eval *E, const struct registry_entry *e, struct locator *ref)
{
	struct locator to = copy_ref(ref->arena, &e->to);
	struct str branch = locator_get(&e->from, "ref") ? S("") : locator_text(ref, "ref");
	struct str rev = locator_get(&e->from, "rev") ? S("") : locator_text(ref, "rev");
	bool one = overrides_of(locator_text(&to, "type")) == ONE;

	TRY(check_overrides(E, &to, branch, rev));
	if (branch.n)
		locator_set_text(&to, "ref", branch);
	if (branch.n && one)
		locator_unset(&to, "rev");
	if (rev.n)
		locator_set_text(&to, "rev", rev);
	if (rev.n && one)
		locator_unset(&to, "ref");
	*ref = to;
	return 0;
}

static errint step(struct eval *E, struct registries *all, enum registry_kind kind,
		   struct locator *ref, bool *found)
{
	struct locator bare = copy_ref(ref->arena, ref);

	locator_unset(&bare, "dir");
	for (size_t i = kind == REGISTRY_ALL ? 0 : LADDER_REGISTRY_GLOBAL; i < ARRAY_LEN(all->v);
	     i++)
		for (const struct registry_entry *e = all->v[i].entries; e; e = e->next)
			if (matches(e, &bare)) {
				*found = true;
				return apply(E, e, ref);
			}
	*found = false;
	return 0;
}

static bool is_indirect(const struct locator *r)
{
	return str_eqz(locator_text(r, "type"), "indirect");
}

static errint not_found(struct eval *E, const struct locator *ref, bool cycle)
{
	struct str text;
	ERR(err);

	if (locator_print(ref, &text, &err))
		return eval_fail_err(E, 0, &err);
	if (cycle)
		return eval_fail(E, 0, "cycle detected in flake registry for '%.*s'",
				 STR_ARG(text));
	eval_fail(E, 0, "cannot find flake '%.*s' in the flake registries", STR_ARG(text));
	return eval_hint(E,
			 "only registries in files are read: 'flake-registry' in kiln.conf names "
			 "one");
}

errint registry_resolve(struct eval *E, struct locator *ref, enum registry_kind kind)
{
	struct registries *all;
	struct str dir = locator_text(ref, "dir");
	bool found;

	if (!is_indirect(ref))
		return 0;
	all = registries(E);
	TRY(step(E, all, kind, ref, &found));
	for (unsigned i = 1; found; i++) {
		if (i == MAX_STEPS)
			return not_found(E, ref, true);
		TRY(step(E, all, kind, ref, &found));
	}
	if (is_indirect(ref))
		return not_found(E, ref, false);
	if (dir.n && !locator_get(ref, "dir"))
		locator_set_text(ref, "dir", dir);
	return 0;
}
