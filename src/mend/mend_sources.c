/* SPDX-License-Identifier: MIT
 *
 * What a recipe's evaluation fetches without a word that fixes it. No derivation knows of it: what
 * came is a source like any other, today. */
#include "base/file.h"
#include "mend/mend_int.h"
#include "project/project_tracked.h"

/* Functions that fetch while they are evaluated, and what fixes what comes. */
static const struct fetching {
	const char *name;
	const char *fixed_by[4];
	bool selected; /* only as builtins.NAME: the set has another of that name */
} fetchings[] = {
	{"fetchTarball", {"sha256", "hash", "narHash"}, false},
	{"fetchurl", {"sha256", "hash", "narHash"}, true},
	{"fetchGit", {"rev", "narHash"}, false},
	{"fetchMercurial", {"rev", "narHash"}, false},
	{"fetchTree", {"rev", "narHash"}, false},
};

static bool may_fetch(struct str text)
{
	for (size_t i = 0; i < ARRAY_LEN(fetchings); i++)
		if (str_find(text, str_c(fetchings[i].name)) >= 0)
			return true;
	return false;
}

static bool is_selected(const struct syntax *s, struct syntax_range name)
{
	static const struct str of = S("builtins.");

	return name.at >= of.n && str_eq(str_sub(s->text, name.at - of.n, of.n), of);
}

/* The end of a set that begins at `open`, by its braces; those within strings are as good as
 * balanced where interpolations are. */
static size_t end_of_set(struct str text, size_t open)
{
	size_t depth = 0;

	for (size_t i = open; i < text.n; i++) {
		depth += text.p[i] == '{';
		depth -= text.p[i] == '}' && depth;
		if (!depth)
			return i;
	}
	return text.n;
}

static bool has_one(const struct syntax *s, const struct fetching *f, size_t open, size_t close)
{
	for (size_t i = 0; i < s->n_bindings; i++) {
		const struct syntax_binding *b = &s->bindings[i];

		if (b->range.at < open || b->range.at >= close)
			continue;
		for (size_t k = 0; k < ARRAY_LEN(f->fixed_by) && f->fixed_by[k]; k++)
			if (str_eqz(syntax_str(s, b->name), f->fixed_by[k]))
				return true;
	}
	return false;
}

/* An argument that is neither a text nor a set stands elsewhere: nobody can tell here. */
static bool is_unlocked(const struct syntax *s, const struct fetching *f, struct syntax_range name)
{
	size_t at = name.at + name.n;

	while (at < s->text.n && strchr(" \t\r\n", s->text.p[at]))
		at++;
	if (at >= s->text.n || (f->selected && !is_selected(s, name)))
		return false;
	if (s->text.p[at] == '"')
		return true;
	return s->text.p[at] == '{' && !has_one(s, f, at, end_of_set(s->text, at));
}

static void add(struct arena *a, struct audit_findings *out, const struct fetching *f,
		struct str file, unsigned line)
{
	ARRAY_GROW(out->v, out->n, out->cap);
	out->v[out->n++] = (struct audit_finding){
		.rule = AUDIT_UNLOCKED,
		.severity = audit_rule_severity(AUDIT_UNLOCKED),
		.path = S(""),
		.file = S(""),
		.subject = str_c(f->name),
		.text = str_c(
			arena_printf(a, "%s fetches what no %s fixes", f->name, f->fixed_by[0])),
		.cure = str_c(
			arena_printf(a, "give it a %s: kiln prefetch tells which", f->fixed_by[0])),
		.recipe = file,
		.line = line,
		.excepted = S(""),
	};
}

static void see_names(struct arena *a, const struct syntax *s, struct str file,
		      struct audit_findings *out)
{
	for (size_t i = 0; i < s->n_names; i++)
		for (size_t k = 0; k < ARRAY_LEN(fetchings); k++)
			if (str_eqz(syntax_str(s, s->names[i].range), fetchings[k].name) &&
			    is_unlocked(s, &fetchings[k], s->names[i].range))
				add(a, out, &fetchings[k], file,
				    syntax_line(s->text, s->names[i].range.at));
}

errint mend_sources(struct session *s, const char *project, struct str recipe, struct arena *a,
		    struct audit_findings *out, struct err *err)
{
	char *file CLEANUP_FREE = recipe.n ? project_recipe_file(project, recipe) : NULL;
	struct eval_request request CLEANUP(eval_request_release) = {0};
	EVALUATION(e);
	BUF(text, LIMIT_NIX_SOURCE);
	struct syntax syntax;
	ERR(unread);

	if (!file || file_read(AT_FDCWD, file, &text, &unread) || !may_fetch(buf_str(&text)))
		return 0;
	errint rc = evaluation_open(s, &request, EVALUATION_READ_ONLY | EVALUATION_OWN, &e, err);
	if (rc)
		return rc;
	/* What does not parse did not make what is looked at. */
	if (eval_syntax(e.eval, arena_str(a, buf_str(&text)), file, a, &syntax, &unread))
		return 0;
	struct str shown = str_drop_prefix(str_drop_prefix(str_c(file), str_c(project)), S("/"));
	see_names(a, &syntax, arena_str(a, shown), out);
	return 0;
}
