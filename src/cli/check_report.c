/* SPDX-License-Identifier: MIT
 *
 * The end of a failed check's log tells the module that was missed; the recipe's file, where what
 * it depends on stands. */
#include "cli/check_report.h"

#include "base/file.h"
#include "cli/cli.h"
#include "project/project_tracked.h"
#include "store/store.h"

enum { MISSES_MAX = 5 };

errint check_passed(struct session *s, const struct product *p, bool *out, struct err *err)
{
	return store_is_valid(s->store, p->paths[0], out, err);
}

errint check_report(struct session *s, const struct product *v, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct str name = str_drop_suffix(v[i].name, S("-check"));
		bool passed;
		errint rc = check_passed(s, &v[i], &passed, err);

		if (rc)
			return rc;
		out_printf("%.*s: %s\n", STR_ARG(name), passed ? "passed" : "not passed");
	}
	return 0;
}

/* The last module that the log says is not there; "" when none is. */
static struct str missed(struct str log)
{
	static const char words[] = "ModuleNotFoundError: No module named '";
	struct str found = S("");

	for (ptrdiff_t at; (at = str_find(log, str_c(words))) >= 0;) {
		ptrdiff_t end;

		log = str_skip(log, (size_t)at + sizeof(words) - 1);
		end = str_chr(log, '\'');
		if (end > 0)
			found = str_sub(log, 0, (size_t)end);
	}
	return found;
}

/* The line that begins what the recipe depends on, from 1; 0 when there is none. */
static unsigned dependencies_line(struct str recipe)
{
	static const char *const names[] = {"dependencies", "propagatedBuildInputs"};
	struct str line;

	for (unsigned n = 1; str_split(&recipe, '\n', &line); n++) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			struct str rest = str_trim(line);

			if (!str_starts(rest, str_c(names[i])))
				continue;
			rest = str_trim(str_skip(rest, strlen(names[i])));
			if (rest.n && rest.p[0] == '=')
				return n;
		}
	}
	return 0;
}

static void tell_miss(const char *project, struct str recipe, struct str module, struct err *err)
{
	char *file CLEANUP_FREE = project_recipe_file(project, recipe);
	BUF(text, LIMIT_SMALL_FILE);
	ERR(none);
	unsigned line = 0;

	if (!file)
		return;
	if (!file_read(AT_FDCWD, file, &text, &none))
		line = dependencies_line(buf_str(&text));
	if (line)
		err_hint(err,
			 "recipe '%.*s' lacks the package that has '%.*s': add it at %s, line %u",
			 STR_ARG(recipe), STR_ARG(module), file, line);
	else
		err_hint(err,
			 "recipe '%.*s' lacks the package that has '%.*s': %s has no dependencies",
			 STR_ARG(recipe), STR_ARG(module), file);
}

void check_report_failed(struct session *s, const char *project, const struct product *v, size_t n,
			 struct err *err)
{
	for (size_t i = 0, told = 0; project && i < n && told < MISSES_MAX; i++) {
		BUF(log, LIMIT_TOOL_OUTPUT);
		ERR(none);
		bool valid = true;

		if (v[i].found->kind != ASKED_RECIPE ||
		    store_is_valid(s->store, v[i].paths[0], &valid, &none) || valid ||
		    build_log_read(s->store, v[i].wanted.path, &log, &none))
			continue;
		struct str module = missed(buf_str(&log));
		if (!module.n)
			continue;
		tell_miss(project, str_drop_suffix(v[i].found->label, S("-check")), module, err);
		told++;
	}
}
