/* SPDX-License-Identifier: MIT
 *
 * What the build's environment says. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "wrapper.h"

static const char *const tools[] = {"NIX_CC_WRAPPER", "NIX_BINTOOLS_WRAPPER"};

static const struct {
	const char *name, *suffix;
} roles[] = {{"BUILD", "_FOR_BUILD"}, {"HOST", ""}, {"TARGET", "_FOR_TARGET"}};

enum { N_ROLES = sizeof(roles) / sizeof(roles[0]) };

/* Calls for each variable that speaks for this wrapper. */
static void each_variable(enum tool t, const char *name, void (*fn)(const char *value, void *ctx),
			  void *ctx)
{
	const char *value = getenv(text("%s_" SALT, name));
	bool any = false;

	if (value)
		fn(value, ctx);
	for (size_t i = 0; i < N_ROLES; i++) {
		if (!getenv(text("%s_TARGET_%s_" SALT, tools[t], roles[i].name)))
			continue;
		any = true;
		value = getenv(text("%s%s", name, roles[i].suffix));
		if (value)
			fn(value, ctx);
	}
	value = any ? NULL : getenv(name);
	if (value)
		fn(value, ctx);
}

static void add_words(const char *value, void *ctx)
{
	words_split(ctx, value);
}

void env_words(enum tool t, const char *name, struct words *to)
{
	each_variable(t, name, add_words, to);
}

static void set_flag(const char *value, void *ctx)
{
	*(bool *)ctx = *value && strcmp(value, "0") != 0;
}

bool env_flag(enum tool t, const char *name)
{
	bool set = false;

	each_variable(t, name, set_flag, &set);
	return set;
}

static bool is_below(const char *path, const char *folder)
{
	size_t n = folder ? strlen(folder) : 0;

	while (n && folder[n - 1] == '/')
		n--;
	return n && strncmp(path, folder, n) == 0 && (path[n] == '/' || !path[n]);
}

bool in_store(const char *path)
{
	const char *store = getenv("NIX_STORE");

	return is_below(path, store && *store ? store : "/nix/store");
}

bool is_impure(const char *path)
{
	static const char *const folders[] = {"NIX_BUILD_TOP", "TMP", "TMPDIR", "TEMP", "TEMPDIR"};
	const char *enforce = getenv("NIX_ENFORCE_PURITY"), *store = getenv("NIX_STORE");

	if (!enforce || strcmp(enforce, "1") != 0 || !store || path[0] != '/')
		return false;
	if (in_store(path) || strcmp(path, "/dev/null") == 0 || is_below(path, "/tmp"))
		return false;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (is_below(path, getenv(folders[i])))
			return false;
	return true;
}

static void tell(const char *what, const struct words *w)
{
	fprintf(stderr, "%s\n", what);
	for (size_t i = 0; i < w->n; i++)
		fprintf(stderr, "  %s\n", w->v[i]);
}

void become(const char *program, const struct words *before, const struct words *args,
	    const struct words *after)
{
	const char *debug = getenv("NIX_DEBUG");
	struct words all = {0};

	if (debug && *debug && strcmp(debug, "0") != 0) {
		tell(text("extra flags before to %s:", program), before);
		tell(text("original flags to %s:", program), args);
		tell(text("extra flags after to %s:", program), after);
	}
	words_add(&all, program);
	words_add_all(&all, before);
	words_add_all(&all, args);
	words_add_all(&all, after);
	words_add(&all, NULL);
	execv(program, (char **)all.v);
	die("cannot run '%s': %m", program);
}
