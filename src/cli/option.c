/* SPDX-License-Identifier: MIT
 *
 * The parser over tables of rows. It knows no command and prints nothing. */
#include "cli/option.h"

#include "base/buf.h"
#include "base/suggest.h"

struct option_place {
	const struct option *row;
	void *at; /* where its value goes */
	uint64_t readers;
};

static bool is_spelled(const struct option *row, struct str name)
{
	struct str rest = str_c(row->names), one;

	while (row->names && str_split(&rest, ' ', &one))
		if (str_eq(one, name))
			return true;
	return false;
}

/* A table's own rows come before those it includes. */
static bool find_in(const struct option *rows, char *ctx, struct str name, struct option_place *out)
{
	for (const struct option *row = rows; row && !option_is_end(row); row++) {
		if (!is_spelled(row, name))
			continue;
		*out = (struct option_place){row, ctx + row->offset, row->readers};
		return true;
	}
	for (const struct option *row = rows; row && !option_is_end(row); row++)
		if (row->kind == OPTION_TABLE && find_in(row->rows, ctx + row->offset, name, out)) {
			out->readers = out->readers ?: row->readers;
			return true;
		}
	return false;
}

const struct option *option_find(const struct option *rows, struct str name)
{
	struct option_place f = {0};
	char none;

	find_in(rows, &none, name, &f);
	return f.row;
}

static bool find(const struct option_parser *p, struct str name, struct option_place *out)
{
	for (size_t i = 0; i < p->n_tables; i++)
		if (find_in(p->tables[i].rows, p->tables[i].ctx, name, out))
			return true;
	return false;
}

static void offer_names(const struct option *rows, struct suggestion *s)
{
	for (const struct option *row = rows; row && !option_is_end(row); row++) {
		struct str rest = str_c(row->names), one;

		if (row->kind == OPTION_TABLE)
			offer_names(row->rows, s);
		while (row->names && str_split(&rest, ' ', &one))
			suggestion_offer(s, one);
	}
}

static errint unknown(const struct option_parser *p, struct str name, struct err *err)
{
	struct suggestion s = suggestion_for(name);
	errint rc = err_set(err, ERR_USAGE, "unknown option '%.*s'", STR_ARG(name));

	for (size_t i = 0; i < p->n_tables; i++) {
		s.slips_only = p->tables[i].many;
		offer_names(p->tables[i].rows, &s);
	}
	if (suggestion_hint(&s, err))
		return rc;
	return err_hint(err, "see '%s --help'", p->called);
}

/* ---- storing ---- */

errint option_bytes(void *at, const struct option_given *g, struct err *err)
{
	if (str_to_u64_units(str_c(g->args[0]), at))
		return 0;
	err_set(err, ERR_USAGE, "option '%s' needs a number, not '%s'", g->name, g->args[0]);
	return err_hint(err, "bytes, or with a unit behind: 500M, 2G (of K, M, G and T)");
}

void option_list_add(struct arena *a, struct option_list *l, const char *word)
{
	if (l->n == l->cap) {
		size_t cap = MAX(2 * l->cap, 8);
		const char **grown = ARENA_ARRAY(a, const char *, cap);

		if (l->n)
			memcpy(grown, l->v, l->n * sizeof(*grown));
		l->v = grown;
		l->cap = cap;
	}
	l->v[l->n++] = word;
}

static void remember(struct option_parser *p, const struct option_given *g)
{
	if (p->n_used == p->cap_used) {
		size_t cap = MAX(2 * p->cap_used, 8);
		struct option_given *grown = ARENA_ARRAY(p->a, struct option_given, cap);

		if (p->n_used)
			memcpy(grown, p->used, p->n_used * sizeof(*grown));
		p->used = grown;
		p->cap_used = cap;
	}
	p->used[p->n_used++] = *g;
}

static errint choose(const struct option_parser *p, const struct option_given *g, int *at,
		     struct err *err)
{
	const struct option *row = g->row;

	for (size_t i = 0; row->text && i < p->n_used; i++) {
		const struct option_given *other = &p->used[i];

		if (strcmp(other->row->text ?: "", row->text) == 0 &&
		    other->row->value != row->value)
			return err_set(err, ERR_USAGE,
				       "'%s' and '%s' are two %s, only one is possible",
				       other->name, g->name, row->text);
	}
	*at = (int)row->value;
	return 0;
}

