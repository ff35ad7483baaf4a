/* SPDX-License-Identifier: MIT
 *
 * Which URIs a restricted evaluation may fetch from, and the folders that the caller allows besides
 * the search path. The rest of access is tests/functional/restrict.sh. */
#include "tap.h"

#include "eval/eval.h"

/* Is fetching it forbidden? An evaluator without a fetcher gets no further than that question. */
static bool forbidden(const struct eval_options *o, const char *uri)
{
	struct eval *E CLEANUP(eval_cleanup) = eval_new(o);
	char *text CLEANUP_FREE =
		xasprintf("builtins.fetchurl { url = \"%s\"; name = \"x\"; }", uri);
	struct value *v;
	ERR(err);
	errint rc = eval_string(E, str_c(text), "/", "«string»", &v, &err);

	BUG_ON(rc == 0);
	if (rc != ERR_DENIED)
		OK(strstr(err.msg, "may not fetch anything") != NULL, "it fails only later: %s",
		   uri);
	return rc == ERR_DENIED;
}

static void test_uris(void)
{
	static const struct {
		const char *allowed, *uri;
		bool ok;
	} rows[] = {
		{"https://files.test", "https://files.test", true},
		{"https://files.test", "https://files.test/a/b", true},
		{"https://files.test", "https://files.test:80/a", false},
		{"https://files.test", "https://files.testing/a", false},
		{"https://files.test", "https://files.tes", false},
		{"https://files.test", "http://files.test/a", false},
		{"https://files.test", "https://other.test/https://files.test", false},
		{"https://files.test/a/", "https://files.test/a/b", true},
		{"https://files.test/a/", "https://files.test/a", false},
		{"https://files.test/a", "https://files.test/ab", false},
		{"https://files.test/a", "https://files.test/a?b", false},
		{"https://", "https://any.test/a", true},
		{"https://", "https:any", false},
		{"https:", "https://any.test/a", true},
		{"http:", "https://any.test/a", false},
		{"forge:", "forge:a/b?ref=c", true},
		{"forge:", "forge", false},
		{"a+b-c.1:", "a+b-c.1:x", true},
		{"1a:", "1a:x", false},
		{"https://files.test/a:", "https://files.test/a:b", false},
		{"https://files.test/a:", "https://files.test/a:/b", true},
		{"file:///srv/a", "file:///srv/a/b", true},
		{"file:///srv/a", "file:///srv/ab", false},
		{"file:///srv/a", "file:///srv", false},
		{"/srv/a", "/srv/a/b", true},
		{"/srv/a", "/srv/ab", false},
		{"", "https://any.test/", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct eval_options o = {
			.restricted = true, .allowed_uris = &rows[i].allowed, .n_allowed_uris = 1};

		OK(forbidden(&o, rows[i].uri) == !rows[i].ok, "'%s' %s '%s'", rows[i].allowed,
		   rows[i].ok ? "allows" : "does not allow", rows[i].uri);
	}
}

static void test_several(void)
{
	static const char *const allowed[] = {"https://one.test", "two:"};
	struct eval_options o = {.restricted = true, .allowed_uris = allowed, .n_allowed_uris = 2};

	OK(!forbidden(&o, "https://one.test/x") && !forbidden(&o, "two:x"), "each of several");
	OK(forbidden(&o, "https://three.test/x"), "and nothing else");
	o.restricted = false;
	OK(!forbidden(&o, "https://three.test/x"), "without restriction there is no question");
}

static bool exists(const struct eval_options *o, const char *path)
{
	struct eval *E CLEANUP(eval_cleanup) = eval_new(o);
	char *text CLEANUP_FREE = xasprintf("builtins.pathExists \"%s\"", path);
	struct value *v;
	bool yes;
	ERR(err);

	if (eval_string(E, str_c(text), "/", "«string»", &v, &err) < 0 ||
	    eval_get_bool(E, v, &yes, &err) < 0)
		BUG("%s", err.msg);
	return yes;
}

static void test_allowed(void)
{
	static const char *const allowed[] = {"/proc/self/../sys//kernel/"};
	struct eval_options o = {.pure = true, .allowed = allowed, .n_allowed = 1};

	OK(exists(&o, "/proc/sys/kernel/ostype"), "an allowed folder is seen in pure evaluation");
	OK(exists(&o, "/proc"), "as are those above it");
	OK(!exists(&o, "/proc/version"), "but not what is beside it");
	OK(!exists(&o, "/proc/sys/vm"), "at any height");
	o.pure = false;
	o.restricted = true;
	OK(exists(&o, "/proc/sys/kernel/ostype") && !exists(&o, "/proc/version"),
	   "the same in restricted mode");
}

int main(void)
{
	test_uris();
	test_several();
	test_allowed();
	return tap_done();
}
