/* SPDX-License-Identifier: MIT
 *
 * What pkgs/components.nix knows, and says of every recipe. */
#include "project/catalog_int.h"

#define FACTS_FILE "components.nix"

struct facts_text {
	struct catalog *c;
	struct value *made; /* of a recipe, by path */
	struct buf *out;
	bool any;
};

static errint read_text(struct catalog *c, struct value *v, struct str *out, struct err *err)
{
	errint rc = eval_get_string(c->e->eval, v, out, err);

	if (!rc)
		*out = arena_str(c->a, *out);
	return rc;
}

/* A recipe that does not evaluate made nothing of what is there. */
static errint add_recipe(struct facts_text *t, struct str name, struct err *err)
{
	struct catalog *c = t->c;
	struct catalog_item item;
	struct value *said;
	struct str text;
	ERR(why);
	errint rc = catalog_find(c, arena_strz(c->a, name), &item, &why);

	if (!rc)
		rc = eval_apply(c->e->eval, t->made, item.value, &said, &why);
	if (!rc)
		rc = read_text(c, said, &text, &why);
	if (rc)
		return rc == ERR_INTERRUPTED ? err_move(err, &why) : 0;
	/* "{…}" of members */
	text = str_sub(text, 1, text.n - 2);
	buf_putz(t->out, t->any && text.n ? ", " : "");
	buf_puts(t->out, text);
	t->any |= text.n > 0;
	return 0;
}

static errint add_recipes(struct facts_text *t, struct err *err)
{
	struct catalog *c = t->c;
	struct str *names;
	size_t n = 0;
	errint rc = c->recipes.dir
			    ? eval_attr_names(c->e->eval, c->recipes.v, c->a, &names, &n, err)
			    : 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = add_recipe(t, names[i], err);
	return rc;
}

errint catalog_facts(struct catalog *c, struct str *json, struct err *err)
{
	BUF(b, LIMIT_JSON_TEXT);
	struct facts_text t = {.c = c, .out = &b};
	struct value *facts, *debian;
	struct str text;
	const char *data;
	errint rc = session_data_dir(c->r.session, &data, err);

	if (rc)
		return rc;
	char *file CLEANUP_FREE = xasprintf("%s/pkgs/" FACTS_FILE, data);
	rc = eval_file(c->e->eval, file, &facts, err);
	if (!rc)
		rc = eval_get_attr(c->e->eval, facts, S("debian"), &debian, err);
	if (!rc)
		rc = eval_get_attr(c->e->eval, facts, S("made"), &t.made, err);
	if (!rc)
		rc = read_text(c, debian, &text, err);
	if (rc)
		return err_wrap(err, "what is known of packages");
	buf_printf(&b, "{\"debian\": %.*s, \"made\": {", STR_ARG(text));
	rc = add_recipes(&t, err);
	buf_putz(&b, "}}");
	if (!rc)
		rc = buf_check(&b, "what is known of packages", err);
	if (!rc)
		*json = arena_str(c->a, buf_str(&b));
	return rc;
}