static errint store_value(struct option_parser *p, const struct option_given *g, void *at,
			  struct err *err)
{
	const struct option *row = g->row;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)at = row->value;
		return 0;
	case OPTION_CHOICE:
		return choose(p, g, at, err);
	case OPTION_COUNT:
		*(int *)at += (int)row->value;
		return 0;
	case OPTION_BITS:
		*(uint64_t *)at |= (uint64_t)row->value;
		return 0;
	case OPTION_TEXT:
		*(const char **)at = g->args[0];
		return 0;
	case OPTION_NUMBER:
		if (str_to_u64(str_c(g->args[0]), at))
			return 0;
		return err_set(err, ERR_USAGE, "option '%s' needs a number, not '%s'", g->name,
			       g->args[0]);
	case OPTION_LIST:
		option_list_add(p->a, at, g->args[0]);
		return 0;
	case OPTION_CALL:
		return row->call(at, g, err);
	case OPTION_IGNORED:
		return 0;
	case OPTION_TABLE:
	case OPTION_NOWHERE:
		break;
	}
	BUG("option '%s' goes nowhere", g->name);
}

static errint give(struct option_parser *p, const struct option_given *g, void *at, struct err *err)
{
	errint rc = store_value(p, g, at, err);

	if (rc)
		return rc;
	remember(p, g);
	p->ended |= (g->row->flags & OPTION_ENDS) != 0;
	p->of_program |= (g->row->flags & OPTION_LAST) != 0;
	p->operands_only |= p->of_program;
	return 0;
}

/* ---- reading ---- */

/* A variable that is not set becomes an empty word, and that would mean the working folder, the
 * whole set or the default: other things than were asked for. Texts may be empty, and so may the
 * words of a program. */
static errint refuse_empty(const struct option_parser *p, const char *name, struct str what,
			   const char *word, struct err *err)
{
	static const char *const places[] = {"DIR", "FILE", "LINK"};

	if (*word || !p->full_words || p->of_program)
		return 0;
	if (!name) {
		err_set(err, ERR_USAGE, "'%s' needs %.*s, and here is an empty word", p->called,
			STR_ARG(what));
		return err_hint(err, "a variable that is not set makes one");
	}
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (str_eq(what, str_c(places[i]))) {
			err_set(err, ERR_USAGE, "option '%s' needs %s, and here is an empty word",
				name, places[i]);
			return err_hint(err, "a variable that is not set makes one");
		}
	return 0;
}

/* Would a text take what is an option? Expressions and texts of programs may begin as they like. */
static bool swallows(const struct option_parser *p, const struct option *row, const char *word)
{
	struct option_place f;

	return row->kind != OPTION_CALL && row->kind != OPTION_IGNORED && word[0] == '-' &&
	       word[1] == '-' && find(p, str_c(word), &f);
}

static errint swallowed(const char *name, const char *word, struct err *err)
{
	errint rc = err_set(err, ERR_USAGE, "option '%s' needs an argument, and '%s' is an option",
			    name, word);

	if (name[1] == '-')
		return err_hint(err, "'%s=%s' takes it all the same", name, word);
	return rc;
}

static errint take_option(struct option_parser *p, const struct option_place *f, const char *name,
			  const char *inline_arg, struct err *err)
{
	struct option_given g = {
		.row = f->row, .name = name, .frame = p->frame, .readers = f->readers};
	struct str rest = str_c(f->row->args), what;
	size_t n = 0;

	if (!f->row->args && inline_arg)
		return err_set(err, ERR_USAGE, "option '%s' takes no argument", name);
	while (f->row->args && str_split(&rest, ' ', &what)) {
		BUG_ON(n == OPTION_ARGS_MAX);
		if (n == 0 && inline_arg)
			g.args[n++] = inline_arg;
		else if (p->next < p->argc && !swallows(p, f->row, p->argv[p->next]))
			g.args[n++] = p->argv[p->next++];
		else if (p->next < p->argc)
			return swallowed(name, p->argv[p->next], err);
		else
			return err_set(err, ERR_USAGE, "option '%s' needs %.*s", name,
				       STR_ARG(what));
		errint rc = refuse_empty(p, name, what, g.args[n - 1], err);
		if (rc)
			return rc;
	}
	return give(p, &g, f->at, err);
}

