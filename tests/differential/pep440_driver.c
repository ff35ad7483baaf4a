/* SPDX-License-Identifier: MIT
 *
 * Answers questions on standard input, one a line, fields parted by tabs, for pep440.sh:
 *
 *	version V            its normal form, or "bad"
 *	order A B            <, = or >
 *	contains SPEC V      yes, no or "bad"
 *	marker MACHINE M     yes, no or "bad"
 *	requirement R        name|extras|clauses|address|marker?, or "bad" */
#include <stdio.h>
#include <stdlib.h>

#include "py/requirement.h"

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static void version(struct arena *a, struct str s)
{
	ERR(err);
	BUF(out, LIMIT_SMALL_FILE);
	struct pep440 v;

	if (pep440_parse(a, s, &v, &err)) {
		puts("bad");
		return;
	}
	pep440_print(&v, &out);
	puts(buf_z(&out));
}

static void order(struct arena *a, struct str one, struct str two)
{
	ERR(err);
	struct pep440 x, y;
	int c;

	if (pep440_parse(a, one, &x, &err) || pep440_parse(a, two, &y, &err)) {
		puts("bad");
		return;
	}
	c = pep440_cmp(&x, &y);
	puts(c < 0 ? "<" : c > 0 ? ">" : "=");
}

static void contains(struct arena *a, struct str spec, struct str s)
{
	ERR(err);
	struct specifier_set set;
	struct pep440 v;

	if (specifier_set_parse(a, spec, &set, &err) || pep440_parse(a, s, &v, &err))
		puts("bad");
	else
		puts(yes_no(specifier_set_contains(&set, &v)));
}

static void marker(struct arena *a, struct str machine, struct str s)
{
	ERR(err);
	struct marker_env env = marker_env_linux(a, S("3.13.5"), machine);
	struct marker *m;
	bool yes;

	if (marker_parse(a, s, &m, &err) || marker_eval(m, &env, &yes, &err))
		puts("bad");
	else
		puts(yes_no(yes));
}

static void requirement(struct arena *a, struct str s)
{
	ERR(err);
	struct requirement r;

	if (requirement_parse(a, s, &r, &err)) {
		puts("bad");
		return;
	}
	printf("%.*s|%zu|%zu|%.*s|%s\n", STR_ARG(r.name), r.n_extras, r.versions.n,
	       STR_ARG(r.address), yes_no(r.marker));
}

static void answer(struct str line)
{
	ARENA(a);
	struct str rest = line, verb = S(""), one = S(""), two = S("");

	(void)str_split(&rest, '\t', &verb);
	(void)(str_split(&rest, '\t', &one) && str_split(&rest, '\t', &two));
	if (str_eqz(verb, "version"))
		version(&a, one);
	else if (str_eqz(verb, "order"))
		order(&a, one, two);
	else if (str_eqz(verb, "contains"))
		contains(&a, one, two);
	else if (str_eqz(verb, "marker"))
		marker(&a, one, two);
	else if (str_eqz(verb, "requirement"))
		requirement(&a, one);
	else
		puts("?");
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, stdin)) > 0)
		answer(str_n(line, (size_t)n - (line[n - 1] == '\n')));
	free(line);
	return 0;
}