/* `-qRfoo`: flags, and what is left behind one that takes an argument. */
static errint take_cluster(struct option_parser *p, const char *letters, struct err *err)
{
	while (*letters && !p->ended) {
		char name[3] = {'-', *letters++, '\0'};
		const char *arg = NULL;
		struct option_place f;

		if (!find(p, str_c(name), &f))
			return unknown(p, str_c(name), err);
		if (f.row->args && *letters)
			arg = letters;
		errint rc = take_option(p, &f, arena_strz(p->a, str_c(name)), arg, err);
		if (rc || arg)
			return rc;
	}
	return 0;
}

static errint take_named(struct option_parser *p, const char *word, struct err *err)
{
	const char *eq = strchr(word, '=');
	struct str name = eq ? str_n(word, (size_t)(eq - word)) : str_c(word);
	struct option_place f;

	if (find(p, str_c(word), &f))
		return take_option(p, &f, word, NULL, err);
	if (word[1] != '-')
		return take_cluster(p, word + 1, err);
	if (!eq || !find(p, name, &f))
		return unknown(p, name, err);
	return take_option(p, &f, arena_strz(p->a, name), eq + 1, err);
}

const struct option *option_of_operand(const struct option *rows, size_t number)
{
	for (const struct option *row = rows; row && !option_is_end(row); row++) {
		if (row->names || row->kind == OPTION_TABLE)
			continue;
		if (number == 0 || row->kind == OPTION_LIST || row->kind == OPTION_CALL)
			return row;
		number--;
	}
	return NULL;
}

static errint take_operand(struct option_parser *p, const char *word, struct err *err)
{
	struct option_given g = {.row = option_of_operand(p->tables[0].rows, p->n_operands),
				 .args = {word},
				 .frame = p->frame};

	if (!g.row && p->n_operands == 0)
		return err_set(err, ERR_USAGE, "'%s' takes no operand, and here is '%s'", p->called,
			       word);
	if (!g.row)
		return err_set(err, ERR_USAGE, "'%s' takes %zu operand%s, '%s' is too much",
			       p->called, p->n_operands, p->n_operands == 1 ? "" : "s", word);
	errint rc = refuse_empty(p, NULL, str_c(g.row->args), word, err);
	if (rc)
		return rc;
	p->n_operands++;
	return give(p, &g, (char *)p->tables[0].ctx + g.row->offset, err);
}

static errint check_operands(const struct option_parser *p, struct err *err)
{
	size_t number = 0;

	for (const struct option *row = p->tables[0].rows; row && !option_is_end(row); row++) {
		if (row->names || row->kind == OPTION_TABLE)
			continue;
		if ((row->flags & OPTION_NEEDED) && number >= p->n_operands) {
			err_set(err, ERR_USAGE, "'%s' needs %s", p->called, row->args);
			return err_hint(err, "see '%s --help'", p->called);
		}
		number++;
	}
	return 0;
}

errint options_parse(struct option_parser *p, int argc, char **argv, struct err *err)
{
	p->argc = argc;
	p->argv = argv;
	p->next = 1;
	while (p->next < argc && !p->ended) {
		const char *word = argv[p->next++];
		errint rc;

		if (p->operands_only || word[0] != '-' || word[1] == '\0') {
			rc = take_operand(p, word, err);
		} else if (strcmp(word, "--") == 0) {
			p->operands_only = true;
			rc = 0;
		} else {
			rc = take_named(p, word, err);
		}
		if (rc)
			return rc;
	}
	return p->ended ? 0 : check_operands(p, err);
}

static size_t count_args(const struct option *row)
{
	struct str rest = str_c(row->args), one;
	size_t n = 0;

	while (row->args && str_split(&rest, ' ', &one))
		n++;
	return n;
}

int options_first_operand(const struct option *(*look)(const void *ctx, struct str name),
			  const void *ctx, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *eq = strchr(word, '=');
		const struct option *row;

		if (word[0] != '-' || word[1] == '\0')
			return i;
		row = look(ctx, str_c(word));
		if (row)
			i += (int)count_args(row);
		else if (!eq || !look(ctx, str_n(word, (size_t)(eq - word))))
			return argc;
	}
	return argc;
}
